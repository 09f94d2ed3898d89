// The index by which events are searched. It follows the events, a moment later, in the order of their acceptance.
import type { Event } from '../../domain/event.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { inTransaction } from '../sql/rows.ts';
import type { Clauses, EventPlace, IndexedEvent, SearchTables, SearchWindow } from './entries.ts';
import { placeOf } from './entries.ts';
import type { Position } from './position.ts';
import { advance, eventsAfter, indexedUntil, noteChange, readPosition } from './position.ts';
import { POSTGRES_SEARCH } from './postgres.ts';
import { SQLITE_SEARCH } from './sqlite.ts';

export type { Clauses, EventPlace, IndexedEvent, SearchWindow } from './entries.ts';
export type { Position } from './position.ts';

/** Events that are to be indexed next, and after which position they come. */
export interface Batch {
  readonly position: Position;
  readonly events: readonly Event[];
}

/** The search index. */
export interface EventSearch {
  /**
   * At most `limit` events that are not indexed yet, oldest first. All of them were accepted before `until`, and before
   * that nothing may be accepted any more.
   */
  next(until: Date, limit: number): Promise<Batch>;
  /**
   * Indexes all events of a batch, in one short transaction; gives whether it did. It does not where another process has
   * indexed since, or one of the events has changed: read the next batch then.
   */
  append(batch: Batch, terms: readonly (readonly string[])[]): Promise<boolean>;
  /** Before this instant, all events of the organization are indexed; `until` where they are up to there. */
  indexedUntil(organizationId: string, until: Date): Promise<Date>;
  /**
   * The events of an organization that satisfy all clauses, newest first. Not for use in a transaction. A clause without
   * terms is satisfied by none.
   */
  page(organizationId: string, clauses: Clauses, window: SearchWindow): Promise<readonly EventPlace[]>;
  /** Takes events out, in the transaction that deletes them. */
  remove(events: readonly EventPlace[]): Promise<void>;
  /** Gives an event other terms, in the transaction that changes it. One that is not indexed yet is read again by who does. */
  replace(entry: IndexedEvent): Promise<void>;
  /** Frees what is held for entries that have gone; gives how many partitions were dropped. For a job. */
  dropEmpty(): Promise<number>;
  /**
   * Lets go of the words of what was removed or changed, which SQLite keeps in its index for a while; PostgreSQL does so
   * when it cleans its tables. Short transactions; `rest` is awaited between them. For a job.
   */
  forget(rest: () => Promise<void>): Promise<void>;
}

/** Makes the functions of the index. */
export function createEventSearch({ database }: StoreDeps): EventSearch {
  const tables = tablesOf(database);
  return {
    async next(until, limit) {
      const position = await readPosition(database);
      return { position, events: await eventsAfter(database, position, until, limit) };
    },
    append: ({ position, events }, terms) =>
      inTransaction(database, async (trx) => {
        const entries = events.map((event, index) => ({
          seq: position.seq + index + 1,
          event,
          terms: terms[index] ?? [],
        }));
        const last = entries.at(-1);
        if (last === undefined) return true;
        if (!(await advance(trx, position, { seq: last.seq, place: placeOf(last.event) }))) return false;
        await tables.add(trx, entries);
        return true;
      }),
    indexedUntil: (organizationId, until) => indexedUntil(database, organizationId, until),
    async page(organizationId, clauses, window) {
      if (window.limit === 0 || clauses.some((terms) => terms.length === 0)) return [];
      return tables.page(database, organizationId, clauses, window);
    },
    remove: (events) => removeFromIndex(database, events),
    replace: (entry) =>
      inTransaction(database, async (trx) => {
        await noteChange(trx, [entry.event]);
        await tables.replace(trx, entry);
      }),
    dropEmpty: () => tables.dropEmpty(database),
    forget: (rest) => tables.forget(database, rest),
  };
}

/** Takes events out of the index, in the transaction that deletes them. */
export function removeFromIndex(database: StoreDeps['database'], events: readonly EventPlace[]): Promise<void> {
  if (events.length === 0) return Promise.resolve();
  return inTransaction(database, async (trx) => {
    await noteChange(trx, events);
    await tablesOf(trx).remove(trx, events);
  });
}

function tablesOf({ dialect }: StoreDeps['database']): SearchTables {
  return dialect.name === 'sqlite' ? SQLITE_SEARCH : POSTGRES_SEARCH;
}
