// The areas and levels of the audit log, as Jira's auditing API names them. Each event belongs to an area, at a level.

/** The areas whose coverage can be set, in the order and spelling of the REST API. */
export const AREAS = [
  'global-config-and-administration',
  'user-management',
  'permissions',
  'local-config-and-administration',
  'security',
  'end-user-activity',
  'ecosystem',
] as const;

/** An area whose coverage can be set. */
export type CoveredArea = (typeof AREAS)[number];

/** The area of what happens to the log itself: it is no part of the coverage, so nobody can switch it off. */
export const AUDIT_LOG = 'audit-log';

/** Any area. */
export type Area = CoveredArea | typeof AUDIT_LOG;

/** The levels that an event can have, from what is always wanted to everything. */
export const EVENT_LEVELS = ['base', 'advanced', 'full'] as const;

/** The level of an event. */
export type EventLevel = (typeof EVENT_LEVELS)[number];

/** The levels up to which an area can be covered; each includes those before it. */
export const LEVELS = ['off', ...EVENT_LEVELS] as const;

/** Up to which level an area is covered. */
export type Level = (typeof LEVELS)[number];

/** Where an event belongs. */
export interface Classification {
  readonly area: Area;
  readonly level: EventLevel;
}

/** The area of a name, as REST writes it or as the audit file does, in any case; `undefined` where there is none. */
export function areaNamed(name: string): CoveredArea | undefined {
  const word = wordOf(name);
  return AREAS.find((area) => area === word);
}

/** The level of an event by its name, in any case; `undefined` where there is none. */
export function eventLevelNamed(name: string): EventLevel | undefined {
  const word = wordOf(name);
  return EVENT_LEVELS.find((level) => level === word);
}

/** The level of an area by its name, in any case; `undefined` where there is none. */
export function levelNamed(name: string): Level | undefined {
  return wordOf(name) === 'off' ? 'off' : eventLevelNamed(name);
}

/** An area or a level as Java and the audit file write it: `USER_MANAGEMENT`, `BASE`. */
export function upperName(name: Area | Level): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Whether `to` includes what is of `level`. */
export function reaches(to: Level, level: EventLevel): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(to);
}

function wordOf(name: string): string {
  return name.trim().toLowerCase().replaceAll('_', '-');
}
