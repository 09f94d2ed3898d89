// Placeholders: what each one writes where it stands, and what is said of one that stands nowhere.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileTemplate } from '../../../src/templates/index.ts';
import { Output } from '../../../src/templates/output.ts';
import { contextOf, faultsOf } from '../harness.ts';
import { draftOf, refusals, told } from './report/telling.ts';

const ACCEPTED: readonly (readonly [source: string, ...slots: string[]])[] = [
  ['{{x}}', 'value'],
  ['"{{x}}"', 'string'],
  ['{"{{k}}":{{v}},"a {{b}} c {{d}}":[{{e}} , {{f}}]}', 'string', 'value', 'string', 'string', 'value', 'value'],
  ['["\\"{{x}}","\\\\",{{y}},"\\u0041{{z}}"]', 'string', 'value', 'string'],
  ['["C:\\\\{{x}}"]', 'string'],
  ['{"a":{{#if x}}"{{x}}"{{else}}{{y}}{{/if}},"b":{{z}}}', 'string', 'value', 'value'],
  ['"{{#if x}}{{x}} {{else if y}}{{y}}{{else}}-{{/if}}{{z}}"', 'string', 'string', 'string'],
  ['"a{{#if x}}{{x}}"{{else}}"{{/if}}', 'string'],
  ['[{{#each x}}{{this}},"{{@key}}"{{#unless @last}},{{/unless}}{{/each}}]', 'value', 'string'],
  ['{{#if a}}{{x}}{{/if}}{{#unless a}}5{{/unless}}', 'value'],
  ['{{#if a}}{{x}}{{/if}}{{#unless a}}{{y}}{{/unless}}', 'value', 'value'],
  ['"\\{{x}} {{y}}"', 'string'],
  ['{{#with x}}"{{y}}"{{else}}{{z}}{{/with}}', 'string', 'value'],
  ['[{{#each xs}}{{#if @first}}{{x}}{{else}}{{#if @first}}{{y}}{{/if}}{{/if}},{{/each}}]', 'value', 'unreachable'],
  ['{{#if a}}{{#unless a}}{{x}} {{y}} 1 2{{/unless}}1{{else}}2{{/if}}', 'unreachable', 'unreachable'],
  ['{{#each "abc"}}{{x}}{{/each}}1', 'unreachable'],
  ['[{{#each xs}}"{{a}}",{{else}}{{b}}{{/each}}]', 'string', 'value'],
];

