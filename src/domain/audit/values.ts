// What an audit entry takes from an event, whose data may have any shape: members by name, and texts of any JSON value.
import { sliceCodePoints } from '../code-points.ts';
import type { ExactJson, ExactJsonObject } from '../json.ts';
import { isObject, writeExact } from '../json.ts';

/** The longest text of an entry, in code points. */
export const MAX_TEXT = 1000;

/**
 * Any JSON value as text: a string as it is, a number as it was spelled, null as the empty text, and lists and objects as
 * JSON without blanks. `undefined`, where there is no value, stays so.
 */
export function textOf(value: ExactJson): string;
export function textOf(value: ExactJson | undefined): string | undefined;
export function textOf(value: ExactJson | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return '';
  return (typeof value === 'string' ? value : writeExact(value)).toWellFormed();
}

/** The text, or its first characters and an ellipsis where it is longer than an entry may show. */
export function shortened(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const start = sliceCodePoints(text, 0, MAX_TEXT);
  return start.length === text.length ? text : `${sliceCodePoints(start, 0, MAX_TEXT - 1)}…`;
}

/** The text of a value that says something, without blanks at its ends: `undefined` for null, blanks and nothing. */
export function wordsOf(value: ExactJson | undefined): string | undefined {
  const text = textOf(value)?.trim();
  return text === undefined || text === '' ? undefined : shortened(text);
}

/** A member of an object; `undefined` of everything that is none, or has no such member of its own. */
export function memberOf(value: ExactJson | undefined, name: string): ExactJson | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The first of these members that says something. */
export function firstWords(value: ExactJson | undefined, names: readonly string[]): string | undefined {
  for (const name of names) {
    const words = wordsOf(memberOf(value, name));
    if (words !== undefined) return words;
  }
  return undefined;
}

/**
 * Where the members that say who, what and whence can stand, in the order in which they are looked for: in `data`, in
 * `data.attributes` (Atlassian's organizations), in the event itself.
 */
export function placesOf(value: ExactJson): readonly ExactJsonObject[] {
  const data = memberOf(value, 'data');
  return [data, memberOf(data, 'attributes'), value].filter((place) => isObject(place));
}

/** The first member with one of these names that is there and not null, whichever place has it; names go first. */
export function findMember(places: readonly ExactJsonObject[], names: readonly string[]): ExactJson | undefined {
  for (const name of names) {
    for (const place of places) {
      const found = memberOf(place, name);
      if (found !== undefined && found !== null) return found;
    }
  }
  return undefined;
}
