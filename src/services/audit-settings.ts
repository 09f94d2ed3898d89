// Reading and changing what an organization has set for its audit log. Each change is an event of the engine, in the same
// transaction; what changes nothing is none.
import type { Actor } from '../domain/access.ts';
import type { AuditSettings } from '../domain/audit/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Organization } from '../domain/organization.ts';
import type { OwnEventType } from '../domain/own-events.ts';
import type { EventSink } from './own-events.ts';

/** The part of the store that holds these settings. */
export interface AuditSettingsStore {
  readonly organizations: { hold(id: string): Promise<Organization | undefined> };
  readonly auditSettings: {
    of(organizationId: string): Promise<AuditSettings>;
    save(settings: AuditSettings, by: string, at: Date): Promise<boolean>;
  };
}

/** What this service touches. */
export interface AuditSettingsDeps<Store extends AuditSettingsStore = AuditSettingsStore> {
  readonly store: Store & { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> };
  readonly clock: Clock;
  readonly ownEvents: EventSink<Store>;
}

/** A kind of setting: what the event of its change is called, what that shows, and how it is changed. */
export interface SettingsChange {
  readonly type: Extract<OwnEventType, `audit_log.${string}`>;
  /** What is changed, for people. */
  readonly name: string;
  shown(settings: AuditSettings): JsonObject;
  /** May throw `invalid`, and then nothing is changed. */
  change(settings: AuditSettings): AuditSettings;
}

/** The settings of the actor's organization. */
export function readAuditSettings(
  { store }: { readonly store: Pick<AuditSettingsStore, 'auditSettings'> },
  { organizationId }: Pick<Actor, 'organizationId'>,
): Promise<AuditSettings> {
  return store.auditSettings.of(organizationId);
}

/** Changes the settings of the actor's organization, and gives them as they are then. */
export async function changeAuditSettings<S extends AuditSettingsStore>(
  deps: AuditSettingsDeps<S>,
  actor: Actor,
  wanted: SettingsChange,
): Promise<AuditSettings> {
  const { organizationId, keyId } = actor;
  return deps.store.transaction(async (store) => {
    // From here on, nobody else changes them.
    await store.organizations.hold(organizationId);
    const before = await store.auditSettings.of(organizationId);
    const after = wanted.change(before);
    const [previous, current] = [wanted.shown(before), wanted.shown(after)];
    if (isSame(previous, current)) return before;
    if (!(await store.auditSettings.save(after, keyId, deps.clock()))) {
      throw new Error('Audit settings have changed while their organization was held.');
    }
    const { type, name } = wanted;
    const about = { targetId: undefined, targetName: name, metadata: {} };
    const action = type.split('.')[1] ?? '';
    await deps.ownEvents(store, { type, action, actor, ...about, current, previous });
    return after;
  });
}

// Both are written by the same function, so that their members have one order.
function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
