// The conditions of blocks as Boolean functions over statements about the event: the same statement is the same
// variable wherever it is asked.
import type { CallExpression, Expression } from '../../syntax/tree.ts';
import { isMissing, isTruthy } from '../../values.ts';
import type { Bdd, Ref } from './bdd.ts';
import { ALWAYS, NEVER } from './bdd.ts';
import { compareForSure } from './comparing.ts';
import type { Relation, Statement } from './facts.ts';
import { relationOfPart, relationOnSame, statementName } from './facts.ts';
import type { Names, Operand, ProofFrame, Thing } from './things.ts';
import { nameOf, resolve, thingName } from './things.ts';

/** A condition, and the facts about what it asks: true for every event. */
export interface Condition {
  readonly holds: Ref;
  readonly facts: Ref;
}

/** A statement as a variable, with how people say it and its contrary. */
export interface Variable {
  readonly index: number;
  readonly words: readonly [holds: string, fails: string];
  /** What ties it to the statements that were made before it. */
  readonly facts: Ref;
}

interface Known {
  readonly variable: Variable;
  readonly statement: Statement;
}

/** Helpers that give a list or nothing: what they give is true where it has entries. */
export const LIST_HELPERS: ReadonlySet<string> = new Set(
  'changes entries keys pluck sort split unique values'.split(' '),
);

// Values in all calls of `in` that are compared one by one: each is tied to all others that are asked of the same thing.
// That is more than people write; beyond it, a question stays whole, and is not known to go together with others.
const MOST_COMPARED = 40;

const TRUE: Condition = { holds: ALWAYS, facts: ALWAYS };
const FALSE: Condition = { holds: NEVER, facts: ALWAYS };

/** All conditions of one template. */
export class Conditions {
  readonly #bdd: Bdd;
  readonly #names: Names;
  readonly #variables: Variable[] = [];
  readonly #byName = new Map<string, Variable>();
  // Statements by the name of their thing, and those on parts of it.
  readonly #onThing = new Map<number, Known[]>();
  readonly #onParts = new Map<number, Known[]>();
  readonly #ofLoop = new Map<string, Set<number>>();

  readonly #takenApart = new Map<string, boolean>();
  #valuesCompared = 0;

  #facts: Ref = ALWAYS;
  #gathered = 0;

  constructor(bdd: Bdd, names: Names) {
    this.#bdd = bdd;
    this.#names = names;
  }

