// The audit log file: which file a line belongs to, which files go, and up to where one is written. The names are those of
// Jira's audit log file, so that what collects those finds these.
import type { LogPlace } from './event-window.ts';
import { isObject } from './json.ts';

/** What a file may have in bytes, unless one line alone has more. */
export const FILE_LIMIT_BYTES = 100_000_000;

/** A file's name, taken apart. */
export interface FileName {
  /** `YYYYMMDD`. */
  readonly day: string;
  /** From 0, anew each day. */
  readonly number: number;
}

const NAME = /^(\d{4})(\d{2})(\d{2})\.(\d{5})\.audit\.log$/;
const LARGEST_NUMBER = 99_999;

/** `20260131.00000.audit.log`; names sort as they follow each other. */
export function writeFileName({ day, number }: FileName): string {
  return `${day}.${String(number).padStart(5, '0')}.audit.log`;
}

/** Takes a name apart; `undefined` where it is none of ours. The last year of the calendar is none, so that a day follows. */
export function readFileName(name: string): FileName | undefined {
  const [, year = '', month = '', day = '', number = ''] = NAME.exec(name) ?? [];
  const isDay = writeDay(utc(year, month, day)) === year + month + day;
  return isDay && year < '9999' ? { day: year + month + day, number: Number(number) } : undefined;
}

function utc(year: string, month: string, day: string): Date {
  const start = new Date(0);
  start.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return start;
}

function writeDay(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll('-', '');
}

function dayAfter(day: string): string {
  const date = utc(day.slice(0, 4), day.slice(4, 6), day.slice(6));
  date.setUTCDate(date.getUTCDate() + 1);
  return writeDay(date);
}

/** Our files among these names, oldest first. */
export function ownFiles(names: readonly string[]): readonly string[] {
  return names.filter((name) => readFileName(name) !== undefined).sort();
}

/**
 * The name of the file that follows all of `taken`, for lines of a day. It sorts after them whatever clock and time zone
 * say: where the day is none that comes later, the last day goes on.
 */
export function nextFileName(day: string, taken: readonly string[]): string {
  const last = readFileName(ownFiles(taken).at(-1) ?? '');
  if (last === undefined || day > last.day) return writeFileName({ day, number: 0 });
  if (last.number < LARGEST_NUMBER) return writeFileName({ day: last.day, number: last.number + 1 });
  return writeFileName({ day: dayAfter(last.day), number: 0 });
}

/** The files that are too many, the oldest; never the current one, nor what sorts after it. */
export function surplusFiles(names: readonly string[], current: string, maxFileCount: number): readonly string[] {
  const own = ownFiles(names);
  return own.slice(0, Math.max(own.length - Math.max(maxFileCount, 1), 0)).filter((name) => name < current);
}

/** One line with its end, as bytes. */
export interface Line {
  readonly bytes: Uint8Array;
  /** The day of acceptance (`YYYYMMDD`), where the engine runs. */
  readonly day: string;
  readonly place: LogPlace;
}

/** A file, and how much of it is written for good. */
export interface FileEnd {
  readonly file: string;
  readonly bytes: number;
}

/** Lines that go into one file, at `bytes`. */
export interface Part extends FileEnd {
  readonly lines: readonly Line[];
}

/** What cutting goes by. */
export interface CutRules {
  /** The file that is being written; `undefined` where there is none, or none that can be gone on with. */
  readonly current: FileEnd | undefined;
  /** Names that no new file may have, or sort before. */
  readonly taken: readonly string[];
  readonly limitBytes: number;
}

/** Shares lines out to files: another one where the day has changed, or where the limit would be exceeded. */
export function cutIntoFiles({ current, taken, limitBytes }: CutRules, lines: readonly Line[]): readonly Part[] {
  const parts: Part[] = [];
  const names = [...taken];
  let end = current;
  let open: Line[] = [];
  for (const line of lines) {
    const size = line.bytes.length;
    if (end === undefined || isOver(end, line, limitBytes)) {
      end = { file: nextFileName(line.day, names), bytes: 0 };
      names.push(end.file);
      open = [];
    }
    if (open.length === 0) parts.push({ ...end, lines: open });
    open.push(line);
    end = { file: end.file, bytes: end.bytes + size };
  }
  return parts;
}

function isOver({ file, bytes }: FileEnd, line: Line, limitBytes: number): boolean {
  if (bytes > 0 && bytes + line.bytes.length > limitBytes) return true;
  return line.day > (readFileName(file)?.day ?? '');
}

/** How many events the next batch reads, where this one had so many with so many characters. */
export function nextBatchSize(events: number, characters: number): number {
  const fitting = Math.floor((BATCH_CHARACTERS * events) / Math.max(characters, 1));
  return Math.max(1, Math.min(fitting, LARGEST_BATCH));
}

// An event may have a quarter of a megabyte: a batch has about two megabytes, and some tens where small ones are followed by
// the largest.
const BATCH_CHARACTERS = 2 ** 21;
const LARGEST_BATCH = 250;

/** How many the first batch reads. */
export const FIRST_BATCH = 50;

/** The line of an event that cannot be written as it should be, in the shape of the others; without its end. */
export function unwritableLine(event: LogPlace): string {
  const ms = event.receivedAt.getTime();
  return JSON.stringify({
    affectedObjects: [],
    auditType: {
      action: 'Event could not be written',
      actionI18nKey: 'hookwright.audit.file.unwritable',
      area: 'AUDIT_LOG',
      category: 'Auditing',
      categoryI18nKey: 'hookwright.audit.category.auditing',
      level: 'BASE',
    },
    author: { id: 'hookwright', name: 'Hookwright', type: 'system' },
    changedValues: [],
    extraAttributes: [{ name: 'Event ID', nameI18nKey: 'hookwright.audit.attribute.event_id', value: event.id }],
    method: 'System',
    timestamp: { epochSecond: Math.floor(ms / 1000), nano: (((ms % 1000) + 1000) % 1000) * 1_000_000 },
    version: '1.0',
  });
}

/** Up to where the log is written: kept beside the files, and written after each batch. */
export interface Position extends FileEnd {
  /** The last event of which a line is written, or where the log begins. */
  readonly place: LogPlace;
}

/** As one line of JSON. */
export function writePosition({ file, bytes, place }: Position): string {
  const { receivedAt, id } = place;
  return `${JSON.stringify({ file, bytes, received_at: receivedAt.toISOString(), id })}\n`;
}

/** Reads it; `undefined` where it is damaged. */
export function readPosition(text: string): Position | undefined {
  const value = readObject(text);
  const { file, bytes, id } = value;
  const receivedAt = readInstant(value['received_at']);
  if (typeof file !== 'string' || readFileName(file) === undefined) return undefined;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  if (typeof id !== 'string' || receivedAt === undefined) return undefined;
  return { file, bytes, place: { receivedAt, id } };
}

/** When the file was switched on, as one line of JSON. */
export function writeBeginning(since: Date): string {
  return `${JSON.stringify({ since: since.toISOString() })}\n`;
}

/** Reads it; `undefined` where it is damaged. */
export function readBeginning(text: string): Date | undefined {
  return readInstant(readObject(text)['since']);
}

/** The members of a JSON object; none where it is something else. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function readInstant(value: unknown): Date | undefined {
  if (typeof value !== 'string') return undefined;
  const instant = new Date(value);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
