// The inside of a tag, word by word. It has to agree with Handlebars' lexer on where a tag ends: a quote or a bracket in
// it may hold braces.

// One token inside a tag, with the same rules and precedence as Handlebars' lexer, for which a backslash is no token:
// one before a quote is how JSON has them, so that is read as a text of its own.
const TOKEN =
  /\\{1,7}"[^"]*"|\\{1,7}'[^']*'|\s+|"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[(?:\\\]|[^\]])*\]|~?\}\}|[^\s!"#%-,./;->@[-^`{-~]+|[^]/y;

/** Where a tag's closing braces stand, and whether there are three of them. */
export interface Ending {
  readonly at: number;
  readonly end: number;
  readonly triple: boolean;
}

/** Reads the tokens of a tag, from after its sigil up to its closing braces. One instance reads one tag. */
export class TagBody {
  readonly #text: string;
  readonly #triple: boolean;
  at: number;
  name = '';
  headEnd: number;
  tokens = 0;
  parentheses = 0;
  unclosedQuote: string | undefined;
  /** Whether a text in it has backslashes before its quotes. */
  hasEscapedQuotes = false;
  #open = 0;
  #naming = true;

  constructor(text: string, at: number, triple: boolean) {
    this.#text = text;
    this.#triple = triple;
    this.at = at;
    this.headEnd = at;
  }

  /** Where the tag ends, or `undefined` where it does not; `at` is then where reading stopped. */
  read(): Ending | undefined {
    for (;;) {
      TOKEN.lastIndex = this.at;
      const token = TOKEN.exec(this.#text)?.[0];
      if (token === undefined || this.#stops(token)) return undefined;
      const ending = this.#ending(token);
      if (ending !== undefined) return ending;
      this.#take(token);
    }
  }

  #stops(token: string): boolean {
    if (token === '"' || token === "'") this.unclosedQuote = 'quote';
    if (token === '[') this.unclosedQuote = 'bracket';
    return this.unclosedQuote !== undefined || (token === '{' && this.#text[this.at + 1] === '{');
  }

  #ending(token: string): Ending | undefined {
    const at = this.at;
    if (this.#triple && this.#text.startsWith('}~}}', at)) return { at, end: at + 4, triple: true };
    if (token !== '}}' && token !== '~}}') return undefined;
    const triple = this.#triple && this.#text[at + token.length] === '}';
    return { at, end: at + token.length + (triple ? 1 : 0), triple };
  }

  #take(token: string): void {
    this.at += token.length;
    if (token.trim() === '') {
      this.#naming = this.name === '';
      return;
    }
    this.tokens += 1;
    if (/^\\+["']/.test(token)) this.hasEscapedQuotes = true;
    if (token === '(') this.parentheses = Math.max(this.parentheses, (this.#open += 1));
    if (token === ')') this.#open -= 1;
    if (/^[()=|]/.test(token)) this.#naming = false;
    if (!this.#naming) return;
    this.name += /^\[.*\]$/s.test(token) ? token.slice(1, -1) : token;
    this.headEnd = this.at;
  }
}
