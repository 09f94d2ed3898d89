// What can be wrong with the literal text of a template as JSON, in words for people.
import { quoted } from '../../findings.ts';
import type { FindingCode } from '../../findings.ts';

/** What is wrong at a place; the place itself is known to whoever asks. */
export interface StructureFault {
  readonly code: FindingCode;
  readonly detail: string;
  readonly hint: string;
  /** Whether a comma behind what was written before would mend it. */
  readonly lacksComma?: boolean;
}

const CLOSERS: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/** The bracket that closes `open`. */
export function closerOf(open: string): string {
  return CLOSERS[open] ?? '';
}

/** A member starts although the one before it was not ended. */
export function missingComma(found: string, bracket: string): StructureFault {
  if (found === ':') {
    const detail = `After a value JSON expects a comma or ${closerOf(bracket)}, not a colon.`;
    return { code: 'missing_comma', detail, hint: 'Only a key in an object is followed by a colon.' };
  }
  return {
    code: 'missing_comma',
    detail: 'A member starts here, but there is no comma after the one before it.',
    hint: 'Put a comma between them. Commas too many do no harm.',
    lacksComma: true,
  };
}

/** Something stands directly behind a placeholder. */
export function joinedText(found: string): StructureFault {
  const hint = /\d/.test(found)
    ? 'Digits cannot be joined on to a value. To calculate, use a helper: {{multiply data.seconds 1000}}.'
    : 'Put a comma between, or both into one string.';
  return { code: 'misplaced_slot', detail: `After a value JSON expects a comma or a bracket, not "${found}".`, hint };
}

/** A placeholder stands directly behind a number or word. */
export function joinedSlot(source: string): StructureFault {
  return {
    code: 'misplaced_slot',
    detail: `${source} follows directly on a number or word, which has to end before it.`,
    hint: 'A number is not put together from parts: use a helper, such as {{multiply data.seconds -1}}. Or put all into one string.',
  };
}

/** A placeholder stands behind a value, in a bracket. */
export function followingSlot(source: string, bracket: string): StructureFault {
  const detail = `${source} follows on a value; JSON expects a comma or a closing bracket there.`;
  if (bracket === '{') {
    const hint =
      'If it belongs to the value before it, put both into one string: "{{data.a}} {{data.b}}". A member of its own needs a key.';
    return { code: 'misplaced_slot', detail, hint };
  }
  const hint = 'Put a comma between two values, or both into one string.';
  return { code: 'misplaced_slot', detail, hint, lacksComma: true };
}

/** There is a placeholder after the one value of the body. */
export function moreSlots(source: string): StructureFault {
  return {
    code: 'more_text',
    detail: `The JSON text is complete before ${source}.`,
    hint: 'A body is one JSON text: several, one a line (NDJSON), cannot be sent. Put them into an array, or into one string.',
  };
}

/** There is more after the one value of the body. */
export function moreText(found: string): StructureFault {
  const isSecond = found === '{' || found === '[';
  return {
    code: 'more_text',
    detail: isSecond
      ? 'The JSON text is complete before this; a second one starts here.'
      : `The JSON text is complete before this "${found}".`,
    hint: isSecond
      ? 'A body is one JSON text: several, one a line (NDJSON), cannot be sent. Put them into an array.'
      : 'Remove it, or put all into one object or array.',
  };
}

/** A comma where it cannot be forgiven. */
export function unexpectedComma(): StructureFault {
  return {
    code: 'unexpected_comma',
    detail: 'A comma stands here, outside of all brackets.',
    hint: 'Remove it. Commas too many are forgiven inside of brackets only.',
  };
}

/** A colon without a value. */
export function missingValue(found: string): StructureFault {
  return {
    code: 'missing_value',
    detail: `After a colon JSON expects a value, not "${found}".`,
    hint: 'Write a value, such as null, or a placeholder without quotes.',
  };
}

