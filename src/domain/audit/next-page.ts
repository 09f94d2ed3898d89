// The link to the next page, as real servers write it: absolute, and with all that the first page was asked for.
import { writeListValue } from './lists.ts';
import type { AuditCursor, AuditQuery } from './query.ts';
import { MAX_INT, writeCursor } from './query.ts';

/**
 * The address of the page after `cursor`. `offset` counts from the cursor, so it is 0. Read again, it asks for what `query`
 * asks for. `base` is the public base URL, without a slash at its end.
 */
export function nextPageLink(base: string, path: string, query: AuditQuery, cursor: AuditCursor): string {
  const parameters = [
    ['offset', '0'],
    ['limit', String(query.limit)],
    // Clients cut the cursor out of the link: its comma is written as it is.
    ['pageCursor', writeCursor(cursor)],
    ...filters(query).map(([name, value]) => [name, encoded(value)] as const),
  ];
  return `${base}${path}?${parameters.map((parameter) => parameter.join('=')).join('&')}`;
}

function filters(query: AuditQuery): readonly (readonly [name: string, value: string])[] {
  const objects = query.affectedObjects.map(({ type, id }) => list([type, id]));
  const all = [
    ['from', query.from?.toISOString() ?? ''],
    ['to', query.to?.toISOString() ?? ''],
    ['userIds', list(query.userIds)],
    ['categories', list(query.categories)],
    ['actions', list(query.actions)],
    ['affectedObject', objects.join(';')],
    ['search', query.search ?? ''],
    ['scanLimit', query.scanLimit === MAX_INT ? '' : String(query.scanLimit)],
    ['scanTo', query.scanTo === undefined ? '' : writeCursor(query.scanTo)],
    ['outputFormat', query.outputFormat === 'json' ? '' : query.outputFormat],
  ] as const;
  return all.filter(([, value]) => value !== '');
}

// A list may be as long as a server takes it, and must not become longer by being written anew: what a query may hold as
// it is (RFC 3986, section 3.4) stays.
function encoded(value: string): string {
  const [bare, blank] = [/%(?:2C|2F|3A|40)/g, /%20/g];
  return encodeURIComponent(value.toWellFormed()).replace(bare, decodeURIComponent).replace(blank, '+');
}

function list(values: readonly string[]): string {
  return values.map(writeListValue).join(',');
}
