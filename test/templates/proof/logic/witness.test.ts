import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Bdd, Ref } from '../../../../src/templates/proof/logic/bdd.ts';
import { ALWAYS, NEVER } from '../../../../src/templates/proof/logic/bdd.ts';
import { Conditions } from '../../../../src/templates/proof/logic/conditions.ts';
import { explain } from '../../../../src/templates/proof/logic/witness.ts';
import { ask, bigBdd, NAMES } from './asking.ts';

const LETTERS = ['a', 'b', 'c', 'd', 'e'];

function setUp(): { readonly bdd: Bdd; readonly conditions: Conditions; readonly refs: readonly Ref[] } {
  const bdd = bigBdd();
  const conditions = new Conditions(bdd, NAMES);
  return { bdd, conditions, refs: LETTERS.map((name) => ask(conditions, name).holds) };
}

// All of these values of the variables, and nothing of the others: `undefined` for those.
type Row = readonly (boolean | undefined)[];

function met(bdd: Bdd, refs: readonly Ref[], row: Row): Ref {
  return refs.reduce((all, ref, index) => {
    const value = row[index];
    return value === undefined ? all : bdd.and(all, value ? ref : bdd.not(ref));
  }, ALWAYS);
}

function rowOf(words: readonly string[]): Row {
  return LETTERS.map((name) =>
    words.includes(`${name} is present`) ? true : words.includes(`${name} is absent`) ? false : undefined,
  );
}

describe('explain', () => {
  it('names conditions that lead there, none of which can be left out', () => {
    const row = fc.array(fc.constantFrom(true, false, undefined), {
      minLength: LETTERS.length,
      maxLength: LETTERS.length,
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
        const { bdd, conditions, refs } = setUp();
        const when = rows.reduce((any, one) => bdd.or(any, met(bdd, refs, one)), NEVER);
        const words = explain(bdd, conditions, when);
        const way = rowOf(words);
        assert.equal(way.filter((value) => value !== undefined).length, words.length);
        assert.ok(bdd.implies(met(bdd, refs, way), when));
        for (const [index, value] of way.entries()) {
          if (value !== undefined)
            assert.ok(!bdd.implies(met(bdd, refs, way.with(index, undefined)), when), words.join());
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes the shortest of several ways', () => {
    const { bdd, conditions, refs } = setUp();
    const long = met(bdd, refs, [true, true, false, true, true]);
    const short = met(bdd, refs, [false, undefined, true]);
    assert.deepEqual(explain(bdd, conditions, bdd.or(long, short)), ['a is absent', 'c is present']);
    const other = met(bdd, refs, [undefined, undefined, undefined, undefined, false]);
    assert.deepEqual(explain(bdd, conditions, bdd.or(bdd.or(long, short), other)), ['e is absent']);
  });

  it('says that something holds rather than that it fails, where both are as short', () => {
    const { bdd, conditions, refs } = setUp();
    const [a = NEVER, b = NEVER] = refs;
    const different = bdd.or(bdd.without(a, b), bdd.without(b, a));
    assert.deepEqual(explain(bdd, conditions, different), ['a is absent', 'b is present']);
  });

  it('says nothing where it always happens', () => {
    const { bdd, conditions } = setUp();
    assert.deepEqual(explain(bdd, conditions, ALWAYS), []);
    assert.deepEqual(explain(bdd, conditions, NEVER), []);
  });

  it('gives the conditions in the order in which they are asked', () => {
    const { bdd, conditions, refs } = setUp();
    assert.deepEqual(explain(bdd, conditions, met(bdd, refs, [true, false, true, undefined, false])), [
      'a is present',
      'b is absent',
      'c is present',
      'e is absent',
    ]);
  });

  it('looks at a part once that is reached on many ways', () => {
    const bdd = bigBdd();
    const conditions = new Conditions(bdd, NAMES);
    const names = Array.from({ length: 30 }, (_, index) => `x${String(index)}`);
    const odd = names.reduce((parity, name) => {
      const { holds } = ask(conditions, name);
      return bdd.or(bdd.without(holds, parity), bdd.without(parity, holds));
    }, NEVER);
    assert.equal(explain(bdd, conditions, odd).length, 30);
  });

  it('leaves out what follows from the rest', () => {
    const bdd = bigBdd();
    const conditions = new Conditions(bdd, NAMES);
    const whole = ask(conditions, 'a');
    const part = ask(conditions, 'a.b');
    const both = bdd.and(bdd.and(whole.holds, part.holds), bdd.and(whole.facts, part.facts));
    assert.deepEqual(explain(bdd, conditions, both), ['a.b is present']);
    const neither = bdd.and(bdd.without(bdd.not(whole.holds), part.holds), part.facts);
    assert.deepEqual(explain(bdd, conditions, neither), ['a is absent']);
    const action = [ask(conditions, '(eq a "x")'), ask(conditions, '(eq a "y")')] as const;
    const second = bdd.and(bdd.without(action[1].holds, action[0].holds), bdd.and(action[0].facts, action[1].facts));
    assert.deepEqual(explain(bdd, conditions, second), ['a is "y"']);
  });
});
