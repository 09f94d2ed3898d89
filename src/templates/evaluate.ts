// Expression → function that reads its value where it stands: paths through frames, literals, and calls of helpers.
import { JsonNumber } from '../domain/json.ts';
import type { Helper, HelperCall } from './helpers/helper.ts';
import { HELPERS } from './helpers/index.ts';
import type { Output } from './output.ts';
import type { CallExpression, Expression, LiteralExpression, PathExpression } from './syntax/tree.ts';
import { ownProperty } from './values.ts';

/** One turn of a loop. */
export interface Loop {
  readonly key: string | number;
  readonly index: number;
  readonly first: boolean;
  readonly last: boolean;
}

/** Where a name is looked up: one frame for the event, and one for each `each` turn and `with`. */
export interface Frame {
  readonly value: unknown;
  readonly parent: Frame | undefined;
  readonly loop: Loop | undefined;
}

/** Reads a value. Throws `RenderLimitError` only. */
export type Reader = (output: Output, frame: Frame) => unknown;

/** Compiles an expression. */
export function compileExpression(expression: Expression): Reader {
  switch (expression.kind) {
    case 'literal':
      return compileLiteral(expression);
    case 'path':
      return compilePath(expression);
    case 'call':
      return compileCall(expression);
  }
}

/** What reading an expression costs in steps, whatever the event holds. What helpers look at comes on top. */
export function stepsOf(expression: Expression): number {
  switch (expression.kind) {
    case 'literal':
      return 0;
    case 'path':
      return expression.up + expression.keys.length;
    case 'call':
      return (
        STEPS_OF_CALL +
        [...expression.args, ...expression.options.map(([, option]) => option)].reduce(
          (sum, argument) => sum + 1 + stepsOf(argument),
          0,
        )
      );
  }
}

// Measured, as what a step of anything else takes.
const STEPS_OF_CALL = 10;

function compileLiteral({ value, spelling }: LiteralExpression): Reader {
  const exact = spelling === undefined ? value : new JsonNumber(spelling);
  return () => exact;
}

// Nearly all paths are one to three names from where they stand; for those there is no loop.
function compilePath(path: PathExpression): Reader {
  const { up, start, keys } = path;
  const [one, two, three] = keys;
  if (up > 0 || start !== 'this' || one === undefined || keys.length > 3) return compileAnyPath(path);
  if (two === undefined) return (_output, frame) => ownProperty(frame.value, one);
  if (three === undefined) return (_output, frame) => ownProperty(ownProperty(frame.value, one), two);
  return (_output, frame) => ownProperty(ownProperty(ownProperty(frame.value, one), two), three);
}

function compileAnyPath({ up, start, keys }: PathExpression): Reader {
  return (_output, frame) => {
    let at: Frame | undefined = frame;
    for (let step = 0; step < up; step += 1) at = at?.parent;
    let value: unknown = startOf(start, at);
    for (const key of keys) value = ownProperty(value, key);
    return value;
  };
}

function startOf(start: PathExpression['start'], frame: Frame | undefined): unknown {
  if (start === 'nothing') return undefined;
  return start === 'this' ? frame?.value : frame?.loop?.[start];
}

function compileCall({ helper: name, args, options }: CallExpression): Reader {
  const helper = HELPERS.get(name);
  if (helper === undefined) throw new Error(`A template with the unknown helper ${name} was compiled.`);
  const readers = args.map(compileExpression);
  const named = options.map(([option, expression]) => [option, compileExpression(expression)] as const);
  return (output, frame) => {
    const given: unknown[] = [];
    for (const read of readers) {
      const value = read(output, frame);
      output.spend(sizeOf(value));
      given.push(value);
    }
    const result = helper.call(given, new Call(output, helper, readOptions(named, output, frame)));
    if (typeof result === 'string') output.made(result.length);
    return result;
  };
}

const NO_OPTIONS: HelperCall['options'] = {};

function readOptions(
  named: readonly (readonly [name: string, read: Reader])[],
  output: Output,
  frame: Frame,
): HelperCall['options'] {
  if (named.length === 0) return NO_OPTIONS;
  return Object.fromEntries(named.map(([name, read]) => [name, read(output, frame)]));
}

// A class, since thousands of calls are made in one rendering: its functions are not made anew for each.
class Call implements HelperCall {
  readonly options: HelperCall['options'];
  readonly #output: Output;
  readonly #helper: Helper;

  constructor(output: Output, helper: Helper, options: HelperCall['options']) {
    this.options = options;
    this.#output = output;
    this.#helper = helper;
  }

  warn(detail: string): void {
    this.#output.warn(`helper_${this.#helper.name}`, detail);
  }

  spend(values: number): void {
    this.#output.spend(values);
  }

  isNew(what: string): boolean {
    return this.#output.isNew(`${this.#helper.name} ${what.slice(0, LONGEST_TOLD_APART)}`);
  }

  room(characters: number): void {
    this.#output.room(characters);
  }
}

// Longer than any name of a time zone.
const LONGEST_TOLD_APART = 100;

// Measured, as what a step of anything else takes. More members are kept as a hash table, and only to count them is slow.
const CHARACTERS_PER_STEP = 64;
const STEPS = { item: 2, member: 2, memberOfMany: 6 } as const;
const MANY = 1000;

// What one look at a value costs: its direct items or members, or its characters.
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Math.ceil(value.length / CHARACTERS_PER_STEP);
  if (value instanceof JsonNumber) return Math.ceil(value.text.length / CHARACTERS_PER_STEP);
  if (Array.isArray(value)) return STEPS.item * value.length;
  if (typeof value !== 'object' || value === null) return 0;
  const members = Object.keys(value).length;
  return members * (members > MANY ? STEPS.memberOfMany : STEPS.member);
}