const REFUSED: readonly (readonly [source: string, ...told: string[]])[] = [
  ['{ {{k}}: 1 }', '1:3 unquoted_key'],
  ['{{{k}}: 1}', '1:2 unquoted_key'],
  ['{"a":1,{{#if x}}{{k}}{{else}}"k"{{/if}} :1}', '1:17 unquoted_key when x is present'],
  ['1{{x}}', '1:2 misplaced_slot'],
  ['[1{{x}},-{{y}},tru{{z}}]', '1:3 misplaced_slot', '1:10 misplaced_slot', '1:19 misplaced_slot'],
  ['{{seconds}}000', '1:12 misplaced_slot'],
  ['{{x}} {{y}}', '1:7 more_text'],
  ['{{x}}{{y}}{{z}}', '1:6 more_text'],
  ['["a" {{x}}]', '1:6 misplaced_slot'],
  ['["a"]{{x}}', '1:6 more_text'],
  ['[{{x}} "a"]', '1:8 missing_comma'],
  ['[{{x}}"a"]', '1:7 missing_comma'],
  ['[{{x}}{{#if a}} {"a":1}{{/if}}]', '1:17 missing_comma when a is present'],
  ['{"a":{{#if x}}"{{/if}}{{y}}{{#if x}}"{{/if}}}', '1:23 mixed_slot when x is absent'],
  [
    '[{{#each x}}"{{this}},{{/each}}]',
    '1:14 mixed_slot when in a later turn of {{#each x}}',
    '1:33 unclosed_string when x has entries',
  ],
  ['[{{#each x}}{{this}}"{{/each}}]', '1:21 missing_comma when x has entries'],
  ['{{#with x}}"{{/with}}{{y}}', '1:22 mixed_slot when x is absent'],
  ['"\\u00{{x}}"', '1:6 mixed_slot'],
  ['"\\u{{x}}"', '1:4 mixed_slot'],
  ['"\\u004{{x}}"', '1:7 mixed_slot'],
  ['"\\\\\\{{x}}"', '1:5 mixed_slot'],
  ['"{{#if a}}\\u00{{/if}}{{x}}"', '1:22 mixed_slot when a is present'],
  ['{"a":"{{x}}}', '1:13 unclosed_string'],
  ['{"a":"{{#if x}}"{{/if}}}', '1:25 unclosed_string when x is absent'],
  ['{"a":"x,\n"b":"{{y}}"}', '1:9 unclosed_string'],
  ['{"a" {{x}}}', '1:6 missing_colon'],
  ['{"a"{{x}}:1}', '1:5 missing_colon'],
  ['[1{{#if a}}{{x}}{{/if}}2]', '1:12 misplaced_slot when a is present'],
  ['[1 {{x}} 2,{{y}} {{z}}]', '1:4 misplaced_slot', '1:18 misplaced_slot'],
  ['["a{{#if a}}"{{/if}},{{x}},"b"]', '1:22 mixed_slot when a is present'],
  ['{"k\\u00{{x}}":1}', '1:8 mixed_slot'],
  ['{"k{{x}}":1,"k\\u{{y}}":{{z}}}', '1:17 mixed_slot'],
  ['[{{#if a}}"{{/if}}{{x}}{{#unless a}},"{{/unless}}",{{x}}]', '1:19 mixed_slot when a is absent'],
  [
    '[1.{{x}},1e{{x}},0{{x}},-0{{x}},1.5{{x}},1e5{{x}}]',
    '1:4 misplaced_slot',
    '1:12 misplaced_slot',
    '1:19 misplaced_slot',
    '1:27 misplaced_slot',
    '1:36 misplaced_slot',
    '1:45 misplaced_slot',
  ],
  ['{"a":{{x}}{{y}}, "b":{{z}}}', '1:11 misplaced_slot'],
  ['[{{#each xs}}{{this}}{{#unless @last}},{{/unless}}{{/each}} {{y}}]', '1:61 misplaced_slot when xs has entries'],
  ['{{x}}{"a":1}', '1:6 more_text'],
  ['["\\u{{x}}:", 1 2]', '1:5 mixed_slot', '1:16 missing_comma'],
  ['{"a\\u{{x}}": [1 2], "b" 3}', '1:6 mixed_slot', '1:25 missing_colon'],
  ['["a{{x}}{{#if a}}"{{/if}}{{y}}{{#if a}},"{{/if}}z"]', '1:26 mixed_slot when a is present'],
  ['{"k{{x}}{{#if a}}":{{else}}":{{/if}}{{y}}}'],
  ['[{{#each xs}}{{#if @first}}"{{/if}}{{this}}{{#if @last}}"{{/if}}{{/each}}]'],
  [
    '[{{#each xs}}{{#if @last}}"{{/if}}{{this}}{{#if @last}}"{{else}},{{/if}}{{/each}}]',
    '1:35 mixed_slot when in the last turn of {{#each xs}}',
  ],
  ['["\\{{x}} {{y}}"]'],
];

function slotsOf(source: string): string[] {
  return [...draftOf(source).slots.values()];
}

