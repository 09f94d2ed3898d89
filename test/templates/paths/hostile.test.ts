import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/domain/json.ts';
import { parseTemplate } from '../../../src/templates/parse.ts';
import type { PathCheck } from '../../../src/templates/paths/index.ts';
import { checkPaths } from '../../../src/templates/paths/index.ts';
import type { Slot } from '../../../src/templates/proof/slot.ts';
import type { Node } from '../../../src/templates/syntax/tree.ts';
import { AUDIT, fields } from './checking.ts';

const NAMES = [
  'data',
  'a',
  'b',
  'items',
  'length',
  '0',
  '[odd key]',
  'constructor',
  'event_type',
  'action',
  'metadata',
];
const TEXTS = ['{', '}', '"', ',', ':', '[', ']', '\\"', '\\\\', ' ', '{\\"a\\":\\"', 'x', '\n', '"{\\"k\\":', '1'];

const name = fc.constantFrom(...NAMES);
const path = fc.oneof(
  fc.array(name, { minLength: 1, maxLength: 4 }).map((keys) => keys.join('.')),
  fc.tuple(fc.constantFrom('../', '../../', './', 'this.', '@root.'), name).map((parts) => parts.join('')),
  fc.constantFrom('this', '.', '@key', '@index', '@first', '@last', '@root', 'item', 'key', 'item.a'),
);

const call = fc.letrec<{ argument: string; call: string }>((tie) => ({
  call: fc.oneof(
    fc
      .tuple(fc.constantFrom('json', 'not', 'upper', 'first', 'length', 'and'), tie('argument'))
      .map((it) => it.join(' ')),
    fc
      .tuple(fc.constantFrom('eq', 'ne', 'default', 'gt', 'in', 'or', 'contains'), tie('argument'), tie('argument'))
      .map((it) => it.join(' ')),
  ),
  argument: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    path,
    fc.constantFrom('"text"', "'data.a'", '1', 'null', 'true'),
    tie('call').map((inner) => `(${inner})`),
  ),
}));

const argument = call.argument;

interface Piece {
  readonly open: string;
  readonly close: string;
}

const block: fc.Arbitrary<Piece> = fc.oneof(
  fc
    .tuple(fc.constantFrom('if', 'unless', 'with', 'each'), argument)
    .map(([kind, what]) => ({ open: `{{#${kind} ${what}}}`, close: `{{/${kind}}}` })),
  path.map((over) => ({ open: `{{#each ${over} as |item key|}}`, close: '{{/each}}' })),
);

const template = fc.letrec<{ nodes: string; node: string }>((tie) => ({
  nodes: fc.array(tie('node'), { maxLength: 5 }).map((nodes) => nodes.join('')),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...TEXTS, '"[{{#each data}}{{json this}},{{/each}}]"', '{{data.action}}', '{{data.action}}'),
    fc.oneof(path, call.call).map((inside) => `{{${inside}}}`),
    fc
      .tuple(block, tie('nodes'), fc.option(tie('nodes')))
      .map(([{ open, close }, body, other]) => `${open}${body}${other === null ? '' : `{{else}}${other}`}${close}`),
  ),
})).nodes;

const schema = fc.letrec<{ schema: unknown; object: unknown }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(
      true,
      false,
      {},
      { type: 'string' },
      { type: ['null', 'number'] },
      { $ref: '#' },
      5,
      null,
      'x',
      [],
    ),
    fc.constantFrom<unknown>({ $ref: '#/$defs/a' }, { $ref: '#/$defs/b' }, { $ref: 7 }, { enum: [1, null, {}] }),
    tie('object'),
    fc
      .tuple(fc.constantFrom('allOf', 'anyOf', 'oneOf'), fc.array(tie('schema'), { maxLength: 3 }))
      .map(([keyword, list]) => ({ [keyword]: list })),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        prefixItems: fc.array(tie('schema'), { maxLength: 2 }),
        minItems: fc.nat(2),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ if: tie('schema'), then: tie('schema'), else: tie('schema') }, { requiredKeys: ['if'] }),
  ),
  object: fc.record(
    {
      type: fc.constantFrom<unknown>('object', ['object', 'null'], 'nonsense', {}),
      properties: fc.oneof(
        fc.dictionary(fc.constantFrom(...NAMES, '__proto__'), tie('schema'), { maxKeys: 4 }),
        fc.constantFrom<unknown>(5, null),
      ),
      required: fc.oneof(fc.array(name, { maxLength: 3 }), fc.constantFrom<unknown>('a', [5])),
      additionalProperties: tie('schema'),
      patternProperties: fc.constantFrom<unknown>({}, { '(': true }, 5),
      unevaluatedProperties: fc.constantFrom<unknown>(false, true, {}),
    },
    { requiredKeys: [] },
  ),
}));

const payload = fc
  .tuple(schema.object, schema.schema, schema.schema, schema.schema)
  .map(([root, data, a, b]) => ({ ...(root as JsonObject), properties: { data }, $defs: { a, b } }) as JsonObject);