  /** The truth of an expression in an `if`. */
  truth(expression: Expression, frame: ProofFrame, includeZero: boolean): Condition {
    const logical = expression.kind === 'call' ? this.#logical(expression, frame) : undefined;
    if (logical !== undefined) return logical;
    if (expression.kind === 'call' && LIST_HELPERS.has(expression.helper)) return this.entries(expression, frame);
    const operand = resolve(this.#names, expression, frame);
    if (operand.kind === 'constant') return isTruthy(operand.value, includeZero) ? TRUE : FALSE;
    if (operand.thing.isTrue === true) return TRUE;
    const words = truthWords(expression, includeZero);
    return this.#ask({ kind: includeZero ? 'trueOrZero' : 'true', thing: operand.thing }, words);
  }

  /** Whether an `each` over the expression has entries. */
  entries(expression: Expression, frame: ProofFrame): Condition {
    const source = sourceOf(expression);
    return this.#askThing('entries', expression, frame, [`${source} has entries`, `${source} has no entries`]);
  }

  /** Whether an `each` over the expression has exactly one entry. */
  single(expression: Expression, frame: ProofFrame): Condition {
    const source = sourceOf(expression);
    return this.#askThing('single', expression, frame, [`${source} has one entry`, `${source} has several entries`]);
  }

  /** The variables that mean something else in the next turn of a loop. */
  ofLoop(loop: string): ReadonlySet<number> {
    return this.#ofLoop.get(loop) ?? new Set();
  }

  /** All facts about what was asked so far. */
  facts(): Ref {
    for (const { facts } of this.#variables.slice(this.#gathered)) this.#facts = this.#bdd.and(this.#facts, facts);
    this.#gathered = this.#variables.length;
    return this.#facts;
  }

  /** The variable of a number in the diagram. */
  variable(index: number): Variable | undefined {
    return this.#variables[index];
  }

  #askThing(
    kind: 'entries' | 'single',
    expression: Expression,
    frame: ProofFrame,
    words: Variable['words'],
  ): Condition {
    const operand = resolve(this.#names, expression, frame);
    return operand.kind === 'constant' ? FALSE : this.#ask({ kind, thing: operand.thing }, words);
  }

  // The helpers of logic, as helpers/logic.ts computes them; `undefined` for all others.
  #logical(call: CallExpression, frame: ProofFrame): Condition | undefined {
    switch (call.helper) {
      case 'not':
        return this.#not(this.#truthOf(call.args[0], frame));
      case 'and':
        return this.#all(call.args.map((arg) => this.#truthOf(arg, frame)));
      case 'or':
        return this.#any(call.args.map((arg) => this.#truthOf(arg, frame)));
      case 'eq':
        return this.#equals(call.args, frame);
      case 'ne':
        return this.#not(this.#equals(call.args, frame));
      case 'in':
        return this.#among(call.args, frame);
      default:
        return this.#compared(call, frame);
    }
  }

  #compared(call: CallExpression, frame: ProofFrame): Condition | undefined {
    const operands = call.args.map((arg) => resolve(this.#names, arg, frame));
    const known = compareForSure(call.helper, operands);
    return known === undefined ? undefined : known ? TRUE : FALSE;
  }

  #truthOf(expression: Expression | undefined, frame: ProofFrame): Condition {
    return expression === undefined ? FALSE : this.truth(expression, frame, false);
  }

  #not({ holds, facts }: Condition): Condition {
    return { holds: this.#bdd.not(holds), facts };
  }

  #all(conditions: readonly Condition[]): Condition {
    return conditions.reduce(
      (all, { holds, facts }) => ({
        holds: this.#bdd.and(all.holds, holds),
        facts: this.#bdd.and(all.facts, facts),
      }),
      TRUE,
    );
  }

