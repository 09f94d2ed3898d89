// Event times, exact to the nanosecond. They never pass through a JavaScript number, which cannot hold 19 digits.

const SECONDS_NANOS = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/;
const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * An event time as `{seconds}.{nanos}` with exactly nine digits of nanoseconds, from Apono's `{seconds}.{nanos}`
 * (fewer than nine digits are a decimal fraction) or RFC 3339 §5.6 (leap seconds count as the next second).
 * `undefined` where the text is neither, is finer than a nanosecond, or names a day that does not exist.
 */
export function normaliseEventTime(text: string): string | undefined {
  const nanos = nanosOf(text);
  return nanos === undefined ? undefined : writeNanos(nanos);
}

/** The same as nanoseconds since 1970. */
export function nanosOf(text: string): bigint | undefined {
  const decimal = SECONDS_NANOS.exec(text);
  if (decimal !== null) {
    const [, sign, seconds = '0', fraction = ''] = decimal;
    const nanos = BigInt(seconds) * NANOS_PER_SECOND + fractionNanos(fraction);
    return sign === '-' ? -nanos : nanos;
  }
  const calendar = RFC_3339.exec(text);
  return calendar === null ? undefined : calendarNanos(calendar);
}

function fractionNanos(fraction: string): bigint {
  return BigInt(fraction.padEnd(9, '0'));
}

function calendarNanos(match: RegExpExecArray): bigint | undefined {
  const [, date = '', clock = '', fraction = '', sign, hours, minutes] = match;
  const days = daysOf(date);
  const seconds = secondsOfDay(clock);
  const offset = zoneOffsetMinutes(sign, hours, minutes);
  if (days === undefined || seconds === undefined || offset === undefined) return undefined;
  return BigInt(days * 86_400 + seconds - offset * 60) * NANOS_PER_SECOND + fractionNanos(fraction);
}

// Days since 1970-01-01, or `undefined` for a day that no calendar has.
function daysOf(date: string): number | undefined {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const start = new Date(0);
  start.setUTCFullYear(year, month - 1, day);
  const exists = start.getUTCMonth() === month - 1 && start.getUTCDate() === day;
  return exists ? start.getTime() / 86_400_000 : undefined;
}

function secondsOfDay(clock: string): number | undefined {
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  return hour > 23 || minute > 59 || second > 60 ? undefined : hour * 3600 + minute * 60 + second;
}

function zoneOffsetMinutes(sign = '+', hours = '00', minutes = '00'): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const total = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -total : total;
}

function writeNanos(nanos: bigint): string {
  const absolute = nanos < 0n ? -nanos : nanos;
  const fraction = String(absolute % NANOS_PER_SECOND).padStart(9, '0');
  return `${nanos < 0n ? '-' : ''}${String(absolute / NANOS_PER_SECOND)}.${fraction}`;
}

/** Parses an RFC 3339 instant of a query (`2026-11-20T12:00:00Z`), to the millisecond. `undefined` where it is none. */
export function parseInstant(text: string): Date | undefined {
  const match = RFC_3339.exec(text);
  const nanos = match === null ? undefined : calendarNanos(match);
  return nanos === undefined ? undefined : new Date(Number(floorDivide(nanos, 1_000_000n)));
}

/** The quotient, rounded down: BigInt division cuts towards zero, which before 1970 is the next second, not this one. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
