// How much a path may ask for. Syntax alone does not bound the work: `[0,0,0,0]` ten times selects a million values.
import { PathError } from './cursor.ts';
import type { PathQuery, PathSegment, PathSelector } from './model.ts';
import { allQueries } from './model.ts';

/** The longest path, in characters. */
export const MAX_PATH_LENGTH = 512;
const MAX_SEGMENTS = 32;
const MAX_DESCENDANTS = 2;
const MAX_UNION_PRODUCT = 64;

/** Refuses what is too long to be read at all. Throws a `PathError`. */
export function checkLength(text: string): void {
  if (text.length <= MAX_PATH_LENGTH) return;
  throw tooComplex(
    MAX_PATH_LENGTH,
    `The path has ${String(text.length)} characters; at most ${String(MAX_PATH_LENGTH)} are read.`,
    'Split it into several validators.',
  );
}

/** Refuses a path with too many steps, `..` or members in brackets, those in its filters included. Throws a `PathError`. */
export function checkLimits(query: PathQuery): void {
  const segments = allQueries(query).flatMap((inner) => inner.segments);
  refuseBeyond(segments, MAX_SEGMENTS, 'steps');
  refuseBeyond(
    segments.filter(({ descendant }) => descendant),
    MAX_DESCENDANTS,
    '".." steps',
  );
  let product = 1;
  for (const segment of segments) {
    refuseRepeated(segment);
    product *= segment.selectors.length;
    if (product > MAX_UNION_PRODUCT) {
      throw tooComplex(
        segment.at,
        `The lists in brackets multiply to more than ${String(MAX_UNION_PRODUCT)} members.`,
        'Split it into several validators.',
      );
    }
  }
}

function refuseBeyond(segments: readonly PathSegment[], most: number, what: string): void {
  const extra = segments[most];
  if (extra === undefined) return;
  throw tooComplex(extra.at, `The path has more than ${String(most)} ${what}.`, 'Name the way down more directly.');
}

function refuseRepeated(segment: PathSegment): void {
  const keys = segment.selectors.map(selectorKey);
  if (new Set(keys).size === keys.length) return;
  throw tooComplex(segment.at, 'A member stands twice in these brackets.', 'Keep one of them.');
}

// Where a filter stands in the text is not part of what it means.
function selectorKey(selector: PathSelector): string {
  return JSON.stringify(selector, (key, value: unknown) => (key === 'at' || key === 'tight' ? undefined : value));
}

function tooComplex(offset: number, message: string, hint: string): PathError {
  return new PathError('jsonpath_too_complex', offset, message, hint);
}
