// The tables of webhooks and their versions. Settings live in the versions; the current row says which one is in force.
import type { Knex } from 'knex';
import { HEALTH_STATES } from '../domain/health.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import { cutPage } from '../domain/page.ts';
import type { PlannableWebhook, Webhook } from '../domain/webhook.ts';
import { nameKey } from '../domain/webhook.ts';
import { hasSecrets } from '../domain/webhook-secrets.ts';
import type { Row } from './codec/columns.ts';
import { integer, oneOf, text } from './codec/columns.ts';
import type { Standing } from './codec/standing.ts';
import { readStanding, STANDING_COLUMNS } from './codec/standing.ts';
import {
  readMaskedWebhook,
  readShownWebhook,
  readWebhook,
  WEBHOOK_COLUMNS,
  writeVersion,
  writeWebhook,
} from './codec/webhook.ts';
import { missingKeyOf } from './missing-keys.ts';
import { lockSealingKey } from './sealing-key.ts';
import type { SecretBox } from './secrets.ts';
import { refuseTaken } from './sql/conflicts.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readPage, readRow, readRows, runStatement } from './sql/rows.ts';
import { insertHealth } from './webhook-health.ts';

/** Stored webhooks. Writes throw `conflict` (`name_taken`, at /name) where another webhook that is not deleted has the name. */
export interface Webhooks {
  insert(webhook: Webhook): Promise<void>;
  /**
   * Makes `webhook` the current version, if `expectedVersion` still is; gives whether it was. `changedBy` (the id of a
   * key) defaults to who made the webhook.
   */
  saveVersion(webhook: Webhook, expectedVersion: number, changedBy?: string): Promise<boolean>;
  /** Deletes it, if `expectedVersion` still is the current one; gives whether it was. The name is free again. */
  remove(organizationId: string, id: string, expectedVersion: number, at: Date): Promise<boolean>;
  /** The current version of a webhook that is not deleted. Throws where its secrets cannot be opened. */
  byId(organizationId: string, id: string): Promise<Webhook | undefined>;
  /** As `byId`, with every header value as `***`: it needs no secret, so that a lost one does not get in the way. */
  byIdMasked(organizationId: string, id: string): Promise<Webhook | undefined>;
  /** How many are not deleted. */
  count(organizationId: string): Promise<number>;
  /** The id of the webhook that bears a name, whatever its case; deleted ones bear none. */
  idOfName(organizationId: string, name: string): Promise<string | undefined>;
  /** One version, also of a deleted webhook: what was sent must stay explainable. Throws as `byId`. */
  byVersion(organizationId: string, id: string, version: number): Promise<Webhook | undefined>;
  /**
   * The id of the key that a version was sealed with, where the database knows that key and this process was started
   * without it: only other processes can read the version.
   */
  missingKeyOf(organizationId: string, id: string, version: number): Promise<string | undefined>;
  /** Those not deleted, newest first. Header values that cannot be opened are `***`, here and in `versions`. */
  list(organizationId: string, page: PageRequest): Promise<Page<Webhook>>;
  /** All versions, newest first, also of a deleted webhook. The page's ids are version numbers. */
  versions(organizationId: string, id: string, page: PageRequest): Promise<Page<Webhook>>;
  /**
   * All that are active and not deleted. Header values are `***`, as matching needs none: opening them would let one
   * that cannot be opened stop the intake of the whole organization.
   */
  listForMatching(organizationId: string): Promise<readonly PlannableWebhook[]>;
  /**
   * Which webhooks an organization's events are matched with, and what its audit log keeps, as one text: while it is the
   * same, `listForMatching` and the audit settings are. It costs little, so that each transaction that plans deliveries
   * can ask.
   */
  matchingStamp(organizationId: string): Promise<string>;
  /** What has become of a webhook that deliveries were planned for; `undefined` for one that never was. */
  standing(organizationId: string, id: string): Promise<Standing | undefined>;
  /** Those that existed at an instant, each at the version that was in force then; header values are `***`. */
  listAsOf(organizationId: string, at: Date): Promise<readonly Webhook[]>;
}

