// Takes secrets out of a text by their value: a receiver may echo what it was sent, in several spellings.
import { MASK } from './headers.ts';

// Shorter values would mask half of every text ("1", "true"); those are hidden by header name only.
const MIN_SECRET_LENGTH = 8;

/** A text without the secrets, and in how many places one stood. */
export interface Masked {
  readonly text: string;
  readonly places: number;
}

/** Takes the secrets out of one text. Of a text that was cut off, also the beginning of one that stands at its end. */
export type Masker = (text: string, isCutOff?: boolean) => Masked;

/**
 * Makes the masker for some secret values: each is looked for as it is, without its scheme (`Bearer …`), as base64
 * and percent-encoded.
 */
export function createMasker(secrets: readonly string[]): Masker {
  const needles = [...new Set(secrets.flatMap(spellings))].sort((a, b) => b.length - a.length);
  return (text, isCutOff = false) => {
    let masked = text;
    let places = 0;
    for (const needle of needles) {
      const pieces = masked.split(needle);
      places += pieces.length - 1;
      masked = pieces.join(MASK);
    }
    const begun = isCutOff ? longestBeginning(masked, needles) : 0;
    if (begun === 0) return { text: masked, places };
    return { text: masked.slice(0, -begun) + MASK, places: places + 1 };
  };
}

// How many of the last characters are the beginning of a secret, where that is enough of it to be worth something.
function longestBeginning(text: string, needles: readonly string[]): number {
  const longest = needles.reduce((most, needle) => Math.max(most, needle.length - 1), 0);
  for (let length = Math.min(longest, text.length); length >= MIN_SECRET_LENGTH; length -= 1) {
    const end = text.slice(-length);
    if (needles.some((needle) => needle.startsWith(end))) return length;
  }
  return 0;
}

function spellings(secret: string): string[] {
  const bare = /^[A-Za-z][A-Za-z0-9-]* +(.+)$/.exec(secret)?.[1];
  const decoded = bare === undefined ? [] : basicParts(secret, bare);
  return [secret, bare ?? '', ...decoded].filter((value) => value.length >= MIN_SECRET_LENGTH).flatMap(encodings);
}

// A receiver of Basic authentication knows the password in clear.
function basicParts(secret: string, bare: string): string[] {
  if (!/^basic /i.test(secret)) return [];
  const text = Buffer.from(bare, 'base64').toString('utf8');
  return [text, text.slice(text.indexOf(':') + 1)];
}

// What the JSON writers of other languages spell as \u0026 and the like, though they need not: nothing, Go and Ruby,
// Java's Gson, and PHP and .NET with more or fewer of their options.
const ESCAPED_BY_WRITERS: readonly string[] = ['', '&<>', "&<>'=", "&<>'", '&<>\'"', '&<>\'"+`'];

function jsonSpellings(value: string): string[] {
  return ESCAPED_BY_WRITERS.flatMap((escaped) => {
    const lower = value.replace(/./gsu, (character) => spelled(character, escaped));
    const upper = lower.replace(/\\u00../g, (escape) => `\\u${escape.slice(2).toUpperCase()}`);
    return [lower, lower.replaceAll('/', '\\/'), upper, upper.replaceAll('/', '\\/')];
  });
}

function spelled(character: string, escaped: string): string {
  if (escaped.includes(character)) return `\\u00${character.charCodeAt(0).toString(16)}`;
  return JSON.stringify(character).slice(1, -1);
}

// As it is; as JSON (some writers escape the slash); as base64; percent-encoded in either case.
function encodings(value: string): string[] {
  const base64 = Buffer.from(value, 'utf8').toString('base64');
  const percent = encodeURIComponent(value);
  const all = [
    value,
    ...jsonSpellings(value),
    ...jsonSpellings(base64),
    ...jsonSpellings(base64.replace(/=+$/, '')),
    Buffer.from(value, 'utf8').toString('base64url'),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    percent.replaceAll('%20', '+'),
  ];
  return all.filter((text) => text.length >= MIN_SECRET_LENGTH);
}
