// What a request for audit entries asks for: the parameters of Jira's auditing API, all faults at once.
import { countCodePoints } from '../code-points.ts';
import { isId } from '../ids.ts';
import { isReadable } from '../text.ts';
import { MAX_VALUES, readGroupedList, readList } from './lists.ts';
import { readFrom, readTo } from './query-times.ts';

/** Forms in which entries are answered. Jira has the first one. */
export const OUTPUT_FORMATS = ['json', 'csv', 'ndjson'] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The last entry of a page. */
export interface AuditCursor {
  readonly receivedAt: Date;
  readonly id: string;
}

/** An object, as `affectedObject` names it. */
export interface NamedObject {
  readonly type: string;
  readonly id: string;
}

/** What is asked for. `from` and `to` are both inclusive. An empty list does not narrow. */
export interface AuditQuery {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  readonly offset: number;
  readonly cursor: AuditCursor | undefined;
  /** `Infinity`: all, where a table or lines are asked for without a limit. */
  readonly limit: number;
  readonly userIds: readonly string[];
  readonly categories: readonly string[];
  readonly actions: readonly string[];
  readonly affectedObjects: readonly NamedObject[];
  readonly search: string | undefined;
  readonly scanLimit: number;
  /** The oldest entry that is looked at: where a `scanLimit` has come to on the first of several pages. Ours. */
  readonly scanTo: AuditCursor | undefined;
  readonly outputFormat: OutputFormat;
}

/** A parameter that is wrong, as Jira's errors name it. */
export interface QueryFault {
  readonly key: string;
  readonly message: string;
}

/** What reading gave. */
export type QueryReading =
  { readonly ok: true; readonly query: AuditQuery } | { readonly ok: false; readonly faults: readonly QueryFault[] };

/** Entries on a page where `limit` is left out, and at most. */
export const DEFAULT_LIMIT = 200;
export const MAX_LIMIT = 100_000;
/** The largest number of Java's `int`: as many entries are looked at where `scanLimit` is left out. */
export const MAX_INT = 2_147_483_647;
/** The longest search, in code points. */
export const MAX_SEARCH = 1000;

/**
 * Reads the parameters. A blank one counts as left out, as clients send it; one that Jira does not have is ignored. Of one
 * that is repeated the first counts, since clients send their filters again with a link that has them. A time that ends
 * before it begins is none: the clock of who asks may be behind ours.
 */
export function readAuditQuery(search: URLSearchParams): QueryReading {
  const reader = new Reader(search);
  const outputFormat = reader.read('outputFormat', readFormat, `must be ${OUTPUT_FORMATS.join(', ')}`) ?? 'json';
  const query: AuditQuery = {
    from: reader.read('from', readFrom, TIME),
    to: reader.read('to', readTo, TIME),
    offset: reader.integer('offset', 0, MAX_INT) ?? 0,
    cursor: reader.read('pageCursor', readCursor, CURSOR),
    limit: reader.integer('limit', 1, MAX_LIMIT) ?? (outputFormat === 'json' ? DEFAULT_LIMIT : Infinity),
    userIds: reader.list('userIds'),
    categories: reader.list('categories'),
    actions: reader.list('actions'),
    affectedObjects: reader.objects('affectedObject'),
    search: reader.read('search', readSearch, `must have at most ${String(MAX_SEARCH)} characters`),
    scanLimit: reader.integer('scanLimit', 1, MAX_INT) ?? MAX_INT,
    scanTo: reader.read('scanTo', readCursor, CURSOR),
    outputFormat,
  };
  return reader.faults.length === 0 ? { ok: true, query } : { ok: false, faults: reader.faults };
}

const CURSOR = 'must be the nextPageCursor of an earlier page, epochMillis,id';
const TIME = 'must be an ISO 8601 time, such as 2026-11-20T12:00:00Z or 2026-11-20';

class Reader {
  readonly faults: QueryFault[] = [];
  readonly #search: URLSearchParams;

  constructor(search: URLSearchParams) {
    this.#search = search;
  }

  read<Value>(name: string, read: (text: string) => Value | undefined, expected: string): Value | undefined {
    const text = this.#textOf(name);
    if (text === undefined) return undefined;
    const value = read(text);
    if (value === undefined) this.#fault(name, `${expected}; ${quoted(text)} is not`);
    return value;
  }

  integer(name: string, minimum: number, maximum: number): number | undefined {
    const inRange = (text: string): number | undefined => {
      const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
      return value >= minimum && value <= maximum ? value : undefined;
    };
    return this.read(name, inRange, `must be a whole number from ${String(minimum)} to ${String(maximum)}`);
  }

  list(name: string): readonly string[] {
    const [values = []] = this.#groups(name, readList);
    this.#limit(name, values.length);
    return values;
  }

  objects(name: string): readonly NamedObject[] {
    const groups = this.#groups(name, readGroupedList);
    const objects = groups.flatMap(([type, id, ...more]) =>
      type === undefined || id === undefined || more.length > 0 ? [] : [{ type, id }],
    );
    this.#limit(name, groups.length);
    const bad = groups.find((group) => group.length !== 2);
    if (bad !== undefined) {
      const rule = 'must be type,id or several of them between semicolons, a value with a comma in double quotes';
      this.#fault(name, `${rule}; ${quoted(bad.join(','))} is not`);
    }
    return objects;
  }

  #groups(name: string, read: typeof readList): readonly (readonly string[])[] {
    const text = this.#textOf(name) ?? '';
    const reading = read(text);
    if (reading.ok && text !== '' && reading.groups.flat().length === 0) {
      this.#fault(name, `has no value: ${quoted(text)}`);
    }
    if (!reading.ok) {
      this.#fault(name, `cannot be read: ${reading.message}`);
      return [];
    }
    return reading.groups;
  }

  #limit(name: string, count: number): void {
    if (count > MAX_VALUES) this.#fault(name, `has ${String(count)} values; ${String(MAX_VALUES)} are the most`);
  }

  #textOf(name: string): string | undefined {
    const text = this.#search.get(name)?.trim() || undefined;
    if (text === undefined || isReadable(text)) return text;
    this.#fault(name, 'holds what is no text in UTF-8; a percent sign is written %25');
    return undefined;
  }

  #fault(key: string, what: string): void {
    this.faults.push({ key, message: `${key} ${what}.` });
  }
}

function quoted(text: string): string {
  return `"${text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text}"`;
}

function readSearch(text: string): string | undefined {
  return countCodePoints(text) <= MAX_SEARCH ? text : undefined;
}

function readFormat(text: string): OutputFormat | undefined {
  return OUTPUT_FORMATS.find((format) => format === text.toLowerCase());
}

// The last instant that a Date can hold.
const MAX_MS = 8_640_000_000_000_000;

/** The entry that a cursor names; `undefined` where it is none. */
export function readCursor(text: string): AuditCursor | undefined {
  const [, ms = '', id = ''] = /^(0|[1-9]\d{0,15}),\s*(\S+)$/.exec(text) ?? [];
  if (!isId('evt', id) || Number(ms) > MAX_MS) return undefined;
  return { receivedAt: new Date(Number(ms)), id };
}

/** The cursor after this entry: `epochMillis,id`, as in `pagingInfo.nextPageCursor`. */
export function writeCursor({ receivedAt, id }: AuditCursor): string {
  return `${String(receivedAt.getTime())},${id}`;
}
