// The characters that mean something to a reader of JSON (RFC 8259), as codes: to make texts of them to compare takes
// longer than all the rest of reading.

/** UTF-16 codes. Control characters come before the blank. */
export const Code = {
  blank: 32,
  quote: 34,
  comma: 44,
  minus: 45,
  zero: 48,
  nine: 57,
  colon: 58,
  openList: 91,
  backslash: 92,
  closeList: 93,
  openObject: 123,
  closeObject: 125,
  firstSurrogate: 0xd800,
  lastSurrogate: 0xdfff,
} as const;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** What the escape stands for whose backslash is at an offset; `undefined` where it is none. */
export function escapedAt(text: string, offset: number): string | undefined {
  const letter = text[offset + 1] ?? '';
  if (letter !== 'u') return ESCAPES[letter];
  const digits = text.slice(offset + 2, offset + 6);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? String.fromCharCode(Number.parseInt(digits, 16)) : undefined;
}

// More digits may not be what a double prints.
const MOST_PLAIN_DIGITS = 15;

/** The number at an offset where it is digits and nothing else that a double prints as they are, as most numbers are. */
export function plainIntegerAt(text: string, offset: number): string | undefined {
  let end = offset;
  while (end - offset <= MOST_PLAIN_DIGITS && isDigit(text.charCodeAt(end))) end += 1;
  const length = end - offset;
  const isPlain = length === 1 || (length > 1 && text.charCodeAt(offset) !== Code.zero);
  return isPlain && length <= MOST_PLAIN_DIGITS && !numberGoesOn(text, end) ? text.slice(offset, end) : undefined;
}

function isDigit(code: number): boolean {
  return code >= Code.zero && code <= Code.nine;
}

/** Whether something stands at an offset that cannot follow a number, but looks as if it belonged to it. */
export function numberGoesOn(text: string, offset: number): boolean {
  return /[\w.+-]/.test(text.charAt(offset));
}