describe('SlotMap', () => {
  for (const [source, ...slots] of ACCEPTED) {
    it(`finds in ${source} ${slots.join(', ')}`, () => {
      assert.equal(slotsOf(source).join(), slots.join());
    });
  }

  for (const [source, ...expected] of REFUSED) {
    it(`says of ${JSON.stringify(source)} ${expected.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(told(source), expected);
    });
  }

  it('hints at multiplying where digits follow a value', () => {
    assert.match(faultsOf('{{seconds}}000')[0]?.hint ?? '', /multiply/);
  });

  const words: readonly (readonly [source: string, detail: string, hint: string])[] = [
    [
      '"\\u{{ x }}"',
      '{{ x }} stands inside an escape: the backslash before it is not finished.',
      'Finish the escape first; a backslash as text is written \\\\.',
    ],
    [
      '{{#if a}}"{{/if}}{{x}}{{#if a}}"{{/if}}',
      'Depending on the blocks before it, {{x}} stands inside a string or outside; here outside of strings.',
      'Open and close each string within the same part of a block.',
    ],
    [
      '[{{#each xs}}{{#if @last}}"{{/if}}{{x}}{{#if @last}}"{{else}},{{/if}}{{/each}}]',
      'Depending on the blocks before it, {{x}} stands inside a string or outside; here inside a string.',
      'Open and close each string within the same part of a block.',
    ],
    ['{ {{k}}:1}', '{{k}} is a key, but keys are strings.', 'Quote it: "{{k}}".'],
    ['{"a" {{x}}}', 'After a key JSON expects a colon, not {{x}}.', 'Put a colon between key and value.'],
    ...['1{{x}}', 'tru{{x}}'].map(
      (source) =>
        [
          source,
          '{{x}} follows directly on a number or word, which has to end before it.',
          'A number is not put together from parts: use a helper, such as {{multiply data.seconds -1}}. Or put all into one string.',
        ] as const,
    ),
    ...['[{{y}} {{x}}]', '[1 {{x}}]', '["a" {{x}}]'].map(
      (source) =>
        [
          source,
          '{{x}} follows on a value; JSON expects a comma or a closing bracket there.',
          'Put a comma between two values, or both into one string.',
        ] as const,
    ),
  ];
  for (const [source, detail, hint] of words) {
    it(`says of ${source}: ${detail}`, () => {
      const [fault] = refusals(source);
      assert.deepEqual([fault?.detail, fault?.hint], [detail, hint]);
    });
  }

  it('guesses what placeholders behind a fault are, for those who list them', () => {
    assert.deepEqual(slotsOf('["a" "{{x}}",{{y}} {{z}} "{{w}}"]'), ['string', 'value', 'value', 'string']);
    assert.deepEqual(slotsOf('{{#if a}}"{{/if}}{{x}}{{#if a}}"{{/if}}'), ['string']);
    assert.deepEqual(slotsOf('[{} {{x}}, {{#if a}}{{y}}{{/if}}]'), ['value', 'value']);
    assert.deepEqual(slotsOf('[1 {{x}} {{y}}]'), ['value', 'value']);
    // Behind a bracket that does not fit nothing is known.
    assert.deepEqual(slotsOf('[}{{x}}'), ['unreachable']);
  });

  it('decides as the text that is really rendered before each placeholder, for every way through the blocks', () => {
    const tags = ['{{x}}', '{{x}}', '{{#if a}}', '{{#unless b}}', '{{#with x}}', '{{#each xs}}'];
    const ends = ['{{else}}', '{{/if}}', '{{/unless}}', '{{/with}}', '{{/each}}', '{{else if b}}'];
    const members = ['{{x}},', '"{{x}}",', '"a{{x}}\\"b{{x}}",', '5,', '[{{x}}],', '{"k{{x}}":{{x}}},', ' '];
    const halves = ['"', '",', '{{x}}', ',', '"\\\\', '\\u00', '41', '['];
    const piece = fc.oneof(
      { arbitrary: fc.constantFrom(...members), weight: 6 },
      { arbitrary: fc.constantFrom(...tags, ...ends), weight: 4 },
      { arbitrary: fc.constantFrom(...halves), weight: 1 },
    );
    const flags = fc.record({ a: fc.boolean(), b: fc.boolean() });
    let compared = 0;
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }),
        flags,
        fc.array(flags, { maxLength: 3 }),
        (parts, outer, inner) => {
          const compiled = compileTemplate(`[{{#with data}}${balanced(parts).join('')}{{/with}}]`);
          if (!compiled.ok) return;
          const x = 'q"';
          const xs = inner.map((item) => ({ ...item, x }));
          const recorder = new SlotRecorder();
          compiled.template.write(recorder, contextOf({ ...outer, x, xs }));
          for (const { inString, asString } of recorder.seen) assert.equal(asString, inString);
          compared += recorder.seen.length;
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(compared > 500, String(compared));
  });
});

// Closes blocks in the right order and drops what closes nothing, so that more of what is generated can be accepted.
function balanced(parts: readonly string[]): string[] {
  const open: string[] = [];
  const kept = parts.filter((part) => {
    const opened = /^\{\{#(\w+)/.exec(part)?.[1];
    if (opened !== undefined) open.push(opened);
    if (part.startsWith('{{else')) return open.length > 0;
    return !part.startsWith('{{/') || (part === `{{/${open.at(-1) ?? ''}}}` && open.pop() !== undefined);
  });
  return [...kept, ...open.reverse().map((name) => `{{/${name}}}`)];
}

// Follows the rendered characters with a string lexer of its own, and notes how each placeholder was written.
class SlotRecorder extends Output {
  readonly seen: { readonly inString: boolean; readonly asString: boolean }[] = [];
  #inString = false;
  #escaped = false;

  override write(text: string, origin: { readonly kind: string }): void {
    if (origin.kind === 'placeholder' && text !== '' && text !== 'null') {
      this.seen.push({ inString: this.#inString, asString: !text.startsWith('"') });
    }
    for (const character of text) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString && character === '\\') this.#escaped = true;
      else if (character === '"') this.#inString = !this.#inString;
    }
  }
}
