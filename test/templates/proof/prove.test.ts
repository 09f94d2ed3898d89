// From a text to all that is said of it: each code of the proof once, with everything that comes with it.
import assert from 'node:assert/strict';
import type { Fault } from '../../../src/domain/errors.ts';
import type { Finding } from '../../../src/templates/findings.ts';
import { planTemplate } from '../../../src/templates/index.ts';
import { parseTemplate } from '../../../src/templates/parse.ts';
import { proveTree } from '../../../src/templates/proof/prove.ts';
import type { Node } from '../../../src/templates/syntax/tree.ts';
import { draftOf, refusals, told, warnings } from './report/telling.ts';

const COMMA = 'Put a comma between them. Commas too many do no harm.';

type Expected = Pick<Fault, 'code' | 'detail' | 'hint' | 'excerpt' | 'when'> & { readonly at: string };

const REFUSALS: readonly (readonly [source: string, expected: Expected])[] = [
  [
    '{\n  "metadata": 1{{#unless data.source}}\n  "source": 2{{/unless}}\n}',
    {
      code: 'template_missing_comma',
      at: '3:3',
      detail: 'A member starts here, but there is no comma after the one before it.',
      hint: 'Put a comma at line 2, column 16. Commas too many do no harm.',
      excerpt: '  "source": 2{{/unless}}',
      when: ['data.source is absent'],
    },
  ],
  [
    '[{{#each data.list}}{{#if (eq kind "a")}}1 2{{/if}},{{/each}}]',
    {
      code: 'template_missing_comma',
      at: '1:44',
      detail: 'A member starts here, but there is no comma after the one before it.',
      hint: COMMA,
      excerpt: '#each data.list}}{{#if (eq kind "a")}}1 2{{/if}},{{/each}}]',
      when: ['data.list has entries', 'kind is "a"'],
    },
  ],
  [
    '{"a": {{#if x}}"{{/if}}{{y}}{{#if x}}"{{/if}}}',
    {
      code: 'template_mixed_slot',
      at: '1:24',
      detail: 'Depending on the blocks before it, {{y}} stands inside a string or outside; here outside of strings.',
      hint: 'Open and close each string within the same part of a block.',
      excerpt: '{"a": {{#if x}}"{{/if}}{{y}}{{#if x}}"{{/if}}}',
      when: ['x is absent'],
    },
  ],
  [
    '[{{x}}\n {{y}}]',
    {
      code: 'template_misplaced_slot',
      at: '2:2',
      detail: '{{y}} follows on a value; JSON expects a comma or a closing bracket there.',
      hint: 'End line 1 with a comma. Commas too many do no harm.',
      excerpt: ' {{y}}]',
    },
  ],
  [
    '{"ms": {{data.seconds}}000}',
    {
      code: 'template_misplaced_slot',
      at: '1:24',
      detail: 'After a value JSON expects a comma or a bracket, not "0".',
      hint: 'Digits cannot be joined on to a value. To calculate, use a helper: {{multiply data.seconds 1000}}.',
      excerpt: '{"ms": {{data.seconds}}000}',
    },
  ],
  [
    '{ {{key}}: 1 }',
    {
      code: 'template_unquoted_key',
      at: '1:3',
      detail: '{{key}} is a key, but keys are strings.',
      hint: 'Quote it: "{{key}}".',
      excerpt: '{ {{key}}: 1 }',
    },
  ],
  [
    '[{{#each data.a}}{ "b": [{{/each}}]',
    {
      code: 'template_unbalanced_loop',
      at: '1:2',
      detail: 'A turn of this loop opens more brackets than it closes, or closes more than it opens.',
      hint: 'Close in each turn what is opened in it. Brackets for the whole loop stand around it, or in its @first and @last turn.',
      excerpt: '[{{#each data.a}}{ "b": [{{/each}}]',
      when: ['data.a has entries'],
    },
  ],
  [
    '{"a": {{#if data.x}}1{{/if}}}',
    {
      code: 'template_missing_value',
      at: '1:29',
      detail: 'After a colon JSON expects a value, not "}".',
      hint: 'Write a value in every case: put {{else}}null before {{/if}}.',
      excerpt: '{"a": {{#if data.x}}1{{/if}}}',
      when: ['data.x is absent'],
    },
  ],
  [
    '{"a": 1}\n{"b": 2}\n',
    {
      code: 'template_more_text',
      at: '2:1',
      detail: 'The JSON text is complete before this; a second one starts here.',
      hint: 'A body is one JSON text: several, one a line (NDJSON), cannot be sent. Put them into an array.',
      excerpt: '{"b": 2}',
    },
  ],
  [
    '{{#if data.x}}{}{{/if}}\n',
    {
      code: 'template_no_body',
      at: '1:24',
      detail: 'On this way the template writes nothing at all; a body is one JSON text.',
      hint: 'Write something in every case: put {{else}}null before the {{/if}}, or the block into an object.',
      excerpt: '{{#if data.x}}{}{{/if}}',
      when: ['data.x is absent'],
    },
  ],
  [
    `${'['.repeat(65)}${']'.repeat(65)}`,
    {
      code: 'template_limit_exceeded',
      at: '1:65',
      detail: 'Here brackets are open more than 64 deep.',
      hint: 'Send less deep data, or let the event bring it: {{json data}}.',
      excerpt: `${'['.repeat(41)}${']'.repeat(39)}`,
    },
  ],
];

