// What jsonpath-plus is asked, and how its answer is made to mean what RFC 9535 says. By itself it runs code in its
// default mode, takes `['length']` of arrays and text, and finds `[0]` in objects and text.
import { JSONPath } from 'jsonpath-plus';
import type { ExactJson } from '../../domain/json.ts';
import { isList, isObject } from '../../domain/json.ts';
import type { PathBudget } from './budget.ts';
import type { PathQuery, PathSegment, PathSelector } from './model.ts';

// Even its array form is parsed again as text, so only names without any character that it could take for an operator.
const SAFE_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

// It has no budget of its own and takes microseconds a value, so it is asked only for what the path's text bounds.
const MAX_SELECTED = 64;
// What it takes for a value, in steps of our evaluator.
const STEPS_PER_VALUE = 25;

/**
 * Whether the path consists of names, indexes from the start and forward slices only, and can select 64 values at most
 * in any document: what jsonpath-plus can be asked.
 */
export function isPlainPath(query: PathQuery): boolean {
  return (
    query.segments.every(
      ({ descendant, selectors: [first, ...others] }) =>
        !descendant && others.length === 0 && first !== undefined && isPlainSelector(first),
    ) && mostSelected(query) <= MAX_SELECTED
  );
}

function mostSelected({ segments }: PathQuery): number {
  return segments.reduce((product, { selectors: [selector] }) => product * widthOf(selector), 1);
}

// How many items a slice selects of any list: those between two ends that are counted from the same side, and of a
// list's last ones no more than there are before an end counted from the start.
function widthOf(selector: PathSelector | undefined): number {
  if (selector?.kind !== 'slice') return 1;
  const { start = 0, end } = selector;
  if (start < 0) return end !== undefined && end > 0 ? end : Math.max((end ?? 0) - start, 1);
  return end !== undefined && end > 0 ? Math.max(end - start, 1) : Number.POSITIVE_INFINITY;
}

// It reads an end or a step of 0 as "not given".
function isPlainSelector(selector: PathSelector): boolean {
  switch (selector.kind) {
    case 'name':
      return SAFE_NAME.test(selector.name);
    case 'index':
      return selector.index >= 0;
    case 'slice':
      return selector.end !== 0 && (selector.step === undefined || selector.step > 0);
    case 'wildcard':
    case 'filter':
      return false;
  }
}

/** The values that a plain path selects. The caller has asked `isPlainPath`. Throws a `PathBudgetError`. */
export function selectPlain(query: PathQuery, document: ExactJson, budget: PathBudget): readonly ExactJson[] {
  budget.spend(mostSelected(query) * query.segments.length * STEPS_PER_VALUE);
  const pointers: unknown = JSONPath({
    path: ['$', ...query.segments.map(writeSegment)],
    // It takes any JSON value; numbers that keep their spelling are objects to it, and are refused on the way back.
    json: document as object,
    eval: false,
    wrap: true,
    resultType: 'pointer',
  });
  // It keeps every path it has ever seen; paths of drafts and checks would pile up.
  JSONPath.cache = {};
  return Array.isArray(pointers) ? pointers.flatMap((pointer) => follow(String(pointer), query, document)) : [];
}

function writeSegment({ selectors: [selector] }: PathSegment): string {
  if (selector?.kind === 'name') return selector.name;
  if (selector?.kind === 'index') return String(selector.index);
  if (selector?.kind !== 'slice') throw new Error('Only names, indexes and slices are given to jsonpath-plus.');
  const { start, end, step } = selector;
  return [start, end, step ?? 1].map((part) => (part === undefined ? '' : String(part))).join(':');
}

// Walks the way again that a value was found on, and drops the value where the RFC would not have gone that way: a
// name is a member of an object only, an index an item of an array only (RFC 9535 §2.3.1.2, §2.3.3.2).
function follow(pointer: string, query: PathQuery, document: ExactJson): readonly ExactJson[] {
  const steps = pointer.split('/').slice(1);
  let value: ExactJson | undefined = document;
  for (const [depth, { selectors }] of query.segments.entries()) {
    const step = steps[depth] ?? '';
    if (selectors[0]?.kind === 'name') value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    else value = isList(value) ? value[Number(step)] : undefined;
  }
  return value === undefined ? [] : [value];
}
