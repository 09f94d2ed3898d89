// The end of a template: what is not complete there.
import assert from 'node:assert/strict';
import { refusals, told } from './report/telling.ts';

const TABLE: readonly (readonly [source: string, ...told: string[]])[] = [
  [' {"a":1}\n'],
  ['5'],
  ['-', '1:2 invalid_literal'],
  ['1.', '1:3 invalid_literal'],
  ['1e', '1:3 invalid_literal'],
  ['tru', '1:4 invalid_literal'],
  ['"a', '1:3 unclosed_string'],
  ['"a\\', '1:4 unclosed_string'],
  ['"a\\u12', '1:7 unclosed_string'],
  ['{"a":[1', '1:8 unclosed_bracket'],
  ['[{\n  "a": [', '2:9 unclosed_bracket'],
  ['{"a"', '1:5 unclosed_bracket'],
  ['{"a":', '1:6 unclosed_bracket'],
  ['[1,', '1:4 unclosed_bracket'],
  ['{"a":1,\n"b":2\n\n', '2:6 unclosed_bracket'],
  ['{{! nothing }}', '1:15 no_body'],
  ['{{#if a}}{{/if}}', '1:17 no_body'],
  ['{{#if a}}1{{/if}}', '1:18 no_body when a is absent'],
  ['{{#if a}}-{{else}}1{{/if}}', '1:27 invalid_literal when a is present'],
  ['{{#if a}}{"x":[{{/if}}', '1:23 unclosed_bracket when a is present', '1:23 no_body when a is absent'],
  ['[1{{#if a}}]{{/if}}', '1:20 unclosed_bracket when a is absent'],
  ['[1 2', '1:4 missing_comma'],
  ['"{{x}}', '1:7 unclosed_string'],
  ['{{x}}'],
  ['[{{#if a}}{"a":1{{else}}[1{{/if}}', '1:34 unclosed_bracket'],
  ['{{#if a}}"x{{/if}}', '1:19 unclosed_string when a is present', '1:19 no_body when a is absent'],
];

describe('checkEnd', () => {
  for (const [source, ...expected] of TABLE) {
    it(`${expected.length === 0 ? 'accepts' : 'refuses'} ${JSON.stringify(source)}`, () => {
      assert.deepEqual(told(source), expected);
    });
  }

  const words: readonly (readonly [source: string, detail: string, hint: string])[] = [
    ['[{\n  "a": [1', 'The template ends, but the "[" of line 2, column 8 is still open.', 'Close it with ].'],
    ['\n {"a": [1]', 'The template ends, but the "{" of line 2, column 2 is still open.', 'Close it with }.'],
    ['"a', 'The template ends inside a string: one is not closed.', 'Close it with ". A quote as text is written \\".'],
    [
      '{{#if a}}1{{/if}}',
      'On this way the template writes nothing at all; a body is one JSON text.',
      'Write something in every case: put {{else}}null before the {{/if}}, or the block into an object.',
    ],
    [
      '-',
      'A number or word ends here before it is complete.',
      'Without quotes there are only numbers such as 1.5, true, false and null.',
    ],
  ];
  for (const [source, detail, hint] of words) {
    it(`says: ${detail}`, () => {
      const [fault] = refusals(source);
      assert.deepEqual([fault?.detail, fault?.hint], [detail, hint]);
    });
  }
});