  #any(conditions: readonly Condition[]): Condition {
    return this.#not(this.#all(conditions.map((condition) => this.#not(condition))));
  }

  // Several values are compared one by one; a single one can be a list, whose items only the event knows.
  #among([value, ...among]: readonly Expression[], frame: ProofFrame): Condition | undefined {
    const [only, another] = among.map((one) => resolve(this.#names, one, frame));
    if (value === undefined || only === undefined) return FALSE;
    if (another === undefined && only.kind === 'thing') return undefined;
    if (another === undefined && only.kind === 'constant' && isMissing(only.value)) return FALSE;
    if (!this.#isTakenApart([value, ...among], frame)) return undefined;
    return this.#any(among.map((one) => this.#equals([value, one], frame)));
  }

  // The same call always in the same way. What is not taken apart is a question of its own, as that to any helper.
  #isTakenApart(args: readonly Expression[], frame: ProofFrame): boolean {
    const name = args.map((arg) => nameOf(resolve(this.#names, arg, frame))).join(' ');
    const known = this.#takenApart.get(name);
    if (known !== undefined) return known;
    this.#valuesCompared += args.length - 1;
    const isWithin = this.#valuesCompared <= MOST_COMPARED;
    this.#takenApart.set(name, isWithin);
    return isWithin;
  }

  #equals([left, right]: readonly Expression[], frame: ProofFrame): Condition {
    if (left === undefined || right === undefined) return FALSE;
    const [a, b] = [resolve(this.#names, left, frame), resolve(this.#names, right, frame)];
    if (nameOf(a) === nameOf(b)) return TRUE;
    if (a.kind === 'constant') return b.kind === 'constant' ? FALSE : this.#equalsValue(b.thing, right, a, left);
    if (b.kind === 'constant') return this.#equalsValue(a.thing, left, b, right);
    return this.#equalThings(a.thing, b.thing, [sourceOf(left), sourceOf(right)]);
  }

  #equalsValue(
    thing: Thing,
    of: Expression,
    { value }: Extract<Operand, { kind: 'constant' }>,
    as: Expression,
  ): Condition {
    if (thing.isTrue === true && !isTruthy(value, false)) return FALSE;
    const [source, shown] = [sourceOf(of), sourceOf(as)];
    return this.#ask({ kind: 'equals', thing, value }, [`${source} is ${shown}`, `${source} is not ${shown}`]);
  }

  // Whether two things are equal is a thing of its own, about which no fact is known.
  #equalThings(a: Thing, b: Thing, [left, right]: readonly [string, string]): Condition {
    const name = this.#names.of(`(equal ${[thingName(a), thingName(b)].sort().join(' ')})`);
    const thing = { names: [name], keys: [], loops: [...new Set([...a.loops, ...b.loops])] };
    return this.#ask({ kind: 'true', thing }, [`${left} equals ${right}`, `${left} differs from ${right}`]);
  }

  #ask(statement: Statement, words: Variable['words']): Condition {
    const name = statementName(statement);
    const known = this.#byName.get(name);
    const { index, facts } = known ?? this.#add(name, statement, words);
    return { holds: this.#bdd.variable(index), facts };
  }

  #add(name: string, statement: Statement, words: Variable['words']): Variable {
    const index = this.#variables.length;
    const variable = { index, words, facts: this.#factsOf(index, statement) };
    this.#variables.push(variable);
    this.#byName.set(name, variable);
    this.#remember({ variable, statement });
    return variable;
  }

  #remember(known: Known): void {
    const { thing } = known.statement;
    add(this.#onThing, thingName(thing), known);
    for (const whole of thing.names.slice(0, -1)) add(this.#onParts, whole, known);
    for (const loop of thing.loops) {
      const variables = this.#ofLoop.get(loop) ?? new Set();
      this.#ofLoop.set(loop, variables.add(known.variable.index));
    }
  }

  // What follows where the new statement holds, and where it does not.
  #factsOf(index: number, statement: Statement): Ref {
    const related = this.#relatedTo(statement).sort((a, b) => a.index - b.index);
    let [low, high]: [Ref, Ref] = [ALWAYS, ALWAYS];
    for (const { index: other, relation } of related) {
      const holds = this.#bdd.variable(other);
      const fails = this.#bdd.not(holds);
      if (relation === 'implied') low = this.#bdd.and(low, fails);
      else high = this.#bdd.and(high, relation === 'implies' ? holds : fails);
    }
    return this.#bdd.choose(index, low, high);
  }

  #relatedTo(statement: Statement): { readonly index: number; readonly relation: Relation }[] {
    const { thing } = statement;
    const wholes = thing.names.slice(0, -1).flatMap((whole) => this.#onThing.get(whole) ?? []);
    const same = this.#onThing.get(thingName(thing)) ?? [];
    const parts = this.#onParts.get(thingName(thing)) ?? [];
    return [
      ...same.map((other) => related(other, relationOnSame(statement, other.statement))),
      ...wholes.map((whole) => related(whole, relationOfPart(statement, whole.statement))),
      ...parts.map((part) => related(part, inverse(relationOfPart(part.statement, statement)))),
    ].filter(({ relation }) => relation !== undefined);
  }
}

function related({ variable }: Known, relation: Relation): { readonly index: number; readonly relation: Relation } {
  return { index: variable.index, relation };
}

function inverse(relation: Relation): Relation {
  if (relation === 'implies') return 'implied';
  return relation === 'implied' ? 'implies' : relation;
}

function add(map: Map<number, Known[]>, name: number, known: Known): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [known]);
  else list.push(known);
}

function truthWords(expression: Expression, includeZero: boolean): Variable['words'] {
  const source = sourceOf(expression);
  return expression.kind === 'call'
    ? [`${source} is true`, `${source} is false`]
    : [`${source} is present${includeZero ? ' or 0' : ''}`, `${source} is absent`];
}

function sourceOf(expression: Expression): string {
  if (expression.kind !== 'literal') return shortened(expression.source);
  return shortened(
    expression.spelling ?? (expression.value === undefined ? 'nothing' : JSON.stringify(expression.value)),
  );
}

// A message quotes what the author wrote, but not all of it where that is long.
function shortened(source: string): string {
  return source.length > 120 ? `${source.slice(0, 119)}…` : source;
}
