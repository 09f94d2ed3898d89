// What an expression stands for where it is asked: the same thing gets the same name, however it is written, so that
// the same condition on it gets the same answer (TEMPLATES.md section 2).
import { JsonNumber } from '../../../domain/json.ts';
import type { CallExpression, Expression, PathExpression } from '../../syntax/tree.ts';
import { isMissing } from '../../values.ts';

/**
 * Short names for long things: the same number for the same text, and for the same part of the same whole. A name of a
 * field may be as long as the template, and is looked at with each of its parts.
 */
export class Names {
  readonly #known = new Map<string, number>();

  /** The name of what a text describes. */
  of(description: string): number {
    return this.#number(`:${description}`);
  }

  /** The name of a part. */
  part(whole: number, key: string): number {
    return this.#number(`${String(whole)}.${key}`);
  }

  #number(text: string): number {
    const known = this.#known.get(text) ?? this.#known.size;
    this.#known.set(text, known);
    return known;
  }
}

/** What is known of the turn of a loop; `undefined` where the turns need not be told apart. */
export interface Turn {
  /** The loop's name, which is in the names of all that changes with its turns. */
  readonly loop: string;
  readonly first: boolean | undefined;
  readonly last: boolean | undefined;
}

/** Where a name is looked up while proving: the event, the item of a loop, or what a `with` stands on. */
export interface ProofFrame {
  readonly value: Operand;
  readonly turn: Turn | undefined;
  readonly parent: ProofFrame | undefined;
}

/** Something that only the event decides. */
export interface Thing {
  /** The names of the whole that it is a part of, of each part on the way, and of itself. */
  readonly names: readonly number[];
  /** The keys that lead from one to the next. */
  readonly keys: readonly string[];
  /** The loops with whose turns it changes. */
  readonly loops: readonly string[];
  /** Whether it is true for every event: the event itself, what each event has, and an index above zero. */
  readonly isTrue?: boolean;
  /** Whether it is the index of a turn that is not the first. */
  readonly isLaterIndex?: boolean;
}

/** A thing, or a value that the template itself decides. */
export type Operand =
  { readonly kind: 'thing'; readonly thing: Thing } | { readonly kind: 'constant'; readonly value: unknown };

const NOTHING: Operand = { kind: 'constant', value: undefined };

/** The frame of the event. */
export function eventFrame(names: Names): ProofFrame {
  const thing: Thing = { names: [names.of('event')], keys: [], loops: [], isTrue: true };
  return { value: { kind: 'thing', thing }, turn: undefined, parent: undefined };
}

/** The name of the loop at an offset. */
export function loopName(offset: number): string {
  return `#${String(offset)}`;
}

/** The frame of a loop's item. */
export function itemFrame(names: Names, turn: Turn, parent: ProofFrame): ProofFrame {
  return { value: ownThing(names, 'item', turn), turn, parent };
}

/** The frame inside of a `with`. */
export function withFrame(value: Operand, parent: ProofFrame): ProofFrame {
  return { value, turn: parent.turn, parent };
}

/** What an expression stands for. */
export function resolve(names: Names, expression: Expression, frame: ProofFrame): Operand {
  switch (expression.kind) {
    case 'literal':
      return { kind: 'constant', value: literalValue(expression.value, expression.spelling) };
    case 'path':
      return resolvePath(names, expression, frame);
    case 'call':
      return resolveCall(names, expression, frame);
  }
}

/** A name for what an operand stands for; different things have different names. */
export function nameOf(operand: Operand): string {
  return operand.kind === 'thing' ? `#${String(thingName(operand.thing))}` : constantName(operand.value);
}

/** The name of a thing. */
export function thingName(thing: Thing): number {
  return thing.names.at(-1) ?? -1;
}

// Numbers are compared as doubles, so that is what tells them apart.
function constantName(value: unknown): string {
  if (isMissing(value)) return '=null';
  if (typeof value === 'number' || value instanceof JsonNumber) return `=${String(Number(value))}`;
  return `=${JSON.stringify(value)}`;
}

function literalValue(value: unknown, spelling: string | undefined): unknown {
  return spelling === undefined ? value : new JsonNumber(spelling);
}

function resolvePath(names: Names, { up, start, keys }: PathExpression, frame: ProofFrame): Operand {
  let at: ProofFrame | undefined = frame;
  for (let step = 0; step < up; step += 1) at = at?.parent;
  if (at === undefined || start === 'nothing') return NOTHING;
  return below(names, start === 'this' ? at.value : ofTurn(names, start, at.turn), keys);
}

function below(names: Names, operand: Operand, keys: readonly string[]): Operand {
  if (keys.length === 0) return operand;
  const whole = operand.kind === 'thing' ? operand.thing : { names: [names.of(nameOf(operand))], keys: [], loops: [] };
  const path = [...whole.names];
  for (const key of keys) path.push(names.part(path.at(-1) ?? -1, key));
  const thing: Thing = { names: path, keys: [...whole.keys, ...keys], loops: whole.loops };
  return { kind: 'thing', thing: isMemberOfEvent(names, thing) ? { ...thing, isTrue: true } : thing };
}

// What each event has, whatever it holds: see TemplateContext.
const MEMBERS: ReadonlySet<string> = new Set(['id', 'schema', 'event_type', 'event_time', 'received_at', 'data']);

function isMemberOfEvent(names: Names, { names: [whole], keys: [key, ...more] }: Thing): boolean {
  return key !== undefined && more.length === 0 && MEMBERS.has(key) && whole === names.of('event');
}

function ofTurn(names: Names, start: 'key' | 'index' | 'first' | 'last', turn: Turn | undefined): Operand {
  if (turn === undefined) return NOTHING;
  if (start === 'key') return ownThing(names, 'key', turn);
  if (start === 'index') {
    if (turn.first === true) return { kind: 'constant', value: 0 };
    return ownThing(names, 'index', turn, turn.first === false ? { isTrue: true, isLaterIndex: true } : {});
  }
  const known = turn[start];
  return known === undefined ? ownThing(names, start, turn) : { kind: 'constant', value: known };
}

function ownThing(
  names: Names,
  what: string,
  { loop }: Turn,
  known: Pick<Thing, 'isTrue' | 'isLaterIndex'> = {},
): Operand {
  return { kind: 'thing', thing: { names: [names.of(`${what} of ${loop}`)], keys: [], loops: [loop], ...known } };
}

function resolveCall(names: Names, { helper, args, options }: CallExpression, frame: ProofFrame): Operand {
  const operands = args.map((arg) => resolve(names, arg, frame));
  const named = options.map(([name, value]) => [name, resolve(names, value, frame)] as const);
  const parts = [...operands.map(argumentName), ...named.map(([name, operand]) => `${name}=${argumentName(operand)}`)];
  const all = [...operands, ...named.map(([, operand]) => operand)];
  const loops = new Set(all.flatMap((operand) => (operand.kind === 'thing' ? operand.thing.loops : [])));
  const name = names.of(`(${[helper, ...parts].join(' ')})`);
  return { kind: 'thing', thing: { names: [name], keys: [], loops: [...loops] } };
}

// Helpers that make text see how a number is spelled: 1.10 and 1.1 are equal, and are not the same argument.
function argumentName(operand: Operand): string {
  const isSpelled = operand.kind === 'constant' && operand.value instanceof JsonNumber;
  return isSpelled ? `=${operand.value.text}` : nameOf(operand);
}
