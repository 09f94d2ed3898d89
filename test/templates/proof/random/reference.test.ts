// The reference has to be right before anything is judged by it: against JSON.parse where there are no blocks, against
// stock Handlebars where there is only text, and against a table for what neither of them knows.
import assert from 'node:assert/strict';
import Handlebars from 'handlebars';
import { JsonNumber } from '../../../../src/domain/json.ts';
import { Chance, seedOf } from './chance.ts';
import { richEvent } from './events.ts';
import { damage } from './growing/damage.ts';
import { grow } from './growing/grow.ts';
import { printTemplate } from './print.ts';
import { interpret, Sightings } from './reference/interpret.ts';
import type { Value } from './reference/reader.ts';
import { readStrictly, Reader } from './reference/reader.ts';
import { textOf, valueOf } from './reference/values.ts';
import type { Frame } from './reference/values.ts';
import { entries, isTrue } from './reference/values.ts';
import type { BlockNode, Node } from './tree.ts';
import { block, everyNode, path, slot, text } from './tree.ts';

function plain(value: Value): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return typeof value === 'object' && value !== null ? Number(value.number) : value;
}

function parsed(body: string): unknown {
  try {
    return { value: JSON.parse(body) as unknown };
  } catch {
    return 'no JSON';
  }
}

function read(body: string): unknown {
  try {
    return { value: plain(readStrictly(body)) };
  } catch {
    return 'no JSON';
  }
}

describe('the reader of the reference', () => {
  it('agrees with JSON.parse about any text without placeholders', () => {
    const pieces = [
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      'a',
      '1',
      '-',
      '.',
      'e',
      '0',
      'true',
      'null',
      '\\',
      'u00e9',
      ' ',
      '"k":',
      '\n',
    ];
    for (let index = 0; index < 20_000; index += 1) {
      const chance = new Chance(seedOf(5, index));
      const body = Array.from({ length: chance.below(9) }, () => chance.pick(pieces)).join('');
      assert.deepEqual(read(body), parsed(body), body);
    }
  });

  it('agrees with JSON.parse about grown and damaged documents', () => {
    let valid = 0;
    for (let index = 0; index < 1500; index += 1) {
      const chance = new Chance(seedOf(6, index));
      const literal = [...everyNode(damage(chance, grow(chance)))].filter(({ kind }) => kind === 'text');
      const body = literal.map((node) => (node as { text: string }).text).join('');
      if (read(body) !== 'no JSON') valid += 1;
      assert.deepEqual(read(body), parsed(body), body);
    }
    assert.ok(valid > 30, String(valid));
  });

  const forgiven: readonly (readonly [body: string, expected: unknown])[] = [
    ['[,]', []],
    ['[,,1,,2,]', [1, 2]],
    ['{,}', {}],
    ['{,"a":1,,"b":2,}', { a: 1, b: 2 }],
    ['[1 2]', 'no JSON'],
    ['{"a":1"b":2}', 'no JSON'],
    ['{"a":,1}', 'no JSON'],
    ['{"a",:1}', 'no JSON'],
    [',1', 'no JSON'],
    ['1,', 'no JSON'],
  ];
  for (const [body, expected] of forgiven) {
    it(`reads ${body} as ${JSON.stringify(expected)}`, () => {
      const reader = new Reader<number>();
      const result = (): unknown => {
        try {
          reader.text(body, (index) => index);
          return plain(reader.end());
        } catch {
          return 'no JSON';
        }
      };
      assert.deepEqual(result(), expected);
    });
  }
});

