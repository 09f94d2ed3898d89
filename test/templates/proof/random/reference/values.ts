// What expressions mean, for the reference: written again from the specification, without a look at the engine.
import { JsonNumber } from '../../../../../src/domain/json.ts';
import type { Expression } from '../tree.ts';

/** Where names are looked up: one for the event, one for each turn of `each` and each `with`. */
export interface Frame {
  readonly value: unknown;
  readonly parent: Frame | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  readonly loop: Loop | undefined;
}

/** A turn of a loop. */
export interface Loop {
  readonly index: number;
  readonly key: string | number;
  readonly first: boolean;
  readonly last: boolean;
}

/** The value of an expression; missing is `undefined`. */
export function valueOf(expression: Expression, frame: Frame): unknown {
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'path') return lookUp(expression.text, frame);
  const args = expression.args.map((arg) => valueOf(arg, frame));
  switch (expression.helper) {
    case 'not':
      return !isTrue(args[0], false);
    case 'and':
      return args.every((arg) => isTrue(arg, false));
    case 'or':
      return args.some((arg) => isTrue(arg, false));
    case 'eq':
      return isEqual(args[0], args[1]);
    case 'ne':
      return !isEqual(args[0], args[1]);
    case 'json':
      return args[0];
  }
}

/** Handlebars' truth. */
export function isTrue(value: unknown, includeZero: boolean): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  const number = numberOf(value);
  return number === undefined || includeZero || number !== 0;
}

/** What `each` goes through. */
export function entries(value: unknown): [key: string | number, item: unknown][] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item]);
  return isRecord(value) ? Object.entries(value) : [];
}

/** The JSON text of a value, numbers in their own spelling. */
export function jsonOf(value: unknown): string {
  if (value === undefined) return 'null';
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${jsonOf(item)}`)
    .join(',')}}`;
}

/** A value as the text that it adds to a string. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : jsonOf(value);
}

function numberOf(value: unknown): number | undefined {
  if (value instanceof JsonNumber) return Number(value.text);
  return typeof value === 'number' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

function isEqual(a: unknown, b: unknown): boolean {
  const [left, right] = [a ?? null, b ?? null];
  const number = numberOf(left);
  if (number !== undefined) return number === numberOf(right);
  if (Array.isArray(left)) return Array.isArray(right) && areEqualLists(left, right);
  if (isRecord(left)) return isRecord(right) && areEqualRecords(left, right);
  return left === right;
}

function areEqualLists(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
}

function areEqualRecords(left: Record<string, unknown>, right: Record<string, unknown>): boolean {
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
  );
}

const UP = '../';

function lookUp(written: string, frame: Frame): unknown {
  const isVariable = written.startsWith('@');
  let rest = isVariable ? written.slice(1) : written;
  let at: Frame | undefined = frame;
  const isScoped = /^(?:\.|this\b)/.test(rest);
  for (; rest.startsWith(UP); rest = rest.slice(UP.length)) at = at?.parent;
  const steps = rest.split('.').filter((name, index) => name !== '' && !(index === 0 && name === 'this'));
  const names = steps.map((name) => name.replace(/^\[(.*)\]$/, '$1'));
  if (isVariable) return variable(names, frame, at);
  const owner = isScoped ? undefined : ownerOf(names[0] ?? '', frame);
  if (owner !== undefined) return follow(owner.params[names[0] ?? ''], names.slice(1));
  return at === undefined ? undefined : follow(at.value, names);
}

function variable([name = '', ...rest]: readonly string[], frame: Frame, at: Frame | undefined): unknown {
  if (name === 'root') return follow(rootOf(frame).value, rest);
  const loop = at?.loop;
  return follow(loop === undefined ? undefined : loop[name as keyof Loop], rest);
}

function rootOf(frame: Frame): Frame {
  return frame.parent === undefined ? frame : rootOf(frame.parent);
}

function ownerOf(name: string, frame: Frame | undefined): Frame | undefined {
  if (frame === undefined || Object.hasOwn(frame.params, name)) return frame;
  return ownerOf(name, frame.parent);
}

function follow(value: unknown, names: readonly string[]): unknown {
  return names.reduce((at, name) => {
    if (typeof at === 'string') return name === 'length' ? at.length : at[name as unknown as number];
    if (typeof at !== 'object' || at === null || at instanceof JsonNumber) return undefined;
    return Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
  }, value);
}
