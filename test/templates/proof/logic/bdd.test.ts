import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Ref } from '../../../../src/templates/proof/logic/bdd.ts';
import { ALWAYS, Bdd, NEVER, TooComplexError } from '../../../../src/templates/proof/logic/bdd.ts';
import { bigBdd } from './asking.ts';

const VARIABLES = 5;
const ROWS = 2 ** VARIABLES;

type Formula =
  | { readonly kind: 'variable'; readonly variable: number }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'and' | 'or'; readonly left: Formula; readonly right: Formula };

const formula = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { depthSize: 'medium' },
    fc.record({ kind: fc.constant('variable'), variable: fc.nat({ max: VARIABLES - 1 }) }),
    fc.record({ kind: fc.constant('constant'), value: fc.boolean() }),
    fc.record({ kind: fc.constant('not'), of: tie('formula') }),
    fc.record({ kind: fc.constantFrom('and', 'or'), left: tie('formula'), right: tie('formula') }),
  ),
})).formula;

// Row r of a truth table: variable i is bit i of r.
function holds(of: Formula, row: number): boolean {
  switch (of.kind) {
    case 'variable':
      return ((row >> of.variable) & 1) === 1;
    case 'constant':
      return of.value;
    case 'not':
      return !holds(of.of, row);
    case 'and':
      return holds(of.left, row) && holds(of.right, row);
    case 'or':
      return holds(of.left, row) || holds(of.right, row);
  }
}

function built(bdd: Bdd, of: Formula): Ref {
  switch (of.kind) {
    case 'variable':
      return bdd.variable(of.variable);
    case 'constant':
      return of.value ? ALWAYS : NEVER;
    case 'not':
      return bdd.not(built(bdd, of.of));
    case 'and':
      return bdd.and(built(bdd, of.left), built(bdd, of.right));
    case 'or':
      return bdd.or(built(bdd, of.left), built(bdd, of.right));
  }
}

function holdsRef(bdd: Bdd, ref: Ref, row: number): boolean {
  let at = ref;
  while (at > ALWAYS) at = ((row >> bdd.variableOf(at)) & 1) === 1 ? bdd.high(at) : bdd.low(at);
  return at === ALWAYS;
}

function table(of: (row: number) => boolean): string {
  return Array.from({ length: ROWS }, (_, row) => (of(row) ? '1' : '0')).join('');
}

function tableOf(bdd: Bdd, ref: Ref): string {
  return table((row) => holdsRef(bdd, ref, row));
}

