// Writes instants for people and machines, exact to the nanosecond. All arithmetic is on BigInt nanoseconds.
import { floorDivide } from './time.ts';

const NANOS_PER_SECOND = 1_000_000_000n;

/** What the clocks of a place show at an instant. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
  /** East of UTC. */
  readonly offsetSec: number;
}

/** The whole seconds since 1970 of an instant in nanoseconds; before 1970 too they are those that have begun. */
export function secondsOf(nanos: bigint): number {
  return Number(floorDivide(nanos, NANOS_PER_SECOND));
}

/** The local time of an instant (nanoseconds since 1970) in the Gregorian calendar, for years of up to four digits. */
export function localTimeOf(nanos: bigint, offsetSec: number): LocalTime | undefined {
  const seconds = secondsOf(nanos);
  const date = new Date((seconds + offsetSec) * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return undefined;
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanos: Number(nanos - BigInt(seconds) * NANOS_PER_SECOND),
    offsetSec,
  };
}

/** The instant as RFC 3339 text in UTC with so many digits of the second's fraction, the others cut off. */
export function writeRfc3339(nanos: bigint, fractionDigits: number): string | undefined {
  const time = localTimeOf(nanos, 0);
  if (time === undefined) return undefined;
  const date = [padded(time.year, 4), padded(time.month, 2), padded(time.day, 2)].join('-');
  const clock = [padded(time.hour, 2), padded(time.minute, 2), padded(time.second, 2)].join(':');
  const fraction = fractionDigits === 0 ? '' : `.${padded(time.nanos, 9).slice(0, fractionDigits)}`;
  return `${date}T${clock}${fraction}Z`;
}

/** The text, or the part of the format that means nothing. */
export type Formatting =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly unknown: string };

// Text in brackets, a run of one letter, or what stands for itself.
const PART = /\[([^\]]*)\]|([A-Za-z])\2*|[^A-Za-z[]+|\[/g;

/** Writes a local time in a format of the parts in `FORMAT_PARTS`, text in [brackets], and signs. */
export function formatTime(time: LocalTime, format: string): Formatting {
  let text = '';
  for (const [part, literal, letter] of format.matchAll(PART)) {
    const write = FORMAT_PARTS.get(part);
    if (literal === undefined && write === undefined && (letter !== undefined || part === '[')) {
      return { ok: false, unknown: part };
    }
    text += literal ?? write?.(time) ?? part;
  }
  return { ok: true, text };
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** What each part of a format writes. */
export const FORMAT_PARTS: ReadonlyMap<string, (time: LocalTime) => string> = new Map<
  string,
  (time: LocalTime) => string
>([
  ['YYYY', ({ year }) => padded(year, 4)],
  ['MMMM', ({ month }) => MONTHS[month - 1] ?? ''],
  ['MMM', ({ month }) => (MONTHS[month - 1] ?? '').slice(0, 3)],
  ['MM', ({ month }) => padded(month, 2)],
  ['M', ({ month }) => String(month)],
  ['DD', ({ day }) => padded(day, 2)],
  ['D', ({ day }) => String(day)],
  ['dddd', ({ weekday }) => DAYS[weekday] ?? ''],
  ['ddd', ({ weekday }) => (DAYS[weekday] ?? '').slice(0, 3)],
  ['HH', ({ hour }) => padded(hour, 2)],
  ['H', ({ hour }) => String(hour)],
  ['hh', ({ hour }) => padded(hour % 12 || 12, 2)],
  ['h', ({ hour }) => String(hour % 12 || 12)],
  ['mm', ({ minute }) => padded(minute, 2)],
  ['m', ({ minute }) => String(minute)],
  ['ss', ({ second }) => padded(second, 2)],
  ['s', ({ second }) => String(second)],
  ['SSS', ({ nanos }) => padded(nanos, 9).slice(0, 3)],
  ['SSSSSS', ({ nanos }) => padded(nanos, 9).slice(0, 6)],
  ['SSSSSSSSS', ({ nanos }) => padded(nanos, 9)],
  ['A', ({ hour }) => (hour < 12 ? 'AM' : 'PM')],
  ['Z', ({ offsetSec }) => writeOffset(offsetSec, ':')],
  ['ZZ', ({ offsetSec }) => writeOffset(offsetSec, '')],
  // Between date and time in ISO 8601.
  ['T', () => 'T'],
]);

// Seconds only where there are some: the clocks of a place before it had standard time.
function writeOffset(offsetSec: number, separator: string): string {
  const total = Math.abs(offsetSec);
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const shown = total % 60 === 0 ? parts.slice(0, 2) : parts;
  return (offsetSec < 0 ? '-' : '+') + shown.map((part) => padded(part, 2)).join(separator);
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
