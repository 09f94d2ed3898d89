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

function compileLiteral({ value, spelling }: LiteralExpression): Reader {
  const exact = spelling === undefined ? value : new JsonNumber(spelling);
  return () => exact;
}

function compilePath({ up, start, keys }: PathExpression): Reader {
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
    const given = readers.map((read) => read(output, frame));
    const read = Object.fromEntries(named.map(([option, value]) => [option, value(output, frame)]));
    return callHelper(helper, given, read, output);
  };
}

function callHelper(
  helper: Helper,
  given: readonly unknown[],
  options: HelperCall['options'],
  output: Output,
): unknown {
  output.spend(given.reduce<number>((sum, value) => sum + sizeOf(value), 1));
  const result = helper.call(given, {
    options,
    warn: (detail) => output.warn(`helper_${helper.name}`, detail),
    spend: (values) => output.spend(values),
    room: (characters) => output.room(characters),
  });
  if (typeof result === 'string') output.made(result.length);
  return result;
}

const CHARACTERS_PER_UNIT = 64;

// What one look at a value costs: its direct items or members, or its characters.
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Math.ceil(value.length / CHARACTERS_PER_UNIT);
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null && !(value instanceof JsonNumber) ? Object.keys(value).length : 0;
}
