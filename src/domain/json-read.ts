// A strict JSON reader (RFC 8259): keeps the spelling of numbers, refuses what databases and readers disagree about,
// and says where. Node's own parser gives no positions, merges duplicate keys and rounds numbers.
import type { Fault } from './errors.ts';
import type { ExactJson } from './json.ts';
import { JsonNumber } from './json.ts';
import { excerptAt, pointerTo, positionAt } from './text.ts';

/** The deepest nesting of arrays and objects that is read. */
export const MAX_JSON_DEPTH = 64;

// A text made of faults must not cost more than it is worth: finding a position reads the text once.
const MAX_FAULTS = 20;

/** A value, where it stands in the text, and what is refused in it although it is JSON. */
export interface JsonDocument {
  readonly value: ExactJson;
  readonly start: number;
  readonly end: number;
  readonly faults: readonly Fault[];
}

/** What reading gave: the documents, or the one place where the text stops being JSON. */
export type JsonReading =
  | { readonly ok: true; readonly isArray: boolean; readonly documents: readonly JsonDocument[] }
  | { readonly ok: false; readonly fault: Fault };

/** Reads a text that holds one JSON value. */
export function readJson(text: string): JsonReading {
  return guarded(text, (reader) => {
    reader.skipBlanks();
    const document = reader.document();
    reader.end();
    return { ok: true, isArray: Array.isArray(document.value), documents: [document] };
  });
}

/** Reads a text that holds one JSON value; of an array, each item becomes a document of its own, with its own faults. */
export function readJsonItems(text: string): JsonReading {
  return guarded(text, (reader) => {
    reader.skipBlanks();
    if (!reader.sees('[')) {
      const document = reader.document();
      reader.end();
      return { ok: true, isArray: false, documents: [document] };
    }
    const documents = reader.items();
    reader.end();
    return { ok: true, isArray: true, documents };
  });
}

class JsonSyntaxError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

function guarded(text: string, read: (reader: Reader) => JsonReading): JsonReading {
  try {
    return read(new Reader(text));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { ok: false, fault: syntaxFault(text, error) };
  }
}

function syntaxFault(text: string, error: JsonSyntaxError): Fault {
  return {
    pointer: '',
    code: 'malformed_json',
    detail: `This is not JSON: ${error.message}`,
    position: positionAt(text, error.offset),
    excerpt: excerptAt(text, error.offset),
    hint: 'Mend the text at this position; everything before it was read.',
  };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
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

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #faults: Fault[] = [];

  constructor(text: string) {
    this.#text = text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  document(): JsonDocument {
    this.#faults = [];
    const start = this.#at;
    const value = this.#value('');
    return { value, start, end: this.#at, faults: this.#faults };
  }

  items(): JsonDocument[] {
    const documents: JsonDocument[] = [];
    this.#depth += 1;
    this.#list(']', () => {
      documents.push(this.document());
    });
    this.#depth -= 1;
    return documents;
  }

  end(): void {
    this.skipBlanks();
    if (this.#at < this.#text.length) this.#fail('there is more text after the value.');
  }

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

  #value(pointer: string): ExactJson {
    const character = this.#text[this.#at];
    if (character === '"') return this.#string(pointer);
    if (character === '{') return this.#nested(pointer, () => this.#object(pointer));
    if (character === '[') return this.#nested(pointer, () => this.#array(pointer));
    if (character === '-' || (character !== undefined && character >= '0' && character <= '9')) {
      return this.#number(pointer);
    }
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#fail(
      character === undefined ? 'the text ends where a value is expected.' : 'a value is expected here.',
    );
  }

  #nested(pointer: string, read: () => ExactJson): ExactJson {
    if (this.#depth >= MAX_JSON_DEPTH) return this.#skipTooDeep(pointer);
    this.#depth += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #array(pointer: string): ExactJson {
    const items: ExactJson[] = [];
    this.#list(']', () => {
      items.push(this.#value(pointerTo(pointer, items.length)));
    });
    return items;
  }

  #object(pointer: string): ExactJson {
    const members = new Map<string, ExactJson>();
    this.#list('}', () => {
      const keyAt = this.#at;
      if (!this.sees('"')) this.#fail('a member name in double quotes is expected here.');
      const key = this.#string(pointer);
      const inside = pointerTo(pointer, key);
      this.skipBlanks();
      if (!this.sees(':')) this.#fail('a colon is expected after the member name.');
      this.#at += 1;
      this.skipBlanks();
      if (members.has(key))
        this.#refuse(
          inside,
          keyAt,
          'duplicate_key',
          `The key "${key}" stands twice in one object.`,
          'Keep one of them: readers disagree about which one counts.',
        );
      if (key === '__proto__')
        this.#refuse(inside, keyAt, 'forbidden_key', 'The key "__proto__" is not accepted.', 'Rename the key.');
      members.set(key, this.#value(inside));
    });
    members.delete('__proto__');
    return Object.fromEntries(members);
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

  #number(pointer: string): ExactJson {
    NUMBER.lastIndex = this.#at;
    const token = NUMBER.exec(this.#text)?.[0];
    if (token === undefined) return this.#fail('a digit is expected after the minus sign.');
    const start = this.#at;
    this.#at += token.length;
    if (/[\w.+-]/.test(this.#text[this.#at] ?? '')) this.#fail('a number does not go on like this.');
    const value = Number(token);
    if (!Number.isFinite(value)) {
      this.#refuse(
        pointer,
        start,
        'number_out_of_range',
        `The number ${token.slice(0, 40)} is beyond what a double can hold.`,
        'Send it as a string.',
      );
      return 0;
    }
    return String(value) === token ? value : new JsonNumber(token);
  }

  #string(pointer: string): string {
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
    this.#checkCharacters(pointer, start, text);
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

  // PostgreSQL refuses NUL in text, and both databases change lone surrogates silently (measured).
  #checkCharacters(pointer: string, start: number, text: string): void {
    if (text.includes('\u0000')) {
      this.#refuse(
        pointer,
        start,
        'nul_character',
        'A string holds the character U+0000, which databases cannot keep.',
        'Remove it, or send the bytes as base64.',
      );
    }
    if (!text.isWellFormed()) {
      this.#refuse(
        pointer,
        start,
        'lone_surrogate',
        'A string holds half of a surrogate pair, which is no Unicode text.',
        'Send whole characters.',
      );
    }
  }

  // The rest of the value is only stepped over: the document is refused in any case.
  #skipTooDeep(pointer: string): ExactJson {
    this.#refuse(
      pointer,
      this.#at,
      'json_too_deep',
      `Arrays and objects nest deeper than ${String(MAX_JSON_DEPTH)} levels.`,
      'Flatten the value, or send the inner part as a string.',
    );
    let open = 0;
    do {
      const character = this.#text[this.#at];
      if (character === undefined) this.#fail('the text ends inside an array or object.');
      if (character === '"') {
        this.#string(pointer);
        continue;
      }
      if (character === '[' || character === '{') open += 1;
      if (character === ']' || character === '}') open -= 1;
      this.#at += 1;
    } while (open > 0);
    return null;
  }

  #refuse(pointer: string, offset: number, code: string, detail: string, hint: string): void {
    if (this.#faults.length >= MAX_FAULTS) return;
    this.#faults.push({ pointer, code, detail, hint, position: positionAt(this.#text, offset) });
  }

  #fail(message: string): never {
    throw new JsonSyntaxError(message, this.#at);
  }
}
