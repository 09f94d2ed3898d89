// One pass over a JSON text (RFC 8259), character by character: the machine inside `json-read.ts`.
import type { Fault, Position } from './errors.ts';
import type { ExactJson } from './json.ts';
import { JsonNumber } from './json.ts';
import type { RefusalName } from './json-refusals.ts';
import { numberRefusal, REFUSALS } from './json-refusals.ts';
import { createPositionFinder, pointerTo } from './text.ts';

// What a hostile text is answered with must stay small: so many faults a value, so many characters of a name.
const MAX_FAULTS = 20;
const MAX_POINTER_LENGTH = 1000;
const MAX_SHOWN_LENGTH = 40;

/** A value, where it stands in the text, and what is refused in it although it is JSON. */
export interface JsonDocument {
  readonly value: ExactJson;
  readonly start: number;
  readonly end: number;
  readonly faults: readonly Fault[];
}

/** The text stops being JSON at `offset`. */
export class JsonSyntaxError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NUMBER_START = /[-0-9]/;
const WORDS: readonly (readonly [string, ExactJson])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
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

/** Reads values from a text, from left to right. Throws `JsonSyntaxError` where the text is not JSON. */
export class JsonReader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #positionOf: (offset: number) => Position;
  #at = 0;
  #faults: Fault[] = [];
  // Where we are, as steps from the document's root. A pointer is only made of it when a fault needs one.
  #path: (string | number)[] = [];

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#positionOf = createPositionFinder(text);
    // RFC 8259 §8.1: a byte order mark may be ignored.
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  /** The value that starts here; its faults point into itself. */
  document(): JsonDocument {
    this.#faults = [];
    this.#path = [];
    const start = this.#at;
    const value = this.#value();
    return { value, start, end: this.#at, faults: this.#faults };
  }

  /** The items of the array that starts here, each a document of its own; beyond `maxItems` one more is kept. */
  items(maxItems: number): JsonDocument[] {
    const documents: JsonDocument[] = [];
    this.#list(']', () => {
      const document = this.document();
      if (documents.length <= maxItems) documents.push(document);
    });
    return documents;
  }

  /** Asserts that only blanks are left. */
  end(): void {
    this.skipBlanks();
    if (this.#at < this.#text.length) this.#fail('there is more text after the value.');
  }

  /** Whether the next character is this one. */
  sees(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }

  #value(): ExactJson {
    const character = this.#text[this.#at] ?? '';
    if (character === '"') return this.#string();
    if (character === '{' || character === '[') {
      if (this.#path.length >= this.#maxDepth) return this.#skipTooDeep();
      return character === '{' ? this.#object() : this.#array();
    }
    return NUMBER_START.test(character) ? this.#number() : this.#word(character);
  }

  #word(character: string): ExactJson {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#fail(character === '' ? 'the text ends where a value is expected.' : 'a value is expected here.');
  }

  #array(): ExactJson {
    const items: ExactJson[] = [];
    this.#list(']', () => {
      this.#path.push(items.length);
      items.push(this.#value());
      this.#path.pop();
    });
    return items;
  }

  #object(): ExactJson {
    const members = new Map<string, ExactJson>();
    this.#list('}', () => {
      const keyAt = this.#at;
      const key = this.#key();
      this.#path.push(key);
      if (members.has(key)) this.#refuse('duplicate_key', keyAt, key);
      if (key === '__proto__') this.#refuse('forbidden_key', keyAt);
      members.set(key, this.#value());
      this.#path.pop();
    });
    members.delete('__proto__');
    return Object.fromEntries(members);
  }

  #key(): string {
    if (!this.sees('"')) this.#fail('a member name in double quotes is expected here.');
    const key = this.#string();
    this.skipBlanks();
    if (!this.sees(':')) this.#fail('a colon is expected after the member name.');
    this.#at += 1;
    this.skipBlanks();
    return key;
  }

  // Reads `item (, item)*` up to the closing bracket; the reader stands on the opening one.
  #list(close: string, item: () => void): void {
    this.#at += 1;
    this.skipBlanks();
    if (this.sees(close)) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      this.skipBlanks();
      if (this.sees(close)) break;
      if (!this.sees(',')) this.#fail(`a comma or "${close}" is expected here.`);
      this.#at += 1;
      this.skipBlanks();
      if (this.sees(close)) this.#fail(`there is a comma before "${close}".`);
    }
    this.#at += 1;
  }

  #number(): ExactJson {
    NUMBER.lastIndex = this.#at;
    const token = NUMBER.exec(this.#text)?.[0];
    if (token === undefined) return this.#fail('a digit is expected after the minus sign.');
    const start = this.#at;
    this.#at += token.length;
    if (/[\w.+-]/.test(this.#text[this.#at] ?? '')) this.#fail('a number does not go on like this.');
    const refusal = numberRefusal(token);
    if (refusal !== undefined) {
      this.#refuse(refusal, start, token);
      return 0;
    }
    const value = Number(token);
    return String(value) === token ? value : new JsonNumber(token);
  }

  #string(): string {
    const start = this.#at;
    let text = '';
    let from = (this.#at += 1);
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code)) return this.#fail('the text ends inside a string.');
      if (code === 34) break;
      if (code < 32) return this.#fail('a control character stands in a string; write it as an escape such as \\n.');
      if (code !== 92) {
        this.#at += 1;
        continue;
      }
      text += this.#text.slice(from, this.#at) + this.#escape();
      from = this.#at;
    }
    text += this.#text.slice(from, this.#at);
    this.#at += 1;
    // PostgreSQL refuses NUL in text, and both databases change lone surrogates silently (measured).
    if (text.includes('\u0000')) this.#refuse('nul_character', start);
    if (!text.isWellFormed()) this.#refuse('lone_surrogate', start);
    return text;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) {
      return this.#fail('a backslash is followed by none of " \\ / b f n r t or u with four hexadecimal digits.');
    }
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  // The rest of the value is only stepped over: the document is refused in any case.
  #skipTooDeep(): ExactJson {
    this.#refuse('json_too_deep', this.#at);
    let open = 0;
    do {
      const character = this.#text[this.#at];
      if (character === undefined) this.#fail('the text ends inside an array or object.');
      if (character === '"') {
        this.#string();
        continue;
      }
      if (character === '[' || character === '{') open += 1;
      if (character === ']' || character === '}') open -= 1;
      this.#at += 1;
    } while (open > 0);
    return null;
  }

  #refuse(name: RefusalName, offset: number, about = ''): void {
    if (this.#faults.length >= MAX_FAULTS) return;
    const { code = name, detail, hint } = REFUSALS[name];
    this.#faults.push({
      pointer: shorten(this.#path.reduce<string>(pointerTo, ''), MAX_POINTER_LENGTH),
      code,
      detail: detail(shorten(about, MAX_SHOWN_LENGTH)),
      hint,
      position: this.#positionOf(offset),
    });
  }

  #fail(message: string): never {
    throw new JsonSyntaxError(message, this.#at);
  }
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
