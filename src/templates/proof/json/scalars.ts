// Numbers and words of JSON, character by character (RFC 8259 sections 3 and 6).
import type { Mode, NumberMode } from './configuration.ts';

const STARTS: Readonly<Record<string, Mode>> = { '-': 'minus', '0': 'zero', t: 'rue', f: 'alse', n: 'ull' };

/** The mode behind the first character of a number or word; `undefined` where none starts with it. */
export function startOfScalar(char: string): Mode | undefined {
  return STARTS[char] ?? (isDigit(char) ? 'digits' : undefined);
}

type CharacterClass = 'zero' | 'digit' | 'point' | 'e' | 'sign';

// The grammar of RFC 8259 section 6, one row a mode.
const NUMBERS: Readonly<Record<NumberMode, Partial<Record<CharacterClass, NumberMode>>>> = {
  minus: { zero: 'zero', digit: 'digits' },
  zero: { point: 'point', e: 'exponent' },
  digits: { zero: 'digits', digit: 'digits', point: 'point', e: 'exponent' },
  point: { zero: 'fraction', digit: 'fraction' },
  fraction: { zero: 'fraction', digit: 'fraction', e: 'exponent' },
  exponent: { zero: 'power', digit: 'power', sign: 'sign' },
  sign: { zero: 'power', digit: 'power' },
  power: { zero: 'power', digit: 'power' },
};

const CLASSES: Readonly<Record<string, CharacterClass>> = {
  '0': 'zero',
  '.': 'point',
  e: 'e',
  E: 'e',
  '+': 'sign',
  '-': 'sign',
};

/** The mode behind one more character of a number; `undefined` where the number cannot go on with it. */
export function nextInNumber(mode: NumberMode, char: string): NumberMode | undefined {
  const kind = isDigit(char) && char !== '0' ? 'digit' : CLASSES[char];
  return kind === undefined ? undefined : NUMBERS[mode][kind];
}

const WORDS: Partial<Record<Mode, Mode>> = {
  rue: 'ue',
  ue: 'e',
  e: 'after',
  alse: 'lse',
  lse: 'se',
  se: 'e',
  ull: 'll',
  ll: 'l',
  l: 'after',
};

/** Whether the mode is inside of `true`, `false` or `null`. */
export function isInWord(mode: Mode): boolean {
  return WORDS[mode] !== undefined;
}

/** The mode behind one more character of a word; `undefined` where the word cannot go on with it. */
export function nextInWord(mode: Mode, char: string): Mode | undefined {
  return char === mode[0] ? WORDS[mode] : undefined;
}

const QUOTED = /'[^'\n\r]*'/y;
const WORD = /[^\s,:[\]{}"]*/y;

/** What a person would take for one word here: up to a blank, a bracket, a comma, a colon or a quote. */
export function wordFrom(text: string, at: number): string {
  QUOTED.lastIndex = at;
  const inQuotes = QUOTED.exec(text)?.[0];
  if (inQuotes !== undefined) return inQuotes;
  WORD.lastIndex = at;
  return WORD.exec(text)?.[0] ?? '';
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}
