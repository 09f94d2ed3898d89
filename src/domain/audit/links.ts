// Links of an entry: there is no page for a person or an object here, but there is its history in the log.
import type { AuthorIdentity } from './author.ts';
import { writeListValue } from './lists.ts';

/** Where the log is read. */
export const EVENTS_PATH = '/rest/auditing/1.0/events';

/** All that somebody did, relative to the base URL. */
export function authorPath({ id }: AuthorIdentity): string {
  return `${EVENTS_PATH}?userIds=${encoded(id)}`;
}

/** All that was done to an object, relative to the base URL. */
export function objectPath(type: string, id: string): string {
  return `${EVENTS_PATH}?affectedObject=${encoded(type)},${encoded(id)}`;
}

function encoded(value: string): string {
  return encodeURIComponent(writeListValue(value.toWellFormed()));
}
