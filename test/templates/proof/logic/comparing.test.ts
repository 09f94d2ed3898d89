import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonNumber } from '../../../../src/domain/json.ts';
import { compareForSure } from '../../../../src/templates/proof/logic/comparing.ts';
import type { Operand } from '../../../../src/templates/proof/logic/things.ts';
import { callHelper } from '../../helpers/calling.ts';

const HELPERS = ['lt', 'lte', 'gt', 'gte'] as const;

const constant = (value: unknown): Operand => ({ kind: 'constant', value });
const thing = { names: [0], keys: [], loops: ['#1'] };
const UNKNOWN: Operand = { kind: 'thing', thing };
const LATER: Operand = { kind: 'thing', thing: { ...thing, isTrue: true, isLaterIndex: true } };

// Sure of both orders: below, at most, above, at least.
function sure(a: Operand, b: Operand): (boolean | undefined)[] {
  return HELPERS.map((helper) => compareForSure(helper, [a, b]));
}

describe('compareForSure', () => {
  const [yes, no, unsure] = [true, false, undefined];
  const table: readonly (readonly [name: string, a: Operand, b: Operand, sure: readonly (boolean | undefined)[]])[] = [
    ['1 and 2', constant(1), constant(2), [yes, yes, no, no]],
    ['2 and 1', constant(2), constant(1), [no, no, yes, yes]],
    ['1 and 1.0', constant(1), constant(new JsonNumber('1.0')), [no, yes, no, yes]],
    ['an index behind the first turn and 0', LATER, constant(0), [no, no, yes, yes]],
    ['an index behind the first turn and 1', LATER, constant(1), [no, unsure, unsure, yes]],
    ['an index behind the first turn and 2', LATER, constant(2), [unsure, unsure, unsure, unsure]],
    ['0 and an index behind the first turn', constant(0), LATER, [yes, yes, no, no]],
    ['1 and an index behind the first turn', constant(1), LATER, [unsure, yes, no, unsure]],
    ['two of them', LATER, LATER, [unsure, unsure, unsure, unsure]],
    ['something of the event and 1', UNKNOWN, constant(1), [unsure, unsure, unsure, unsure]],
    ['1 and something of the event', constant(1), UNKNOWN, [unsure, unsure, unsure, unsure]],
    ['a text and 1', constant('0'), constant(1), [unsure, unsure, unsure, unsure]],
    ['1 and nothing', constant(1), constant(undefined), [unsure, unsure, unsure, unsure]],
  ];
  for (const [name, a, b, expected] of table) {
    it(`knows of ${name} what holds for every event, and no more`, () => assert.deepEqual(sure(a, b), expected));
  }

  it('says what the helpers say', () => {
    const number = fc.oneof(
      fc.integer({ min: -2, max: 3 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc
        .constantFrom('1.0', '-0', '0.1', '9007199254740993', '9007199254740992', '1e3')
        .map((text) => new JsonNumber(text)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...HELPERS), number, number, fc.nat(), (helper, a, b, index) => {
        const said = callHelper(helper, [a, b]).result;
        assert.equal(compareForSure(helper, [constant(a), constant(b)]), said);
        const known = compareForSure(helper, [LATER, constant(b)]);
        if (known !== undefined) assert.equal(callHelper(helper, [index + 1, b]).result, known);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows nothing of other helpers, and of a call that lacks an argument', () => {
    assert.equal(compareForSure('eq', [constant(1), constant(2)]), undefined);
    assert.equal(compareForSure('lt', [constant(1)]), undefined);
    assert.equal(compareForSure('lt', []), undefined);
  });
});
