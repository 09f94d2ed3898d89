import assert from 'node:assert/strict';
import { foreignHint } from '../../../../src/templates/proof/report/foreign.ts';
import { refusals } from './telling.ts';

const COMMENT = 'JSON has no comments. In a template they are written {{! like this }}.';
const BLOCK = 'Blocks are written {{#if x}} … {{/if}} and {{#each xs}} … {{/each}}.';
const QUOTE =
  'A quote that belongs to a text is written \\". If the string ends here on purpose, put a comma behind it.';
const UNCLOSED =
  'The string before this comma may lack its closing quote. A quote that belongs to a text is written \\".';
const BACKSLASH =
  'Outside of strings there are no backslashes: quotes and line ends of the JSON are written as they are.';

describe('the hint at text that means something elsewhere', () => {
  const table: readonly (readonly [source: string, hint: string])[] = [
    ['{\n  // who\n  "who": 1}', COMMENT],
    ['{"a":1 /* c */, "b":2}', COMMENT],
    ['{"a":1,<!-- x -->"b":2}', COMMENT],
    ['[1, # one\n2]', COMMENT],
    ['{% if data.source %}{"a":1}{% endif %}', BLOCK],
    ['{"a":1{% if data.source %},"b":2{% endif %}}', BLOCK],
    ['[{% for t in data.tags %}"x",{% endfor %}]', BLOCK],
    ['{"a": <% x %>}', BLOCK],
    ['{\\"text\\": \\"{{data.action}}\\"}', BACKSLASH],
    ['{\\n"a": 1}', BACKSLASH],
    ['{"text": {data.action}}', 'A value of the event stands in two braces: {{data.action}}.'],
    ['{"text": ${data.action}}', 'A value of the event stands in two braces: {{data.action}}.'],
    ['{"a": "x" + "y"}', 'Texts are not joined with +: write all of it into one string, with the placeholders in it.'],
    [
      '{\u00a0"a": 1}',
      'Here stands U+00A0, a character that nobody sees, and that is no blank to JSON. Replace it by a blank.',
    ],
    [
      '{"a": 1\u200b}',
      'Here stands U+200B, a character that nobody sees, and that is no blank to JSON. Replace it by a blank.',
    ],
    ['{"text":"He said "{{data.action}}" to"}', QUOTE],
    ['{"text":"He said "yes" to"}', QUOTE],
    ['{"fields":"{"a":"{{data.action}}"}"}', QUOTE],
    ['{"a": "{{x}}" {# the type #} }', COMMENT],
    ['```json\n{}\n```', 'Remove the line with ```: the template is the JSON alone.'],
    ['{"a":"{{x}}";"b":1}', 'Members are separated by commas, not by semicolons.'],
    ['{"a"="{{x}}"}', 'Between a key and its value stands a colon.'],
    ['{"a"=>1}', 'Between a key and its value stands a colon.'],
    ['{"a":"{{x}},"by":"{{y}}"}', UNCLOSED],
    ['["a","b,"c"]', UNCLOSED],
    ['{"a": +1}', 'A JSON number has no leading zero or plus, and digits on both sides of its point.'],
    ['{"a":data.action}', 'A value of the event stands in two braces: {{data.action}}.'],
    ['{"a":.data.action}', 'A value of the event stands in two braces: {{data.action}}.'],
    ['{"a":%data.action%}', 'A value of the event stands in two braces: {{data.action}}.'],
    // Two strings are two strings.
    ['["a""b"]', 'Put a comma between them. Commas too many do no harm.'],
    ['["a" {{x}}]', 'Put a comma between two values, or both into one string.'],
    ['{name: 1}', 'Quote it: "name".'],
  ];
  for (const [source, hint] of table) {
    it(`in ${JSON.stringify(source)} is: ${hint}`, () => assert.equal(refusals(source)[0]?.hint, hint));
  }

  it('is given for faults of the structure only', () => {
    assert.equal(foreignHint('duplicate_key', '// x', 0), undefined);
    assert.equal(foreignHint('unquoted_key', '// x', 0), COMMENT);
  });
});
