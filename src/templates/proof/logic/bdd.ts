// Boolean functions over the conditions of a template, as reduced ordered binary decision diagrams (Bryant 1986): equal
// functions are the same number, so that comparing, joining and testing for "never" are cheap.

/** A function: a node of the diagram. */
export type Ref = number;

/** The function that never holds, and the one that always does. */
export const NEVER: Ref = 0;
export const ALWAYS: Ref = 1;

/** The work was more than is allowed. Counted, never timed: the same text gets the same answer on every machine. */
export class TooComplexError extends Error {
  /** Whether it could go through if conditions that are not asked again were dropped. */
  readonly mayDrop: boolean;

  constructor(what: string, mayDrop: boolean) {
    super(what);
    this.mayDrop = mayDrop;
  }
}

/** What a diagram may cost. */
export interface BddLimits {
  readonly nodes: number;
  readonly operations: number;
}

// Node numbers stay far below this, so that two of them fit into one exact number as a key.
const BASE = 2 ** 20;

/** One diagram. The newest variable is on top: to test it adds one node, whatever was there before. */
export class Bdd {
  readonly #limits: BddLimits;
  readonly #variables: number[] = [-1, -1];
  readonly #lows: Ref[] = [NEVER, ALWAYS];
  readonly #highs: Ref[] = [NEVER, ALWAYS];
  // One table for each variable.
  readonly #nodes: Map<number, Ref>[] = [];
  readonly #ands = new Map<number, Ref>();
  readonly #ors = new Map<number, Ref>();
  readonly #nots = new Map<Ref, Ref>();
  #operations = 0;

  constructor(limits: BddLimits) {
    this.#limits = limits;
  }

  /** The function that is what a variable is. */
  variable(variable: number): Ref {
    return this.#node(variable, NEVER, ALWAYS);
  }

  /** `high` where a variable newer than all in both is true, `low` where it is not. */
  choose(variable: number, low: Ref, high: Ref): Ref {
    return this.#node(variable, low, high);
  }

  and(a: Ref, b: Ref): Ref {
    if (a === b || b === ALWAYS) return a;
    if (a === ALWAYS) return b;
    if (a === NEVER || b === NEVER) return NEVER;
    return this.#apply(this.#ands, a, b, (x, y) => this.and(x, y));
  }

  or(a: Ref, b: Ref): Ref {
    if (a === b || b === NEVER) return a;
    if (a === NEVER) return b;
    if (a === ALWAYS || b === ALWAYS) return ALWAYS;
    return this.#apply(this.#ors, a, b, (x, y) => this.or(x, y));
  }

  not(a: Ref): Ref {
    if (a <= ALWAYS) return ALWAYS - a;
    const known = this.#nots.get(a);
    if (known !== undefined) return known;
    this.#count();
    const result = this.#node(this.variableOf(a), this.not(this.low(a)), this.not(this.high(a)));
    this.#nots.set(a, result);
    return result;
  }

  /** `a` and not `b`. */
  without(a: Ref, b: Ref): Ref {
    return this.and(a, this.not(b));
  }

  /** Whether `b` holds wherever `a` does. */
  implies(a: Ref, b: Ref): boolean {
    return a === b || this.without(a, b) === NEVER;
  }

  /** Whether some value of the variables makes `a` hold: the function without them. */
  forget(a: Ref, variables: ReadonlySet<number>): Ref {
    return variables.size === 0 ? a : this.#forget(a, variables, new Map());
  }

  #forget(a: Ref, variables: ReadonlySet<number>, known: Map<Ref, Ref>): Ref {
    if (a <= ALWAYS) return a;
    const before = known.get(a);
    if (before !== undefined) return before;
    this.#count();
    const low = this.#forget(this.low(a), variables, known);
    const high = this.#forget(this.high(a), variables, known);
    const variable = this.variableOf(a);
    const result = variables.has(variable) ? this.or(low, high) : this.#node(variable, low, high);
    known.set(a, result);
    return result;
  }

  /** The variables that a function depends on. */
  variablesIn(a: Ref): number[] {
    const seen = new Set<Ref>();
    const variables = new Set<number>();
    const visit = (at: Ref): void => {
      if (at <= ALWAYS || seen.has(at)) return;
      seen.add(at);
      variables.add(this.variableOf(at));
      visit(this.low(at));
      visit(this.high(at));
    };
    visit(a);
    return [...variables];
  }

  /** The variable that a node tests; -1 for the two constants. */
  variableOf(a: Ref): number {
    return this.#variables[a] ?? -1;
  }

  /** What is left where the variable of a node is false. */
  low(a: Ref): Ref {
    return this.#lows[a] ?? NEVER;
  }

  /** What is left where the variable of a node is true. */
  high(a: Ref): Ref {
    return this.#highs[a] ?? NEVER;
  }

  #apply(results: Map<number, Ref>, a: Ref, b: Ref, apply: (a: Ref, b: Ref) => Ref): Ref {
    const key = a < b ? a * BASE + b : b * BASE + a;
    const known = results.get(key);
    if (known !== undefined) return known;
    this.#count();
    const variable = Math.max(this.variableOf(a), this.variableOf(b));
    const [aLow, aHigh] = this.variableOf(a) === variable ? [this.low(a), this.high(a)] : [a, a];
    const [bLow, bHigh] = this.variableOf(b) === variable ? [this.low(b), this.high(b)] : [b, b];
    const result = this.#node(variable, apply(aLow, bLow), apply(aHigh, bHigh));
    results.set(key, result);
    return result;
  }

  #node(variable: number, low: Ref, high: Ref): Ref {
    if (low === high) return low;
    const table = (this.#nodes[variable] ??= new Map<number, Ref>());
    const key = low * BASE + high;
    const known = table.get(key);
    if (known !== undefined) return known;
    const made = this.#variables.length;
    if (made > this.#limits.nodes) throw new TooComplexError('too many cases', true);
    this.#variables.push(variable);
    this.#lows.push(low);
    this.#highs.push(high);
    table.set(key, made);
    return made;
  }

  /** Counts work that is done beside the diagram, as operations. Throws `TooComplexError`. */
  spend(operations: number): void {
    this.#count(operations);
  }

  #count(operations = 1): void {
    this.#operations += operations;
    if (this.#operations > this.#limits.operations) throw new TooComplexError('too many operations', true);
  }
}
