// JSONPath as this engine offers it: RFC 9535, parsed strictly when it is saved, bounded when it is evaluated.
// A path that was accepted never means something else than the RFC says.
import type { Fault } from '../domain/errors.ts';
import type { ExactJson } from '../domain/json.ts';
import { excerptAt, positionAt } from '../domain/text.ts';
import type { PathBudget } from './path/budget.ts';
import { PathBudgetError } from './path/budget.ts';
import { isPlainPath, selectPlain } from './path/jsonpath-plus.ts';
import { PathError } from './path/cursor.ts';
import { evaluateQuery } from './path/evaluate.ts';
import { checkLength, checkLimits } from './path/limits.ts';
import type { PathQuery } from './path/model.ts';
import { allQueries } from './path/model.ts';
import { parseQuery } from './path/parser.ts';
import { nearestPath } from './path/repair.ts';

const EXAMPLES =
  "Paths follow RFC 9535: $.data.state, $.headers['content-type'], $.data.items[0], $.data.items[?@.id == 1].ok.";

/** A path that may be evaluated. `engine` says by what: jsonpath-plus where it cannot differ from the RFC. */
export interface JsonPath {
  readonly text: string;
  readonly query: PathQuery;
  readonly engine: 'jsonpath-plus' | 'rfc9535';
}

/** A parsed path, or why it is none. The fault's `position` counts inside the path; its `pointer` is the given one. */
export type PathReading =
  { readonly ok: true; readonly path: JsonPath } | { readonly ok: false; readonly fault: Fault };

/** What a path selects, or why that could not be found out. */
export type Selection =
  { readonly ok: true; readonly values: readonly ExactJson[] } | { readonly ok: false; readonly reason: string };

/** Parses a path (RFC 9535 §2) and holds it to the limits: 512 characters, 32 steps, two `..`, unions of 64 in all. */
export function parsePath(text: string, pointer = ''): PathReading {
  try {
    checkLength(text);
    const query = parseQuery(text);
    checkLimits(query);
    return { ok: true, path: { text, query, engine: isPlainPath(query) ? 'jsonpath-plus' : 'rfc9535' } };
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    return { ok: false, fault: pathFault(text, error, pointer) };
  }
}

/**
 * The values that the path selects in the document, paid for out of `budget`, which all paths that are evaluated for
 * one response share; `use` says how many steps it will take to use one of them. Never throws for what a receiver can
 * send.
 */
export function selectValues(
  path: JsonPath,
  document: ExactJson,
  budget: PathBudget,
  use: (value: ExactJson) => number = () => 0,
): Selection {
  try {
    const select = path.engine === 'jsonpath-plus' ? selectPlain : evaluateQuery;
    const values = select(path.query, document, budget);
    for (const value of values) budget.spend(use(value));
    return { ok: true, values };
  } catch (error) {
    if (!(error instanceof PathBudgetError)) throw error;
    return { ok: false, reason: error.message };
  }
}

/** Whether what the path selects can depend on the member `name` of the document's root. */
export function readsMember(path: JsonPath, name: string): boolean {
  return allQueries(path.query)
    .filter(({ from }) => from === '$')
    .some((query) => startsAt(query, name));
}

function startsAt(query: PathQuery, name: string): boolean {
  const [first] = query.segments;
  if (first === undefined || first.descendant) return true;
  return first.selectors.some(
    (selector) =>
      selector.kind === 'wildcard' ||
      selector.kind === 'filter' ||
      (selector.kind === 'name' && selector.name === name),
  );
}

function pathFault(text: string, error: PathError, pointer: string): Fault {
  const repaired = error.code === 'jsonpath_invalid' ? nearestPath(text) : undefined;
  const hint = repaired === undefined ? (error.hint ?? EXAMPLES) : `Did you mean ${repaired}?`;
  return {
    pointer,
    code: error.code,
    detail: `This JSONPath is refused at column ${String(error.offset + 1)}: ${error.message}`,
    position: positionAt(text, error.offset),
    excerpt: excerptAt(text, error.offset),
    hint,
  };
}
