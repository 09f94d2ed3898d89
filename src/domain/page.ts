// Keyset paging: a cursor names the last item seen, so that pages stay whole while new items arrive.
import { createHash } from 'node:crypto';
import type { Fault } from './errors.ts';
import { AppError } from './errors.ts';

/** How many items, and after which one. */
export interface PageRequest {
  readonly limit: number;
  /** The id of the last item of the page before. */
  readonly after: string | undefined;
}

/** Items, newest first, and the id to go on after, if there may be more. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly lastId: string | undefined;
}

/** Cuts a page from items that were read with one more than the limit. */
export function cutPage<Item>(items: readonly Item[], limit: number, idOf: (item: Item) => string): Page<Item> {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, lastId: items.length > limit && last !== undefined ? idOf(last) : undefined };
}

/** An opaque cursor: the last id, bound to the filters it was made under. */
export function encodeCursor(lastId: string, filters: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify([lastId, fingerprint(filters)])).toString('base64url');
}

/** What is wrong with a text that is no cursor. */
export const CURSOR_FAULT = {
  pointer: '?cursor',
  code: 'cursor_invalid',
  detail: 'This is no cursor of ours.',
  hint: 'Leave cursor out to start anew, and keep the filters the same from page to page.',
} as const satisfies Fault;

/** Whether a text has the form of our cursors, for whatever filters it was made. */
export function isCursor(text: string): boolean {
  const [lastId, made] = parts(text);
  return lastId !== undefined && made !== undefined;
}

/** The id in a cursor. Refuses cursors that we did not make, or made for other filters. */
export function decodeCursor(cursor: string, filters: Readonly<Record<string, unknown>>): string {
  const [lastId, made] = parts(cursor);
  if (lastId === undefined) throw cursorError(CURSOR_FAULT);
  if (made !== fingerprint(filters))
    throw cursorError({ ...CURSOR_FAULT, detail: 'This cursor was made for other filters.' });
  return lastId;
}

function parts(cursor: string): readonly (string | undefined)[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value.map((part) => (typeof part === 'string' ? part : undefined)) : [];
  } catch {
    return [];
  }
}

function fingerprint(filters: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 12);
}

function cursorError(fault: Fault & { readonly hint: string }): AppError {
  return new AppError('malformed', fault.code, fault.detail, { faults: [fault], hint: fault.hint });
}
