// Reads query strings: every parameter by its kind, all faults at once, nothing unknown.
import type { ListReading } from '../domain/audit/lists.ts';
import { MAX_VALUES, readGroupedList, readList } from '../domain/audit/lists.ts';
import type { Fault } from '../domain/errors.ts';
import { AppError, invalid } from '../domain/errors.ts';
import { ID_PREFIXES, isId } from '../domain/ids.ts';
import type { PageRequest } from '../domain/page.ts';
import { CURSOR_FAULT, decodeCursor, encodeCursor, isCursor } from '../domain/page.ts';
import { wordsOfQuery } from '../domain/search-words.ts';
import { isReadable, nearestName } from '../domain/text.ts';
import { parseInstant } from '../domain/time.ts';
import type { ApiRequest, QueryParameter, QueryParameters, QueryValues } from './route.ts';

/** The parameters of every list. */
export const PAGING: QueryParameters = {
  limit: {
    kind: 'integer',
    minimum: 1,
    maximum: 200,
    description: 'How many items a page has, 50 where it is left out.',
  },
  cursor: { kind: 'text', description: 'next_cursor of the page before; keep the filters the same.' },
};

const DEFAULT_LIMIT = 50;

/** The values of a query string. Throws `invalid` with every fault; a fault's pointer is `?name`. */
export function readQuery(parameters: QueryParameters, search: URLSearchParams): QueryValues {
  const faults: Fault[] = [];
  const values: Record<string, string | number | boolean | Date> = {};
  for (const name of new Set(search.keys())) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    const given = search.getAll(name);
    const value = parameter === undefined || given.length > 1 ? undefined : readValue(parameter, given[0] ?? '');
    if (parameter === undefined) faults.push(unknownParameter(name, Object.keys(parameters)));
    else if (value === undefined) faults.push(badValue(name, parameter, given));
    else values[name] = value;
  }
  faults.push(...emptyRanges(parameters, values));
  // Alone, a wrong cursor is a 400 of its own.
  if (faults.length > 0) throw invalid([...faults, ...cursorFaults(values['cursor'])], 'invalid_query');
  return values;
}

function emptyRanges(parameters: QueryParameters, values: QueryValues): Fault[] {
  return Object.entries(parameters).flatMap(([name, { laterThan }]) => {
    const [from, end] = [values[laterThan ?? ''], values[name]];
    if (!(from instanceof Date && end instanceof Date) || end > from) return [];
    return [endsBeforeItBegins([name, end], [laterThan ?? '', from])];
  });
}

type NamedInstant = readonly [name: string, instant: Date];

function endsBeforeItBegins([name, end]: NamedInstant, [fromName, from]: NamedInstant): Fault {
  return {
    pointer: `?${name}`,
    code: 'range_empty',
    detail: `${name} (${end.toISOString()}) is not after ${fromName} (${from.toISOString()}).`,
    hint: 'Give a later instant; what happened at that very instant is not included.',
  };
}

function cursorFaults(cursor: QueryValues[string]): readonly Fault[] {
  return typeof cursor === 'string' && !isCursor(cursor) ? [CURSOR_FAULT] : [];
}

/** A query string without the parameters that are not known, for routes that ignore them. */
export function onlyKnown(parameters: QueryParameters, search: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...search].filter(([name]) => Object.hasOwn(parameters, name)));
}

type Reader = (text: string, parameter: QueryParameter) => string | number | boolean | Date | undefined;

const READERS: Readonly<Record<QueryParameter['kind'], Reader>> = {
  text: readText,
  list: (text) => (isText(text, MAX_LIST) && hasValues(readList(text), 1) ? text : undefined),
  objects: (text) => (isText(text, MAX_LIST) && hasValues(readGroupedList(text), 2) ? text : undefined),
  words: (text) => (readText(text) !== undefined && wordsOfQuery(text).length > 0 ? text : undefined),
  integer: readInteger,
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  instant: (text) => parseInstant(text.replace(' ', '+')),
  id: (text) => (ID_PREFIXES.some((prefix) => isId(prefix, text)) ? text : undefined),
  status: (text) => (/^[1-9](?:\d\d|xx)$/.test(text) ? text : undefined),
  enum: (text, parameter) => (parameter.values?.includes(text) === true ? text : undefined),
};

function readValue(parameter: QueryParameter, text: string): string | number | boolean | Date | undefined {
  return READERS[parameter.kind](text, parameter);
}

