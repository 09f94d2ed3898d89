import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_TAGS, scan } from '../../../src/templates/syntax/scan.ts';

const tagsOf = (text: string) => scan(text).tags.map((tag) => `${tag.kind} ${text.slice(tag.start, tag.end)}`);

describe('scan', () => {
  const cases: readonly (readonly [text: string, tags: readonly string[]])[] = [
    ['{"a":{{x}}}', ['placeholder {{x}}']],
    ['{"a":{"b":{{x}}}}', ['placeholder {{x}}']],
    ['{"a":{{{x}}}}', ['placeholder {{{x}}}']],
    ['{"a":{{~{x}~}}}', ['placeholder {{~{x}~}}']],
    ['{{{x~}}}', ['placeholder {{{x~}}}']],
    ['{{{x}}', ['placeholder {{x}}']],
    ['{{{&x}}}', ['placeholder {{&x}}']],
    ['{{{~x}}}', ['placeholder {{~x}}']],
    ['{{{#if a}}}', ['open {{#if a}}']],
    ['{{{/if}}}', ['close {{/if}}']],
    ['{{{else}}}', ['else {{else}}']],
    ['{{{ else if b }}}', ['else {{ else if b }}']],
    ['{{{elsewhere}}}', ['placeholder {{{elsewhere}}}']],
    ['{{{^}}}', ['else {{^}}']],
    ['{{{^x}}}', ['open {{^x}}']],
    ['{{{! note }}}', ['comment {{! note }}']],
    ['{{!-- a }} b --}}}', ['comment {{!-- a }} b --}}']],
    ['{{!--~}}', ['comment {{!--~}}']],
    ['{{json "}}" }}}', ['placeholder {{json "}}" }}']],
    ['{{data.[a}}b]}}', ['placeholder {{data.[a}}b]}}']],
    ['\\{{x}}', []],
    ['\\{{{x}}}', []],
    ['\\\\{{x}}', ['placeholder {{x}}']],
    ['\\\\\\{{x}}', ['placeholder {{x}}']],
    ['{{a}}\\{{b}}\\{{c}}{{d}}', ['placeholder {{a}}', 'placeholder {{d}}']],
    ['{{> p}}{{* d}}{{#> p}}{{#* d}}', ['leaf {{> p}}', 'leaf {{* d}}', 'open {{#> p}}', 'open {{#* d}}']],
  ];
  for (const [text, tags] of cases) {
    it(`finds in ${text} ${tags.length === 0 ? 'no tag' : tags.join(', ')}`, () => {
      assert.deepEqual(tagsOf(text), tags);
    });
  }

  it('reads names, counts words and measures parentheses', () => {
    const [open, call] = scan('{{~#each  data.items as |x|}}{{json (a (b c)) d=1}}').tags;
    assert.equal(open?.name, 'each');
    assert.equal(open.tokens, 8);
    assert.equal(call?.parentheses, 2);
  });

  it('gives Handlebars a text of the same length and lines in which only tags have braces', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '\\',
      '{{',
      '}}',
      '{{{',
      '"',
      "'",
      '[',
      ']',
      ' ',
      '\n',
      '#',
      '/',
      '!',
      '--',
      '~',
      'x',
      'if',
      'else',
      '^',
      '\u2028',
      '(',
      ')',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const { masked, tags } = scan(text);
        assert.equal(masked.length, text.length);
        assert.deepEqual([...masked.matchAll(/\n/g)].map(String), [...text.matchAll(/\n/g)].map(String));
        let at = 0;
        for (const tag of [...tags, { start: text.length, end: text.length }]) {
          assert.ok(tag.start >= at && tag.end >= tag.start);
          assert.doesNotMatch(masked.slice(at, tag.start), /[{}\\]/);
          at = tag.end;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('stops at the limit of tags, escaped ones and comments included', () => {
    const { tags, findings } = scan('{{!a}}\\{{b}}'.repeat(MAX_TAGS));
    assert.equal(tags.length, MAX_TAGS / 2);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['limit_exceeded'],
    );
  });
});
