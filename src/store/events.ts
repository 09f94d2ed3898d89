// The tables of events and of the idempotency keys that point at them.
import type { Event } from '../domain/event.ts';
import { sha256Hex } from '../domain/event.ts';
import type { RowOf } from './codec/columns.ts';
import { text } from './codec/columns.ts';
import { readEvent, writeEvent } from './codec/event.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readRow, readRows } from './sql/rows.ts';

/** A key that an event wants to hold. */
export interface KeyReservation {
  readonly organizationId: string;
  readonly key: string;
  readonly eventId: string;
  readonly valueSha256: string;
  readonly createdAt: Date;
}

/** The event that holds a key, and the hash of its value; `undefined` where that was erased. */
export interface KeyHolder {
  readonly eventId: string;
  readonly valueSha256: string | undefined;
}

/** Stored events. */
export interface Events {
  insertMany(events: readonly Event[]): Promise<void>;
  /**
   * Gives each key to the first that asks for it, ever, and says who holds it now. All reservations are of one
   * organization. Belongs into the transaction that stores the events.
   */
  reserveKeys(reservations: readonly KeyReservation[]): Promise<ReadonlyMap<string, KeyHolder>>;
  /** Who holds these keys, among those that somebody holds. */
  keyHolders(organizationId: string, keys: readonly string[]): Promise<ReadonlyMap<string, KeyHolder>>;
  byId(organizationId: string, id: string): Promise<Event | undefined>;
  /** One, kept from being erased until the transaction ends. */
  lock(organizationId: string, id: string): Promise<Event | undefined>;
  /** Those of these ids, of whatever organizations, by id. */
  byIds(ids: readonly string[]): Promise<ReadonlyMap<string, Event>>;
}

/** Makes the functions of these tables. */
export function createEvents({ database }: StoreDeps): Events {
  return {
    insertMany: (events) => insertRows(database, 'events', events.map(writeEvent)),
    reserveKeys: (reservations) => reserveKeys(database, reservations),
    keyHolders: (organizationId, keys) => keyHolders(database, organizationId, keys),
    async byId(organizationId, id) {
      const row = await readRow(database.lookup('events').where({ organization_id: organizationId, id }));
      return row === undefined ? undefined : readEvent(row);
    },
    async lock(organizationId, id) {
      const query = database.writer('events').where({ organization_id: organizationId, id });
      const row = await readRow(database.dialect.lockOwner(query));
      return row === undefined ? undefined : readEvent(row);
    },
    async byIds(ids) {
      const rows = await readRows(database.lookup('events').whereIn('id', [...ids]));
      return new Map(rows.map((row) => [text(row, 'id'), readEvent(row)]));
    },
  };
}

/**
 * What the table holds of an idempotency key: SHA-256 (hex) of it and its organization. So nothing of a key is left when
 * its event is erased, and a repetition finds it nevertheless.
 */
export function keySha256(organizationId: string, key: string): string {
  return sha256Hex(`${organizationId}\n${key}`);
}

/** The columns of `keyRows`. */
export const KEY_COLUMNS = ['organization_id', 'key_sha256', 'event_id', 'value_sha256', 'created_at'] as const;

// A key belongs to the first that asks for it.
const ONCE = 'on conflict (organization_id, key_sha256) do nothing';

/**
 * The rows of keys. In one order, so that two requests with the same keys wait for each other one way round only; among
 * equal keys the first stays the first.
 */
export function keyRows(reservations: readonly KeyReservation[]): RowOf<typeof KEY_COLUMNS>[] {
  return [...reservations].sort(byKey).map(({ organizationId, key, eventId, valueSha256, createdAt }) => ({
    organization_id: organizationId,
    key_sha256: keySha256(organizationId, key),
    event_id: eventId,
    value_sha256: valueSha256,
    created_at: createdAt.toISOString(),
  }));
}

function byKey(a: KeyReservation, b: KeyReservation): number {
  return compare(a.organizationId, b.organizationId) || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function reserveKeys(
  database: StoreDeps['database'],
  reservations: readonly KeyReservation[],
): Promise<ReadonlyMap<string, KeyHolder>> {
  const [first] = reservations;
  if (first === undefined) return new Map();
  if (reservations.some(({ organizationId }) => organizationId !== first.organizationId)) {
    throw new Error('Keys of several organizations cannot be reserved in one call.');
  }
  await insertRows(database, 'idempotency_keys', keyRows(reservations), ONCE);
  return keyHolders(
    database,
    first.organizationId,
    reservations.map(({ key }) => key),
  );
}

async function keyHolders(
  database: StoreDeps['database'],
  organizationId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KeyHolder>> {
  const query = database.writer('idempotency_keys').where('organization_id', organizationId);
  const hashes = new Map([...new Set(keys)].map((key) => [keySha256(organizationId, key), key]));
  const held = await readRows(query.whereIn('key_sha256', [...hashes.keys()]));
  return new Map(
    held.map((row) => [
      hashes.get(text(row, 'key_sha256')) ?? '',
      { eventId: text(row, 'event_id'), valueSha256: text(row, 'value_sha256') || undefined },
    ]),
  );
}
