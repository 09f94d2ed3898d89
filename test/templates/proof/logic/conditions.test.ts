import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson } from '../../../../src/domain/json.ts';
import { compileExpression } from '../../../../src/templates/evaluate.ts';
import { Output } from '../../../../src/templates/output.ts';
import { ALWAYS, NEVER } from '../../../../src/templates/proof/logic/bdd.ts';
import type { Bdd, Ref } from '../../../../src/templates/proof/logic/bdd.ts';
import { Conditions, LIST_HELPERS } from '../../../../src/templates/proof/logic/conditions.ts';
import { itemFrame, resolve, withFrame } from '../../../../src/templates/proof/logic/things.ts';
import type { EachNode } from '../../../../src/templates/syntax/tree.ts';
import { entriesOf, isTruthy } from '../../../../src/templates/values.ts';
import { anyJson } from '../../harness.ts';
import { callHelper } from '../../helpers/calling.ts';
import { ask, bigBdd, EVENT_FRAME, expression, NAMES, nodesOf } from './asking.ts';

function setUp(): { readonly bdd: Bdd; readonly conditions: Conditions; readonly holds: (source: string) => Ref } {
  const bdd = bigBdd();
  const conditions = new Conditions(bdd, NAMES);
  return { bdd, conditions, holds: (source) => ask(conditions, source).holds };
}

function wordsOf(conditions: Conditions): string[] {
  const words: string[] = [];
  for (let index = 0; ; index += 1) {
    const variable = conditions.variable(index);
    if (variable === undefined) return words;
    assert.equal(variable.index, index);
    words.push(variable.words.join(' | '));
  }
}

// Questions about the same few things, as they are asked in blocks.
const path = fc.constantFrom(
  ...['', '.p', '.p.q', '.length', '.p.length', '.[0]'].map((end) => `data.x${end}`),
  'data.y',
);
const literal = fc.constantFrom('0', '1', '""', '"a"', 'true', 'false', 'null', '1.0', '-0');
const question = fc.letrec<{ question: string; operand: string }>((tie) => ({
  operand: fc.oneof(
    { arbitrary: path, weight: 5 },
    literal,
    path.map((of) => `(length ${of})`),
    tie('question').filter((of) => of.startsWith('(')),
  ),
  question: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    path,
    fc.tuple(fc.constantFrom('eq', 'ne'), path, literal).map(([helper, a, b]) => `(${helper} ${a} ${b})`),
    fc
      .tuple(fc.constantFrom('eq', 'ne', 'and', 'or'), tie('operand'), tie('operand'))
      .map(([h, a, b]) => `(${h} ${a} ${b})`),
    tie('operand').map((of) => `(not ${of})`),
    fc
      .tuple(path, fc.array(fc.oneof(literal, path), { minLength: 1, maxLength: 3 }))
      .map(([of, among]) => `(in ${of} ${among.join(' ')})`),
    fc.constantFrom('true', 'false', '0', '""', '"a"'),
  ),
})).question;

type Asked = readonly [kind: 'if' | 'if0' | 'each' | 'single', source: string];
const asked: fc.Arbitrary<Asked> = fc.oneof(
  fc.tuple(fc.constantFrom('if', 'if0'), question),
  fc.tuple(
    fc.constantFrom('each', 'single'),
    fc.oneof(
      path,
      path.map((of) => `(reverse ${of})`),
    ),
  ),
);

const value: fc.Arbitrary<ExactJson> = fc.oneof(
  fc.constantFrom<ExactJson>(null, true, false, 0, 1, '', 'a', 'ab', [], {}, [0], [''], ['a'], [1, 2], { p: 0 }),
  fc.constantFrom<ExactJson>(
    { p: '' },
    { p: 'a' },
    { p: [] },
    { p: { q: 1 } },
    { p: [3] },
    { length: 0 },
    { a: 1, b: 2 },
  ),
  anyJson,
);

