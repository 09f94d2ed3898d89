import assert from 'node:assert/strict';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import { parseTemplate } from '../../src/templates/parse.ts';
import { HELPERS } from '../../src/templates/helpers/index.ts';
import { compileTemplate } from '../../src/templates/index.ts';
import { faultsOf, placesOf, render } from './harness.ts';

describe('parseTemplate', () => {
  const refused: readonly (readonly [source: string, ...faults: string[]])[] = [
    ['', '1:1 empty'],
    [' \n\ufeff', '1:1 empty'],
    ['\ufeff', '1:1 empty'],
    ['[1,\u0000]', '1:4 invalid_character'],
    ['["\ud800"]', '1:3 invalid_character'],
    ['{"a":{{> part}}}', '1:6 partial'],
    ['{"a":{{#> part}}1{{/part}}}', '1:6 partial'],
    ['{"a":{{* deco}}}', '1:6 decorator'],
    ['{"a":{{#*inline "x"}}1{{/inline}}}', '1:6 decorator'],
    ['{{{{raw}}}}1{{{{/raw}}}}', '1:1 raw_block', '1:13 raw_block'],
    ['{"a":{{#lookup data "raw"}}{{/lookup}}}', '1:6 unknown_block'],
    ['{"a":{{#data}}1{{/data}}}', '1:6 unknown_block'],
    ['{"a":{{#data.if x}}1{{/data.if}}}', '1:6 unknown_block'],
    ['{"a":{{#log x}}1{{/log}}}', '1:6 unknown_block'],
    ['{"a":{{^if x}}1{{/if}}}', '1:6 inverted_section'],
    ['{"a":{{^x}}1{{else}}2{{/x}}}', '1:6 inverted_section'],
    ['{"a":{{"x"}}}', '1:6 literal_placeholder'],
    // Lines inside of what cannot be read count, too.
    ['{"a":"{{x )\n }}",\n"b":"{{data.action )}}"}', '1:11 syntax', '3:20 syntax'],
    ['{"a":"{{\n)}}",\n"b":"{{data.action )}}"}', '2:1 syntax', '3:20 syntax'],
    ['{"a":"{{y {{x}}\n}}",\n"b":"{{data.action )}}"}', '1:7 syntax', '3:20 syntax'],
    [
      '[{{1}},{{true}},{{null}},{{undefined}}]',
      '1:2 literal_placeholder',
      '1:8 literal_placeholder',
      '1:17 literal_placeholder',
      '1:26 literal_placeholder',
    ],
    ['{"a":{{log x}}}', '1:6 unknown_helper'],
    ['{"a":{{json (jsno x)}}}', '1:13 unknown_helper'],
    ['{"a":{{this.json x}}}', '1:6 scoped_call'],
    ['{"a":{{data.json x}}}', '1:6 scoped_call'],
    ['{"a":{{./json x}}}', '1:6 scoped_call'],
    ['{"a":{{@json x}}}', '1:6 scoped_call'],
    ['{"a":{{"json" x}}}', '1:6 scoped_call'],
    ['{"a":{{json a b}}}', '1:6 helper_arguments'],
    ['{"a":{{json (json)}}}', '1:13 helper_arguments'],
    ['{"a":{{json a prety=true}}}', '1:15 helper_arguments'],
    ['{"a":{{#if}}1{{else}}2{{/if}}}', '1:6 block_arguments'],
    ['{"a":{{#if a b}}1{{else}}2{{/if}}}', '1:6 block_arguments'],
    ['{"a":{{#if a as |x|}}1{{else}}2{{/if}}}', '1:6 block_arguments'],
    ['{"a":{{#unless a as |x|}}1{{else}}2{{/unless}}}', '1:6 block_arguments'],
    ['{"a":{{#with a as |x y|}}1{{else}}2{{/with}}}', '1:6 block_arguments'],
    ['{"a":{{#each a as |x y z|}}1{{else}}2{{/each}}}', '1:6 block_arguments'],
    ['{"a":{{#if a includeZero=b}}1{{else}}2{{/if}}}', '1:14 block_arguments'],
    ['{"a":{{#each a includeZero=true}}1{{else}}2{{/each}}}', '1:16 block_arguments'],
    ['{"a":{{#if a}}1}', '1:6 unclosed_block'],
    ['{"a":1{{/if}}}', '1:7 unopened_block'],
    ['{"a":1{{else}}2}', '1:7 unopened_block'],
    ['{"a":{{#if a}}1{{else}}2{{else}}3{{/if}}}', '1:25 syntax'],
    ['{"a":{{#if a}}{{#each b}}1{{/if}}}', '1:15 unclosed_block'],
    ['{"a":{{#if a}}1{{/unless}}}', '1:6 unclosed_block', '1:16 unopened_block'],
    ['{"a":{{x }', '1:6 unclosed_tag'],
    ['{"a":{{x , "b":{{y}}}', '1:6 unclosed_tag'],
    ['{"a":{{json "x}}}', '1:6 unclosed_tag'],
    ['{"a":{{!-- x }}}', '1:6 unclosed_tag'],
    ['{"a":{{}}}', '1:6 empty_tag'],
    ['{"a":{{/}}}', '1:6 empty_tag'],
    ['{"a":{{x |}}}', '1:10 syntax'],
    ['{"a":{{a,b}}}', '1:8 syntax'],
    ['{"a":{{a/../b}}}', '1:8 syntax'],
    ['{"a":{{#if a |}}1{{else}}2{{/if}}}', '1:14 syntax'],
    ['{"a":{{#if (a}}1{{else}}2{{/if}}}', '1:14 syntax'],
  ];
  for (const [source, ...faults] of refused) {
    it(`refuses ${JSON.stringify(source)} at ${faults.join(', ')}`, () => {
      assert.deepEqual(placesOf(source), faults);
    });
  }

  it('shows all independent faults at once, in the order of the text', () => {
    const source = [
      '{',
      '  "a": {{jsno x}},',
      '  "b": {{x |}},',
      '  {{k}}: 1,',
      '  "c": "\\u00{{x}}",',
      '  "d": {{json}},',
      '  "e": {{json a b}}',
      '}',
    ].join('\n');
    assert.deepEqual(placesOf(source), [
      '2:8 unknown_helper',
      '3:12 syntax',
      '4:3 unquoted_key',
      '5:13 mixed_slot',
      '7:8 helper_arguments',
    ]);
  });

  const dotted: readonly (readonly [source: string, column: number, path: string, meant: string])[] = [
    ['{"a":{{data..action}}}', 8, 'data..action', 'data.action'],
    ['{"a":"{{data.action.}}"}', 9, 'data.action.', 'data.action'],
    ['{"a":{{json data...action}}}', 13, 'data...action', 'data.action'],
    ['{"a":{{#each @root..x}}1{{else}}2{{/each}}}', 14, '@root..x', '@root.x'],
  ];
  for (const [source, column, path, meant] of dotted) {
    it(`says of ${source} that the path has a dot too many, and no more`, () => {
      const [fault, ...others] = faultsOf(source);
      assert.deepEqual(others, []);
      assert.deepEqual([fault?.code, fault?.position?.column], ['template_syntax', column]);
      assert.equal(fault?.detail, `The path ${path} has a dot too many.`);
      assert.equal(fault.hint, `Did you mean ${meant}?`);
    });
  }

  const spaced: readonly (readonly [source: string, path: string, hint: string])[] = [
    ['{"a":{{upper .x}}}', 'upper .x', 'Write {{upper x}}.'],
    ['{"a":{{json upper .x}}}', 'upper .x', 'Write (upper x).'],
    ['{"a":{{#each .x}}1{{else}}2{{/each}}}', '', 'Write {{#each x}}.'],
    ['{"a":{{x .y}}}', 'x .y', 'Write x.y.'],
    ['{"a":{{x .[a b] }}}', 'x .[a b]', 'Remove the blanks.'],
  ];
  for (const [source, path, hint] of spaced) {
    it(`says of ${source} that blanks do not end a path`, () => {
      const [fault, ...others] = faultsOf(source);
      assert.deepEqual([fault?.code, fault?.hint, others], ['template_syntax', hint, []]);
      const detail = `${path} is read as one path, as if there were no blanks in it.`;
      if (path !== '') assert.equal(fault?.detail, detail);
      else assert.match(fault?.detail ?? '', /: its name is read as each\.x\.$/);
    });
  }

  it('takes blanks in the brackets of a path', () => {
    assert.equal(render('[{{data.[a b].[ ]}}]', { 'a b': { ' ': 1 } }), '[1]');
  });

  it('says where, what is there, and how to mend it', () => {
    const [fault] = faultsOf('{\r\n  "é": {{#if a}}1{{else}}2{{/if}},\r\n  "b": {{jsno data}}\r\n}');
    assert.deepEqual(fault, {
      pointer: '/body_template',
      code: 'template_unknown_helper',
      detail: 'There is no helper jsno.',
      hint: `Did you mean json? Helpers are ${[...HELPERS.keys()].join(', ')}; a field is written without arguments.`,
      position: { line: 3, column: 8, offset: 46 },
      excerpt: '  "b": {{jsno data}}',
    });
  });

  it('suggests the block that was meant', () => {
    assert.match(faultsOf('[{{#eahc a}}{{/eahc}}]')[0]?.hint ?? '', /Did you mean \{\{#each\}\}\?/);
    assert.match(faultsOf('[{{if a}}]')[0]?.hint ?? '', /\{\{#if a\}\}/);
  });

  it('counts lines as editors do, also after line separators and carriage returns', () => {
    assert.deepEqual(placesOf('["\u2028\u2029",\r1,\n\n{{jsno x}}]'), ['4:1 unknown_helper']);
    assert.deepEqual(placesOf('{{! \n\u2028 }}[{{json (jsno x)}}]'), ['2:13 unknown_helper']);
  });

  it('drops one byte order mark and counts columns after it', () => {
    assert.equal(render('\ufeff[1]'), '[1]');
    assert.deepEqual(placesOf('\ufeff[{{jsno x}}]'), ['1:2 unknown_helper']);
  });

  it('leaves nothing patched in the Handlebars that others use', () => {
    const before = Object.keys(Handlebars.helpers).sort();
    faultsOf('{{x |}}');
    compileTemplate('{{x}}');
    assert.throws(() => Handlebars.parse('{{x |}}'), /Parse error on line 1/);
    assert.deepEqual(Object.keys(Handlebars.helpers).sort(), before);
  });

  it('warns of names that look like something else', () => {
    const warnings = (source: string) => {
      const parsed = parseTemplate(source);
      return parsed.ok ? parsed.warnings.map(({ code }) => `template_${code}`) : ['refused'];
    };
    assert.deepEqual(warnings('[{{json}},{{../x}},{{@index}},{{@frist}}]'), [
      'template_shadows_helper',
      'template_above_root',
      'template_unknown_variable',
      'template_unknown_variable',
    ]);
    assert.deepEqual(warnings('[{{#each data}}{{../data}},{{@../first}}{{/each}}]'), ['template_unknown_variable']);
    assert.deepEqual(
      warnings('[{{#each data}}{{#with a}}{{@index}},{{@root.data}},{{../../id}}{{/with}}{{/each}}]'),
      [],
    );
  });

  it('never throws, and accepts or gives faults, for any text', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '\\',
      '{{',
      '}}',
      '{{{',
      '}}}',
      '~',
      '"',
      "'",
      '[',
      ']',
      ' ',
      '\n',
      '\r',
      '#',
      '/',
      '!',
      '--',
      '^',
      '>',
      '*',
      '&',
      'if',
      'each',
      'else',
      'as |x|',
      'json',
      'x',
      '..',
      '.',
      '@',
      '1',
      '=',
      '(',
      ')',
      ',',
      ':',
      '{{#if x}}',
      '{{/if}}',
      '{{else}}',
      '{{x}}',
      '{{#each x}}',
      '{{/each}}',
      '\u2028',
      '\ufeff',
      'u00',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        const compiled = compileTemplate(parts.join(''));
        assert.ok(compiled.ok || compiled.faults.length > 0);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('the limits of parseTemplate', () => {
  const times = (count: number, text: string) => text.repeat(count);
  const wrap = (levels: number, open: string, close: string, inner: string) =>
    times(levels, open) + inner + times(levels, close);
  const list = (count: number, item: string) => `[${times(count - 1, `${item},`)}${item}]`;
  const cases: readonly (readonly [name: string, build: (size: number) => string, most: number])[] = [
    ['bytes', (size) => `"${'é'.repeat((size - 2) / 2)}${'a'.repeat(size % 2)}"`, 64 * 1024],
    ['tags', (size) => list(size, '{{x}}'), 2000],
    ['tags with comments and escapes', (size) => `["${times(size - 2, '\\{{')}"]{{! a }}{{! b }}`, 2000],
    [
      'tokens',
      (size) => `[${times(Math.floor(size / 20), '{{json a.b.c.d.e.f.g.h.i.j}},')}${size % 20 === 0 ? '1' : '{{x}}'}]`,
      6000,
    ],
    ['blocks', (size) => `[1${times(size, '{{#if x}},1{{/if}}')}]`, 200],
    ['blocks by else if', (size) => `{{#if x}}1${times(size - 1, '{{else if y}}2')}{{else}}3{{/if}}`, 200],
    ['nesting', (size) => `[${wrap(size, '{{#if x}}', '{{/if}}', '1')}]`, 10],
    ['parentheses', (size) => `{{json ${wrap(size, '(json ', ')', 'x')}}}`, 8],
    ['loops', (size) => `[${wrap(size, '{{#each x}}', '{{/each}}', '')}]`, 3],
  ];
  for (const [name, build, most] of cases) {
    it(`accepts ${String(most)} ${name} and refuses one more`, () => {
      const fits = compileTemplate(build(most));
      assert.ok(fits.ok, JSON.stringify(fits.ok ? '' : fits.faults));
      assert.deepEqual(
        faultsOf(build(most + 1)).map(({ code }) => code),
        ['template_limit_exceeded'],
      );
    });
  }

  it('does not count the else of a loop as inside it', () => {
    const loops =
      '{{#each a}}{{else}}{{#each b}}{{else}}{{#each c}}{{else}}{{#each d}}{{/each}}{{/each}}{{/each}}{{/each}}';
    assert.ok(compileTemplate(`[${loops}]`).ok);
    const chained = '{{#each a}}{{#each b}}{{#if c}}{{else each d}}{{#each e}}{{/each}}{{/if}}{{/each}}{{/each}}';
    assert.deepEqual(placesOf(`[${chained}]`), ['1:48 limit_exceeded']);
  });

  it('answers at once for texts that take Handlebars minutes', () => {
    const hostile = [
      `{{json ${'('.repeat(30_000)}${')'.repeat(30_000)}}}`,
      `{{#if a}}${'{{else if b}}'.repeat(4500)}{{/if}}`,
      '{{['.repeat(20_000),
      '{{"'.repeat(21_001),
      '{{a|}},'.repeat(1900),
      `"${' \n'.repeat(30_000)}`,
      `{{a ${'\\'.repeat(65_000)}}}`,
      '{{a \\"b\\"}}'.repeat(1900),
      '{{a \\"'.repeat(10_000),
      '{{a {{b}}}}'.repeat(1900),
      '{{a {{b}} '.repeat(6500),
      '{{a ? "b" : "c"}}'.repeat(1900),
      `{{a${' '.repeat(65_000)}.b}}`,
      '{{- (a | b ? c : d) == "e" && [f]}}'.repeat(1800),
    ];
    for (const source of hostile) assert.ok(faultsOf(source).length <= 21);
  });
});
