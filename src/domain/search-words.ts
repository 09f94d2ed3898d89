// The words by which events are found: one way to take a text apart, for the index and for what is asked. Both databases
// are given terms that need no further reading, so that they find the same. See docs/adr/0037-search-index.md.
import { isList, isObject, JsonNumber } from './json.ts';
import type { ExactJson } from './json.ts';
import { sha256Hex } from './event.ts';
import { fold } from './search-folding.ts';

/** Words are cut after so many UTF-16 units, in the index and in what is asked. */
export const MAX_WORD_LENGTH = 64;

// All terms of an event together, in UTF-16 units. An event of 256 KiB stays below it, unless most of its characters are
// such as stand for whole words (U+FDFA for 18 letters). PostgreSQL takes 1 MiB.
const MAX_TERMS_LENGTH = 300_000;

/** What an event can be asked for besides its words. */
export type FacetName = 'action' | 'category' | 'event_type' | 'object' | 'organization' | 'origin' | 'schema' | 'user';

/**
 * One thing that an event can be asked for. Blanks around it do not count, and in what is a text for people upper and lower
 * case are alike: an identifier is another one in other letters.
 */
export interface Facet {
  readonly name: FacetName;
  readonly value: string;
}

const FACET_LETTERS: Readonly<Record<FacetName, string>> = {
  action: 'a',
  category: 'c',
  event_type: 't',
  object: 'f',
  organization: 'o',
  origin: 'r',
  schema: 's',
  user: 'u',
};

const HASH_LENGTH = 16;
const TEXTS: readonly FacetName[] = ['action', 'category'];

/**
 * The term of a facet: `=`, which no word contains, a letter for its name, and 64 bits of a hash of its value. Who must
 * not be wrong once in 2^64, such as an organization about its events, compares the value itself as well.
 */
export function facetTerm({ name, value }: Facet): string {
  const same = (TEXTS.includes(name) ? value.normalize('NFKC').toLowerCase() : value).trim();
  return `=${FACET_LETTERS[name]}${sha256Hex(same).slice(0, HASH_LENGTH)}`;
}

/** Makes the terms of events. It remembers those that come again and again, of nobody in particular. */
export class TermMaker {
  readonly #facets = new Map<string, string>();
  readonly #names = new Map<string, readonly string[]>();

  /**
   * The terms of an event, each once: the words of all keys and values of its JSON (numbers as they are spelled), and its
   * facets. Each consists of letters, marks and numbers, or begins with `=`.
   */
  termsOf(value: ExactJson, facets: readonly Facet[]): string[] {
    const terms = new Set<string>();
    for (const facet of facets) terms.add(this.#facetTerm(facet));
    this.#addValue(value, terms);
    return within(terms);
  }

  // Hashing takes as long as a third of all else.
  #facetTerm(facet: Facet): string {
    if (!OFTEN.includes(facet.name)) return facetTerm(facet);
    const key = `${facet.name} ${facet.value}`;
    const term = this.#facets.get(key) ?? facetTerm(facet);
    remember(this.#facets, key, term);
    return term;
  }

  #addValue(value: ExactJson, words: Set<string>): void {
    if (typeof value === 'string') addWords(value, words);
    else if (value === null) words.add('null');
    else if (typeof value !== 'object') addWords(String(value), words);
    else if (value instanceof JsonNumber) addWords(value.text, words);
    else if (isList(value)) for (const item of value) this.#addValue(item, words);
    else if (isObject(value)) this.#addMembers(value, words);
  }

  #addMembers(object: Readonly<Record<string, ExactJson>>, words: Set<string>): void {
    for (const name in object) {
      for (const word of this.#wordsOfName(name)) words.add(word);
      this.#addValue(object[name] ?? null, words);
    }
  }

  #wordsOfName(name: string): readonly string[] {
    const words = this.#names.get(name) ?? wordsOf(name);
    if (name.length <= LONGEST_REMEMBERED) remember(this.#names, name, words);
    return words;
  }
}

// Who did something, and to what, is different each time, and nobody's name belongs into a memory.
const OFTEN: readonly FacetName[] = ['organization', 'schema', 'event_type', 'origin', 'category', 'action'];
const REMEMBERED = 4096;
const LONGEST_REMEMBERED = 64;

function remember<Value>(memory: Map<string, Value>, key: string, value: Value): void {
  if (memory.has(key)) return;
  if (memory.size >= REMEMBERED) memory.clear();
  memory.set(key, value);
}

/** The words of a text as the index has them, each once. A Chinese, Japanese or Korean text gives each character and each pair. */
export function wordsOf(text: string): string[] {
  const words = new Set<string>();
  addWords(text, words);
  return [...words];
}

/**
 * The words that an event has to have to be found by this text, each once; none where the text has no letter and no
 * number. Of a run of Chinese, Japanese or Korean characters each pair, or the one character that it is.
 */
export function wordsOfQuery(text: string): string[] {
  const words = new Set<string>();
  for (const [word] of fold(text).matchAll(WORD)) {
    if (!CJK.test(word)) words.add(cut(word));
    else for (const run of runsOf(word)) addRun(run, words, false);
  }
  return [...words];
}

function within(terms: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  let length = 0;
  for (const term of terms) {
    length += term.length;
    if (length > MAX_TERMS_LENGTH) break;
    kept.push(term);
  }
  return kept;
}

const NOT_ASCII = /[^\0-\x7f]/;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
// Written without blanks between words. Korean has some, but puts endings to its words.
const CJK = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]/u;
const RUNS =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]+|[^\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]+/gu;

function addWords(text: string, words: Set<string>): void {
  if (!NOT_ASCII.test(text)) {
    addAsciiWords(text.toLowerCase(), words);
    return;
  }
  for (const [word] of fold(text).matchAll(WORD)) {
    if (!CJK.test(word)) words.add(cut(word));
    else for (const run of runsOf(word)) addRun(run, words, true);
  }
}

// Digits and lower-case letters.
const IN_WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  Number((code >= 48 && code <= 57) || (code >= 97 && code <= 122)),
);

function addAsciiWords(text: string, words: Set<string>): void {
  let start = -1;
  for (let at = 0; at < text.length; at += 1) {
    if (IN_WORD[text.charCodeAt(at)] === 1) {
      if (start === -1) start = at;
    } else if (start !== -1) {
      words.add(text.slice(start, Math.min(at, start + MAX_WORD_LENGTH)));
      start = -1;
    }
  }
  if (start !== -1) words.add(text.slice(start, start + MAX_WORD_LENGTH));
}

function runsOf(word: string): readonly string[] {
  return word.match(RUNS) ?? [];
}

function addRun(run: string, words: Set<string>, withSingle: boolean): void {
  if (!CJK.test(run)) {
    words.add(cut(run));
    return;
  }
  const characters = Array.from(run);
  if (withSingle || characters.length === 1) for (const character of characters) words.add(character);
  for (let at = 1; at < characters.length; at += 1) words.add(`${characters[at - 1] ?? ''}${characters[at] ?? ''}`);
}

// Not between the halves of a character.
function cut(word: string): string {
  if (word.length <= MAX_WORD_LENGTH) return word;
  const kept = word.slice(0, MAX_WORD_LENGTH);
  return kept.isWellFormed() ? kept : kept.slice(0, -1);
}
