// Erasing in the audit log file: of which event, and what stands in the place of its line. Lines keep their length, so that
// what follows stays where it was, for us and for what collects the files.
import { readFileName, readObject } from './audit-file.ts';
import type { Event } from './event.ts';
import { isObject } from './json.ts';

/** What stands in a line before the id of its event, and nowhere else: in a text, the quotes would be escaped. */
export const BEFORE_ID = '"nameI18nKey":"hookwright.audit.attribute.event_id","value":"';

/** The line of an erased event where its own is too long; without its end. */
export function shortErasedLine({ id, receivedAt }: Pick<Event, 'id' | 'receivedAt'>): string {
  const ms = receivedAt.getTime();
  return JSON.stringify({
    auditType: { action: 'Event erased', actionI18nKey: 'hookwright.audit.file.erased' },
    extraAttributes: [{ name: 'Event ID', nameI18nKey: 'hookwright.audit.attribute.event_id', value: id }],
    timestamp: { epochSecond: Math.floor(ms / 1000), nano: (((ms % 1000) + 1000) % 1000) * 1_000_000 },
    version: '1.0',
  });
}

/** The first of these texts that fits, or else an empty object, with blanks behind it to so many bytes. */
export function fitted(texts: readonly string[], bytes: number): Uint8Array {
  const line = Buffer.alloc(bytes, ' ');
  line.write([...texts, '{}'].find((text) => Buffer.byteLength(text) <= bytes) ?? '');
  return line;
}

/** Where a line stands, its end left out. */
export interface LinePlace {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  /** Of its event. */
  readonly id: string;
}

/** What is to be erased, as it is kept beside the files until it is done. */
export interface Unerased {
  /** Events of which lines are looked for. */
  readonly ids: readonly string[];
  /** Lines that are being written over: a crash may have left them torn. */
  readonly lines: readonly LinePlace[];
}

/** As one line of JSON. */
export function writeUnerased({ ids, lines }: Unerased): string {
  return `${JSON.stringify({ ids, lines })}\n`;
}

/** Reads it; what is damaged of it is left out. */
export function readUnerased(text: string): Unerased {
  const { ids, lines } = readObject(text);
  return {
    ids: Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [],
    lines: Array.isArray(lines) ? lines.flatMap(linePlace) : [],
  };
}

function linePlace(value: unknown): readonly LinePlace[] {
  if (!isObject(value)) return [];
  const { file, offset, bytes, id } = value;
  if (typeof file !== 'string' || readFileName(file) === undefined || typeof id !== 'string') return [];
  return isCount(offset) && isCount(bytes) ? [{ file, offset, bytes, id }] : [];
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
