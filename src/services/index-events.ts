// Events are made findable a moment after they are accepted. In batches with rests between them: whoever has a million
// events from before is in no hurry, and deliveries need the database and the processor, too.
import { typeOf } from '../domain/audit/type.ts';
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
  /** Lets go on what waits for the processor. */
  yieldToOthers(): Promise<void>;
  isStopping(): boolean;
  readonly report: { eventsIndexed(fact: IndexedBatch): void };
}

/** A batch: how many events, how many in this run so far, and when the newest of them was accepted. */
export interface IndexedBatch {
  readonly count: number;
  readonly total: number;
  readonly newestAt: Date;
}

/**
 * The most events of a batch. So many hold SQLite's writer for 11 ms (measured: bench/README.md); fewer take more time each,
 * since each batch is a commit: 47 µs in batches of 100, 31 in these, 25 in those of 1,000, which held it for 24 ms, all
 * before freed pages were overwritten.
 */
export const INDEX_BATCH = 300;

// An event may have a quarter of a megabyte, so a batch has some megabytes at most, as far as the one before it tells.
const FIRST_BATCH = 50;
const LEAST_BATCH = 5;
const BATCH_CHARACTERS = 2 ** 20;

// Taking a batch apart takes up to 20 ms, and nothing else runs meanwhile.
const LONGEST_STRETCH_MS = 4;

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
  let limit = FIRST_BATCH;
  while (!deps.isStopping()) {
    const startedAtMs = deps.monotonicMs();
    const batch = await deps.store.search.next(until, limit);
    const last = batch.events.at(-1);
    if (last === undefined) break;
    const isDone = await deps.store.search.append(batch, await termsOfBatch(deps, batch));
    if (!isDone) continue;
    total += batch.events.length;
    deps.report.eventsIndexed({ count: batch.events.length, total, newestAt: last.receivedAt });
    if (batch.events.length < limit) break;
    limit = nextLimit(batch.events);
    const isOld = until.getTime() - last.receivedAt.getTime() > OLD_MS;
    await deps.pause(isOld ? (deps.monotonicMs() - startedAtMs) * REST : 0);
  }
  return total;
}

/** The terms of an event: the words of its body, those of the text by which an entry tells what the engine did, and its facets. */
export function termsOfEvent(deps: Pick<IndexEventsDeps, 'facetsOf' | 'terms'>, event: Event): string[] {
  const reading = readJson(event.body);
  // What is stored has been read once. Should it not be readable, its words are still there.
  const value = reading.ok ? (reading.documents[0]?.value ?? null) : event.body;
  const facets = [...ownFacets(event), ...deps.facetsOf(event, value)];
  return deps.terms.termsOf(event.origin === 'engine' ? [value, typeOf(event, value).action] : value, facets);
}

async function termsOfBatch(deps: IndexEventsDeps, { events }: Batch): Promise<string[][]> {
  const terms: string[][] = [];
  let sinceMs = deps.monotonicMs();
  for (const event of events) {
    terms.push(termsOfEvent(deps, event));
    if (deps.monotonicMs() - sinceMs < LONGEST_STRETCH_MS) continue;
    await deps.yieldToOthers();
    sinceMs = deps.monotonicMs();
  }
  return terms;
}

/** How many events the batch after this one is to have. */
export function nextLimit(events: readonly Pick<Event, 'body'>[]): number {
  const characters = events.reduce((sum, { body }) => sum + body.length, 0);
  const fitting = Math.floor((BATCH_CHARACTERS * events.length) / Math.max(characters, 1));
  return Math.min(Math.max(fitting, LEAST_BATCH), INDEX_BATCH);
}

function ownFacets({ organizationId, schema, eventType, origin }: Event): readonly Facet[] {
  return [
    { name: 'organization', value: organizationId },
    { name: 'schema', value: schema },
    { name: 'event_type', value: eventType },
    { name: 'origin', value: origin },
  ];
}
