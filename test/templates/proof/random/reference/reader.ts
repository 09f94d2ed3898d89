// A JSON reader of the tests' own: it is fed characters and values as a template writes them, decides at run time what
// each placeholder is, forgives superfluous commas as TEMPLATES.md section 2 says, and builds the value.
import { JsonNumber } from '../../../../../src/domain/json.ts';
import { textOf } from './values.ts';

/** A value as read: a number is its spelling, an object a map in which the last of equal keys counts. */
export type Value = null | boolean | string | NumberText | Value[] | Map<string, Value>;

/** A number by its spelling. */
export interface NumberText {
  readonly number: string;
}

/** Where a placeholder turned out to stand. */
export type Place = 'string' | 'value' | 'key' | 'escape' | 'elsewhere';

/** Why a text is not JSON. */
export class NotJson extends Error {}

/** An object that was opened: where, and where its keys without placeholders began. */
export interface OpenedObject<Origin> {
  readonly origin: Origin;
  readonly keys: ReadonlyMap<string, readonly Origin[]>;
}

type Expecting = 'member' | 'colon' | 'value' | 'separator';

interface Level<Origin> {
  readonly items: Value[] | undefined;
  readonly members: Map<string, Value> | undefined;
  readonly literal: Map<string, Origin[]>;
  key: string;
  expecting: Expecting;
}

const BLANKS = ' \t\n\r';
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Reads one JSON text. `strict` forgives no comma. Every method throws `NotJson`. */
export class Reader<Origin> {
  /** All objects so far. */
  readonly objects: OpenedObject<Origin>[] = [];
  readonly #strict: boolean;
  readonly #levels: Level<Origin>[] = [];
  #result: Value | undefined;
  #bare = '';
  #string: string[] | undefined;
  #escape = '';
  #keyOrigin: Origin | undefined;
  #lastComma = false;

  constructor(strict = false) {
    this.#strict = strict;
  }

  /** How many brackets are open. */
  get depth(): number {
    return this.#levels.length;
  }

