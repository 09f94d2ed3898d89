import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTemplate } from '../../src/templates/parse.ts';
import { findSlots } from '../../src/templates/slots.ts';
import { compileTemplate } from '../../src/templates/index.ts';
import { Output } from '../../src/templates/output.ts';
import { contextOf, faultsOf, placesOf } from './harness.ts';

function slotsOf(source: string): string[] {
  const parsed = parseTemplate(source);
  assert.ok(parsed.ok, source);
  const { slots, findings } = findSlots(parsed.nodes);
  assert.deepEqual(findings, []);
  return [...slots.values()];
}

describe('findSlots', () => {
  const accepted: readonly (readonly [source: string, ...slots: string[]])[] = [
    ['{{x}}', 'value'],
    ['"{{x}}"', 'string'],
    ['{"{{k}}":{{v}},"a {{b}} c {{d}}":[{{e}} , {{f}}]}', 'string', 'value', 'string', 'string', 'value', 'value'],
    ['["\\"{{x}}","\\\\",{{y}},"\\u0041{{z}}","\\u00zz{{z}}"]', 'string', 'value', 'string', 'string'],
    ['["C:\\\\{{x}}"]', 'string'],
    ['{"a":{{#if x}}"{{x}}"{{else}}{{y}}{{/if}},"b":{{z}}}', 'string', 'value', 'value'],
    ['"{{#if x}}{{x}} {{else if y}}{{y}}{{else}}-{{/if}}{{z}}"', 'string', 'string', 'string'],
    ['"a{{#if x}}{{x}}"{{else}}"{{/if}}', 'string'],
    ['[{{#each x}}{{this}},"{{@key}}"{{#unless @last}},{{/unless}}{{/each}}]', 'value', 'string'],
    ['{{#if a}}{{x}}{{/if}}{{#unless a}}5{{/unless}}', 'value'],
    ['{{#if a}}{{x}}{{/if}}{{#unless a}}{{y}}{{/unless}}', 'value', 'value'],
    ['"\\{{x}} {{y}}"', 'string'],
    ['{{#with x}}"{{y}}"{{else}}{{z}}{{/with}}', 'string', 'value'],
  ];
  for (const [source, ...slots] of accepted) {
    it(`finds in ${source} ${slots.join(', ')}`, () => {
      assert.deepEqual(slotsOf(source), slots);
    });
  }

  const refused: readonly (readonly [source: string, ...faults: string[]])[] = [
    ['{ {{k}}: 1 }', '1:3 unquoted_key'],
    ['{{{k}}: 1}', '1:2 unquoted_key'],
    ['{"a":1,{{#if x}}{{k}}{{else}}"k"{{/if}} :1}', '1:17 unquoted_key'],
    ['1{{x}}', '1:2 misplaced_slot'],
    ['[1{{x}},-{{y}},tru{{z}}]', '1:3 misplaced_slot', '1:10 misplaced_slot', '1:19 misplaced_slot'],
    ['{{seconds}}000', '1:12 misplaced_slot'],
    ['{{x}} {{y}}', '1:7 misplaced_slot'],
    ['{{x}}{{y}}{{z}}', '1:6 misplaced_slot', '1:11 misplaced_slot'],
    ['["a" {{x}}]', '1:6 misplaced_slot'],
    ['["a"]{{x}}', '1:6 misplaced_slot'],
    ['[{{x}} "a"]', '1:8 misplaced_slot'],
    ['[{{x}}{{#if a}} {"a":1}{{/if}}]', '1:17 misplaced_slot'],
    ['{"a":{{#if x}}"{{/if}}{{y}}{{#if x}}"{{/if}}}', '1:23 mixed_slot'],
    ['[{{#each x}}"{{this}},{{/each}}]', '1:14 mixed_slot'],
    ['[{{#each x}}{{this}}"{{/each}}]', '1:13 mixed_slot'],
    ['{{#with x}}"{{/with}}{{y}}', '1:22 mixed_slot'],
    ['"\\u00{{x}}"', '1:6 mixed_slot'],
    ['"\\u{{x}}"', '1:4 mixed_slot'],
    ['"\\u004{{x}}"', '1:7 mixed_slot'],
    ['"\\\\\\{{x}}"', '1:5 mixed_slot'],
    ['"{{#if a}}\\u00{{/if}}{{x}}"', '1:22 mixed_slot'],
    ['{"a":"{{x}}}', '1:13 unclosed_string'],
    ['{"a":"{{#if x}}"{{/if}}}', '1:25 unclosed_string'],
    ['{"a":"x,\n"b":"{{y}}"}', '1:9 unclosed_string'],
    ['"a\tb"', '1:3 unclosed_string'],
  ];
  for (const [source, ...faults] of refused) {
    it(`refuses ${JSON.stringify(source)} at ${faults.join(', ')}`, () => {
      assert.deepEqual(placesOf(source), faults);
    });
  }

  it('hints at multiplying where digits follow a value', () => {
    assert.match(faultsOf('{{seconds}}000')[0]?.hint ?? '', /multiply/);
  });

  it('decides as the text that is really rendered before each placeholder, for every way through the blocks', () => {
    const tags = ['{{x}}', '{{x}}', '{{#if a}}', '{{#unless b}}', '{{#with x}}', '{{#each xs}}'];
    const ends = ['{{else}}', '{{/if}}', '{{/unless}}', '{{/with}}', '{{/each}}', '{{else if b}}'];
    const whole = ['"{{x}}"', '{{x}},', '"a",', '"', '"', ',', '\\"', '"\\\\'];
    const split = ['[', '1', ' ', '\\u00', '41', '{{x}}', '{{x}}'];
    const piece = fc.constantFrom(...whole, ...split, ...tags, ...ends);
    const flags = fc.record({ a: fc.boolean(), b: fc.boolean() });
    let compared = 0;
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }),
        flags,
        fc.array(flags, { maxLength: 3 }),
        (parts, outer, inner) => {
          const compiled = compileTemplate(`{{#with data}}${balanced(parts).join('')}{{/with}}`);
          if (!compiled.ok) return;
          const x = 'q"';
          const xs = inner.map((item) => ({ ...item, x }));
          const recorder = new SlotRecorder();
          compiled.template.write(recorder, contextOf({ ...outer, x, xs }));
          for (const { inString, asString } of recorder.seen) assert.equal(asString, inString);
          compared += recorder.seen.length;
        },
      ),
      { numRuns: 1500 },
    );
    assert.ok(compared > 100, String(compared));
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