/** Makes the functions of these tables. */
export function createWebhooks(deps: StoreDeps): Webhooks {
  return { ...writers(deps), ...lookups(deps), ...lists(deps) };
}

function writers(deps: StoreDeps): Pick<Webhooks, 'insert' | 'saveVersion' | 'remove'> {
  const { writer } = deps.database;
  return {
    insert: (webhook) =>
      refuseTakenName(webhook, () =>
        writer.transaction(async (trx) => {
          const database = { ...deps.database, writer: trx };
          await insertRows(database, 'webhooks', [writeWebhook(webhook)]);
          await insertHealth(database, webhook);
          const secrets = await sealingBox(trx, deps, webhook);
          await insertRows(database, 'webhook_versions', [writeVersion(secrets, webhook, webhook.createdBy)]);
        }),
      ),
    saveVersion: (webhook, expectedVersion, changedBy = webhook.createdBy) =>
      refuseTakenName(webhook, () =>
        writer.transaction(async (trx) => {
          const { id, organizationId } = webhook;
          const changed = await current(trx, organizationId, id, expectedVersion).update(writeWebhook(webhook));
          if (changed === 0) return false;
          const version = writeVersion(await sealingBox(trx, deps, webhook), webhook, changedBy);
          await insertRows({ ...deps.database, writer: trx }, 'webhook_versions', [version]);
          return true;
        }),
      ),
    async remove(organizationId, id, expectedVersion, at) {
      const deletedAt = at.toISOString();
      const changed = await current(writer, organizationId, id, expectedVersion).update({
        deleted_at: deletedAt,
        updated_at: deletedAt,
      });
      return changed > 0;
    },
  };
}

function sealingBox(trx: Knex, { secrets }: StoreDeps, { settings }: Webhook): SecretBox | Promise<SecretBox> {
  return hasSecrets(settings) ? lockSealingKey(trx, secrets) : secrets;
}

function current(db: Knex, organizationId: string, id: string, version: number): Knex.QueryBuilder<object, number> {
  return db<object, number>('webhooks').where({ organization_id: organizationId, id, version }).whereNull('deleted_at');
}

function refuseTakenName<Result>(webhook: Webhook, write: () => Promise<Result>): Promise<Result> {
  const fault = {
    pointer: '/name',
    code: 'name_taken',
    detail: `There already is a webhook named "${webhook.settings.name}".`,
    hint: 'Choose another name; upper and lower case do not count.',
  };
  return refuseTaken('webhooks.name_key', fault, write);
}

function lookups(
  deps: StoreDeps,
): Omit<Webhooks, 'insert' | 'saveVersion' | 'remove' | 'list' | 'versions' | 'listAsOf'> {
  const { lookup } = deps.database;
  const currentRow = (organizationId: string, id: string): Promise<Row | undefined> =>
    readRow(currentVersions(lookup, organizationId).where('w.id', id).whereNull('w.deleted_at'));
  return {
    async byId(organizationId, id) {
      const row = await currentRow(organizationId, id);
      return row === undefined ? undefined : readWebhook(deps.secrets, row);
    },
    async byIdMasked(organizationId, id) {
      const row = await currentRow(organizationId, id);
      return row === undefined ? undefined : readMaskedWebhook(row);
    },
    async count(organizationId) {
      const query = lookup('webhooks').where('organization_id', organizationId).whereNull('deleted_at');
      const row = await readRow(query.count({ count: '*' }));
      return row === undefined ? 0 : integer(row, 'count');
    },
    async idOfName(organizationId, name) {
      const query = lookup('webhooks').where({ organization_id: organizationId, name_key: nameKey(name) });
      const row = await readRow(query.whereNull('deleted_at').select('id'));
      return row === undefined ? undefined : text(row, 'id');
    },
    async byVersion(organizationId, id, version) {
      const row = await readRow(allVersions(lookup, organizationId).where({ 'w.id': id, 'v.version': version }));
      return row === undefined ? undefined : readWebhook(deps.secrets, row);
    },
    missingKeyOf: (organizationId, id, version) => missingKeyOf(deps, organizationId, id, version),
    async listForMatching(organizationId) {
      const query = withHealth(currentVersions(lookup, organizationId))
        .where('w.active', true)
        .whereNull('w.deleted_at');
      const rows = await readRows(query.select('h.state as health_state').orderBy('w.id'));
      return rows.map((row) => ({ ...readMaskedWebhook(row), healthState: oneOf(row, 'health_state', HEALTH_STATES) }));
    },
    matchingStamp: (organizationId) => matchingStamp(deps, organizationId),
    async standing(organizationId, id) {
      const query = withHealth(currentVersions(lookup, organizationId)).where('w.id', id);
      const row = await readRow(query.clearSelect().select(STANDING_COLUMNS));
      return row === undefined ? undefined : readStanding(row);
    },
  };
}

