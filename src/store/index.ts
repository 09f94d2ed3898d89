// The store: rows in, domain values out. Knows nothing of HTTP.
import type { Knex } from 'knex';
import type { Finish } from '../domain/lease.ts';
import type { Reconciliation } from '../domain/reconciliation.ts';
import type { Acceptance } from './acceptance.ts';
import { createAcceptance } from './acceptance.ts';
import type { ApiKeys, Organizations } from './access.ts';
import { createApiKeys, createOrganizations } from './access.ts';
import type { AuditSettingsTable } from './audit-settings.ts';
import { createAuditSettings } from './audit-settings.ts';
import type { GroupWriter } from './batch/group-writer.ts';
import { createGroupWriter } from './batch/group-writer.ts';
import type { Database } from './database.ts';
import type { Deliveries } from './deliveries.ts';
import { createDeliveries } from './deliveries.ts';
import type { Erasures } from './erasures.ts';
import { createErasures } from './erasures.ts';
import type { EventLog } from './event-log.ts';
import { createEventLog } from './event-log.ts';
import type { Events } from './events.ts';
import { createEvents } from './events.ts';
import type { Invocations } from './invocations.ts';
import { createInvocations } from './invocations.ts';
import { reconcile } from './reconciliation.ts';
import type { ScheduledRun } from './job-runs.ts';
import { claimRun } from './job-runs.ts';
import { makePartitions } from './partitions.ts';
import type { Replays } from './replays.ts';
import { createReplays } from './replays.ts';
import type { Retention } from './retention/index.ts';
import { createRetention } from './retention/index.ts';
import type { EventSearch } from './search/index.ts';
import { createEventSearch } from './search/index.ts';
import type { SecretBox } from './secrets.ts';
import type { WebhookHealths } from './webhook-health.ts';
import { createWebhookHealths } from './webhook-health.ts';
import type { Webhooks } from './webhooks.ts';
import { createWebhooks } from './webhooks.ts';
import type { Recorded } from './lifecycle/record.ts';
import { record } from './lifecycle/record.ts';

/**
 * Everything that is stored. All functions throw `unavailable` while the disk is full or the database is away or
 * locked, and `conflict` where something of the kind exists already.
 */
export interface Store {
  readonly organizations: Organizations;
  readonly apiKeys: ApiKeys;
  readonly auditSettings: AuditSettingsTable;
  readonly webhooks: Webhooks;
  readonly webhookHealths: WebhookHealths;
  readonly events: Events;
  readonly acceptance: Acceptance;
  readonly eventLog: EventLog;
  readonly search: EventSearch;
  readonly erasures: Erasures;
  readonly deliveries: Deliveries;
  readonly invocations: Invocations;
  readonly replays: Replays;
  readonly retention: Retention;
  /**
   * Ends invocations and settles their deliveries, all in one transaction. A delivery whose lease was lost is left
   * alone; its invocation is completed all the same.
   */
  record(finishes: readonly Finish[]): Promise<readonly Recorded[]>;
  /** Counts all events and deliveries of an organization, at one moment. Reads all of its deliveries. */
  reconciliation(organizationId: string): Promise<Reconciliation>;
  /**
   * Runs `work` on a store whose reads and writes are one transaction: all or nothing. Name the parameter `store`, so
   * that it shadows the outer one, which would wait for this transaction to end.
   */
  transaction<Result>(work: (store: Store) => Promise<Result>): Promise<Result>;
  /** Writes groups in one go; `undefined` where the database has no way to, and inside of a transaction. */
  readonly groups: GroupWriter | undefined;
  /** As `transaction`, and no other process is in one of these meanwhile. */
  alone<Result>(work: (store: Store) => Promise<Result>): Promise<Result>;
  /** Takes a scheduled run of a job; gives whether no other process has taken it. */
  claimRun(run: ScheduledRun): Promise<boolean>;
  /** Makes the coming partitions, where the database has any; gives how many were made. */
  makePartitions(now: Date): Promise<number>;
}

/** What the store is made of. */
export interface StoreOptions {
  readonly database: Pick<Database, 'dialect' | 'writer' | 'reader' | 'lookup'> & Partial<Pick<Database, 'groups'>>;
  readonly secrets: SecretBox;
}

/** Makes the store. */
export function createStore({ database, secrets }: StoreOptions): Store {
  const deps = { database, secrets };
  const inTransaction = (trx: Knex): Store =>
    createStore({ database: { dialect: database.dialect, writer: trx, reader: trx, lookup: trx }, secrets });
  return {
    organizations: createOrganizations(deps),
    apiKeys: createApiKeys(deps),
    auditSettings: createAuditSettings(deps),
    webhooks: createWebhooks(deps),
    webhookHealths: createWebhookHealths(deps),
    events: createEvents(deps),
    acceptance: createAcceptance(deps),
    eventLog: createEventLog(deps),
    search: createEventSearch(deps),
    erasures: createErasures(deps),
    deliveries: createDeliveries(deps),
    invocations: createInvocations(deps),
    replays: createReplays(deps),
    retention: createRetention(deps),
    record: (finishes) => record(deps, finishes),
    reconciliation: (organizationId) => reconcile(deps, organizationId),
    transaction: (work) => database.writer.transaction((trx) => work(inTransaction(trx))),
    alone: (work) =>
      database.writer.transaction(async (trx) => {
        await database.dialect.lock(trx, 'start');
        return work(inTransaction(trx));
      }),
    groups: database.groups === undefined ? undefined : createGroupWriter(database, database.groups),
    claimRun: (run) => claimRun(deps, run),
    makePartitions: (now) => makePartitions(database, now),
  };
}
