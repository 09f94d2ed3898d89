// What the inside of a tag means, read with the grammars that people know from elsewhere: operators, filters and calls
// of JavaScript, Jinja, Liquid and Go beside our own.
import { isComparison } from './names.ts';
import type { Token } from './tokens.ts';
import { ownPath, tokensOf } from './tokens.ts';

/** What a piece of a tag means. The names of calls are as written; operators have their sign as a name. */
export type Meaning =
  | { readonly kind: 'path' | 'text' | 'number'; readonly text: string }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Meaning[];
      readonly options: readonly (readonly [name: string, value: Meaning])[];
    }
  | { readonly kind: 'choice'; readonly test: Meaning; readonly yes: Meaning; readonly no: Meaning };

/** A meaning, and how many parentheses were opened but not closed (negative: closed but not opened). */
export interface Reading<M> {
  readonly meaning: M;
  readonly unclosed: number;
}

/** Reads all of a text as one value. `undefined` where it is none. */
export function readValue(text: string): Reading<Meaning> | undefined {
  return readAll(text, (reader) => reader.value());
}

/** Reads all of a text as the arguments and options of the call `name`. `undefined` where it is something else. */
export function readArguments(name: string, text: string): Reading<Meaning> | undefined {
  return readAll(text, (reader) => reader.call(name, []));
}

function readAll(text: string, read: (reader: Reader) => Meaning | undefined): Reading<Meaning> | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const reader = new Reader(tokens);
  const meaning = read(reader);
  const unclosed = reader.end();
  return meaning === undefined || unclosed === undefined ? undefined : { meaning, unclosed };
}

const LEVELS: readonly (readonly string[])[] = [
  ['||', '??', 'or'],
  ['&&', '&', 'and'],
  ['=', '==', '===', '!=', '!==', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
];
const COMPARING = 2;

// Each method reads what its name says and gives `undefined` where that does not stand there.
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #unclosed = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** How many parentheses are open at the end; `undefined` where something is left that is no parenthesis. */
  end(): number | undefined {
    const left = this.#tokens.slice(this.#at);
    return left.every(({ text }) => text === ')') ? this.#unclosed - left.length : undefined;
  }

  value(): Meaning | undefined {
    const test = this.#operation(0);
    if (test === undefined || !this.#accept('?')) return test;
    const yes = this.value();
    const no = this.#accept(':') ? this.value() : undefined;
    return yes === undefined || no === undefined ? undefined : { kind: 'choice', test, yes, no };
  }

  /** A call whose arguments follow on its name, with blanks or commas between them; `first` are those that it has already. */
  call(name: string, first: readonly Meaning[]): Meaning | undefined {
    const args = [...first];
    const options: (readonly [string, Meaning])[] = [];
    while (this.#isOperand()) {
      const key = this.#isOption() ? this.#next()?.text : undefined;
      if (key !== undefined) this.#accept('=');
      const value = this.#operand();
      if (value === undefined) return undefined;
      this.#accept(',');
      if (key === undefined) args.push(value);
      else options.push([key, value]);
    }
    return { kind: 'call', name, args, options };
  }

  #operation(level: number): Meaning | undefined {
    const signs = LEVELS[level];
    if (signs === undefined) return this.#filtered();
    let left = this.#operation(level + 1);
    for (;;) {
      const sign = left === undefined ? undefined : this.#sign(signs, level === COMPARING);
      if (left === undefined || sign === undefined) return left;
      const right = this.#operation(level + 1);
      left = right === undefined ? undefined : operated(sign, left, right);
    }
  }

  #sign(signs: readonly string[], comparing: boolean): string | undefined {
    const sign = this.#tokens[this.#at];
    if (sign === undefined || !(signs.includes(sign.text) || (comparing && isComparing(sign)))) return undefined;
    this.#at += 1;
    return sign.text === 'is' && this.#accept('not') ? '!=' : sign.text;
  }

  // `value | filter`, with arguments as Jinja, Liquid or Go have them.
  #filtered(): Meaning | undefined {
    let value = this.#application();
    while (value !== undefined && this.#accept('|')) {
      const name = this.#next();
      if (name?.kind !== 'path') return undefined;
      if (this.#isCall()) value = this.#called(name.text, [value]);
      else if (this.#accept(':')) value = this.#listed(name.text, [value], () => this.#operand());
      else value = this.call(name.text, [value]);
    }
    return value;
  }

  // `helper argument argument`, or one value.
  #application(): Meaning | undefined {
    const [name, next] = this.#tokens.slice(this.#at, this.#at + 2);
    if (name?.text === 'not') return this.#negated(() => this.#operation(COMPARING));
    if (name?.kind !== 'path' || next === undefined || !isStart(next) || isGluedParenthesis(next))
      return this.#operand();
    this.#at += 1;
    return this.call(name.text, []);
  }

  #negated(read: () => Meaning | undefined): Meaning | undefined {
    this.#at += 1;
    const value = read();
    return value === undefined ? undefined : call('not', value);
  }

  #operand(): Meaning | undefined {
    if (this.#tokens[this.#at]?.text === '!') return this.#negated(() => this.#operand());
    const token = this.#next();
    if (token?.text === '(') return this.#methods(this.#closed(this.value()));
    if (token === undefined || token.kind === 'sign') return undefined;
    if (token.kind !== 'path') return { kind: token.kind, text: token.text };
    return this.#isCall() ? this.#methods(this.#calledPath(token.text)) : pathMeaning(token.text);
  }

  // `owner.method(…)`: what owns the method is its first argument.
  #calledPath(path: string): Meaning | undefined {
    const dot = path.lastIndexOf('.');
    const [before, name] = [path.slice(0, Math.max(0, dot)).replace(/\?$/, ''), path.slice(dot + 1)];
    if (before === '' || isNamespace(before)) return this.#called(name, []);
    const owner = pathMeaning(before);
    return owner === undefined ? undefined : this.#called(name, [owner]);
  }

  // `(…).method(…)`
  #methods(owner: Meaning | undefined): Meaning | undefined {
    const method = this.#tokens[this.#at];
    if (owner === undefined || method?.kind !== 'path' || !method.glued || !method.text.startsWith('.')) return owner;
    this.#at += 1;
    return this.#isCall() ? this.#methods(this.#called(method.text.slice(1), [owner])) : undefined;
  }

  // From the opening parenthesis on.
  #called(name: string, first: readonly Meaning[]): Meaning | undefined {
    this.#accept('(');
    const isEmpty = this.#tokens[this.#at]?.text === ')';
    return this.#closed(isEmpty ? call(name, ...first) : this.#listed(name, first, () => this.value()));
  }

  #closed(inside: Meaning | undefined): Meaning | undefined {
    if (this.#at >= this.#tokens.length) this.#unclosed += 1;
    else if (!this.#accept(')')) return undefined;
    return inside;
  }

  // Arguments with commas between them.
  #listed(name: string, first: readonly Meaning[], read: () => Meaning | undefined): Meaning | undefined {
    const args = [...first];
    do {
      const value = read();
      if (value === undefined) return undefined;
      args.push(value);
    } while (this.#accept(','));
    return call(name, ...args);
  }

  #isCall(): boolean {
    const next = this.#tokens[this.#at];
    return next !== undefined && isGluedParenthesis(next);
  }

  #isOption(): boolean {
    const [name, equals] = this.#tokens.slice(this.#at);
    return name?.kind === 'path' && equals?.text === '=' && equals.glued;
  }

  #isOperand(): boolean {
    const next = this.#tokens[this.#at];
    return next !== undefined && isStart(next);
  }

  #accept(sign: string): boolean {
    const accepted = this.#tokens[this.#at]?.text === sign;
    if (accepted) this.#at += 1;
    return accepted;
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }
}