// The words of these are tested where they are made; here that they arrive, and where.
const PLACES: readonly (readonly [source: string, ...told: string[]])[] = [
  ['{"a":1,"a":2}', '1:8 duplicate_key'],
  ['["\\q"]', '1:3 invalid_escape'],
  ['[True]', '1:2 invalid_literal'],
  ['{"a" 1}', '1:6 missing_colon'],
  ['[1', '1:3 unclosed_bracket'],
  ['["a\n"]', '1:4 unclosed_string'],
  ['{},', '1:3 unexpected_comma'],
  ['[{]', '1:3 wrong_bracket'],
];

describe('proveTree', () => {
  for (const [source, { at, ...expected }] of REFUSALS) {
    it(`explains ${expected.code} in ${JSON.stringify(source.slice(0, 70))}`, () => {
      const [{ position, pointer, ...fault }, ...others] = refusals(source) as [Fault, ...Fault[]];
      assert.deepEqual(fault, expected);
      assert.equal(`${String(position?.line)}:${String(position?.column)}`, at);
      assert.equal(pointer, '/body_template');
      assert.deepEqual(others, []);
    });
  }

  for (const [source, ...expected] of PLACES) {
    it(`finds ${expected.join(', ')} in ${JSON.stringify(source)}`, () => {
      assert.deepEqual(told(source), expected);
    });
  }

  it('says all that is wrong at once, where it is independent', () => {
    const source = '{"a": [1 2], "b" 3, "c": {{x}} {{y}}, "d": tru, {{#if x}}"e": 1 "f": 2 "g": 3,{{/if}} "h": "\\z"}';
    assert.deepEqual(told(source), [
      '1:10 missing_comma',
      '1:18 missing_colon',
      '1:32 misplaced_slot',
      '1:44 invalid_literal',
      '1:65 missing_comma when x is present',
      '1:93 invalid_escape',
    ]);
  });

  it('shows twenty faults, and counts positions in the author’s text', () => {
    const many = `[${'x, '.repeat(30)}1]`;
    assert.deepEqual(told(many).slice(20), ['1:62 more_faults']);
    assert.deepEqual(told('\ufeff[1 2]'), ['1:4 missing_comma']);
    assert.deepEqual(told('["🙂" 2]'), ['1:7 missing_comma']);
  });

  it('warns where dropping a comma moves what follows', () => {
    const [warning] = warnings('[\n  {{#if a}}1{{/if}},\n  2\n]');
    assert.deepEqual(warning, {
      pointer: '/body_template',
      code: 'template_shifts_positions',
      detail: 'Where nothing stands before this comma it is dropped, and what follows in the list moves up by one.',
      hint: 'If positions matter to the receiver, write null in an else.',
      when: ['a is absent'],
      position: { line: 2, column: 20, offset: 21 },
      excerpt: '  {{#if a}}1{{/if}},',
    });
  });

  it('gives its warnings and those of the parser in the order of the text', () => {
    const planned = planTemplate('[{{#if a}}1{{/if}},{{json}}]');
    assert.ok(planned.ok);
    assert.deepEqual(
      planned.plan.warnings.map(({ code }) => code),
      ['template_shifts_positions', 'template_shadows_helper'],
    );
  });

  it('asks the same thirty conditions twice without trying all their ways', () => {
    const ask = (text: (name: string) => string): string =>
      Array.from({ length: 30 }, (_, index) => text(`x${String(index)}`)).join('');
    const members = ask((name) => `{{#if ${name}}}"${name}":1,{{/if}}`);
    const again = ask((name) => `{{#if ${name}}}"${name}b":1,{{/if}}`);
    assert.deepEqual(told(`{ ${members}${again}"end":1}`), []);
  });

  // Whether any x with its y holds decides what stands before the next comma. With all x asked first, that is a function
  // that needs more than 2^16 nodes, unless what is not asked again is dropped.
  const pairs = Array.from({ length: 17 }, (_, index) => String(index));
  const xs = pairs.map((name) => `{{#if x${name}}}{{/if}}`).join('');
  const both = pairs.map((name) => `{{#if (and x${name} y${name})}},{{/if}}`).join('');

  it('drops what is not asked again where it would be too much work otherwise', () => {
    const [accepted, refused] = [`[1 ${xs}${both}]`, `[1 ${xs}${both} 2]`];
    const { findings, marks } = draftOf(accepted);
    assert.deepEqual([findings.length, marks.size], [0, 17]);
    // The conditions that lead there were dropped, and are not said.
    assert.deepEqual(
      told(refused).filter((line) => !line.startsWith('warns')),
      [`1:${String(refused.length - 1)} missing_comma`],
    );
  });

  const TOO_COMPLEX = {
    code: 'too_complex',
    detail: 'The blocks around here go together in more ways than can be checked.',
    hint: 'Let fewer blocks decide about brackets, quotes and colons; write whole members inside of each block.',
  } as const;

  it('refuses what is too much work even so, and names the block where it was given up', () => {
    const before = `[1 ${xs}${both}`;
    const source = `${before}${pairs.map((name) => `{{#if x${name}}}{{/if}}{{#if y${name}}}{{/if}}`).join('')}]`;
    const { findings, slots, marks } = draftOf(source);
    assert.deepEqual([slots.size, marks.size], [0, 0]);
    const [{ offset, ...finding }, ...others] = findings as [Finding, ...Finding[]];
    assert.deepEqual([finding, others], [TOO_COMPLEX, []]);
    assert.ok(source.startsWith('{{#if (and', offset), source.slice(offset, offset + 20));
  });

  it('follows at most 64 ways at once, and so many steps', () => {
    const opened = (times: number): string =>
      Array.from({ length: times }, (_, index) => `{{#if x${String(index)}}}[{{/if}}`).join('');
    const codes = (source: string): string[] => draftOf(source).findings.map(({ code }) => code);
    assert.deepEqual(codes(`${opened(63)}1`), ['unclosed_bracket']);
    assert.deepEqual(codes(`${opened(64)}1`), ['too_complex']);
    assert.deepEqual(codes(`${opened(62)}"${'{{x}} '.repeat(200)}"`), ['unclosed_bracket']);
    assert.deepEqual(codes(`${opened(62)}"${'{{x}} '.repeat(600)}"`), ['too_complex']);
  });

  it('names the first blocks behind which there are more ways', () => {
    const block = (name: string): string => `{{#if ${name}}}[{{else}}{"k":{{/if}}`;
    const blocks = (names: string): string => Array.from(names, block).join('\n');
    const detail = (source: string): string => draftOf(source).findings[0]?.detail ?? '';
    assert.equal(
      detail(`${blocks('abcdefg')}1`),
      'The blocks at 1:1, 2:1, 3:1, 4:1, 5:1, 6:1 and others (line:column) go together in more ways than can be checked.',
    );
  });

  it('does not take a mistake of its own for a template that is too complex', () => {
    assert.throws(() => proveTree([{ kind: 'if' } as Node], ''), TypeError);
  });

  it('gives the same answer again', () => {
    const source = '[{{#each xs}}{{#if a}}"x",{{else}}5{{/if}}{{/each}}]';
    const parsed = parseTemplate(source);
    assert.ok(parsed.ok);
    assert.deepEqual(proveTree(parsed.nodes, source), proveTree(parsed.nodes, source));
  });
});
