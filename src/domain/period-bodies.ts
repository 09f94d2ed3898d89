// Periods in bodies: reading them, and what is wrong with them beyond what the schemas say.
import { periodOf } from './audit/settings.ts';
import type { Fault } from './errors.ts';
import type { ExactJson, ExactJsonObject } from './json.ts';
import { isObject, toPlain } from './json.ts';
import type { Period, RetentionPeriods } from './retention.ts';
import { periodFault, RETENTION_PARTS, retentionFaults } from './retention.ts';

/** The faults of a body with a period for each thing. What is no period, or has wrong parts, is left to its schema. */
export function periodsFaults(body: ExactJsonObject): readonly Fault[] {
  const periods: { -readonly [Part in keyof RetentionPeriods]?: Period } = {};
  for (const part of RETENTION_PARTS) {
    const period = readPeriod(body[part]);
    if (period !== undefined) periods[part] = period;
  }
  return retentionFaults(periods);
}

/** The fault of a body with the one period of Jira's auditing API. */
export function eventsPeriodFaults({ period }: ExactJsonObject): readonly Fault[] {
  const given = readPeriod(period);
  const fault = given === undefined ? undefined : periodFault(given, '/period');
  return fault === undefined ? [] : [fault];
}

/** A period as a body has it, parts that are left out being 0; `undefined` where it is no object. */
export function readPeriod(value: ExactJson = null): Period | undefined {
  const plain = toPlain(value);
  return isObject(plain) ? periodOf(plain) : undefined;
}
