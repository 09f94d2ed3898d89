// How long an organization keeps what: reads and sets its periods. Each change is an audit event, in the same transaction.
import type { Actor } from '../domain/access.ts';
import type { Clock } from '../domain/clock.ts';
import { invalid } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { RetentionPart, RetentionPeriods } from '../domain/retention.ts';
import { periodsInForce, RETENTION_PARTS, retentionFaults } from '../domain/retention.ts';
import type { AuditSettingsStore } from './audit-settings.ts';
import type { EventSink } from './own-events.ts';

/** The part of the store that holds periods. */
export interface PeriodStore {
  readonly retention: {
    periods(organizationId: string): Promise<RetentionPeriods>;
  };
  readonly auditSettings: AuditSettingsStore['auditSettings'];
  readonly organizations: {
    /** Keeps others from changing what belongs to it until the transaction ends. */
    hold(id: string): Promise<unknown>;
  };
}

/** What this service touches. */
export interface RetentionDeps<Store extends PeriodStore = PeriodStore> {
  readonly store: PeriodStore & { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> };
  readonly clock: Clock;
  readonly ownEvents: EventSink<Store>;
}

/** The periods that hold in the actor's organization. */
export async function readPeriods({ store }: Pick<RetentionDeps, 'store'>, actor: Actor): Promise<RetentionPeriods> {
  return periodsInForce(await store.retention.periods(actor.organizationId));
}

/** Sets all of them; what changes nothing is no event. Throws `invalid`, with everything that is wrong. */
export async function replacePeriods<S extends PeriodStore>(
  deps: RetentionDeps<S>,
  actor: Actor,
  periods: RetentionPeriods,
): Promise<RetentionPeriods> {
  const faults = retentionFaults(periods);
  if (faults.length > 0) throw invalid(faults);
  const { organizationId } = actor;
  return deps.store.transaction(async (store) => {
    await store.organizations.hold(organizationId);
    const previous = await store.retention.periods(organizationId);
    if (RETENTION_PARTS.every((part) => isSame(periods, previous, part))) return previous;
    const settings = await store.auditSettings.of(organizationId);
    await store.auditSettings.save({ ...settings, retention: periodsView(periods) }, actor.keyId, deps.clock());
    await deps.ownEvents(store, {
      type: 'audit_log.retention_updated',
      action: 'retention_updated',
      actor,
      targetId: organizationId,
      targetName: 'Retention',
      metadata: {},
      current: periodsView(periods),
      previous: periodsView(previous),
    });
    return periods;
  });
}

function isSame(a: RetentionPeriods, b: RetentionPeriods, part: RetentionPart): boolean {
  return a[part].years === b[part].years && a[part].months === b[part].months && a[part].days === b[part].days;
}

/** The periods in their JSON form. */
export function periodsView(periods: RetentionPeriods): JsonObject {
  return Object.fromEntries(RETENTION_PARTS.map((part) => [part, { ...periods[part] }]));
}
