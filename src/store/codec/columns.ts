// Reads single columns of a row, and says which one is broken. `null` ends here.
import type { SqlValue } from '../dialect.ts';

/** A row as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** A row to write that has these columns. */
export type RowOf<Columns extends readonly string[]> = Readonly<Record<Columns[number], SqlValue>>;

/** A text that must be there. */
export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : broken(column, 'a text');
}

/** A text, or `undefined` for null. */
export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

/** A whole number that must be there. PostgreSQL gives counts as text. */
export function integer(row: Row, column: string): number {
  const value = Number(row[column] ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : broken(column, 'a whole number');
}

/** A whole number, or `undefined` for null. */
export function optionalInteger(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}

/** A number that must be there. */
export function real(row: Row, column: string): number {
  const value = Number(row[column] ?? Number.NaN);
  return Number.isFinite(value) ? value : broken(column, 'a number');
}

/** A truth value: 0 and 1 on SQLite. */
export function flag(row: Row, column: string): boolean {
  const value = row[column];
  return value === true || value === 1;
}

/** An instant that must be there. */
export function instant(row: Row, column: string): Date {
  const value = new Date(text(row, column));
  return Number.isNaN(value.getTime()) ? broken(column, 'a time') : value;
}

/** An instant, or `undefined` for null. */
export function optionalInstant(row: Row, column: string): Date | undefined {
  return row[column] === null ? undefined : instant(row, column);
}

/** One of a closed list of words. */
export function oneOf<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const value = row[column];
  return words.find((word) => word === value) ?? broken(column, `one of ${words.join(' ')}`);
}

/** JSON text as its value, `undefined` for null. The codec that wrote it says what it is. */
export function optionalJson(row: Row, column: string): unknown {
  const value = optionalText(row, column);
  return value === undefined ? undefined : JSON.parse(value);
}

// The rows of a group name the same few instants again and again, and writing one takes as long as several other columns.
const INSTANTS_REMEMBERED = 256;
const writtenInstants = new Map<number, string>();

/** An instant as it is stored: RFC 3339, UTC, milliseconds. Throws a `RangeError` for a date that is none. */
export function writeInstant(value: Date): string {
  const known = writtenInstants.get(value.getTime());
  if (known !== undefined) return known;
  const written = value.toISOString();
  if (writtenInstants.size >= INSTANTS_REMEMBERED) writtenInstants.clear();
  writtenInstants.set(value.getTime(), written);
  return written;
}

/** An instant as it is stored, or null. */
export function writeOptionalInstant(value: Date | undefined): string | null {
  return value === undefined ? null : writeInstant(value);
}

/** A value as JSON text, or null. */
export function writeOptionalJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function broken(column: string, expected: string): never {
  throw new Error(`The column ${column} of the database does not hold ${expected}.`);
}