  /** Reads text; `originOf` says where a character of it came from. */
  text(of: string, originOf: (index: number) => Origin): void {
    for (let index = 0; index < of.length; index += 1) {
      const char = of.charAt(index);
      if (this.#string !== undefined) this.#inString(char);
      else this.#outside(char, originOf, index);
    }
  }

  /** Where a placeholder would stand now. */
  place(): Place {
    if (this.#escape !== '') return 'escape';
    if (this.#string !== undefined) return 'string';
    if (this.#bare !== '') return 'elsewhere';
    const level = this.#levels.at(-1);
    if (level === undefined) return this.#result === undefined ? 'value' : 'elsewhere';
    if (level.expecting === 'value') return 'value';
    if (level.expecting === 'member') return level.members === undefined ? 'value' : 'key';
    return 'elsewhere';
  }

  /** Takes what a placeholder writes: into a string as text, for a value as a value. `json` gives JSON text. */
  slot(value: unknown, jsonText: string | undefined): void {
    const place = this.place();
    if (place === 'value') this.#take(exactOf(value));
    else if (place === 'string') {
      this.#string?.push(jsonText ?? textOf(value));
      this.#keyOrigin = undefined;
    } else throw new NotJson(`slot: ${place}`);
  }

  /** Ends the text. */
  end(): Value {
    if (this.#string !== undefined) throw new NotJson('the string is not closed');
    this.#endBare();
    if (this.#levels.length > 0) throw new NotJson('a bracket is not closed');
    if (this.#result === undefined) throw new NotJson('there is no value');
    return this.#result;
  }

  #outside(char: string, originOf: (index: number) => Origin, index: number): void {
    if (BLANKS.includes(char)) this.#endBare();
    else if ('[]{},:'.includes(char)) {
      this.#endBare();
      this.#sign(char, originOf, index);
    } else if (char === '"') {
      this.#endBare();
      this.#expectScalar();
      this.#string = [];
      this.#keyOrigin = originOf(index);
    } else {
      if (this.#bare === '') this.#expectScalar(true);
      this.#bare += char;
    }
  }

  #inString(char: string): void {
    if (this.#escape !== '') this.#inEscape(char);
    else if (char === '\\') this.#escape = char;
    else if (char === '"') this.#endString();
    else if (char < ' ') throw new NotJson('a control character in a string');
    else this.#string?.push(char);
  }

  #inEscape(char: string): void {
    this.#escape += char;
    if (this.#escape === '\\u') return;
    const simple = SIMPLE_ESCAPES[char];
    if (this.#escape.length === 2) {
      if (simple === undefined) throw new NotJson('an escape that JSON does not know');
      this.#string?.push(simple);
      this.#escape = '';
      return;
    }
    if (!/[0-9a-fA-F]/.test(char)) throw new NotJson('an escape needs four hexadecimal digits');
    if (this.#escape.length < 6) return;
    this.#string?.push(String.fromCharCode(Number.parseInt(this.#escape.slice(2), 16)));
    this.#escape = '';
  }

  #endString(): void {
    const value = this.#string?.join('') ?? '';
    this.#string = undefined;
    const level = this.#levels.at(-1);
    if (level?.members !== undefined && level.expecting === 'member') this.#key(level, value);
    else this.#take(value);
  }

  #key(level: Level<Origin>, key: string): void {
    level.key = key;
    level.expecting = 'colon';
    if (this.#keyOrigin === undefined) return;
    const origins = level.literal.get(key);
    if (origins === undefined) level.literal.set(key, [this.#keyOrigin]);
    else origins.push(this.#keyOrigin);
  }

  // A string may be a key; anything else that begins here is a value.
  #expectScalar(bare = false): void {
    const level = this.#levels.at(-1);
    if (level === undefined) {
      if (this.#result !== undefined) throw new NotJson('more text after the value');
      return;
    }
    if (level.expecting === 'value') return;
    if (level.expecting !== 'member') throw new NotJson(`a ${level.expecting} is missing`);
    if (bare && level.members !== undefined) throw new NotJson('a key without quotes');
  }

  #endBare(): void {
    const bare = this.#bare;
    if (bare === '') return;
    this.#bare = '';
    if (bare === 'null') this.#take(null);
    else if (bare === 'true' || bare === 'false') this.#take(bare === 'true');
    else if (NUMBER.test(bare)) this.#take({ number: bare });
    else throw new NotJson('no value of JSON');
  }

  #sign(char: string, originOf: (index: number) => Origin, index: number): void {
    if (char === '[' || char === '{') this.#open(char, originOf, index);
    else if (char === ']' || char === '}') this.#close(char);
    else if (char === ',') this.#comma();
    else this.#colon();
  }

  #open(char: string, originOf: (index: number) => Origin, index: number): void {
    const level = this.#levels.at(-1);
    this.#expectScalar();
    if (level?.members !== undefined && level.expecting === 'member') throw new NotJson('a bracket as a key');
    const isList = char === '[';
    const literal = new Map<string, Origin[]>();
    if (!isList) this.objects.push({ origin: originOf(index), keys: literal });
    this.#levels.push({
      items: isList ? [] : undefined,
      members: isList ? undefined : new Map(),
      literal,
      key: '',
      expecting: 'member',
    });
    this.#lastComma = false;
  }

  #close(char: string): void {
    const level = this.#levels.pop();
    const fits = level !== undefined && (char === ']') === (level.items !== undefined);
    if (!fits || level.expecting === 'colon' || level.expecting === 'value') throw new NotJson(`${char} does not fit`);
    if (this.#strict && this.#lastComma) throw new NotJson('a comma before a closing bracket');
    this.#take(level.items ?? level.members ?? null);
  }

  #comma(): void {
    const level = this.#levels.at(-1);
    if (level === undefined) throw new NotJson('a comma outside of brackets');
    if (level.expecting === 'colon' || level.expecting === 'value') throw new NotJson('a comma instead of a value');
    if (this.#strict && level.expecting === 'member') throw new NotJson('a superfluous comma');
    level.expecting = 'member';
    this.#lastComma = true;
  }

  #colon(): void {
    const level = this.#levels.at(-1);
    if (level?.expecting !== 'colon') throw new NotJson('a colon that fits nowhere');
    level.expecting = 'value';
  }

  #take(value: Value): void {
    this.#lastComma = false;
    const level = this.#levels.at(-1);
    if (level === undefined) {
      if (this.#result !== undefined) throw new NotJson('more text after the value');
      this.#result = value;
      return;
    }
    level.items?.push(value);
    level.members?.set(level.key, value);
    level.expecting = 'separator';
  }
}

/** An event's value as the reader builds it. */
export function exactOf(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof JsonNumber) return { number: value.text };
  if (typeof value === 'number') return { number: JSON.stringify(value) };
  if (Array.isArray(value)) return value.map(exactOf);
  return new Map(Object.entries(value).map(([key, item]) => [key, exactOf(item)]));
}

/** Reads a finished text strictly. Throws `NotJson`. */
export function readStrictly(body: string): Value {
  const reader = new Reader<number>(true);
  reader.text(body, (index) => index);
  return reader.end();
}
