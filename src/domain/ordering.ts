// One order for all JSON values, so that sorting gives the same whatever a list holds.
import { canonicalJson, isList, JsonNumber } from './json.ts';
import type { ExactJson } from './json.ts';

/** What a value is sorted by; made once for each value. */
export interface SortKey {
  /** Values of different types are in the order of their ranks. */
  readonly rank: number;
  readonly key: number | string;
}

/** The key of what is missing: after all others, in both directions. */
export const LAST: SortKey = { rank: 9, key: 0 };

/**
 * The key of a value: false, true, numbers by their doubles, text by its code points, lists, then objects (each by their
 * canonical JSON text), and null.
 */
export function sortKeyOf(value: ExactJson): SortKey {
  if (value === null) return LAST;
  if (typeof value === 'boolean') return { rank: 0, key: Number(value) };
  if (typeof value === 'number' || value instanceof JsonNumber) return { rank: 1, key: Number(value) };
  if (typeof value === 'string') return { rank: 2, key: value };
  return { rank: isList(value) ? 3 : 4, key: canonicalJson(value) };
}

/** Whether the one comes before the other (negative), after it (positive), or neither (0). A total order. */
export function compareKeys(a: SortKey, b: SortKey, isDescending: boolean): number {
  if (a.rank === LAST.rank || b.rank === LAST.rank) return a.rank - b.rank;
  return isDescending ? compare(b, a) : compare(a, b);
}

function compare(a: SortKey, b: SortKey): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (typeof a.key === 'string' && typeof b.key === 'string') return compareText(a.key, b.key);
  return Number(a.key) - Number(b.key);
}

// By code point. JavaScript compares UTF-16 units, which puts emoji before the last characters of one unit.
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const end = Math.min(a.length, b.length);
  let index = 0;
  while (index < end && a.charCodeAt(index) === b.charCodeAt(index)) index += 1;
  return index === end ? a.length - b.length : weightOf(a.charCodeAt(index)) - weightOf(b.charCodeAt(index));
}

function weightOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
