// What an expression stands for where it is asked: the same thing gets the same name, however it is written, so that
// the same condition on it gets the same answer (TEMPLATES.md section 2).
import { JsonNumber } from '../../../domain/json.ts';
import type { CallExpression, Expression, PathExpression } from '../../syntax/tree.ts';
import { isMissing } from '../../values.ts';

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
  readonly base: string;
  readonly keys: readonly string[];
  /** The loops with whose turns it changes. */
  readonly loops: readonly string[];
  /** Whether it is true for every event: the event itself, and an index above zero. */
  readonly isTrue?: boolean;
}

/** A thing, or a value that the template itself decides. */
export type Operand =
  { readonly kind: 'thing'; readonly thing: Thing } | { readonly kind: 'constant'; readonly value: unknown };

const NOTHING: Operand = { kind: 'constant', value: undefined };

/** The frame of the event. */
export const EVENT_FRAME: ProofFrame = {
  value: { kind: 'thing', thing: { base: 'event', keys: [], loops: [], isTrue: true } },
  turn: undefined,
  parent: undefined,
};

/** The name of the loop at an offset. */
export function loopName(offset: number): string {
  return `#${String(offset)}`;
}

/** The frame of a loop's item. */
export function itemFrame(turn: Turn, parent: ProofFrame): ProofFrame {
  return { value: ownThing('item', turn), turn, parent };
}

/** The frame inside of a `with`. */
export function withFrame(value: Operand, parent: ProofFrame): ProofFrame {
  return { value, turn: parent.turn, parent };
}

/** What an expression stands for. */
export function resolve(expression: Expression, frame: ProofFrame): Operand {
  switch (expression.kind) {
    case 'literal':
      return { kind: 'constant', value: literalValue(expression.value, expression.spelling) };
    case 'path':
      return resolvePath(expression, frame);
    case 'call':
      return resolveCall(expression, frame);
  }
}

/** A name for what an operand stands for; different things have different names. */
export function nameOf(operand: Operand): string {
  return operand.kind === 'thing' ? thingName(operand.thing) : constantName(operand.value);
}

/** The name of a thing, or of what it is a part of, with only so many of its keys. */
export function thingName(thing: Thing, keys = thing.keys.length): string {
  return (
    thing.base +
    thing.keys
      .slice(0, keys)
      .map((key) => `.${JSON.stringify(key)}`)
      .join('')
  );
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

function resolvePath({ up, start, keys }: PathExpression, frame: ProofFrame): Operand {
  let at: ProofFrame | undefined = frame;
  for (let step = 0; step < up; step += 1) at = at?.parent;
  if (at === undefined || start === 'nothing') return NOTHING;
  return below(start === 'this' ? at.value : ofTurn(start, at.turn), keys);
}

function below(operand: Operand, keys: readonly string[]): Operand {
  if (keys.length === 0) return operand;
  if (operand.kind === 'constant') return { kind: 'thing', thing: { base: nameOf(operand), keys, loops: [] } };
  const { base, keys: before, loops } = operand.thing;
  return { kind: 'thing', thing: { base, keys: [...before, ...keys], loops } };
}

function ofTurn(start: 'key' | 'index' | 'first' | 'last', turn: Turn | undefined): Operand {
  if (turn === undefined) return NOTHING;
  if (start === 'key') return ownThing('key', turn);
  if (start === 'index') {
    if (turn.first === true) return { kind: 'constant', value: 0 };
    return ownThing('index', turn, turn.first === false);
  }
  const known = turn[start];
  return known === undefined ? ownThing(start, turn) : { kind: 'constant', value: known };
}

function ownThing(what: string, { loop }: Turn, isTrue = false): Operand {
  return { kind: 'thing', thing: { base: `${what} of ${loop}`, keys: [], loops: [loop], isTrue } };
}

function resolveCall({ helper, args, options }: CallExpression, frame: ProofFrame): Operand {
  const operands = args.map((arg) => resolve(arg, frame));
  const named = options.map(([name, value]) => [name, resolve(value, frame)] as const);
  const parts = [...operands.map(argumentName), ...named.map(([name, operand]) => `${name}=${argumentName(operand)}`)];
  const all = [...operands, ...named.map(([, operand]) => operand)];
  const loops = new Set(all.flatMap((operand) => (operand.kind === 'thing' ? operand.thing.loops : [])));
  return { kind: 'thing', thing: { base: `(${[helper, ...parts].join(' ')})`, keys: [], loops: [...loops] } };
}

// Helpers that make text see how a number is spelled: 1.10 and 1.1 are equal, and are not the same argument.
function argumentName(operand: Operand): string {
  const isSpelled = operand.kind === 'constant' && operand.value instanceof JsonNumber;
  return isSpelled ? `=${operand.value.text}` : nameOf(operand);
}