/**
 * The stamp of an organization as an SQL expression. Each change of a webhook makes a version, and whether it is deleted or
 * what its health is stands beside it; in front, the version of its audit settings, where it has any.
 */
export function stampOf(organizationId: string): string {
  return `(select coalesce((select s.version || ' ' from audit_settings as s where s.organization_id = ${organizationId}), '')
      || coalesce(string_agg(w.id || ':' || w.version || ':' || coalesce(h.state, ''), ' ' order by w.id), '')
    from webhooks as w left join webhook_health as h on h.webhook_id = w.id
    where w.organization_id = ${organizationId} and w.active = true and w.deleted_at is null)`;
}

const STAMP = {
  key: 'matching stamp',
  text: () =>
    `select ${stampOf('given.organization_id')} as stamp from (select cast(? as text) as organization_id) as given`,
};

async function matchingStamp({ database }: StoreDeps, organizationId: string): Promise<string> {
  const [row] = await runStatement(database, STAMP, [organizationId]);
  return row === undefined ? '' : text(row, 'stamp');
}

function lists(deps: StoreDeps): Pick<Webhooks, 'list' | 'versions' | 'listAsOf'> {
  const { reader } = deps.database;
  const codec = {
    read: (row: Row) => readShownWebhook(deps.secrets, row),
    idOf: ({ id }: Webhook) => id,
  };
  return {
    list: (organizationId, page) =>
      readPage(currentVersions(reader, organizationId).whereNull('w.deleted_at'), 'w.id', page, codec),
    async versions(organizationId, id, page) {
      const query = allVersions(reader, organizationId).where('w.id', id);
      if (page.after !== undefined) void query.where('v.version', '<', Number(page.after));
      const rows = await readRows(query.orderBy('v.version', 'desc').limit(page.limit + 1));
      return cutPage(rows.map(codec.read), page.limit, ({ version }) => String(version));
    },
    async listAsOf(organizationId, at) {
      const instant = at.toISOString();
      const query = allVersions(reader, organizationId)
        .where('w.created_at', '<=', instant)
        .whereRaw('(w.deleted_at is null or w.deleted_at > ?)', [instant])
        .whereRaw(
          `v.version = (select max(version) from webhook_versions
             where organization_id = w.organization_id and webhook_id = w.id and created_at <= ?)`,
          [instant],
        );
      return (await readRows(query.orderBy('w.id', 'desc'))).map(readMaskedWebhook);
    },
  };
}

function allVersions(db: Knex, organizationId: string): Knex.QueryBuilder {
  return db('webhooks as w')
    .join('webhook_versions as v', (on) =>
      on.on('v.organization_id', 'w.organization_id').andOn('v.webhook_id', 'w.id'),
    )
    .where('w.organization_id', organizationId)
    .select(WEBHOOK_COLUMNS);
}

function currentVersions(db: Knex, organizationId: string): Knex.QueryBuilder {
  return allVersions(db, organizationId).whereRaw('v.version = w.version');
}

function withHealth(query: Knex.QueryBuilder): Knex.QueryBuilder {
  // A row that somebody took away must not keep events from being planned.
  return query.leftJoin('webhook_health as h', 'h.webhook_id', 'w.id');
}

/** The ids of the encryption keys that stored header values were sealed with. */
export async function sealingKeyIds(writer: Knex): Promise<readonly string[]> {
  const query = writer('webhook_versions').distinct('secret_key_id').whereNotNull('secret_key_id');
  return (await readRows(query.orderBy('secret_key_id'))).map((row) => text(row, 'secret_key_id'));
}
