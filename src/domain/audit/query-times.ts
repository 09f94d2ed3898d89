// Times in a query: ISO 8601 as clients of many languages write it, and no more exact than acceptance times are.
import { floorDivide, nanosOf } from '../time.ts';

// Date, with hyphens or without; time of day to the hour, minute, second or any fraction of it; zone. A + that was not
// escaped arrives as a blank.
const ISO_8601 =
  /^(\d{4})(-?)(\d\d)\2(\d\d)(?:[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,18}))?)?)?)?(?:([Zz])|([+\- ])(\d\d)(?::?(\d\d))?)?$/;

const NANOS_PER_MS = 1_000_000n;
const DAY_MS = 86_400_000;

/**
 * The first millisecond that is not before this time. Without a zone it is UTC, without a time of day the day's beginning.
 * `undefined` where it is no time of the years 0 to 9999.
 */
export function readFrom(text: string): Date | undefined {
  const time = readTime(text);
  return time === undefined ? undefined : dateAt(time.ms + (time.isBetween ? 1 : 0));
}

/** The last millisecond that is not after this time; of a day alone, its last one. */
export function readTo(text: string): Date | undefined {
  const time = readTime(text);
  return time === undefined ? undefined : dateAt(time.ms + (time.isDay ? DAY_MS - 1 : 0));
}

interface ReadTime {
  readonly ms: number;
  /** Whether it is after this millisecond, and before the next. */
  readonly isBetween: boolean;
  readonly isDay: boolean;
}

function readTime(text: string): ReadTime | undefined {
  const match = ISO_8601.exec(text.trim());
  if (match === null) return undefined;
  const part = (index: number, fallback: string): string => match[index] ?? fallback;
  const date = [part(1, ''), part(3, ''), part(4, '')].join('-');
  const [clock, fraction] = [`${part(5, '00')}:${part(6, '00')}:${part(7, '00')}`, part(8, '0')];
  const zone = `${match[10] === '-' ? '-' : '+'}${part(11, '00')}:${part(12, '00')}`;
  const nanos = nanosOf(`${date}T${clock}.${fraction.slice(0, 9)}${zone}`);
  if (nanos === undefined) return undefined;
  const ms = floorDivide(nanos, NANOS_PER_MS);
  const isBetween = nanos > ms * NANOS_PER_MS || /[1-9]/.test(fraction.slice(9));
  return { ms: Number(ms), isBetween, isDay: match[5] === undefined };
}

// A zone can take a time out of the years that can be written again.
function dateAt(ms: number): Date | undefined {
  const date = new Date(ms);
  return date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999 ? date : undefined;
}