/** The longest text of a parameter, in UTF-16 units, and the longest list. */
export const MAX_TEXT = 1000;
export const MAX_LIST = 20_000;

function readText(text: string): string | undefined {
  return isText(text, MAX_TEXT) ? text : undefined;
}

function isText(text: string, longest: number): boolean {
  return text.length > 0 && text.length <= longest && isReadable(text);
}

// Groups of at least one value, or of exactly two.
function hasValues(reading: ListReading, count: 1 | 2): boolean {
  const groups = reading.ok ? reading.groups : [];
  const isGood = groups.every((group) => (count === 1 ? group.length > 0 : group.length === 2));
  return groups.length > 0 && isGood && groups.flat().length <= MAX_VALUES * count;
}

function readInteger(text: string, parameter: QueryParameter): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= (parameter.minimum ?? 0) && value <= (parameter.maximum ?? Number.MAX_SAFE_INTEGER)
    ? value
    : undefined;
}

function unknownParameter(name: string, known: readonly string[]): Fault {
  const near = nearestName(name, known);
  const list = known.length === 0 ? 'This route takes no parameters.' : `Known: ${known.join(', ')}.`;
  return {
    pointer: `?${name}`,
    code: 'unknown_parameter',
    detail: `There is no query parameter "${name}".`,
    hint: near === undefined ? list : `Did you mean "${near}"?`,
  };
}

function badValue(name: string, parameter: QueryParameter, given: readonly string[]): Fault {
  if (given.length > 1) {
    return {
      pointer: `?${name}`,
      code: 'repeated_parameter',
      detail: `"${name}" is given ${String(given.length)} times.`,
      hint: 'Give it once.',
    };
  }
  return {
    pointer: `?${name}`,
    code: 'invalid_parameter',
    detail: `"${(given[0] ?? '').slice(0, 100)}" is no value for "${name}".`,
    hint: EXPECTATIONS[parameter.kind](parameter),
  };
}

const EXPECTATIONS: Readonly<Record<QueryParameter['kind'], (parameter: QueryParameter) => string>> = {
  integer: ({ minimum, maximum }) =>
    `Give a whole number from ${String(minimum ?? 0)}${maximum === undefined ? '' : ` to ${String(maximum)}`}.`,
  boolean: () => 'Give true or false.',
  instant: () => 'Give an instant such as 2026-11-20T12:00:00Z (RFC 3339; write + as %2B).',
  id: () => 'Give an identifier such as whk_ followed by a UUID, as the API shows it.',
  status: () => 'Give a status such as 503, or a class such as 5xx.',
  enum: ({ values }) => `Give one of ${(values ?? []).join(', ')}.`,
  text: () => 'Give 1 to 1,000 characters; a percent sign is written %25.',
  list: () => 'Give values between commas, in double quotes where they hold one; at most 500, and 20,000 characters.',
  objects: () =>
    'Give type,id, at most 500 between semicolons and 20,000 characters, values that hold such a character in double quotes.',
  words: () => 'Give at least one word of letters or digits, at most 1,000 characters; a percent sign is written %25.',
};

/** Whether a text can be the id that a page ends with. */
export type IsAnchor = (text: string) => boolean;

const isAnyId: IsAnchor = (text) => ID_PREFIXES.some((prefix) => isId(prefix, text));

/** Versions are listed by their number. */
export const isVersionNumber: IsAnchor = (text) => /^[1-9]\d{0,8}$/.test(text);

/**
 * The page that a list request asks for. Throws `malformed` for a cursor that is not ours, or was made for another
 * list or other filters.
 */
export function pageOf(request: ApiRequest, isAnchor: IsAnchor = isAnyId): PageRequest {
  const { limit, cursor } = request.query;
  const after = typeof cursor === 'string' ? decodeCursor(cursor, scopeOf(request)) : undefined;
  if (after !== undefined && !isAnchor(after)) {
    throw new AppError('malformed', 'cursor_invalid', 'This is no cursor of ours.', {
      hint: 'Leave cursor out to start anew.',
    });
  }
  return { limit: typeof limit === 'number' ? limit : DEFAULT_LIMIT, after };
}

/** The cursor of the next page, null on the last one. */
export function nextCursor(request: ApiRequest, lastId: string | undefined): string | null {
  return lastId === undefined ? null : encodeCursor(lastId, scopeOf(request));
}

// A cursor goes on where its list stopped, and means nothing in another one.
function scopeOf({ path, filters }: ApiRequest): Readonly<Record<string, unknown>> {
  return { ...filters, '/': path };
}
