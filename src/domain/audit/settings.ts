// What an organization has set for its audit log: what is kept, for how long, and how many files of it.
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { Period } from '../retention.ts';
import { DEFAULT_RETENTION } from '../retention.ts';
import type { LevelByArea } from './coverage.ts';
import { DEFAULT_LEVELS } from './coverage.ts';

/** The settings of an organization. */
export interface AuditSettings {
  readonly organizationId: string;
  /** Counts changes; 0 as long as nobody has changed anything. */
  readonly version: number;
  readonly levelByArea: LevelByArea;
  /** Actions that are not kept, as they were written. */
  readonly deniedActions: readonly string[];
  /** The periods that were set, by what they are of; those that are missing are as by default. */
  readonly retention: JsonObject;
  readonly maxFileCount: number;
}

/** How many files of the audit log there are at most, where nobody has said otherwise: as in Jira. */
export const DEFAULT_MAX_FILE_COUNT = 100;

/** What holds for an organization that has set nothing. */
export function defaultSettings(organizationId: string): AuditSettings {
  return {
    organizationId,
    version: 0,
    levelByArea: DEFAULT_LEVELS,
    deniedActions: [],
    retention: {},
    maxFileCount: DEFAULT_MAX_FILE_COUNT,
  };
}

/** How long the events of an organization are kept. */
export function eventsPeriod({ retention }: Pick<AuditSettings, 'retention'>): Period {
  const { events } = retention;
  return isObject(events) ? periodOf(events) : DEFAULT_RETENTION.events;
}

/** The retention with another period for events; whatever else stands in it stays as it is. */
export function withEventsPeriod(retention: JsonObject, period: Period): JsonObject {
  return { ...retention, events: { ...period } };
}

/** A period from its JSON form; parts that are left out are 0. */
export function periodOf({ years, months, days }: JsonObject): Period {
  return { years: Number(years ?? 0), months: Number(months ?? 0), days: Number(days ?? 0) };
}