const tagsOf = (nodes: readonly Node[]): readonly Exclude<Node, { kind: 'text' }>[] =>
  nodes.flatMap((node) => {
    if (node.kind === 'text') return [];
    return node.kind === 'placeholder' ? [node] : [node, ...tagsOf(node.body), ...tagsOf(node.otherwise)];
  });

function run(
  source: string,
  payloadSchema: JsonObject,
  slotOf: (index: number) => Slot,
): { check: PathCheck; nodes: readonly Node[] } | undefined {
  const parsed = parseTemplate(source);
  if (!parsed.ok) return undefined;
  const placeholders = tagsOf(parsed.nodes).filter(({ kind }) => kind === 'placeholder');
  const slots = new Map(placeholders.map(({ offset }, index) => [offset, slotOf(index)]));
  return { check: checkPaths(parsed.text, parsed.nodes, slots, payloadSchema), nodes: parsed.nodes };
}

describe('checkPaths, for whatever it is given', () => {
  it('never throws, and points into tags, each place and code once', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        template,
        fc.oneof(payload, fc.constant(AUDIT)),
        fc.array(fc.constantFrom<Slot>('string', 'value'), { minLength: 1 }),
        (source, payloadSchema, slots) => {
          const found = run(source, payloadSchema, (index) => slots[index % slots.length] ?? 'string');
          if (found === undefined) return;
          const { check, nodes } = found;
          const all = [...check.findings, ...check.warnings];
          const tags = tagsOf(nodes);
          for (const { code, offset, detail, hint } of all) {
            seen.add(code);
            const tag = tags.findLast((one) => one.offset <= offset);
            assert.ok(tag !== undefined, `${code} stands before all tags`);
            const end = source.indexOf('}}', tag.offset) + 2;
            assert.ok(offset < end, `${code} at ${String(offset)} stands behind ${source.slice(tag.offset, end)}`);
            assert.ok(
              detail.length > 10 && hint.length > 10 && !/undefined|\[object/.test(detail + hint),
              detail + hint,
            );
          }
          const places = all.map(({ code, offset }) => `${code}@${String(offset)}`);
          assert.deepEqual(places, [...new Set(places)]);
          assert.equal(check.placeholders.length, tags.filter(({ kind }) => kind === 'placeholder').length);
        },
      ),
      { numRuns: 400 },
    );
    assert.deepEqual([...seen].sort(), [
      'comma_in_string',
      'json_in_string',
      'may_be_null',
      'not_iterable',
      'object_in_string',
      'path_through_list',
      'unknown_field',
    ]);
  });

  const timed = (source: string, payloadSchema: JsonObject): number => {
    const start = process.hrtime.bigint();
    assert.ok(run(source, payloadSchema, () => 'value') !== undefined, 'not parsed');
    return Number(process.hrtime.bigint() - start) / 1e6;
  };
  // What else the machine does may make one slow; a bomb is slow each time.
  const isQuick = (source: string, payloadSchema: JsonObject): boolean =>
    [1, 2, 3].some(() => timed(source, payloadSchema) < 1000);

  const wide = fields(
    Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`field_number_${String(index)}`, { type: 'string' }]),
    ),
  );
  const tangle = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => {
      const next = { $ref: `#/$defs/t${String((index + 1) % 40)}` };
      return [
        `t${String(index)}`,
        { anyOf: [next, { type: 'object', properties: { a: next, b: next } }], allOf: [next], oneOf: [next, next] },
      ];
    }),
  );
  const tangled = fields({ a: { $ref: '#/$defs/t0' }, b: { type: 'array', items: { $ref: '#/$defs/t1' } } }, tangle);

  const bombs: readonly (readonly [what: string, source: string, schema: JsonObject])[] = [
    ['many unknown names in a wide schema', '{{data.field_numbr_1}} '.repeat(1900), wide],
    ['one long name', `{{data.${'x'.repeat(60_000)}}}`, wide],
    ['one long path', `{{data${'.a'.repeat(2900)}}}`, tangled],
    ['many paths through a tangle', '{{data.a.a.b.a.b}}'.repeat(400), tangled],
    ['loops over a tangle', '{{#each data.b}}{{a.b.a}}{{/each}}'.repeat(150), tangled],
    ['a long chain of else', `{{#if data.x}}1${'{{else if data.y}}2'.repeat(198)}{{/if}}`, AUDIT],
    ['blanks in a tag', `{{json ${' '.repeat(60_000)}data.x}}`, AUDIT],
    ['a long string', `"${'{\\"a\\":\\"'.repeat(7000)}{{data.x}}"`, AUDIT],
    ['many placeholders in JSON in a string', `"${'{\\"a\\":\\"{{data.x}}\\"}'.repeat(1900)}"`, AUDIT],
    ['a long text in a tag', `{{default data.x "${'a'.repeat(60_000)}"}}`, AUDIT],
  ];
  for (const [what, source, payloadSchema] of bombs) {
    it(`is quick with ${what}`, () => {
      assert.ok(isQuick(source, payloadSchema));
    });
  }
});
