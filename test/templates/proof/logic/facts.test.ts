import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonNumber } from '../../../../src/domain/json.ts';
import type { Relation, Statement } from '../../../../src/templates/proof/logic/facts.ts';
import { relationOfPart, relationOnSame, statementName } from '../../../../src/templates/proof/logic/facts.ts';
import type { Thing } from '../../../../src/templates/proof/logic/things.ts';
import { entriesOf, isTruthy, ownProperty } from '../../../../src/templates/values.ts';
import { callHelper } from '../../helpers/calling.ts';
import { anyJson } from '../../harness.ts';
import { NAMES } from './asking.ts';

const SCALARS = [
  undefined,
  null,
  true,
  false,
  0,
  1,
  -0,
  1.5,
  '',
  '0',
  'a',
  'true',
  'abcdefghijkl',
  new JsonNumber('0.0'),
  new JsonNumber('1.50'),
];

// Small values first: what differs between them is what facts are about.
const someValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...SCALARS, [], {}),
    fc.constantFrom([[]], [0], { length: 0 }, { length: 'a' }, { a: '' }, { a: { a: 0 } }, { a: [] }, [''], 'aa'),
    anyJson,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'length', '0'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

const someKeys = fc.array(fc.constantFrom('a', 'length', '0', '10', 'b'), { maxLength: 3 });

function thing(keys: readonly string[]): Thing {
  const names = [NAMES.of('x')];
  for (const key of keys) names.push(NAMES.part(names.at(-1) ?? -1, key));
  return { names, keys, loops: [] };
}

function statementOn(keys: readonly string[]): fc.Arbitrary<Statement> {
  return fc.oneof(
    fc.constantFrom('true', 'trueOrZero').map((kind): Statement => ({ kind, thing: thing(keys) })),
    fc.constantFrom('entries', 'single').map((kind): Statement => ({ kind, thing: thing(keys) })),
    fc.constantFrom(...SCALARS).map((value): Statement => ({ kind: 'equals', thing: thing(keys), value })),
  );
}

// Whether a statement holds, as rendering decides it.
function holds(statement: Statement, root: unknown): boolean {
  const value = statement.thing.keys.reduce(ownProperty, root);
  switch (statement.kind) {
    case 'true':
      return isTruthy(value, false);
    case 'trueOrZero':
      return isTruthy(value, true);
    case 'entries':
      return entriesOf(value).length > 0;
    case 'single':
      return entriesOf(value).length === 1;
    case 'equals':
      return callHelper('eq', [value, statement.value]).result === true;
  }
}

function contradicts(relation: Relation, first: boolean, second: boolean): boolean {
  if (relation === 'implies') return first && !second;
  if (relation === 'implied') return second && !first;
  return relation === 'excludes' && first && second;
}

function check(relation: Relation, first: Statement, second: Statement, value: unknown): void {
  const outcome = [holds(first, value), holds(second, value)] as const;
  const story = `${statementName(first)} ${relation ?? 'says nothing of'} ${statementName(second)}`;
  assert.ok(!contradicts(relation, ...outcome), `${story}, but for ${JSON.stringify(value)}: ${outcome.join()}`);
}

describe('relationOnSame', () => {
  it('states only what is true of every value', () => {
    fc.assert(
      fc.property(
        someKeys.chain((keys) => fc.tuple(statementOn(keys), statementOn(keys))),
        someValue,
        ([a, b], value) => {
          // The same statement twice is one variable, and never compared.
          if (statementName(a) !== statementName(b)) check(relationOnSame(a, b), a, b, value);
        },
      ),
      { numRuns: 4000 },
    );
  });

  const x = thing(['a']);
  const equals = (value: unknown): Statement => ({ kind: 'equals', thing: x, value });
  const [isTrue, orZero] = [
    { kind: 'true', thing: x },
    { kind: 'trueOrZero', thing: x },
  ] as const;
  const [entries, single] = [
    { kind: 'entries', thing: x },
    { kind: 'single', thing: x },
  ] as const;
  const table: readonly (readonly [a: Statement, b: Statement, relation: Relation])[] = [
    [isTrue, orZero, 'implies'],
    [entries, isTrue, 'implies'],
    [entries, orZero, 'implies'],
    [single, entries, 'implies'],
    [single, isTrue, 'implies'],
    [single, orZero, 'implies'],
    [equals('a'), equals('b'), 'excludes'],
    [equals('a'), equals(null), 'excludes'],
    [equals('a'), isTrue, 'implies'],
    [equals('a'), orZero, 'implies'],
    [equals(''), isTrue, 'excludes'],
    [equals(''), orZero, 'excludes'],
    [equals(0), isTrue, 'excludes'],
    [equals(0), orZero, 'implies'],
    [equals(new JsonNumber('0.0')), isTrue, 'excludes'],
    [equals(true), isTrue, 'implies'],
    [equals(false), isTrue, 'excludes'],
    [equals(undefined), isTrue, 'excludes'],
    [equals(undefined), orZero, 'excludes'],
    [equals('a'), entries, 'excludes'],
    [equals('a'), single, 'excludes'],
    [equals(undefined), entries, 'excludes'],
  ];
  const turned = { implies: 'implied', implied: 'implies', excludes: 'excludes' } as const;
  for (const [a, b, relation] of table) {
    it(`states that ${statementName(a)} ${relation ?? ''} ${statementName(b)}, whichever was asked first`, () => {
      assert.equal(relationOnSame(a, b), relation);
      assert.equal(relationOnSame(b, a), relation === undefined ? undefined : turned[relation]);
    });
  }
});

