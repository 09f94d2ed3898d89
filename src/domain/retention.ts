// How long what an organization has is kept: the five periods, what is wrong with them, and what they come to at an instant.
import type { Fault } from './errors.ts';

/** A span of the calendar, as Jira's auditing API has it. */
export interface Period {
  readonly years: number;
  readonly months: number;
  readonly days: number;
}

/** What has a period of its own; `failures` are invocations that were no success, with their bodies. */
export const RETENTION_PARTS = ['events', 'deliveries', 'invocations', 'bodies', 'failures'] as const;

export type RetentionPart = (typeof RETENTION_PARTS)[number];

/** The periods of an organization. */
export type RetentionPeriods = Readonly<Record<RetentionPart, Period>>;

/** What is kept for how long where nobody has said otherwise: the audit log as Jira's example, bodies shortest. */
export const DEFAULT_RETENTION: RetentionPeriods = {
  events: { years: 10, months: 0, days: 0 },
  deliveries: { years: 0, months: 0, days: 180 },
  invocations: { years: 0, months: 0, days: 90 },
  bodies: { years: 0, months: 0, days: 30 },
  failures: { years: 0, months: 0, days: 90 },
};

/** The longest period. */
export const MAX_RETENTION_YEARS = 100;

/** How long an idempotency key is kept at least: whoever repeats a request later than this did not lose its answer. */
export const KEY_RETENTION: Period = { years: 0, months: 0, days: 14 };

// A process whose audit log file is behind, and whoever restores a backup, learn from them what was erased.
const ERASURE_RETENTION: Period = { years: 1, months: 0, days: 0 };

// How long what has ended can be seen, also where the period of its event is over.
const SEEN_AFTER_END: Period = { years: 0, months: 0, days: 1 };

/**
 * The instant that lies a period before `now`, by the calendar of UTC: years and months first, where a day that the
 * month lacks is its last one, then days. The time of the day stays.
 */
export function periodBefore(now: Date, { years, months, days }: Period): Date {
  const month = now.getUTCMonth() - months;
  const lastDay = new Date(Date.UTC(now.getUTCFullYear() - years, month + 1, 0)).getUTCDate();
  const before = new Date(now);
  before.setUTCFullYear(now.getUTCFullYear() - years, month, Math.min(now.getUTCDate(), lastDay) - days);
  return before;
}

// The mean of the Gregorian calendar, which repeats after 400 years and 146,097 days.
const DAYS_OF_MONTH = 146_097 / 4800;

function daysOf({ years, months, days }: Period): number {
  return (years * 12 + months) * DAYS_OF_MONTH + days;
}

/** Whether a period is at least a day and at most a hundred years: what keeps it from being one, or `undefined`. */
export function periodFault(period: Period, pointer: string): Fault | undefined {
  if (daysOf(period) < 1) {
    return {
      pointer,
      code: 'period_too_short',
      detail: 'A period is at least one day.',
      hint: 'Give years, months or days.',
    };
  }
  if (daysOf(period) <= daysOf({ years: MAX_RETENTION_YEARS, months: 0, days: 0 })) return undefined;
  return {
    pointer,
    code: 'period_too_long',
    detail: `A period is at most ${String(MAX_RETENTION_YEARS)} years.`,
    hint: 'Give fewer years, months or days.',
  };
}

// What cannot be kept for longer than what it belongs to.
const ORDER: readonly (readonly [shorter: RetentionPart, longer: RetentionPart])[] = [
  ['deliveries', 'events'],
  ['invocations', 'deliveries'],
  ['bodies', 'invocations'],
  ['failures', 'deliveries'],
  ['bodies', 'failures'],
];

/**
 * Everything that is wrong with periods, each with its pointer; those that are left out are not looked at. Two are compared
 * by the mean length of a month, where there is nothing wrong with either.
 */
