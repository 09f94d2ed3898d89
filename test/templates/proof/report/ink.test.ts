import assert from 'node:assert/strict';
import { commaHint, inkOf, joinInk, NO_INK } from '../../../../src/templates/proof/report/ink.ts';
import { refusals } from './telling.ts';

describe('inkOf', () => {
  it('is the last character that is no blank, or what was there before', () => {
    assert.deepEqual(inkOf('ab \n', 10, [3]), [11]);
    assert.deepEqual(inkOf('a', 0, NO_INK), [0]);
    assert.deepEqual(inkOf(' \n', 10, [3]), [3]);
  });
});

describe('joinInk', () => {
  it('keeps the first three places of all ways, each once', () => {
    assert.deepEqual(joinInk([5], [1]), [1, 5]);
    assert.deepEqual(joinInk([1, 5], [5]), [1, 5]);
    assert.deepEqual(joinInk([2, 6, 8], [4, 6]), [2, 4, 6]);
    assert.deepEqual(joinInk(NO_INK, [3]), [3]);
  });
});

describe('commaHint', () => {
  it('says nothing where nothing is known', () => assert.equal(commaHint('1 2', 2, NO_INK), undefined));

  it('names three places', () => {
    const text = 'a\nb\nc\nd';
    assert.equal(commaHint(text, 6, [0, 2, 4]), 'End lines 1, 2 and 3 with a comma. Commas too many do no harm.');
  });
});

describe('elseHint', () => {
  const table: readonly (readonly [source: string, hint: string])[] = [
    ['{"a":{{#if x}}1{{/if}}}', 'Write a value in every case: put {{else}}null before {{/if}}.'],
    [
      '{"a":{{#with x}}{{#if y}}1{{else}}2{{/if}}{{/with}},"b":2}',
      'Write a value, such as null, or a placeholder without quotes.',
    ],
    ['{"a":{{#with x}}1{{/with}},"b":2}', 'Write a value in every case: put {{else}}null before {{/with}}.'],
    ['{"a":{{#if x}}1{{else if y}}2{{/if}}}', 'Write a value in every case: put {{else}}null before {{/if}}.'],
    ['{"a": }', 'Write a value, such as null, or a placeholder without quotes.'],
  ];
  for (const [source, hint] of table) {
    it(`says of ${source}: ${hint}`, () => assert.equal(refusals(source)[0]?.hint, hint));
  }
});