function operated(sign: string, left: Meaning, right: Meaning): Meaning {
  // Jinja's `is defined` and `is not defined`.
  const isDefined = right.kind === 'path' && right.text === 'defined';
  if (isDefined) return call(sign === 'is' ? '!=' : '==', left, { kind: 'path', text: 'null' });
  return call(sign === 'or' ? '||' : sign, left, right);
}

function call(name: string, ...args: readonly Meaning[]): Meaning {
  return { kind: 'call', name, args, options: [] };
}

// As Python, Jinja and Ruby write them.
const LITERALS: ReadonlyMap<string, string> = new Map(
  Object.entries({ None: 'null', none: 'null', nil: 'null', True: 'true', False: 'false' }),
);

function pathMeaning(written: string): Meaning | undefined {
  const text = LITERALS.get(written) ?? ownPath(written);
  // Handlebars takes this name for the other part of a block, and reads no field by it.
  return text === undefined || /^else(?![^./])/.test(text) ? undefined : { kind: 'path', text };
}

// Whether a token can begin an argument; words that stand between two values do not.
function isStart(token: Token): boolean {
  if (token.kind === 'sign') return token.text === '(' || token.text === '!';
  return token.text !== 'and' && token.text !== 'or' && !isComparing(token);
}

function isComparing({ kind, text }: Token): boolean {
  return kind === 'path' && isComparison(text);
}

function isGluedParenthesis({ text, glued }: Token): boolean {
  return text === '(' && glued;
}

/** Whether a name is no value but a collection of functions, such as `JSON` or `_`. */
export function isNamespace(name: string): boolean {
  return /^(?:[A-Z_]\w*|this|\.|helpers?|str|strings?|utils?)$/.test(name);
}