describe('the interpreter of the reference', () => {
  it('takes the ways, and strips the blanks, that stock Handlebars does', () => {
    let compared = 0;
    for (let index = 0; index < 1200; index += 1) {
      const chance = new Chance(seedOf(7, index));
      const template = printTemplate(grow(chance).map(asPlainText));
      if (!isStock(template.nodes)) continue;
      const event = withoutTraps(
        richEvent(chance, {
          names: ['a', 'b', 'c', 'ok', 's', 'n', 'xs', 'ys', 'o'],
          lists: new Set(),
          records: new Set(),
          literals: [],
          depth: 2,
        }),
      );
      const stock = Handlebars.compile(template.source, { noEscape: true })(event, { helpers: LOGIC });
      const rendered = written(
        template.nodes,
        { value: event, parent: undefined, params: {}, loop: undefined },
        (node) => template.shown.get(node)?.text ?? '',
      );
      assert.equal(rendered, stock, JSON.stringify([template.source, event]));
      compared += 1;
    }
    assert.ok(compared > 500, String(compared));
  });

  it('decides at run time what a placeholder is', () => {
    const run = (nodes: readonly Node[], event: object) => interpret(printTemplate(nodes), event, new Sightings());
    assert.deepEqual(run([text('['), slot('a'), text(',"'), slot('a'), text('"]')], { a: new JsonNumber('1.0') }), {
      value: [{ number: '1.0' }, '1.0'],
    });
    assert.deepEqual(run([text('{'), slot('a'), text(':1}')], { a: 'k' }), { reason: 'slot: key' });
    assert.deepEqual(run([text('"\\u00'), slot('a'), text('"')], { a: '41' }), { reason: 'slot: escape' });
    assert.deepEqual(run([text('1'), slot('a')], { a: 1 }), { reason: 'slot: elsewhere' });
    const quoted = block('if', path('a'), [text('"')]);
    assert.deepEqual(run([quoted, slot('s'), quoted], { a: true, s: 'x"' }), { value: 'x"' });
    assert.deepEqual(run([quoted, slot('s'), quoted], { s: ['x"'] }), { value: ['x"'] });
  });
});

// Names that stock looks up along prototypes or binds otherwise are left out: the texts below have none of them.
const LOGIC = {
  not: (value: unknown) => !isTrue(value, false),
  and: (...args: unknown[]) => args.slice(0, -1).every((arg) => isTrue(arg, false)),
  or: (...args: unknown[]) => args.slice(0, -1).some((arg) => isTrue(arg, false)),
  eq: (a: unknown, b: unknown) => (a ?? null) === (b ?? null),
  ne: (a: unknown, b: unknown) => (a ?? null) !== (b ?? null),
};

// Stock cannot read JSON's braces, its escapes differ, and without escaping it adds numbers that stand side by side: what
// is written is no matter here, only where.
function asPlainText(node: Node): Node {
  if (node.kind === 'text') return text(node.text.replace(/[{}\\\u2028]/g, '#'));
  if (node.kind === 'slot') return { ...node, expression: path('@root.mark'), form: 'two' };
  return node.kind === 'block' ? plainBlock(node) : node;
}

function plainBlock(node: BlockNode): BlockNode {
  const otherwise = node.otherwise?.map(asPlainText);
  return { ...node, params: [], body: node.body.map(asPlainText), otherwise };
}

function isStock(nodes: readonly Node[]): boolean {
  return [...everyNode(nodes)].every((node) => {
    if (node.kind !== 'block') return true;
    const { argument } = node;
    // In stock, `../` is another thing where an item equals its parent, and `eq` is only right for simple values.
    if (argument.kind === 'path')
      return /^[a-z]+$|^@(?:first|last|index|key)$/.test(argument.text) && argument.text !== 'this';
    return argument.kind === 'call' && argument.helper === 'not' && argument.args.every(({ kind }) => kind === 'path');
  });
}

function withoutTraps(event: object): object {
  // Stock goes on into the values of numbers kept as text, and takes `this` in another way where it is null.
  return JSON.parse(
    JSON.stringify(event, (_key, value: unknown) => (value instanceof JsonNumber ? 1 : value)),
  ) as object;
}

function written(nodes: readonly Node[], frame: Frame, shown: (node: Node & { kind: 'text' }) => string): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return shown(node);
      if (node.kind === 'slot') return textOf(valueOf(node.expression, frame));
      return node.kind === 'block' ? writtenBlock(node, frame, shown) : '';
    })
    .join('');
}

function writtenBlock(node: BlockNode, frame: Frame, shown: (node: Node & { kind: 'text' }) => string): string {
  const value = valueOf(node.argument, frame);
  const inside = (item: unknown, loop: Frame['loop']): string =>
    written(node.body, { value: item, parent: frame, params: {}, loop }, shown);
  const otherwise = (): string => written(node.otherwise ?? [], frame, shown);
  if (node.name === 'with') return isTrue(value, true) ? inside(value, frame.loop) : otherwise();
  if (node.name !== 'each') {
    const holds = isTrue(value, node.includeZero) === (node.name === 'if');
    return holds ? written(node.body, frame, shown) : otherwise();
  }
  const items = entries(value);
  if (items.length === 0) return otherwise();
  return items
    .map(([key, item], index) => inside(item, { index, key, first: index === 0, last: index === items.length - 1 }))
    .join('');
}
