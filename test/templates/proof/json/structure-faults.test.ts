// What people are told: the words matter as much as the codes, so they stand here whole.
import assert from 'node:assert/strict';
import * as faults from '../../../../src/templates/proof/json/structure-faults.ts';
import type { StructureFault } from '../../../../src/templates/proof/json/structure-faults.ts';

const BETWEEN = 'Put a comma between, or both into one string.';
const QUOTES = 'Text stands in double quotes. Without them there are only numbers, true, false and null.';
const NUMBER = 'A JSON number has no leading zero or plus, and digits on both sides of its point.';
const ESCAPES =
  'Escapes are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits. A backslash as text is \\\\.';

const TABLE: readonly (readonly [fault: StructureFault, code: string, detail: string, hint: string])[] = [
  [
    faults.missingComma('"', '{'),
    'missing_comma',
    'A member starts here, but there is no comma after the one before it.',
    'Put a comma between them. Commas too many do no harm.',
  ],
  [
    faults.missingComma(':', '['),
    'missing_comma',
    'After a value JSON expects a comma or ], not a colon.',
    'Only a key in an object is followed by a colon.',
  ],
  [
    faults.joinedText('0'),
    'misplaced_slot',
    'After a value JSON expects a comma or a bracket, not "0".',
    'Digits cannot be joined on to a value. To calculate, use a helper: {{multiply data.seconds 1000}}.',
  ],
  [faults.joinedText('s'), 'misplaced_slot', 'After a value JSON expects a comma or a bracket, not "s".', BETWEEN],
  ...['{', '['].map(
    (open) =>
      [
        faults.moreText(open),
        'more_text',
        'The JSON text is complete before this; a second one starts here.',
        'A body is one JSON text: several, one a line (NDJSON), cannot be sent. Put them into an array.',
      ] as const,
  ),
  [
    faults.moreText('x'),
    'more_text',
    'The JSON text is complete before this "x".',
    'Remove it, or put all into one object or array.',
  ],
  [
    faults.unexpectedComma(),
    'unexpected_comma',
    'A comma stands here, outside of all brackets.',
    'Remove it. Commas too many are forgiven inside of brackets only.',
  ],
  [
    faults.missingValue('}'),
    'missing_value',
    'After a colon JSON expects a value, not "}".',
    'Write a value, such as null, or a placeholder without quotes.',
  ],
  [faults.invalidLiteral('True'), 'invalid_literal', 'True is no JSON value.', 'Write true.'],
  [faults.invalidLiteral('FALSE'), 'invalid_literal', 'FALSE is no JSON value.', 'Write false.'],
  [faults.invalidLiteral('Null'), 'invalid_literal', 'Null is no JSON value.', 'Write null.'],
  [faults.invalidLiteral('None'), 'invalid_literal', 'None is no JSON value.', 'Write null.'],
  [faults.invalidLiteral('nil'), 'invalid_literal', 'nil is no JSON value.', 'Write null.'],
  [faults.invalidLiteral('undefined'), 'invalid_literal', 'undefined is no JSON value.', 'Write null.'],
  [faults.invalidLiteral('NaN'), 'invalid_literal', 'NaN is no JSON value.', 'Write null.'],
  [
    faults.invalidLiteral("'text'"),
    'invalid_literal',
    "'text' is no JSON value.",
    'JSON strings have straight double quotes: "…".',
  ],
  [faults.invalidLiteral('text'), 'invalid_literal', 'text is no JSON value.', QUOTES],
  [faults.invalidLiteral("it's"), 'invalid_literal', "it's is no JSON value.", QUOTES],
  [
    faults.invalidLiteral("'open"),
    'invalid_literal',
    "'open is no JSON value.",
    'JSON strings have straight double quotes: "…".',
  ],
  [faults.invalidLiteral("x'"), 'invalid_literal', "x' is no JSON value.", QUOTES],
  [faults.invalidLiteral('constructor'), 'invalid_literal', 'constructor is no JSON value.', QUOTES],
  [faults.invalidLiteral('x1'), 'invalid_literal', 'x1 is no JSON value.', QUOTES],
  ...['01', '+1', '.5', '-'].map(
    (word) => [faults.invalidLiteral(word), 'invalid_literal', `${word} is no JSON value.`, NUMBER] as const,
  ),
  [
    faults.unfinishedLiteral(),
    'invalid_literal',
    'A number or word ends here before it is complete.',
    'Without quotes there are only numbers such as 1.5, true, false and null.',
  ],
  [faults.unquotedKey('name'), 'unquoted_key', 'name is a key, but keys are strings.', 'Quote it: "name".'],
  [faults.unquotedKey("'name'"), 'unquoted_key', "'name' is a key, but keys are strings.", 'Quote it: "name".'],
  ...['{', '['].map(
    (open) =>
      [
        faults.unquotedKey(open),
        'unquoted_key',
        `In an object JSON expects a key here, not "${open}".`,
        'Give it a key: "name": ….',
      ] as const,
  ),
  [
    faults.missingColon(','),
    'missing_colon',
    'After a key JSON expects a colon, not ",".',
    'Put a colon between key and value.',
  ],
  [
    faults.wrongBracket(']', '[[{'),
    'wrong_bracket',
    '"]" cannot close the "{" that is open here.',
    'Close the { with } first, or remove this bracket if it is one too many.',
  ],
  [
    faults.wrongBracket('}', '{['),
    'wrong_bracket',
    '"}" cannot close the "[" that is open here.',
    'Close the [ with ] first, or remove this bracket if it is one too many.',
  ],
  [
    faults.wrongBracket(']', ''),
    'wrong_bracket',
    'No bracket is open that "]" could close.',
    'Remove it, or open a bracket before it.',
  ],
  ...[10, 13].map(
    (code) =>
      [
        faults.brokenString(code),
        'unclosed_string',
        'A string goes on over the end of a line; JSON strings cannot.',
        'Close the string with ", or write \\n in it.',
      ] as const,
  ),
  [
    faults.brokenString(9),
    'unclosed_string',
    'A string holds a control character; JSON strings cannot.',
    'Write it as an escape, such as \\t.',
  ],
  [faults.invalidEscape('x', false), 'invalid_escape', '"\\x" is no escape of JSON.', ESCAPES],
  [faults.invalidEscape('x', true), 'invalid_escape', 'After \\u JSON expects four hex digits, not "x".', ESCAPES],
  [
    faults.tooDeep(64),
    'limit_exceeded',
    'Here brackets are open more than 64 deep.',
    'Send less deep data, or let the event bring it: {{json data}}.',
  ],
];

describe('the faults of structure', () => {
  for (const [fault, code, detail, hint] of TABLE) {
    it(`say: ${detail}`, () => {
      assert.deepEqual([fault.code, fault.detail, fault.hint], [code, detail, hint]);
    });
  }

  it('shorten a long word to 40 characters', () => {
    const { detail, hint } = faults.unquotedKey('k'.repeat(50));
    assert.equal(detail, `${'k'.repeat(39)}… is a key, but keys are strings.`);
    assert.equal(hint, `Quote it: "${'k'.repeat(39)}…".`);
    assert.equal(faults.invalidLiteral('w'.repeat(50)).detail, `${'w'.repeat(39)}… is no JSON value.`);
  });
});

describe('closerOf', () => {
  it('knows both brackets, and nothing else', () => {
    assert.deepEqual(['[', '{', ']', ''].map(faults.closerOf), [']', '}', '', '']);
  });
});
