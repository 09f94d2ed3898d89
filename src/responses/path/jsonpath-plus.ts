// What jsonpath-plus is asked, and how its answer is made to mean what RFC 9535 says. By itself it runs code in its
// default mode, takes `['length']` of arrays and text, and finds `[0]` in objects and text.
import { JSONPath } from 'jsonpath-plus';
import type { ExactJson } from '../../domain/json.ts';
import { isList, isObject } from '../../domain/json.ts';
import type { PathQuery, PathSegment, PathSelector } from './model.ts';

// Even its array form is parsed again as text, so only names without any character that it could take for an operator.
const SAFE_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Whether the path consists of names, indexes from the start and forward slices only: what jsonpath-plus can be asked. */
export function isPlainPath(query: PathQuery): boolean {
  return query.segments.every(
    ({ descendant, selectors: [first, ...others] }) =>
      !descendant && others.length === 0 && first !== undefined && isPlainSelector(first),
  );
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

/** The values that a plain path selects. The caller has asked `isPlainPath`. */
export function selectPlain(query: PathQuery, document: ExactJson): readonly ExactJson[] {
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