describe('relationOfPart', () => {
  it('states only what is true of every value', () => {
    const related = fc.tuple(
      someKeys,
      fc.array(fc.constantFrom('a', 'length', '0', '10'), { minLength: 1, maxLength: 2 }),
    );
    const pair = related.chain(([keys, more]) => fc.tuple(statementOn([...keys, ...more]), statementOn(keys)));
    fc.assert(
      fc.property(pair, someValue, ([part, whole], value) => check(relationOfPart(part, whole), part, whole, value)),
      { numRuns: 6000 },
    );
  });

  const of = (kind: 'true' | 'trueOrZero' | 'entries' | 'single', ...keys: string[]): Statement => ({
    kind,
    thing: thing(keys),
  });
  const equals = (value: unknown, ...keys: string[]): Statement => ({ kind: 'equals', thing: thing(keys), value });
  const table: readonly (readonly [part: Statement, whole: Statement, relation: Relation])[] = [
    [of('true', 'a'), of('true'), 'implies'],
    [of('true', 'a'), of('trueOrZero'), 'implies'],
    [of('trueOrZero', 'a'), of('true'), 'implies'],
    [of('entries', 'a'), of('true'), 'implies'],
    [of('single', 'a'), of('trueOrZero'), 'implies'],
    [of('true', 'a', 'b'), of('true'), 'implies'],
    [of('true', 'a', 'b'), of('true', 'a'), 'implies'],
    [equals('v', 'a'), of('true'), 'implies'],
    [equals(0, 'a'), of('true'), 'implies'],
    [equals(false, 'a'), of('true'), 'implies'],
    [equals(undefined, 'a'), of('true'), undefined],
    [equals(null, 'a'), equals(5), undefined],
    [of('true', 'a'), of('entries'), 'implies'],
    [of('trueOrZero', 'a', 'length'), of('entries'), 'implies'],
    [of('true', '0'), of('true'), 'implies'],
    [of('true', '0'), of('entries'), undefined],
    [of('true', '0'), equals('abc'), undefined],
    [of('true', '0'), equals(5), 'excludes'],
    [of('true', '01a'), of('entries'), 'implies'],
    [of('true', 'a'), of('single'), undefined],
    [of('true', 'length'), of('true'), 'implies'],
    [of('trueOrZero', 'length'), of('true'), undefined],
    [of('trueOrZero', 'length'), of('trueOrZero'), undefined],
    [of('entries', 'length'), of('true'), 'implies'],
    [equals(0, 'length'), of('true'), undefined],
    [equals(1, 'length'), of('true'), 'implies'],
    [of('trueOrZero', 'a', 'length'), of('true'), 'implies'],
    [of('trueOrZero', 'length', 'a'), of('true'), 'implies'],
    [of('true', 'a'), equals(5), 'excludes'],
    [of('true', 'a'), equals(true), 'excludes'],
    [of('true', 'a'), equals(undefined), 'excludes'],
    [of('trueOrZero', 'a'), equals(null), 'excludes'],
    [equals('v', 'a'), equals(0), 'excludes'],
    [of('true', 'a'), equals(''), 'excludes'],
    [of('entries', 'a'), equals(''), 'excludes'],
    [of('trueOrZero', 'length'), equals(''), undefined],
    [equals(0, 'length'), equals(''), undefined],
    [equals(1, 'length'), equals(''), 'excludes'],
    [of('true', 'length'), equals('abc'), undefined],
    [of('true', 'a'), equals('abc'), 'excludes'],
  ];
  for (const [part, whole, relation] of table) {
    it(`states that ${statementName(part)} ${relation ?? 'says nothing of'} ${statementName(whole)}`, () => {
      assert.equal(relationOfPart(part, whole), relation);
    });
  }
});

describe('statementName', () => {
  it('is the same for the same statement only', () => {
    const kinds = ['true', 'trueOrZero', 'entries', 'single'] as const;
    const statements: Statement[] = [['a'], ['a', 'b'], ['a.b'], []].flatMap((keys): Statement[] => [
      ...kinds.map((kind): Statement => ({ kind, thing: thing(keys) })),
      ...[0, 1, '', '0', 'a', true, false, undefined].map((value): Statement => ({
        kind: 'equals',
        thing: thing(keys),
        value,
      })),
    ]);
    assert.equal(new Set(statements.map(statementName)).size, statements.length);
    for (const [a, b] of [
      [undefined, null],
      [0, -0],
      [1.5, new JsonNumber('1.50')],
    ]) {
      const [one, other] = [a, b].map((value) => statementName({ kind: 'equals', thing: thing(['a']), value }));
      assert.equal(one, other);
    }
  });
});
