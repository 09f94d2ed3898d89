import assert from 'node:assert/strict';
import { JsonNumber } from '../../../../src/domain/json.ts';
import type { Operand, ProofFrame, Turn } from '../../../../src/templates/proof/logic/things.ts';
import {
  eventFrame,
  itemFrame,
  Names,
  nameOf,
  resolve as resolveWith,
  withFrame,
} from '../../../../src/templates/proof/logic/things.ts';
import type { Expression, PathExpression, PathStart } from '../../../../src/templates/syntax/tree.ts';
import { expression } from './asking.ts';

// Keeps what each short name stands for.
class ReadableNames extends Names {
  readonly #meanings: string[] = [];

  override of(description: string): number {
    const name = super.of(description);
    this.#meanings[name] = description.startsWith('(') ? this.read(description) : description;
    return name;
  }

  override part(whole: number, key: string): number {
    const name = super.part(whole, key);
    this.#meanings[name] = `${this.#meanings[whole] ?? '?'}.${JSON.stringify(key)}`;
    return name;
  }

  read(text: string): string {
    return text.replace(/#(\d+)/g, (_, name) => this.#meanings[Number(name)] ?? '?');
  }
}

const NAMES = new ReadableNames();
const EVENT_FRAME = eventFrame(NAMES);

function resolve(of: Expression, frame: ProofFrame): Operand {
  return resolveWith(NAMES, of, frame);
}

function path(up: number, start: PathStart, ...keys: string[]): PathExpression {
  return { kind: 'path', up, start, keys, source: 'as written' };
}

function name(of: Expression, frame: ProofFrame = EVENT_FRAME): string {
  const operand = resolve(of, frame);
  return operand.kind === 'thing' ? NAMES.read(nameOf(operand)) : nameOf(operand);
}

function loopsOf(of: Expression, frame: ProofFrame): readonly string[] {
  const operand = resolve(of, frame);
  return operand.kind === 'thing' ? operand.thing.loops : [];
}

function turn(loop: string, first?: boolean, last?: boolean): Turn {
  return { loop, first, last };
}

const OUTER = itemFrame(NAMES, turn('#1'), EVENT_FRAME);
const INNER = itemFrame(NAMES, turn('#9', false, true), OUTER);

describe('resolve', () => {
  const table: readonly (readonly [of: Expression, frame: ProofFrame, name: string])[] = [
    [path(0, 'this'), EVENT_FRAME, 'event'],
    [path(0, 'this', 'a', 'b'), EVENT_FRAME, 'event."a"."b"'],
    [path(0, 'this', 'a.b'), EVENT_FRAME, 'event."a.b"'],
    [path(0, 'this', 'a'), OUTER, 'item of #1."a"'],
    [path(1, 'this', 'a'), OUTER, 'event."a"'],
    [path(0, 'this', 'a'), INNER, 'item of #9."a"'],
    [path(1, 'this', 'a'), INNER, 'item of #1."a"'],
    [path(2, 'this'), INNER, 'event'],
    [path(3, 'this', 'a'), INNER, '=null'],
    [path(5, 'this', 'a'), INNER, '=null'],
    [path(0, 'nothing', 'a'), EVENT_FRAME, '=null'],
    // Turns: what is known of them is a value.
    [path(0, 'first'), EVENT_FRAME, '=null'],
    [path(0, 'first'), OUTER, 'first of #1'],
    [path(0, 'last'), OUTER, 'last of #1'],
    [path(0, 'key'), OUTER, 'key of #1'],
    [path(0, 'index'), OUTER, 'index of #1'],
    [path(0, 'first'), INNER, '=false'],
    [path(0, 'last'), INNER, '=true'],
    [path(1, 'first'), INNER, 'first of #1'],
    [path(0, 'index'), INNER, 'index of #9'],
    [path(0, 'index'), itemFrame(NAMES, turn('#2', true), OUTER), '=0'],
    [path(0, 'key'), itemFrame(NAMES, turn('#2', true), OUTER), 'key of #2'],
    [path(0, 'key', 'length'), OUTER, 'key of #1."length"'],
    // What a `with` stands on is known by its own name.
    [path(0, 'this', 'b'), withFrame(resolve(path(0, 'this', 'a'), EVENT_FRAME), EVENT_FRAME), 'event."a"."b"'],
    [path(1, 'this', 'b'), withFrame(resolve(path(0, 'this', 'a'), EVENT_FRAME), EVENT_FRAME), 'event."b"'],
    [path(0, 'last'), withFrame(resolve(path(0, 'this', 'a'), INNER), INNER), '=true'],
    [path(0, 'this'), withFrame({ kind: 'constant', value: 'abc' }, EVENT_FRAME), '="abc"'],
    [path(0, 'this', 'length'), withFrame({ kind: 'constant', value: 'abc' }, EVENT_FRAME), '="abc"."length"'],
    // Values.
    [{ kind: 'literal', value: 'a"b' }, EVENT_FRAME, '="a\\"b"'],
    [{ kind: 'literal', value: 5 }, EVENT_FRAME, '=5'],
    [{ kind: 'literal', value: '5' }, EVENT_FRAME, '="5"'],
    [{ kind: 'literal', value: 1.1, spelling: '1.10' }, EVENT_FRAME, '=1.1'],
    [{ kind: 'literal', value: 0, spelling: '-0' }, EVENT_FRAME, '=0'],
    [{ kind: 'literal', value: true }, EVENT_FRAME, '=true'],
    [{ kind: 'literal', value: null }, EVENT_FRAME, '=null'],
    [{ kind: 'literal', value: undefined }, EVENT_FRAME, '=null'],
    // Calls are the same where helper, arguments and options are.
    [expression('(length a)'), EVENT_FRAME, '(length event."a")'],
    [expression('(gt (length a.b) 3)'), EVENT_FRAME, '(gt (length event."a"."b") =3)'],
    [expression('(json a pretty=true)'), EVENT_FRAME, '(json event."a" pretty==true)'],
    [expression('(length a)'), OUTER, '(length item of #1."a")'],
    // A helper may see how a number is spelled: 1.10 and 1.1 are equal, and make different texts.
    [expression('(concat 1.10)'), EVENT_FRAME, '(concat =1.10)'],
    [expression('(concat 1.1)'), EVENT_FRAME, '(concat =1.1)'],
    [expression('(concat -0)'), EVENT_FRAME, '(concat =-0)'],
  ];
  for (const [of, frame, expected] of table) {
    it(`names ${of.kind === 'literal' ? JSON.stringify(of) : of.source} ${expected}`, () => {
      assert.equal(name(of, frame), expected);
    });
  }

  it('keeps the spelling of a number', () => {
    assert.deepEqual(resolve({ kind: 'literal', value: 1.1, spelling: '1.10' }, EVENT_FRAME), {
      kind: 'constant',
      value: new JsonNumber('1.10'),
    });
  });

  it('knows with the turns of which loops a thing changes', () => {
    assert.deepEqual(loopsOf(path(0, 'this', 'a'), EVENT_FRAME), []);
    assert.deepEqual(loopsOf(path(0, 'this', 'a'), INNER), ['#9']);
    assert.deepEqual(loopsOf(path(1, 'this', 'a'), INNER), ['#1']);
    assert.deepEqual(loopsOf(path(0, 'key'), INNER), ['#9']);
    const text = withFrame({ kind: 'constant', value: 'abc' }, INNER);
    assert.deepEqual(loopsOf(path(0, 'this', 'length'), text), []);
    assert.deepEqual(loopsOf(path(2, 'this', 'a'), INNER), []);
    assert.deepEqual(loopsOf(expression('(gt (length a) 3)'), INNER), ['#9']);
    assert.deepEqual(loopsOf(expression('(concat a b)'), INNER), ['#9']);
    const call = {
      kind: 'call',
      helper: 'json',
      args: [path(0, 'this')],
      options: [['pretty', path(1, 'this')]],
      source: '',
    } as const;
    assert.deepEqual(loopsOf(call, INNER), ['#9', '#1']);
    assert.deepEqual(loopsOf(path(0, 'this', 'b'), withFrame(resolve(path(0, 'this', 'a'), INNER), INNER)), ['#9']);
  });

  it('knows what each event has, and of what else is named like it nothing', () => {
    const isTrue = (of: Expression, frame: ProofFrame): boolean => {
      const operand = resolve(of, frame);
      return operand.kind === 'thing' && operand.thing.isTrue === true;
    };
    for (const member of ['id', 'schema', 'event_type', 'event_time', 'received_at', 'data']) {
      assert.equal(isTrue(path(0, 'this', member), EVENT_FRAME), true, member);
      assert.equal(isTrue(path(1, 'this', member), OUTER), true, member);
      assert.equal(isTrue(path(0, 'this', member), OUTER), false, member);
      assert.equal(isTrue(path(0, 'this', 'data', member), EVENT_FRAME), false, member);
    }
    assert.equal(isTrue(path(0, 'this', 'other'), EVENT_FRAME), false);
  });

  it('knows that the index behind the first turn is above zero, and of nothing else', () => {
    const isPositive = (of: Expression, frame: ProofFrame): boolean => {
      const operand = resolve(of, frame);
      return operand.kind === 'thing' && operand.thing.isTrue === true;
    };
    assert.equal(isPositive(path(0, 'index'), INNER), true);
    assert.equal(isPositive(path(0, 'index'), OUTER), false);
    assert.equal(isPositive(path(0, 'key'), INNER), false);
    assert.equal(isPositive(path(0, 'this'), INNER), false);
    assert.equal(isPositive(path(0, 'index', 'length'), INNER), false);
    assert.equal(isPositive(path(0, 'first'), OUTER), false);
  });
});

describe('Names', () => {
  it('name a part of each whole, and a description, apart', () => {
    const names = new Names();
    const [a, b] = [names.of('a'), names.of('b')];
    const all = [a, b, names.part(a, 'x'), names.part(b, 'x'), names.part(a, 'a'), names.of('0.x'), names.of(':a')];
    assert.equal(new Set(all).size, all.length);
    assert.deepEqual([names.of('a'), names.part(b, 'x')], [a, all[3]]);
  });

  it('are there for each whole that a thing is a part of', () => {
    const operand = resolve(path(0, 'this', 'a', 'b'), EVENT_FRAME);
    assert.ok(operand.kind === 'thing');
    assert.deepEqual(
      operand.thing.names.map((one) => NAMES.read(`#${String(one)}`)),
      ['event', 'event."a"', 'event."a"."b"'],
    );
  });
});