describe('Bdd', () => {
  it('computes the truth table of every formula', () => {
    fc.assert(
      fc.property(formula, (of) => {
        const bdd = bigBdd();
        assert.equal(
          tableOf(bdd, built(bdd, of)),
          table((row) => holds(of, row)),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('gives equal functions the same number, and different ones different numbers', () => {
    fc.assert(
      fc.property(fc.array(formula, { minLength: 2, maxLength: 12 }), (formulas) => {
        const bdd = bigBdd();
        const byTable = new Map<string, Ref>();
        for (const of of formulas) {
          const ref = built(bdd, of);
          const known = table((row) => holds(of, row));
          assert.equal(byTable.get(known) ?? ref, ref);
          byTable.set(known, ref);
        }
        assert.equal(new Set(byTable.values()).size, byTable.size);
      }),
      { numRuns: 200 },
    );
  });

  it('subtracts, compares and forgets as the truth tables say', () => {
    const some = fc.uniqueArray(fc.nat({ max: VARIABLES - 1 }));
    fc.assert(
      fc.property(formula, formula, some, (one, other, forgotten) => {
        const bdd = bigBdd();
        const [a, b] = [built(bdd, one), built(bdd, other)];
        assert.equal(
          tableOf(bdd, bdd.without(a, b)),
          table((row) => holds(one, row) && !holds(other, row)),
        );
        const rows = Array.from({ length: ROWS }, (_, row) => row);
        assert.equal(
          bdd.implies(a, b),
          rows.every((row) => !holds(one, row) || holds(other, row)),
        );
        const mask = forgotten.reduce((bits, variable) => bits | (1 << variable), 0);
        assert.equal(
          tableOf(bdd, bdd.forget(a, new Set(forgotten))),
          table((row) => rows.some((like) => (like & ~mask) === (row & ~mask) && holds(one, like))),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('knows the variables that a function depends on', () => {
    fc.assert(
      fc.property(formula, (of) => {
        const bdd = bigBdd();
        const ref = built(bdd, of);
        const expected = Array.from({ length: VARIABLES }, (_, variable) => variable).filter((variable) => {
          const forgotten = bdd.forget(ref, new Set([variable]));
          return forgotten !== ref;
        });
        assert.deepEqual(bdd.variablesIn(ref).sort(), expected);
      }),
    );
  });

  it('never tests a variable twice on a way, and has the newest on top', () => {
    fc.assert(
      fc.property(formula, (of) => {
        const bdd = bigBdd();
        const check = (at: Ref, above: number): void => {
          if (at <= ALWAYS) return;
          assert.ok(bdd.variableOf(at) < above);
          assert.notEqual(bdd.low(at), bdd.high(at));
          check(bdd.low(at), bdd.variableOf(at));
          check(bdd.high(at), bdd.variableOf(at));
        };
        check(built(bdd, of), VARIABLES);
      }),
    );
  });

  it('chooses by a newer variable', () => {
    const bdd = bigBdd();
    const [a, b] = [bdd.variable(0), bdd.variable(1)];
    const chosen = bdd.choose(2, a, b);
    assert.equal(bdd.variableOf(chosen), 2);
    assert.deepEqual([bdd.low(chosen), bdd.high(chosen)], [a, b]);
    assert.equal(bdd.choose(2, a, a), a);
    assert.equal(
      tableOf(bdd, chosen),
      table((row) => ((row >> (((row >> 2) & 1) === 1 ? 1 : 0)) & 1) === 1),
    );
  });

  it('knows that the constants test nothing', () => {
    const bdd = bigBdd();
    assert.deepEqual([bdd.variableOf(NEVER), bdd.variableOf(ALWAYS), bdd.variableOf(99)], [-1, -1, -1]);
    assert.deepEqual([bdd.low(NEVER), bdd.high(NEVER), bdd.low(ALWAYS), bdd.high(ALWAYS)], [0, 0, 1, 1]);
    assert.deepEqual([bdd.low(99), bdd.high(99)], [NEVER, NEVER]);
    assert.deepEqual([bdd.not(NEVER), bdd.not(ALWAYS)], [ALWAYS, NEVER]);
  });

  it('gives up after so many nodes, not one earlier', () => {
    const bdd = new Bdd({ nodes: 4, operations: 1000 });
    const [a, b, c] = [bdd.variable(0), bdd.variable(1), bdd.variable(2)];
    assert.deepEqual([a, b, c], [2, 3, 4]);
    assert.throws(() => bdd.variable(3), new TooComplexError('too many cases', true));
    assert.equal(bdd.variable(2), c);
  });

  it('gives up after so many operations, and counts none that is known or trivial', () => {
    const bdd = new Bdd({ nodes: 1000, operations: 3 });
    const [a, b] = [bdd.variable(0), bdd.variable(1)];
    const both = bdd.and(b, a);
    for (let again = 0; again < 10; again += 1) {
      assert.equal(bdd.and(a, b), both);
      assert.equal(bdd.and(a, ALWAYS), a);
      assert.equal(bdd.and(ALWAYS, a), a);
      assert.equal(bdd.and(a, NEVER), NEVER);
      assert.equal(bdd.and(NEVER, a), NEVER);
      assert.equal(bdd.and(a, a), a);
      assert.equal(bdd.or(a, ALWAYS), ALWAYS);
      assert.equal(bdd.or(ALWAYS, a), ALWAYS);
      assert.equal(bdd.or(a, NEVER), a);
      assert.equal(bdd.or(NEVER, a), a);
      assert.equal(bdd.or(a, a), a);
      assert.equal(bdd.not(NEVER), ALWAYS);
      assert.equal(bdd.forget(both, new Set()), both);
      assert.equal(bdd.implies(both, both), true);
    }
    const either = bdd.or(a, b);
    assert.equal(bdd.or(b, a), either);
    bdd.not(a);
    bdd.not(a);
    assert.throws(() => bdd.not(b), new TooComplexError('too many operations', true));
  });

  it('counts what forgetting costs', () => {
    const bdd = new Bdd({ nodes: 1000, operations: 2 });
    const a = bdd.variable(0);
    assert.equal(bdd.forget(a, new Set([0])), ALWAYS);
    assert.equal(bdd.forget(a, new Set([7])), a);
    assert.throws(() => bdd.forget(a, new Set([0])), TooComplexError);
  });

  it('looks at a part once that is reached on many ways', () => {
    const bdd = new Bdd({ nodes: 10_000, operations: 2_000 });
    // Whether an odd number of 40 variables is true: two nodes a variable, 2^40 ways.
    let odd: Ref = NEVER;
    for (let variable = 0; variable < 40; variable += 1) {
      odd = bdd.choose(variable, odd, bdd.not(odd));
    }
    assert.notEqual(bdd.forget(odd, new Set([99])), NEVER);
    assert.equal(bdd.forget(odd, new Set([0])), ALWAYS);
    assert.equal(bdd.variablesIn(odd).length, 40);
    assert.equal(bdd.and(odd, bdd.not(odd)), NEVER);
    assert.equal(bdd.or(odd, bdd.not(odd)), ALWAYS);
  });
});
