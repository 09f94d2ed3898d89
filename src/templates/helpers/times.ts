// Helpers for times, exact to the nanosecond. They read what an event's time may be: `{seconds}.{nanos}` or RFC 3339.
import { formatTime, localTimeOf, secondsOf, writeRfc3339 } from '../../domain/date-format.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { toJsonNumber } from '../../domain/decimal.ts';
import { JsonNumber } from '../../domain/json.ts';
import { createTimeZones } from '../../domain/time-zone.ts';
import { floorDivide, nanosOf } from '../../domain/time.ts';
import { isMissing } from '../values.ts';
import { unusable, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';
import { hintForFormat, hintForZone } from './time-hints.ts';

/** `{{isoDate event_time}}`: RFC 3339 in UTC, with as many digits of the fraction as were given. */
const isoDate = valueHelper('isoDate', [1, 1], '{{isoDate event_time}}', ([value], call) => {
  const time = readTime('isoDate', value, call);
  if (time === undefined) return undefined;
  const text = writeRfc3339(time.nanos, time.fractionDigits);
  if (text === undefined) call.warn('isoDate writes the years 0000 to 9999; this time is in another one.');
  return text;
});

/** `{{unixSeconds data.created_at}}`: seconds since 1970 as a number with the exact fraction; `floor=true` drops it. */
const unixSeconds = valueHelper(
  'unixSeconds',
  [1, 1],
  '{{unixSeconds event_time floor=true}}',
  ([value], call) => sinceEpoch('unixSeconds', value, 9, call),
  { flags: ['floor'] },
);

/** `{{unixMillis data.created_at}}`: the same in milliseconds. */
const unixMillis = valueHelper(
  'unixMillis',
  [1, 1],
  '{{unixMillis event_time floor=true}}',
  ([value], call) => sinceEpoch('unixMillis', value, 6, call),
  { flags: ['floor'] },
);

/** `{{formatDate event_time "D MMM YYYY, HH:mm" "Europe/Berlin"}}`: in a format of one's own, in UTC or a time zone. */
const formatDate = valueHelper(
  'formatDate',
  [2, 3],
  '{{formatDate event_time "YYYY-MM-DD HH:mm:ss.SSS Z" "Europe/Berlin"}}',
  ([value, format, zone], call) => {
    const time = readTime('formatDate', value, call);
    if (typeof format !== 'string') return unusable(call, 'formatDate', 'text as the format', format);
    if (!isMissing(zone) && typeof zone !== 'string')
      return unusable(call, 'formatDate', 'text as the time zone', zone);
    if (time === undefined) return undefined;
    const offsetSec = typeof zone === 'string' ? readZone(zone, time.nanos, call) : 0;
    return offsetSec === undefined ? undefined : writeFormatted(time.nanos, offsetSec, format, call);
  },
  { standIns: [[0, 'YYYY', 'UTC']], hintFor: hintForTime },
);

/** `isoDate unixSeconds unixMillis formatDate`. */
export const TIME_HELPERS: readonly Helper[] = [isoDate, unixSeconds, unixMillis, formatDate];

// Measured: what reading a time costs; a look at a time zone's rules; learning them, which is paid once in each rendering
// whether they are known from an earlier one or not, so that a rendering always ends alike; and that there is no such zone.
const TIME_COST = 80;
const ZONE_COST = 40;
const NEW_ZONE_COST = 5000;
const NO_ZONE_COST = 1000;

// Longer than any time, any format that is meant.
const MAX_TIME = 60;
const MAX_FORMAT = 200;

const A_TIME = 'a time in seconds (1732104000.123456789) or RFC 3339 (2024-11-20T12:00:00Z)';

// The one thing that is kept from call to call: what Node knows of a zone does not change while it runs.
const ZONES = createTimeZones();

function hintForTime(place: number | string, literal: unknown): string | undefined {
  if (typeof literal !== 'string') return undefined;
  if (place === 1) return hintForFormat(literal);
  return place === 2 ? hintForZone(literal, (zone) => ZONES.offsetAt(zone, 0) !== undefined) : undefined;
}

interface Time {
  readonly nanos: bigint;
  /** As written. */
  readonly fractionDigits: number;
}

function readTime(helper: string, value: unknown, call: HelperCall): Time | undefined {
  call.spend(TIME_COST);
  const isNumber = typeof value === 'number' || value instanceof JsonNumber;
  const text = isNumber || typeof value === 'string' ? String(value) : '';
  const nanos = text.length > MAX_TIME ? undefined : nanosOf(text);
  if (nanos === undefined) return unusable(call, helper, A_TIME, value);
  return { nanos, fractionDigits: /\.(\d+)/.exec(text)?.[1]?.length ?? 0 };
}

function sinceEpoch(helper: string, value: unknown, places: 6 | 9, call: HelperCall): unknown {
  const time = readTime(helper, value, call);
  if (time === undefined) return undefined;
  const unit = 10n ** BigInt(places);
  const exact: Decimal = { digits: time.nanos, power: -places };
  return toJsonNumber(call.options['floor'] === true ? { digits: floorDivide(time.nanos, unit), power: 0 } : exact);
}

function readZone(zone: string, nanos: bigint, call: HelperCall): number | undefined {
  call.spend(call.isNew(zone) ? NEW_ZONE_COST : ZONE_COST);
  const offsetSec = ZONES.offsetAt(zone, secondsOf(nanos));
  if (offsetSec !== undefined) return offsetSec;
  call.spend(NO_ZONE_COST);
  call.warn('formatDate does not know the time zone; it takes IANA names such as Europe/Berlin.');
  return undefined;
}

function writeFormatted(nanos: bigint, offsetSec: number, format: string, call: HelperCall): string | undefined {
  if (format.length > MAX_FORMAT) {
    call.warn(`formatDate takes formats of at most ${String(MAX_FORMAT)} characters.`);
    return undefined;
  }
  call.spend(2 * format.length);
  const time = localTimeOf(nanos, offsetSec);
  if (time === undefined || time.year < 1) {
    call.warn('formatDate writes the years 0001 to 9999; this time is in another one.');
    return undefined;
  }
  const formatted = formatTime(time, format);
  if (formatted.ok) return formatted.text;
  const part = formatted.unknown.slice(0, 10);
  call.warn(`formatDate does not know ${part} in a format; text stands in [brackets].`);
  return undefined;
}
