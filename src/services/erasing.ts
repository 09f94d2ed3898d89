// Erases the content of an event: in the database with one transaction, and outside of it as soon as that is possible.
import type { Actor } from '../domain/access.ts';
import type { Clock } from '../domain/clock.ts';
import type { ErasureCounts } from '../domain/erasure.ts';
import { withoutEventContent } from '../domain/erasure.ts';
import { AppError, notFound } from '../domain/errors.ts';
import type { Erased, Event } from '../domain/event.ts';
import type { EventFinders } from './event-content.ts';
import type { EventSink } from './own-events.ts';

/** The part of the store that erasing touches, inside a transaction. */
export interface ErasingStore {
  readonly events: Pick<EventFinders, 'lock'>;
  readonly erasures: {
    /** Throws `unavailable` where somebody is at a delivery of the event just now. */
    erase(event: Event & { readonly erased: Erased }, idempotencyKey: string | undefined): Promise<ErasureCounts>;
    counts(key: ErasureKey): Promise<ErasureCounts | undefined>;
  };
  readonly search: { replace(entry: { readonly event: Event; readonly terms: readonly string[] }): Promise<void> };
}

/** Which event was erased. */
export interface ErasureKey {
  readonly organizationId: string;
  readonly eventId: string;
}

/** What cleaning touches: what is outside of every transaction. */
export interface CleaningDeps {
  readonly store: {
    /** Lets go of the words of what was erased; `rest` is awaited between its steps. */
    readonly search: { forget(rest: () => Promise<void>): Promise<void> };
    readonly erasures: {
      unclean(limit: number): Promise<readonly ErasureKey[]>;
      markClean(key: ErasureKey, now: Date): Promise<void>;
      /** Lets the database forget what it keeps besides its rows for a while; gives whether it did. */
      emptyLog(): Promise<boolean>;
    };
  };
  readonly clock: Clock;
  /** Lets others at the database. */
  rest(): Promise<void>;
  readonly report: { jobFailed(fact: { job: string; error: unknown }): void };
}

/** What erasing touches. */
export interface ErasingDeps<Store extends ErasingStore = ErasingStore> {
  readonly store: { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> };
  readonly clock: Clock;
  readonly ownEvents: EventSink<Store>;
  /** What an event is found by. */
  termsOf(event: Event): readonly string[];
  /** What arrived at the sandbox; missing where it does not run. */
  readonly sandbox?: { forget(eventId: string): void } | undefined;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  /** Told after the commit: what is outside of rows has to be cleaned. */
  clean(): void;
  /** Told after the commit: it is an event itself. */
  wake(): void;
}

/** An event that is erased, and what that came to. */
export interface Erasure extends ErasureCounts {
  readonly event: Event;
}

/**
 * Erases an event, for good, in one transaction; what is outside of that is cleaned by `cleanErasures` right afterwards. Done again, it changes nothing and says the same. Throws `not_found`.
 */
export async function eraseEvent<S extends ErasingStore>(
  deps: ErasingDeps<S>,
  actor: Actor,
  id: string,
  signal: AbortSignal,
): Promise<Erasure> {
  const { isNew, ...erasure } = await whenFree(deps, signal, () =>
    deps.store.transaction((store) => eraseOnce(deps, store, actor, id)),
  );
  deps.sandbox?.forget(id);
  if (!isNew) return erasure;
  deps.clean();
  deps.wake();
  return erasure;
}

// What is in the way are ends of attempts and claims: each is over after some milliseconds.
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 10;

async function whenFree<Result>(
  deps: Pick<ErasingDeps, 'pause'>,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isBusy = error instanceof AppError && error.code === 'storage_busy';
      if (!isBusy || attempt === ATTEMPTS || signal.aborted) throw error;
    }
    await deps.pause(FIRST_PAUSE_MS * 2 ** attempt, signal);
  }
}

async function eraseOnce<S extends ErasingStore>(
  deps: ErasingDeps<S>,
  store: S,
  actor: Actor,
  id: string,
): Promise<Erasure & { readonly isNew: boolean }> {
  const { organizationId } = actor;
  const event = await store.events.lock(organizationId, id);
  if (event === undefined) throw notFound('event', id);
  if (event.erased !== undefined) return { event, ...(await countsOf(store, event)), isNew: false };
  const erased = { at: deps.clock(), by: actor.keyId };
  const skeleton = { ...withoutEventContent(event, erased), erased };
  const counts = await store.erasures.erase(skeleton, event.idempotencyKey);
  await store.search.replace({ event: skeleton, terms: deps.termsOf(skeleton) });
  // Last, since no event is readable that comes after one that is not decided yet.
  await deps.ownEvents(store, {
    type: 'event.erased',
    action: 'erased',
    actor,
    targetId: id,
    // Events have no name of their own.
    targetName: id,
    metadata: { invocations: counts.invocations, deliveries_cancelled: counts.deliveriesCancelled },
    current: undefined,
    previous: undefined,
  });
  return { event: skeleton, ...counts, isNew: true };
}

async function countsOf(store: ErasingStore, { organizationId, id }: Event): Promise<ErasureCounts> {
  const counts = await store.erasures.counts({ organizationId, eventId: id });
  if (counts === undefined) throw new Error(`Of the erasure of ${id} nothing is stored.`);
  return counts;
}

const CLEANED_AT_ONCE = 100;

/**
 * Cleans what is left of earlier erasures outside of rows; gives how many were looked at. What fails is tried again by the
 * next call.
 */
export async function cleanErasures(deps: CleaningDeps): Promise<number> {
  const keys = await deps.store.erasures.unclean(CLEANED_AT_ONCE);
  if (keys.length > 0) await cleanOrReport(deps, keys);
  return keys.length;
}

async function cleanOrReport(deps: CleaningDeps, keys: readonly ErasureKey[]): Promise<void> {
  const { store, clock, report } = deps;
  try {
    await store.search.forget(() => deps.rest());
    if (!(await store.erasures.emptyLog())) return;
    for (const key of keys) await store.erasures.markClean(key, clock());
  } catch (error) {
    report.jobFailed({ job: 'erasures', error });
  }
}
