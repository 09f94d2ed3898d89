// Events are made findable a moment after they are accepted. In batches with rests between them: whoever has a million
// events from before is in no hurry, and deliveries need the database and the processor, too.
import type { Event } from '../domain/event.ts';
import type { ExactJson } from '../domain/json.ts';
import { readJson } from '../domain/json-read.ts';
import type { Facet } from '../domain/search-words.ts';
import type { TermMaker } from '../domain/search-words.ts';
import type { Batch, EventSearch } from '../store/search/index.ts';

/** What indexing touches. */
export interface IndexEventsDeps {
  readonly store: { readonly search: Pick<EventSearch, 'next' | 'append'> };
  /** Before this instant, nothing can be accepted any more. */
  readableUntil(): Promise<Date>;
  /** What an event can be asked for besides its words, its organization, schema, type and origin. */
  facetsOf(event: Event, value: ExactJson): readonly Facet[];
  readonly terms: Pick<TermMaker, 'termsOf'>;
  monotonicMs(): number;
  pause(pauseMs: number): Promise<void>;
  isStopping(): boolean;
  readonly report: { eventsIndexed(fact: IndexedBatch): void };
}

/** A batch: how many events, how many in this run so far, and when the newest of them was accepted. */
export interface IndexedBatch {
  readonly count: number;
  readonly total: number;
  readonly newestAt: Date;
}

/** SQLite's writer is held for 3 to 5 ms by so many (measured: bench/README.md). */
export const INDEX_BATCH = 100;

// After a full batch of what is old, others have processor and database for as long as it took. What is new does not rest:
// somebody may look for it.
const REST = 1;
const OLD_MS = 600_000;

/**
 * Indexes what is readable and not indexed yet; gives how many events that were. Where another process does so at the same
 * time, each event is indexed by one of them.
 */
export async function indexEvents(deps: IndexEventsDeps): Promise<number> {
  const until = await deps.readableUntil();
  let total = 0;
  while (!deps.isStopping()) {
    const startedAtMs = deps.monotonicMs();
    const batch = await deps.store.search.next(until, INDEX_BATCH);
    const last = batch.events.at(-1);
    if (last === undefined) break;
    const isDone = await deps.store.search.append(batch, termsOfBatch(deps, batch));
    if (!isDone) continue;
    total += batch.events.length;
    deps.report.eventsIndexed({ count: batch.events.length, total, newestAt: last.receivedAt });
    if (batch.events.length < INDEX_BATCH) break;
    const isOld = until.getTime() - last.receivedAt.getTime() > OLD_MS;
    await deps.pause(isOld ? (deps.monotonicMs() - startedAtMs) * REST : 0);
  }
  return total;
}

/** The terms of an event: the words of its body, and what it can be asked for. */
export function termsOfEvent(deps: Pick<IndexEventsDeps, 'facetsOf' | 'terms'>, event: Event): string[] {
  const reading = readJson(event.body);
  // What is stored has been read once. Should it not be readable, its words are still there.
  const value = reading.ok ? (reading.documents[0]?.value ?? null) : event.body;
  return deps.terms.termsOf(value, [...ownFacets(event), ...deps.facetsOf(event, value)]);
}

function termsOfBatch(deps: IndexEventsDeps, { events }: Batch): string[][] {
  return events.map((event) => termsOfEvent(deps, event));
}

function ownFacets({ organizationId, schema, eventType, origin }: Event): readonly Facet[] {
  return [
    { name: 'organization', value: organizationId },
    { name: 'schema', value: schema },
    { name: 'event_type', value: eventType },
    { name: 'origin', value: origin },
  ];
}
