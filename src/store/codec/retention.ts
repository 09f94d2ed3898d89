// The periods of an organization as the JSON text in `audit_settings.retention`.
import type { Json } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { Period, RetentionPeriods } from '../../domain/retention.ts';
import { DEFAULT_RETENTION } from '../../domain/retention.ts';

/** The periods in a text; `undefined`: nobody has set any. What is missing in it is as by default. */
export function readRetention(stored: string | undefined): RetentionPeriods {
  const value = stored === undefined ? {} : (JSON.parse(stored) as Json);
  if (!isObject(value)) throw new Error('The stored periods of retention are not a JSON object.');
  return {
    events: readPeriod(value['events']) ?? DEFAULT_RETENTION.events,
    deliveries: readPeriod(value['deliveries']) ?? DEFAULT_RETENTION.deliveries,
    invocations: readPeriod(value['invocations']) ?? DEFAULT_RETENTION.invocations,
    bodies: readPeriod(value['bodies']) ?? DEFAULT_RETENTION.bodies,
    failures: readPeriod(value['failures']) ?? DEFAULT_RETENTION.failures,
  };
}

// A number that is none would become a date that is none, by which everything, or nothing, is too old.
function readPeriod(value: Json | undefined): Period | undefined {
  if (value === undefined) return undefined;
  const { years, months, days } = isObject(value) ? value : {};
  if (!isCount(years) || !isCount(months) || !isCount(days)) throw new Error('A stored period of retention is broken.');
  return { years, months, days };
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
