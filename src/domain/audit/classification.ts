// Where an event belongs: by what it says itself, or by its type. What neither says is nowhere, and always covered.
import type { Fault } from '../errors.ts';
import type { Event } from '../event.ts';
import type { ExactJson, ExactJsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { OwnEventType } from '../own-events.ts';
import { nearestName } from '../text.ts';
import type { Area, Classification, CoveredArea, EventLevel } from './areas.ts';
import { AREAS, areaNamed, AUDIT_LOG, EVENT_LEVELS, eventLevelNamed } from './areas.ts';

/** What of an event says where it belongs, besides its value. */
export type Classified = Pick<Event, 'schema' | 'eventType' | 'origin'>;

const place = (area: Area, level: EventLevel): Classification => ({ area, level });

/** Where the engine's own events belong. A type without a row does not compile. */
export const OWN_EVENTS: Readonly<Record<OwnEventType, Classification>> = {
  'webhook.created': place('ecosystem', 'base'),
  'webhook.updated': place('ecosystem', 'base'),
  'webhook.deleted': place('ecosystem', 'base'),
  'webhook.tested': place('ecosystem', 'advanced'),
  'webhook.failing': place('ecosystem', 'advanced'),
  'webhook.warning': place('ecosystem', 'base'),
  'webhook.recovered': place('ecosystem', 'advanced'),
  'webhook.disabled': place('ecosystem', 'base'),
  'delivery.redelivered': place('ecosystem', 'advanced'),
  'delivery.cancelled': place('ecosystem', 'advanced'),
  'replay.created': place('ecosystem', 'advanced'),
  'replay.paused': place('ecosystem', 'advanced'),
  'replay.resumed': place('ecosystem', 'advanced'),
  'replay.cancelled': place('ecosystem', 'advanced'),
  'replay.finished': place('ecosystem', 'full'),
  'key.created': place('security', 'base'),
  'key.updated': place('security', 'base'),
  'key.revoked': place('security', 'base'),
  'key.refused': place('security', 'advanced'),
  'key.exceeded_role': place('security', 'advanced'),
  'organization.created': place('global-config-and-administration', 'base'),
  'organization.updated': place('global-config-and-administration', 'base'),
  'encryption.rotated': place('security', 'base'),
  'audit_log.coverage_updated': place(AUDIT_LOG, 'base'),
  'audit_log.denylist_updated': place(AUDIT_LOG, 'base'),
  'audit_log.retention_updated': place(AUDIT_LOG, 'base'),
  'audit_log.file_updated': place(AUDIT_LOG, 'base'),
  'audit_log.searched': place(AUDIT_LOG, 'base'),
  // The audit log file learns of it by this event.
  'event.erased': place(AUDIT_LOG, 'base'),
};

/** Where the posted events of a payload schema belong, by what stands before the first dot of their type. */
export const FAMILIES: Readonly<
  Record<string, readonly (readonly [area: CoveredArea, level: EventLevel, names: readonly string[]])[]>
> = {
  audit: [
    ['permissions', 'base', ['access_flow', 'access_scope', 'bundle', 'permission', 'policy', 'role']],
    ['user-management', 'base', ['group', 'user']],
    ['ecosystem', 'base', ['connector', 'integration', 'webhook']],
    ['global-config-and-administration', 'base', ['account_settings', 'organization']],
    ['local-config-and-administration', 'base', ['project', 'space']],
    ['security', 'base', ['api_key', 'api_token']],
    ['security', 'advanced', ['login', 'session']],
    ['end-user-activity', 'full', ['activity_report', 'report']],
  ],
};

const PLACES: ReadonlyMap<string, ReadonlyMap<string, Classification>> = new Map(
  Object.entries(FAMILIES).map(([schema, families]) => [
    schema,
    new Map(families.flatMap(([area, level, names]) => names.map((name) => [name, place(area, level)]))),
  ]),
);

/**
 * Where an event belongs. A posted one says it itself, by `area` and `level` at its top; of what it leaves out, its type
 * says it, and an area without a level is `base`. `undefined`: nowhere.
 */
export function classify(event: Classified, value: ExactJson): Classification | undefined {
  if (event.origin === 'engine') return isOwn(event.eventType) ? OWN_EVENTS[event.eventType] : undefined;
  const family = familyOf(event);
  return isObject(value) && ('area' in value || 'level' in value) ? said(value, family) : family;
}

function said(value: ExactJsonObject, family: Classification | undefined): Classification | undefined {
  const area = ownName(value, 'area', areaNamed) ?? family?.area;
  const level = ownName(value, 'level', eventLevelNamed) ?? family?.level ?? 'base';
  return area === undefined ? undefined : { area, level };
}

function isOwn(type: string): type is OwnEventType {
  return Object.hasOwn(OWN_EVENTS, type);
}

function familyOf({ schema, eventType }: Classified): Classification | undefined {
  return PLACES.get(schema)?.get((eventType.split('.', 1)[0] ?? '').toLowerCase());
}

function ownName<Name>(
  value: ExactJsonObject,
  member: string,
  named: (name: string) => Name | undefined,
): Name | undefined {
  const name = Object.hasOwn(value, member) ? value[member] : undefined;
  return typeof name === 'string' ? named(name) : undefined;
}

/** What is wrong with the `area` and the `level` that a posted event names; that they are texts, its schema sees to. */
export function placeFaults(value: ExactJsonObject): Fault[] {
  const { area, level } = value;
  const faults: Fault[] = [];
  if (typeof area === 'string' && areaNamed(area) === undefined) faults.push(unknownArea('/area', area));
  if (typeof level === 'string' && eventLevelNamed(level) === undefined) {
    faults.push(unknownLevel('/level', level, EVENT_LEVELS));
  }
  return faults;
}

/** The fault of an area that there is not. */
export function unknownArea(pointer: string, name: string): Fault {
  const detail = `There is no area ${JSON.stringify(name)} that could be set.`;
  return { pointer, code: 'unknown_area', detail, hint: hintOf(name, AREAS) };
}

/** The fault of a level that there is not. */
export function unknownLevel(pointer: string, name: string, known: readonly string[]): Fault {
  const detail = `There is no level ${JSON.stringify(name)} here.`;
  return { pointer, code: 'unknown_level', detail, hint: hintOf(name, known) };
}

function hintOf(name: string, known: readonly string[]): string {
  const near = nearestName(name.slice(0, 100), known);
  return `${near === undefined ? '' : `Did you mean "${near}"? `}Known: ${known.join(', ')}.`;
}