/** Something else than a value where a value is expected. */
export function invalidLiteral(word: string): StructureFault {
  return { code: 'invalid_literal', detail: `${quoted(word)} is no JSON value.`, hint: literalHint(word) };
}

// No plain object: authors write any word, `constructor` too.
const MEANT: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['false', 'false'],
  ['null', 'null'],
  ...['none', 'nil', 'undefined', 'nan'].map((word) => [word, 'null'] as const),
]);

// A path to a field, also as Go and batch files have it.
const PATH = /^[.%]?[A-Za-z_]\w*(?:\.\w+)+%?$/;

function literalHint(word: string): string {
  const meant = MEANT.get(word.toLowerCase());
  if (meant !== undefined) return `Write ${meant}.`;
  if (/^['‘’“”`]/.test(word)) return 'JSON strings have straight double quotes: "…".';
  if (PATH.test(word))
    return `A value of the event stands in two braces: {{${quoted(word.replace(/^[.%]|%$/g, ''))}}}.`;
  if (/^[-+.\d]/.test(word)) return 'A JSON number has no leading zero or plus, and digits on both sides of its point.';
  return 'Text stands in double quotes. Without them there are only numbers, true, false and null.';
}

/** A number or word that the text breaks off. */
export function unfinishedLiteral(): StructureFault {
  return {
    code: 'invalid_literal',
    detail: 'A number or word ends here before it is complete.',
    hint: 'Without quotes there are only numbers such as 1.5, true, false and null.',
  };
}

/** A key without quotes. */
export function unquotedKey(word: string): StructureFault {
  const isValue = word === '{' || word === '[';
  return {
    code: 'unquoted_key',
    detail: isValue
      ? `In an object JSON expects a key here, not "${word}".`
      : `${quoted(word)} is a key, but keys are strings.`,
    hint: isValue ? 'Give it a key: "name": ….' : `Quote it: "${quoted(word.replace(/['‘’“”`]/g, ''))}".`,
  };
}

/** A key without a colon. */
export function missingColon(found: string): StructureFault {
  return {
    code: 'missing_colon',
    detail: `After a key JSON expects a colon, not "${found}".`,
    hint: 'Put a colon between key and value.',
  };
}

/** A closing bracket that does not fit. */
export function wrongBracket(found: string, stack: string): StructureFault {
  const open = stack.at(-1);
  const hint =
    open === undefined
      ? 'Remove it, or open a bracket before it.'
      : `Close the ${open} with ${closerOf(open)} first, or remove this bracket if it is one too many.`;
  const detail =
    open === undefined
      ? `No bracket is open that "${found}" could close.`
      : `"${found}" cannot close the "${open}" that is open here.`;
  return { code: 'wrong_bracket', detail, hint };
}

/** A control character in a string, mostly the end of its line. */
export function brokenString(code: number): StructureFault {
  const isLineEnd = code === 10 || code === 13;
  return {
    code: 'unclosed_string',
    detail: isLineEnd
      ? 'A string goes on over the end of a line; JSON strings cannot.'
      : 'A string holds a control character; JSON strings cannot.',
    hint: isLineEnd ? 'Close the string with ", or write \\n in it.' : 'Write it as an escape, such as \\t.',
  };
}

/** A backslash that begins no escape. */
export function invalidEscape(found: string, inHex: boolean): StructureFault {
  return {
    code: 'invalid_escape',
    detail: inHex ? `After \\u JSON expects four hex digits, not "${found}".` : `"\\${found}" is no escape of JSON.`,
    hint: 'Escapes are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits. A backslash as text is \\\\.',
  };
}

/** Brackets nest too deep. */
export function tooDeep(most: number): StructureFault {
  return {
    code: 'limit_exceeded',
    detail: `Here brackets are open more than ${String(most)} deep.`,
    hint: 'Send less deep data, or let the event bring it: {{json data}}.',
  };
}