export function retentionFaults(periods: Partial<RetentionPeriods>): Fault[] {
  const good = new Map<RetentionPart, Period>();
  const faults: Fault[] = [];
  for (const part of RETENTION_PARTS) {
    const period = periods[part];
    const fault = period === undefined ? undefined : periodFault(period, `/${part}`);
    if (fault !== undefined) faults.push(fault);
    else if (period !== undefined) good.set(part, period);
  }
  const isOutOfOrder = ([shorter, longer]: (typeof ORDER)[number]): boolean => {
    const [a, b] = [good.get(shorter), good.get(longer)];
    return a !== undefined && b !== undefined && daysOf(a) > daysOf(b);
  };
  return [...faults, ...ORDER.filter(isOutOfOrder).map(([shorter, longer]) => outOfOrder(shorter, longer))];
}

function outOfOrder(shorter: RetentionPart, longer: RetentionPart): Fault {
  return {
    pointer: `/${shorter}`,
    code: 'period_out_of_order',
    detail: `The period of ${shorter} is longer than that of ${longer}.`,
    hint: `Make it as long as that of ${longer} at most, or that one longer.`,
  };
}

/**
 * The periods that hold. Jira's auditing API sets that of events alone: where it is the shortest, others count within it.
 * They are in order, so that `retentionFaults` finds nothing where there was none but that.
 */
export function periodsInForce(periods: RetentionPeriods): RetentionPeriods {
  const { events } = periods;
  const deliveries = shorter(periods.deliveries, events);
  const invocations = shorter(periods.invocations, deliveries);
  const bodies = shorter(periods.bodies, invocations);
  return { events, deliveries, invocations, bodies, failures: shorter(periods.failures, deliveries) };
}

function shorter(a: Period, b: Period): Period {
  return daysOf(a) > daysOf(b) ? b : a;
}

/** What came before these instants is to go, each kind by its own. */
export interface CutOffs {
  readonly events: Date;
  /** Of events that say that another one was erased. */
  readonly erasures: Date;
  readonly deliveries: Date;
  readonly invocations: Date;
  /** Of invocations that were no success. */
  readonly failedInvocations: Date;
  readonly bodies: Date;
  readonly failedBodies: Date;
  /** Of idempotency keys whose event has gone. */
  readonly keys: Date;
  /** What has ended since can be seen, also where the period of its event is over. */
  readonly seen: Date;
}

/**
 * What periods come to. Jira's auditing API sets that of events alone, so each counts within that of what it belongs to:
 * bodies within invocations, these within deliveries, these within events. Failures are kept for the longer of their own
 * period and that of any other, within deliveries.
 */
export function cutOffs(periods: RetentionPeriods, now: Date): CutOffs {
  const own = (part: RetentionPart): Date => periodBefore(now, periods[part]);
  const events = own('events');
  const deliveries = later(own('deliveries'), events);
  const invocations = later(own('invocations'), deliveries);
  const bodies = later(own('bodies'), invocations);
  const failures = later(own('failures'), deliveries);
  return {
    events,
    erasures: earlier(periodBefore(now, ERASURE_RETENTION), events),
    deliveries,
    invocations,
    failedInvocations: earlier(failures, invocations),
    bodies,
    failedBodies: earlier(failures, bodies),
    keys: earlier(periodBefore(now, KEY_RETENTION), events),
    seen: periodBefore(now, SEEN_AFTER_END),
  };
}

/**
 * The same where invocations and bodies go by whole weeks, and what they belong to not before them. `startOfWeek` gives
 * the beginning of the week of an instant.
 */
export function cutOffsByWeek(exact: CutOffs, startOfWeek: (instant: Date) => Date): CutOffs {
  const failedInvocations = startOfWeek(exact.failedInvocations);
  const deliveries = earlier(exact.deliveries, failedInvocations);
  const events = earlier(exact.events, deliveries);
  return {
    ...exact,
    events,
    deliveries,
    invocations: startOfWeek(exact.invocations),
    failedInvocations,
    bodies: startOfWeek(exact.bodies),
    failedBodies: startOfWeek(exact.failedBodies),
    keys: earlier(exact.keys, events),
  };
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
