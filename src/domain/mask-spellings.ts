// In which spellings a secret may come back: every writer of JSON, forms, URLs, HTML and base64 has habits of its own.

/** Letters, digits and what RFC 3986 §2.3 leaves alone: no writer spells these in another way. */
const PLAIN = /^[A-Za-z0-9_-]$/;

/**
 * A pattern for a text in which each character may stand as it is or as JSON, a URL, a form or HTML spells it, mixed at
 * will: no two writers agree on which characters need it.
 */
export function anySpelling(text: string): string {
  return text.replace(/./gsu, (character) => (PLAIN.test(character) ? character : spellingsOf(character)));
}

// The escapes of a character: `\u0026` and its like, short ones, percent octets in either case, `+` for a blank, entities.
function spellingsOf(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const alternatives = [
    literally(character),
    units.map((unit) => String.raw`\\u${hexIn(unit, 4)}`).join(''),
    ...[...Buffer.from(character, 'utf8')].map((octet) => `%${hexIn(octet, 2)}`).reduce(joined, ['']),
    ...shortEscapes(character),
    ...(character === ' ' ? [String.raw`\+`] : []),
    ...entities(character),
  ];
  return `(?:${alternatives.join('|')})`;
}

function joined([so = '']: string[], octet: string): string[] {
  return [so + octet];
}

function literally(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

// Hexadecimal digits in either case.
function hexIn(value: number, width: number): string {
  const digits = value.toString(16).padStart(width, '0');
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': String.raw`\\`,
  '/': String.raw`\/`,
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
};

function shortEscapes(character: string): string[] {
  const short = SHORT[character];
  return short === undefined ? [] : [String.raw`\\${short}`];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

function entities(character: string): string[] {
  const name = ENTITIES[character];
  if (name === undefined) return [];
  const code = character.charCodeAt(0);
  return [`&${name};`, `&#0*${String(code)};`, `&#[xX]0*${hexIn(code, 2)};`];
}

/**
 * The base64 forms of a text, longest first, in both alphabets: whole, and the middle part that is the same wherever the
 * text stands within a longer one. Its three alignments come from three octets becoming four characters (RFC 4648 §4).
 */
export function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const whole = bytes.toString('base64');
  const standard = [whole, whole.replace(/=+$/, ''), ...[0, 1, 2].map((shift) => middle(bytes, shift))];
  const urlSafe = standard.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([...standard, ...urlSafe])].sort((a, b) => b.length - a.length);
}

// Without the characters that the octets before and behind have a part in.
function middle(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const bare = encoded.replace(/=+$/, '');
  const start = shift === 0 ? 0 : shift + 1;
  const end = (bytes.length + shift) % 3 === 0 ? bare.length : bare.length - 1;
  return bare.slice(start, end);
}
