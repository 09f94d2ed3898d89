// Reads Retry-After (RFC 9110 §10.2.3): when a receiver asks to be left alone, and for how long.
import type { HeaderLines } from '../domain/exchange.ts';
import { MAX_RETRY_AFTER_MS } from '../domain/retry.ts';

const DAYS = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAYS = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
// RFC 9110 §5.6.7: the form that is sent today, and two that must still be understood.
const DATE_FORMS = [
  new RegExp(`^${DAYS}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^${LONG_DAYS}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^${DAYS} ${MONTH} (?<day>\\d\\d| \\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * Milliseconds from `now` until the receiver wants to be asked again, from 0 to 24 hours. `undefined` where there is no
 * such header, more than one, or one that is neither whole seconds nor an HTTP date.
 */
export function retryAfterMs(headers: HeaderLines, now: Date): number | undefined {
  const values = headers.filter(([name]) => name.toLowerCase() === 'retry-after').map(([, value]) => value.trim());
  const [value, ...others] = values;
  if (value === undefined || others.length > 0) return undefined;
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1000 : untilMs(value, now);
  return delayMs === undefined ? undefined : Math.min(Math.max(delayMs, 0), MAX_RETRY_AFTER_MS);
}

function untilMs(text: string, now: Date): number | undefined {
  for (const form of DATE_FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined) return untilInstantMs(parts, now);
  }
  return undefined;
}

function untilInstantMs(parts: Readonly<Record<string, string>>, now: Date): number | undefined {
  const part = (name: string): number => Number(parts[name]);
  const [year, day] = [fullYear(parts['year'] ?? '', now), part('day')];
  const [hour, minute, second] = [part('hour'), part('minute'), part('second')];
  const month = MONTHS.indexOf(parts['month'] ?? '');
  const midnight = new Date(Date.UTC(year, month, day));
  if (midnight.getUTCMonth() !== month || midnight.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 - now.getTime();
}

// RFC 9110 §5.6.7: two digits that seem to be more than 50 years ahead mean the century before.
function fullYear(digits: string, now: Date): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = now.getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
