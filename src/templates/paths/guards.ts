// What a condition says of presence: where `{{#if data.count}}` holds, `data.count` is neither missing nor null.
import type { CallExpression, Expression, Node } from '../syntax/tree.ts';
import { missingWith } from './helper-types.ts';
import type { Place } from './places.ts';

/** Gives the place of a path expression. */
export type Locate = (path: Extract<Expression, { kind: 'path' }>) => Place;

/** The places that are surely there where a condition has come out as `holds`; what they stand in is there too. */
export function presentWhere(condition: Expression, holds: boolean, locate: Locate): Place[] {
  if (condition.kind === 'path') return holds ? withParents(locate(condition)) : [];
  return condition.kind === 'call' ? presentWhereCall(condition, holds, locate) : [];
}

// False where one of the arguments is missing, and where the first one is.
const COMPARISONS: readonly string[] = ['gt', 'gte', 'lt', 'lte'];
const QUESTIONS: readonly string[] = ['contains', 'startsWith', 'endsWith'];

function presentWhereCall(call: CallExpression, holds: boolean, locate: Locate): Place[] {
  const { helper, args } = call;
  const all = (wanted: boolean): Place[] => args.flatMap((one) => presentWhere(one, wanted, locate));
  if (helper === 'not') return all(!holds);
  if (helper === 'and' || helper === 'or') return holds === (helper === 'and') || args.length === 1 ? all(holds) : [];
  if (helper === 'eq' || helper === 'ne') return presentWhereEqual(args, holds === (helper === 'eq'), locate);
  return holds ? [...presentWhereAsked(helper, args, locate), ...placesOf(call, locate)] : [];
}

function presentWhereAsked(helper: string, args: readonly Expression[], locate: Locate): Place[] {
  const [first, ...others] = args;
  const isAmong = helper === 'in' && others.every(isThere);
  if (COMPARISONS.includes(helper)) return args.flatMap((one) => placesOf(one, locate));
  return first !== undefined && (isAmong || QUESTIONS.includes(helper)) ? placesOf(first, locate) : [];
}

// Equal to a value that is there, or different from nothing.
function presentWhereEqual(args: readonly Expression[], isEqual: boolean, locate: Locate): Place[] {
  const decides = args.some((one) => one.kind === 'literal' && isThere(one) === isEqual);
  return decides ? args.flatMap((one) => placesOf(one, locate)) : [];
}

function isThere(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value !== null && expression.value !== undefined;
}

// A value that is made of a missing one is missing, but for the text that `json` gives.
function placesOf(expression: Expression, locate: Locate): Place[] {
  const path = hasJson(expression) ? undefined : missingWith(expression);
  return path === undefined ? [] : withParents(locate(path));
}

function hasJson(expression: Expression | undefined): boolean {
  return expression?.kind === 'call' && (expression.helper === 'json' || hasJson(expression.args[0]));
}

/** A place and all that it stands in. */
export function withParents(place: Place): Place[] {
  const places: Place[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) places.push(at);
  return places;
}

/** Whether what a loop's body ends with is written under a condition that asks for the last turn. */
export function endsButLast(body: readonly Node[]): boolean {
  const end = body.findLast((node) => node.kind !== 'text' || node.text.trim() !== '');
  if (end?.kind !== 'if') return end?.kind === 'with' && endsButLast(end.body);
  return asksForLast(end.condition) || [end.body, end.otherwise].some((part) => part.length > 0 && endsButLast(part));
}

function asksForLast(expression: Expression): boolean {
  if (expression.kind === 'path') return expression.start === 'last';
  return expression.kind === 'call' && expression.args.some(asksForLast);
}