// What rendering answers.
function answer([kind, source]: Asked, data: ExactJson): boolean {
  const value = compileExpression(expression(source))(new Output(), {
    value: { data },
    parent: undefined,
    loop: undefined,
  });
  if (kind === 'if' || kind === 'if0') return isTruthy(value, kind === 'if0');
  const { length } = entriesOf(value);
  return kind === 'each' ? length > 0 : length === 1;
}

describe('Conditions', () => {
  it('allow every combination of answers that an event can give', () => {
    fc.assert(
      fc.property(
        fc.array(asked, { minLength: 1, maxLength: 5 }),
        fc.array(fc.record({ x: value, y: value }), { minLength: 1, maxLength: 4 }),
        (questions, events) => {
          const { bdd, conditions } = setUp();
          const refs = questions.map(([kind, source]) => {
            if (kind === 'each') return conditions.entries(expression(source), EVENT_FRAME);
            if (kind === 'single') return conditions.single(expression(source), EVENT_FRAME);
            return conditions.truth(expression(source), EVENT_FRAME, kind === 'if0');
          });
          const facts = refs.reduce((all, one) => bdd.and(all, one.facts), conditions.facts());
          for (const data of events) {
            const possible = refs.reduce((all, { holds }, index) => {
              const question = questions[index];
              return bdd.and(all, question !== undefined && answer(question, data) ? holds : bdd.not(holds));
            }, facts);
            assert.notEqual(possible, NEVER, JSON.stringify([questions, data]));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  const same: readonly (readonly [one: string, other: string])[] = [
    ['data.a', 'this.data.a'],
    ['data.a', '@root.data.a'],
    ['data.a', 'data.[a]'],
    ['(eq data.a "x")', '(eq "x" data.a)'],
    ['(eq data.a data.b)', '(eq data.b data.a)'],
    ['(eq data.a 1)', '(eq 1.0 data.a)'],
    ['(eq data.a null)', '(eq data.a undefined)'],
    ['(not (not data.a))', 'data.a'],
    ['(and data.a data.b)', '(and data.b data.a)'],
    ['(or data.a data.b)', '(not (and (not data.a) (not data.b)))'],
    ['(ne data.a "x")', '(not (eq data.a "x"))'],
    ['(and data.a)', 'data.a'],
    ['(or data.a)', 'data.a'],
    ['(length data.a)', '(length this.data.a)'],
    ['(and data.a true)', 'data.a'],
    ['(in data.a "x" 1 null)', '(or (eq data.a "x") (eq data.a 1) (eq data.a null))'],
    ['(in data.a "x")', '(eq data.a "x")'],
    ['(in data.a data.b "x")', '(or (eq data.a data.b) (eq data.a "x"))'],
    ['(or data.a false)', 'data.a'],
  ];
  for (const [one, other] of same) {
    it(`gets the same answer for ${one} and ${other}`, () => {
      const { holds } = setUp();
      assert.equal(holds(one), holds(other));
      assert.ok(holds(one) > ALWAYS);
    });
  }

  const different: readonly (readonly [one: string, other: string])[] = [
    ['data.a', 'data.b'],
    ['data.a.b', 'data.[a.b]'],
    ['(eq data.a 1)', '(eq data.a "1")'],
    ['(eq data.a true)', '(eq data.a "true")'],
    ['(length data.a)', '(length data.b)'],
    ['(first data.a)', '(last data.a)'],
    ['(concat data.a 1.10)', '(concat data.a 1.1)'],
    ['(concat data.a data.b)', '(concat data.b data.a)'],
    ['(eq data.a data.b)', '(eq data.a data.c)'],
    ['(eq data.a data.b)', 'data.a'],
    ['(lt data.a 1)', '(lt data.a 2)'],
    ['(in data.a data.b)', '(eq data.a data.b)'],
  ];
  for (const [one, other] of different) {
    it(`may get different answers for ${one} and ${other}`, () => {
      const { holds } = setUp();
      assert.notEqual(holds(one), holds(other));
    });
  }

  it('may get different answers for every two pairs of things that are compared', () => {
    const { holds } = setUp();
    const places = Array.from({ length: 30 }, (_, index) => `data.x${String(index)}`);
    const pairs = places.flatMap((a, index) => places.slice(index + 1).map((b) => holds(`(eq ${a} ${b})`)));
    assert.equal(new Set(pairs).size, (30 * 29) / 2);
  });

  const known: readonly (readonly [source: string, holds: boolean])[] = [
    ['(lt 1 2)', true],
    ['(gte 1 2.0)', false],
    ['(in 1 2 1.0)', true],
    ['(in 1 2 "1")', false],
    ['(in data.a null)', false],
    ['true', true],
    ['false', false],
    ['0', false],
    ['"x"', true],
    ['""', false],
    ['null', false],
    ['(eq 1 1.0)', true],
    ['(eq 1 "1")', false],
    ['(eq data.a data.a)', true],
    ['(eq data.a this.data.a)', true],
    ['(ne data.a data.a)', false],
    ['(eq null undefined)', true],
    ['(not true)', false],
    ['(not 0)', true],
    ['(and data.a false)', false],
    ['(or data.a 1)', true],
    ['(and data.a (not data.a))', false],
    ['(or data.a (not data.a))', true],
  ];
  for (const [source, expected] of known) {
    it(`knows that ${source} is ${String(expected)}`, () => {
      assert.equal(setUp().holds(source), expected ? ALWAYS : NEVER);
    });
  }

  it('takes 0 for true where the author says so', () => {
    const { conditions } = setUp();
    assert.equal(ask(conditions, '0', EVENT_FRAME, true).holds, ALWAYS);
    assert.equal(ask(conditions, '""', EVENT_FRAME, true).holds, NEVER);
    const [plain, zero] = [ask(conditions, 'data.a'), ask(conditions, 'data.a', EVENT_FRAME, true)];
    assert.notEqual(plain.holds, zero.holds);
    // What is inside of a helper is asked as the helper asks it.
    assert.equal(ask(conditions, '(not data.a)', EVENT_FRAME, true).holds, ask(conditions, '(not data.a)').holds);
  });

  it('ties what was asked to all that was asked before', () => {
    const { bdd, conditions, holds } = setUp();
    const excluded = (a: string, b: string): boolean => {
      const both = bdd.and(holds(a), holds(b));
      return bdd.and(conditions.facts(), both) === NEVER;
    };
    const implied = (a: string, b: string): boolean => {
      const [one, other] = [holds(a), holds(b)];
      return bdd.implies(bdd.and(conditions.facts(), one), other);
    };
    assert.ok(implied('data.a.b', 'data.a'));
    assert.ok(implied('c', 'c'));
    assert.ok(implied('data.d.e.f', 'data.d'));
    assert.ok(implied('data', 'this'));
    assert.ok(excluded('(eq data.a "x")', '(eq data.a "y")'));
    assert.ok(implied('(eq data.a "x")', 'data.a'));
    assert.ok(implied('(eq data.g.h "x")', 'data.g'));
    assert.ok(!implied('data.a', 'data.a.b'));
    assert.ok(excluded('(eq data.k 5)', 'data.k.l'));
    assert.ok(excluded('data.m.n', '(eq data.m 5)'));
    assert.ok(implied('(eq data.y "x")', 'data'));
    assert.ok(implied('(first data.a)', '(first data.a)'));
    assert.ok(!implied('data.b', 'data.bb'));
    assert.ok(!implied('data.o.p', 'data.p'));
  });

  it('ties a part to all that was asked about the whole', () => {
    const { bdd, conditions, holds } = setUp();
    const [present, equal, other] = [holds('data.a'), holds('(eq data.a 1)'), holds('(eq data.a 2)')];
    const part = holds('data.a.b');
    const facts = conditions.facts();
    assert.ok(bdd.implies(bdd.and(facts, part), present));
    assert.equal(bdd.and(facts, bdd.and(part, equal)), NEVER);
    assert.equal(bdd.and(facts, bdd.and(part, other)), NEVER);
  });

  it('knows that above the event there is nothing', () => {
    const { holds } = setUp();
    assert.deepEqual(['../a', '@first', '@index', '../../../a'].map(holds), [NEVER, NEVER, NEVER, NEVER]);
  });

  it('quotes 120 characters of what was asked', () => {
    const { conditions } = setUp();
    const [whole, longer] = ['a'.repeat(115), 'b'.repeat(116)];
    for (const name of [whole, longer]) ask(conditions, `data.${name}`);
    const cut = `data.${longer}`.slice(0, 119);
    assert.deepEqual(wordsOf(conditions), [
      `data.${whole} is present | data.${whole} is absent`,
      `${cut}… is present | ${cut}… is absent`,
    ]);
  });

  it('compares 40 values of in one by one, and leaves further calls whole', () => {
    const { conditions, holds } = setUp();
    const values = (from: number, count: number): string =>
      Array.from({ length: count }, (_, index) => String(from + index)).join(' ');
    const calls = [values(0, 19), values(19, 19), values(38, 2), '99'].map((among) => `(in data.a ${among})`);
    const beyond = '(in data.a 99)';
    for (const question of [...calls, ...calls]) holds(question);
    assert.equal(wordsOf(conditions).length, 41);
    assert.equal(wordsOf(conditions)[40], '(in data.a 99) is true | (in data.a 99) is false');
    assert.notEqual(holds('(eq data.a 99)'), holds(beyond));
  });

  it('says nothing for a missing value of the template', () => {
    const { conditions } = setUp();
    ask(conditions, '(eq data.a undefined)');
    assert.deepEqual(wordsOf(conditions), ['data.a is nothing | data.a is not nothing']);
  });

  it('gives with each condition the facts about it', () => {
    const { bdd, conditions } = setUp();
    const whole = ask(conditions, 'data.a');
    assert.equal(whole.facts, ALWAYS);
    const part = ask(conditions, 'data.a.b');
    assert.equal(part.facts, bdd.or(bdd.not(part.holds), whole.holds));
    assert.equal(ask(conditions, 'data.a.b').facts, part.facts);
    assert.equal(ask(conditions, '(not data.a.b)').facts, part.facts);
    assert.equal(ask(conditions, '(and data.z data.a.b)').facts, part.facts);
    assert.equal(ask(conditions, '(or data.z data.a.b)').facts, part.facts);
    assert.equal(conditions.facts(), part.facts);
    const zero = ask(conditions, 'data.a', EVENT_FRAME, true);
    assert.equal(zero.facts, bdd.or(zero.holds, bdd.and(bdd.not(whole.holds), bdd.not(part.holds))));
    assert.equal(conditions.facts(), bdd.and(part.facts, zero.facts));
  });

  it('forgets with a loop what its turns change, and only that', () => {
    const [each] = nodesOf('{{#each data.xs}}{{#if a}}{{/if}}{{#if ../a}}{{/if}}{{#if (eq a ../a)}}{{/if}}{{/each}}');
    const { body } = each as EachNode;
    const { conditions } = setUp();
    const outer = itemFrame(NAMES, { loop: '#1', first: undefined, last: undefined }, EVENT_FRAME);
    const inner = itemFrame(NAMES, { loop: '#2', first: undefined, last: undefined }, outer);
    for (const node of body) if (node.kind === 'if') conditions.truth(node.condition, inner, false);
    assert.deepEqual([...conditions.ofLoop('#2')], [0, 2]);
    assert.deepEqual([...conditions.ofLoop('#1')], [1, 2]);
    assert.deepEqual([...conditions.ofLoop('#3')], []);
  });

  it('knows what stands in a with by its own name, and a value as a value', () => {
    const { conditions } = setUp();
    const inside = withFrame(resolve(NAMES, expression('data.a'), EVENT_FRAME), EVENT_FRAME);
    assert.equal(ask(conditions, 'b', inside).holds, ask(conditions, 'data.a.b').holds);
    const zero = withFrame({ kind: 'constant', value: 0 }, EVENT_FRAME);
    assert.equal(ask(conditions, 'this', zero).holds, NEVER);
    assert.equal(ask(conditions, 'this', zero, true).holds, ALWAYS);
  });

  it('knows that an index behind the first turn is not 0', () => {
    const { conditions } = setUp();
    const [each] = nodesOf(
      '{{#each data.xs}}{{#if @index}}{{/if}}{{#if (eq @index 0)}}{{/if}}{{#if (eq @index 1)}}{{/if}}{{/each}}',
    );
    const { body } = each as EachNode;
    const frame = (first: boolean | undefined) => itemFrame(NAMES, { loop: '#1', first, last: undefined }, EVENT_FRAME);
    const refs = (first: boolean | undefined): Ref[] =>
      body.flatMap((node) => (node.kind === 'if' ? [conditions.truth(node.condition, frame(first), false).holds] : []));
    assert.deepEqual(refs(true), [NEVER, ALWAYS, NEVER]);
    const [isThere, isZero, isOne] = refs(false);
    assert.deepEqual([isThere, isZero], [ALWAYS, NEVER]);
    assert.ok((isOne ?? 0) > ALWAYS);
    assert.ok(refs(undefined).every((ref) => ref > ALWAYS));
  });

  it('says in words what was asked', () => {
    const { conditions } = setUp();
    for (const source of [
      'data.a',
      '(eq data.a "x")',
      '(eq 1.10 data.a)',
      '(eq data.a null)',
      '(eq data.a undefined)',
      '(eq data.a data.b)',
      '(gt data.n 5)',
      '(eq (first data.a) true)',
    ]) {
      ask(conditions, source);
    }
    ask(conditions, 'data.a', EVENT_FRAME, true);
    ask(conditions, '(first data.a)', EVENT_FRAME, true);
    conditions.entries(expression('data.a'), EVENT_FRAME);
    conditions.single(expression('data.a'), EVENT_FRAME);
    assert.deepEqual(wordsOf(conditions), [
      'data.a is present | data.a is absent',
      'data.a is "x" | data.a is not "x"',
      'data.a is 1.10 | data.a is not 1.10',
      'data.a is null | data.a is not null',
      'data.a equals data.b | data.a differs from data.b',
      '(gt data.n 5) is true | (gt data.n 5) is false',
      '(first data.a) is true | (first data.a) is not true',
      'data.a is present or 0 | data.a is absent',
      '(first data.a) is true | (first data.a) is false',
      'data.a has entries | data.a has no entries',
      'data.a has one entry | data.a has several entries',
    ]);
  });

  it('finds no entries in a value of the template', () => {
    const { conditions } = setUp();
    for (const source of ['"abc"', '5', 'true', 'null']) {
      assert.deepEqual(conditions.entries(expression(source), EVENT_FRAME), { holds: NEVER, facts: ALWAYS });
      assert.deepEqual(conditions.single(expression(source), EVENT_FRAME), { holds: NEVER, facts: ALWAYS });
    }
  });

  it('asks a helper of logic without an argument as one of a missing value', () => {
    const { conditions } = setUp();
    const call = (helper: string) => ({ kind: 'call', helper, args: [], options: [], source: `(${helper})` }) as const;
    assert.equal(conditions.truth(call('not'), EVENT_FRAME, false).holds, ALWAYS);
    assert.equal(conditions.truth(call('eq'), EVENT_FRAME, false).holds, NEVER);
    assert.equal(conditions.truth(call('ne'), EVENT_FRAME, false).holds, ALWAYS);
    const half = { ...call('eq'), args: [expression('data.a')] } as const;
    assert.equal(conditions.truth(half, EVENT_FRAME, false).holds, NEVER);
  });
});

describe('LIST_HELPERS', () => {
  it('give a list or nothing, whatever they are given', () => {
    const argument = fc.oneof(anyJson, fc.constantFrom<ExactJson>('', ',', [[]], [{ a: 1 }], {}, { a: [] }));
    fc.assert(
      fc.property(
        fc.constantFrom(...LIST_HELPERS),
        fc.array(argument, { minLength: 1, maxLength: 2 }),
        (helper, args) => {
          const { result } = callHelper(helper, args);
          assert.ok(result === undefined || Array.isArray(result), JSON.stringify(result));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
