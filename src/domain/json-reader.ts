// One pass over a JSON text (RFC 8259), character by character: the machine inside `json-read.ts`.
import type { Fault, Position } from './errors.ts';
import type { ExactJson } from './json.ts';
import { JsonNumber } from './json.ts';
import { Code, escapedAt, numberGoesOn, plainIntegerAt } from './json-characters.ts';
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
const WORDS: readonly (readonly [string, ExactJson])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
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
    for (let goesOn = this.#opens(Code.closeList); goesOn; goesOn = this.#goesOn(Code.closeList)) {
      const document = this.document();
      if (documents.length <= maxItems) documents.push(document);
    }
    return documents;
  }

  /** Asserts that only blanks are left. */
  end(): void {
    this.skipBlanks();
    if (this.#at < this.#text.length) this.#fail('there is more text after the value.');
  }

  /** Whether an array starts here. */
  seesList(): boolean {
    return this.#code() === Code.openList;
  }

  skipBlanks(): void {
    for (;;) {
      const code = this.#code();
      if (code > Code.blank || (code !== 32 && code !== 10 && code !== 13 && code !== 9)) return;
      this.#at += 1;
    }
  }

  // NaN at the end of the text.
  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #value(): ExactJson {
    const code = this.#code();
    if (code === Code.quote) return this.#string();
    if (code === Code.openObject || code === Code.openList) {
      if (this.#path.length >= this.#maxDepth) return this.#skipTooDeep();
      return code === Code.openObject ? this.#object() : this.#array();
    }
    return code === Code.minus || (code >= Code.zero && code <= Code.nine) ? this.#number() : this.#word();
  }

  #word(): ExactJson {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    const isEnd = this.#at >= this.#text.length;
    return this.#fail(isEnd ? 'the text ends where a value is expected.' : 'a value is expected here.');
  }

  #array(): ExactJson {
    const items: ExactJson[] = [];
    for (let goesOn = this.#opens(Code.closeList); goesOn; goesOn = this.#goesOn(Code.closeList)) {
      this.#path.push(items.length);
      items.push(this.#value());
      this.#path.pop();
    }
    return items;
  }

  #object(): ExactJson {
    const object: Record<string, ExactJson> = {};
    let hasProto = false;
    for (let goesOn = this.#opens(Code.closeObject); goesOn; goesOn = this.#goesOn(Code.closeObject)) {
      const keyAt = this.#at;
      const key = this.#key();
      const isProto = key === '__proto__';
      this.#path.push(key);
      if (isProto ? hasProto : Object.hasOwn(object, key)) this.#refuse('duplicate_key', keyAt, key);
      if (isProto) this.#refuse('forbidden_key', keyAt);
      const value = this.#value();
      // To set this one would change what the object is.
      if (isProto) hasProto = true;
      else object[key] = value;
      this.#path.pop();
    }
    return object;
  }

  #key(): string {
    if (this.#code() !== Code.quote) this.#fail('a member name in double quotes is expected here.');
    const key = this.#string();
    this.skipBlanks();
    if (this.#code() !== Code.colon) this.#fail('a colon is expected after the member name.');
    this.#at += 1;
    this.skipBlanks();
    return key;
  }

  // `item (, item)*` between brackets is read by these two: each says whether there is an item to read next.
  #opens(close: number): boolean {
    this.#at += 1;
    this.skipBlanks();
    if (this.#code() !== close) return true;
    this.#at += 1;
    return false;
  }

  #goesOn(close: number): boolean {
    this.skipBlanks();
    const code = this.#code();
    if (code !== close && code !== Code.comma)
      this.#fail(`a comma or "${String.fromCharCode(close)}" is expected here.`);
    this.#at += 1;
    if (code === close) return false;
    this.skipBlanks();
    if (this.#code() === close) this.#fail(`there is a comma before "${String.fromCharCode(close)}".`);
    return true;
  }

  #number(): ExactJson {
    const digits = plainIntegerAt(this.#text, this.#at);
    if (digits === undefined) return this.#anyNumber();
    this.#at += digits.length;
    return Number(digits);
  }

  #anyNumber(): ExactJson {
    NUMBER.lastIndex = this.#at;
    const token = NUMBER.exec(this.#text)?.[0];
    if (token === undefined) return this.#fail('a digit is expected after the minus sign.');
    const start = this.#at;
    this.#at += token.length;
    if (numberGoesOn(this.#text, this.#at)) this.#fail('a number does not go on like this.');
    const refusal = numberRefusal(token);
    if (refusal !== undefined) {
      this.#refuse(refusal, start, token);
      return 0;
    }
    const value = Number(token);
    return String(value) === token ? value : new JsonNumber(token);
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    let hasSurrogates = false;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code === Code.quote) break;
      if (code < Code.blank || code === Code.backslash || Number.isNaN(code)) return this.#stringWithEscapes();
      if (code >= Code.firstSurrogate && code <= Code.lastSurrogate) hasSurrogates = true;
      end += 1;
    }
    this.#at = end + 1;
    const string = text.slice(start + 1, end);
    return hasSurrogates ? this.#fit(string, start) : string;
  }

  #stringWithEscapes(): string {
    const start = this.#at;
    let text = '';
    let from = (this.#at += 1);
    for (;;) {
      const code = this.#code();
      if (Number.isNaN(code)) return this.#fail('the text ends inside a string.');
      if (code === Code.quote) break;
      if (code < Code.blank)
        return this.#fail('a control character stands in a string; write it as an escape such as \\n.');
      if (code !== Code.backslash) {
        this.#at += 1;
        continue;
      }
      text += this.#text.slice(from, this.#at) + this.#escape();
      from = this.#at;
    }
    text += this.#text.slice(from, this.#at);
    this.#at += 1;
    return this.#fit(text, start);
  }

  // PostgreSQL refuses NUL in text, and both databases change lone surrogates silently (measured).
  #fit(text: string, start: number): string {
    if (text.includes('\u0000')) this.#refuse('nul_character', start);
    if (!text.isWellFormed()) this.#refuse('lone_surrogate', start);
    return text;
  }

  #escape(): string {
    const character = escapedAt(this.#text, this.#at);
    if (character === undefined) {
      return this.#fail('a backslash is followed by none of " \\ / b f n r t or u with four hexadecimal digits.');
    }
    this.#at += this.#text[this.#at + 1] === 'u' ? 6 : 2;
    return character;
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
