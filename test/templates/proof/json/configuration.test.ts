import assert from 'node:assert/strict';
import type { Mode } from '../../../../src/templates/proof/json/configuration.ts';
import {
  Configurations,
  isAfterValue,
  isCompleteNumber,
  isInNumber,
  isInString,
} from '../../../../src/templates/proof/json/configuration.ts';

const MODES: readonly Mode[] = [
  ...(['value', 'member', 'after', 'slotted', 'colon'] as const),
  ...(['string', 'escape', 'hex4', 'hex3', 'hex2', 'hex1'] as const),
  ...(['minus', 'zero', 'digits', 'point', 'fraction', 'exponent', 'sign', 'power'] as const),
  ...(['rue', 'ue', 'e', 'alse', 'lse', 'se', 'ull', 'll', 'l'] as const),
];

describe('the modes', () => {
  it('are in a string, in a number, or behind a value', () => {
    assert.deepEqual(MODES.filter(isInString), ['string', 'escape', 'hex4', 'hex3', 'hex2', 'hex1']);
    assert.deepEqual(MODES.filter(isInNumber), [
      'minus',
      'zero',
      'digits',
      'point',
      'fraction',
      'exponent',
      'sign',
      'power',
    ]);
    assert.deepEqual(MODES.filter(isCompleteNumber), ['zero', 'digits', 'fraction', 'power']);
    assert.deepEqual(MODES.filter(isAfterValue), ['after', 'slotted']);
  });
});

describe('Configurations', () => {
  it('give the same object for the same parts, and another for each other part', () => {
    const configurations = new Configurations();
    const all = MODES.flatMap((mode) =>
      ['', '[', '{', '[[', '[{'].flatMap((stack) =>
        [false, true].flatMap((inKey) => [false, true].map((muted) => ({ mode, stack, inKey, muted }))),
      ),
    );
    const made = all.map(({ mode, stack, inKey, muted }) => configurations.of(mode, stack, inKey, muted));
    assert.deepEqual(
      made.map(({ id }) => id),
      all.map((_, index) => index),
    );
    assert.deepEqual(
      made.map(({ mode, stack, inKey, muted }) => ({ mode, stack, inKey, muted })),
      all,
    );
    for (const one of made) assert.equal(configurations.of(one.mode, one.stack, one.inKey, one.muted), one);
    const plain = configurations.of('value', '[');
    assert.deepEqual([plain.inKey, plain.muted], [false, false]);
  });
});
