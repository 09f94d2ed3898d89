// What one statement about an event says about another: the facts that tie conditions together. Each must be true for
// every event; one that is missing only costs a refusal that was not needed.
import { isMissing, isTruthy } from '../../values.ts';
import type { Thing } from './things.ts';
import { nameOf, thingName } from './things.ts';

/** Something that holds of a thing or not. */
export type Statement =
  /** True in an `if`; with `includeZero`, 0 is true, too. `with` asks the same. */
  | { readonly kind: 'true' | 'trueOrZero'; readonly thing: Thing }
  /** An `each` has something to go through; exactly one entry. */
  | { readonly kind: 'entries' | 'single'; readonly thing: Thing }
  /** It is this scalar, or missing. */
  | { readonly kind: 'equals'; readonly thing: Thing; readonly value: unknown };

/** What holds between two statements: the first implies the second, the other way round, or never both. */
export type Relation = 'implies' | 'implied' | 'excludes' | undefined;

/** The relation of two statements on the same thing. */
export function relationOnSame(a: Statement, b: Statement): Relation {
  const forward = consequence(a, b);
  if (forward !== undefined) return forward ? 'implies' : 'excludes';
  const backward = consequence(b, a);
  return backward === undefined ? undefined : backward ? 'implied' : 'excludes';
}

// Whether `a` makes `b` true or false.
function consequence(a: Statement, b: Statement): boolean | undefined {
  if (a.kind === 'equals') return b.kind === 'equals' ? false : holdsOfScalar(b.kind, a.value);
  if (b.kind === 'equals') return a.kind === 'entries' || a.kind === 'single' ? false : undefined;
  return IMPLIED[a.kind].includes(b.kind) ? true : undefined;
}

const IMPLIED: Readonly<Record<Exclude<Statement['kind'], 'equals'>, readonly Statement['kind'][]>> = {
  true: ['trueOrZero'],
  trueOrZero: [],
  entries: ['true', 'trueOrZero'],
  single: ['entries', 'true', 'trueOrZero'],
};

function holdsOfScalar(kind: Exclude<Statement['kind'], 'equals'>, value: unknown): boolean {
  if (kind === 'true') return isTruthy(value, false);
  return kind === 'trueOrZero' && isTruthy(value, true);
}

/** The relation of a statement on a part to one on the whole that it is a part of. */
export function relationOfPart(part: Statement, whole: Statement): Relation {
  if (part.kind === 'equals' && isMissing(part.value)) return undefined;
  if (hasName(part, whole)) return relationOfMember(whole);
  if (whole.kind === 'equals') return relationToScalar(part, whole.value);
  if (whole.kind === 'entries' || whole.kind === 'single') return undefined;
  return needsContent(part, whole) ? 'implies' : undefined;
}

// Only objects have parts with names; lists and texts have a length and indexes.
function hasName(part: Statement, whole: Statement): boolean {
  const key = part.thing.keys[whole.thing.keys.length] ?? 'length';
  return key !== 'length' && !/^\d+$/.test(key);
}

// An object with a member is true, has entries and is no scalar.
function relationOfMember(whole: Statement): Relation {
  if (whole.kind === 'equals') return 'excludes';
  return whole.kind === 'single' ? undefined : 'implies';
}

// Only texts, lists and objects have parts; what is empty has no part but its length.
function relationToScalar(part: Statement, value: unknown): Relation {
  return typeof value === 'string' && (value !== '' || !isTrue(part)) ? undefined : 'excludes';
}

function isTrue(statement: Statement): boolean {
  if (statement.kind === 'equals') return isTruthy(statement.value, false);
  return statement.kind !== 'trueOrZero';
}

// The one part of something empty that is there is the length 0 of "" and [].
function needsContent(part: Statement, whole: Statement): boolean {
  const isLength = part.thing.keys.at(-1) === 'length' && part.thing.keys.length === whole.thing.keys.length + 1;
  return !isLength || isTrue(part);
}

/** A name for a statement: the same for the same one. */
export function statementName(statement: Statement): string {
  const value = statement.kind === 'equals' ? nameOf({ kind: 'constant', value: statement.value }) : '';
  return `${statement.kind} ${String(thingName(statement.thing))} ${value}`;
}
