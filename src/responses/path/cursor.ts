// Reads the words of a JSONPath: names, strings, numbers, blanks. Every refusal says where and how to mend it.

/** What is wrong with a path. */
export type PathFaultCode =
  | 'jsonpath_invalid'
  | 'jsonpath_function_invalid'
  | 'jsonpath_regex_refused'
  | 'jsonpath_number_out_of_range'
  | 'jsonpath_too_complex';

/** A path that is refused: the 0-based offset, and a sentence each for what and how to mend it. */
export class PathError extends Error {
  readonly code: PathFaultCode;
  readonly offset: number;
  readonly hint: string | undefined;

  constructor(code: PathFaultCode, offset: number, message: string, hint?: string) {
    super(message);
    this.name = 'PathError';
    this.code = code;
    this.offset = offset;
    this.hint = hint;
  }
}

const BLANKS = /[ \t\n\r]*/y;
// RFC 9535 §2.5.1.1. With the u flag a lone surrogate fits neither range.
const NAME = /[A-Za-z_\u{80}-\u{D7FF}\u{E000}-\u{10FFFF}][A-Za-z0-9_\u{80}-\u{D7FF}\u{E000}-\u{10FFFF}]*/uy;
const FUNCTION_NAME = /[a-z][a-z0-9_]*/y;
const INTEGER = /0|-?[1-9][0-9]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// What may stand in a string as it is (RFC 9535 §2.3.1.1): no control character, backslash or own quote.
const PLAIN = {
  '"': /[\u{20}\u{21}\u{23}-\u{5B}\u{5D}-\u{D7FF}\u{E000}-\u{10FFFF}]+/uy,
  "'": /[\u{20}-\u{26}\u{28}-\u{5B}\u{5D}-\u{D7FF}\u{E000}-\u{10FFFF}]+/uy,
};
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '/': '/',
  '\\': '\\',
};

/** A place in a path's text that moves forward as words are read. */
export class PathCursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Refuses the path here. */
  fail(message: string, hint?: string, at = this.at): never {
    throw new PathError('jsonpath_invalid', at, message, hint);
  }

  /** The character here as a reader would name it. */
  found(): string {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) return 'the path ends';
    return code <= 32 ? 'there is a blank or control character' : `there is ${String.fromCodePoint(code)}`;
  }

  sees(token: string): boolean {
    return this.text.startsWith(token, this.at);
  }

  seesAnyOf(characters: string): boolean {
    const character = this.text[this.at];
    return character !== undefined && characters.includes(character);
  }

  /** Steps over the token if it stands here. */
  takes(token: string): boolean {
    if (!this.sees(token)) return false;
    this.at += token.length;
    return true;
  }

  skipBlanks(): void {
    this.#match(BLANKS);
  }

  /** Whether the token comes next, blanks aside; only then are blanks and token stepped over. */
  takesAfterBlanks(token: string): boolean {
    const start = this.at;
    this.skipBlanks();
    if (this.takes(token)) return true;
    this.at = start;
    return false;
  }

  /** A name in the short form (`.name`), or `undefined`. */
  name(): string | undefined {
    return this.#match(NAME);
  }

  functionName(): string | undefined {
    return this.#match(FUNCTION_NAME);
  }

  /** An integer for an index or slice, or `undefined`. Beyond ±(2^53−1) it is refused (RFC 9535 §2.1). */
  integer(): number | undefined {
    const start = this.at;
    const digits = this.#match(INTEGER);
    if (digits === undefined) return undefined;
    const value = Number(digits);
    if (Number.isSafeInteger(value)) return value;
    throw new PathError(
      'jsonpath_number_out_of_range',
      start,
      'The number is beyond 9007199254740991.',
      'RFC 9535 allows indexes from -9007199254740991 to 9007199254740991.',
    );
  }

  number(): number | undefined {
    const digits = this.#match(NUMBER);
    return digits === undefined ? undefined : Number(digits);
  }

  /** The string literal that starts here, with its escapes resolved; `undefined` where none starts. */
  string(): string | undefined {
    const start = this.at;
    const quote = this.text[start];
    if (quote !== '"' && quote !== "'") return undefined;
    this.at += 1;
    let value = '';
    while (!this.takes(quote)) {
      const plain = this.#match(PLAIN[quote]);
      if (plain !== undefined) value += plain;
      else if (this.sees('\\')) value += this.#escape(quote);
      else if (this.at >= this.text.length)
        this.fail(`The string that starts here has no closing ${quote}.`, undefined, start);
      else this.fail('A string cannot hold this character as it is.', 'Write it as an escape such as \\n or \\u0000.');
    }
    return value;
  }

  #escape(quote: string): string {
    const start = this.at;
    this.at += 1;
    if (this.takes(quote)) return quote;
    const letter = this.text[this.at] ?? '';
    this.at += 1;
    const simple = ESCAPES[letter];
    if (simple !== undefined) return simple;
    const unit = letter === 'u' ? this.#hexadecimal() : undefined;
    if (unit === undefined) {
      return this.fail(
        `A backslash here is followed by one of ${quote} \\ / b f n r t or u and four digits.`,
        undefined,
        start,
      );
    }
    return this.#character(unit, start);
  }

  // RFC 9535 §2.3.1.1: an escaped surrogate counts only as half of a pair.
  #character(unit: number, start: number): string {
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    const low = unit < 0xdc00 && this.takes('\\u') ? this.#hexadecimal() : undefined;
    if (low !== undefined && low >= 0xdc00 && low <= 0xdfff) return String.fromCharCode(unit, low);
    return this.fail('This escape is half of a surrogate pair.', 'Write both halves, or the character itself.', start);
  }

  #hexadecimal(): number | undefined {
    const digits = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return undefined;
    this.at += 4;
    return Number.parseInt(digits, 16);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.text)?.[0];
    if (text === undefined) return undefined;
    this.at += text.length;
    return text;
  }
}
