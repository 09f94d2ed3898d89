import assert from 'node:assert/strict';
import { facetTerm } from '../../src/domain/search-words.ts';
import { TermMaker } from '../../src/domain/search-words.ts';
import type { IndexEventsDeps } from '../../src/services/index-events.ts';
import { INDEX_BATCH, indexEvents, nextLimit, termsOfEvent } from '../../src/services/index-events.ts';
import type { Batch } from '../../src/store/search/index.ts';
import { after, eventWith, NOW } from '../store/fixtures.ts';

const BATCH_MS = 4;
// The first batch is small: how large events are is not known yet.
const FIRST_BATCH = 50;
const TWO_FULL = FIRST_BATCH + INDEX_BATCH;

// An index with so many events to come, in which a batch takes 4 ms; `refused` batches are taken by somebody else first.
function setup(waiting: number, refused = 0, receivedAt = after(-3600)) {
  const events = Array.from({ length: waiting }, () => eventWith({ receivedAt }));
  const indexed: string[] = [];
  const pauses: number[] = [];
  const totals: number[] = [];
  let [nowMs, stopAfter, left, yields] = [0, Infinity, refused, 0];
  const deps: IndexEventsDeps = {
    terms: new TermMaker(),
    store: {
      search: {
        next: async (until, limit): Promise<Batch> => {
          assert.deepEqual(until, NOW);
          nowMs += BATCH_MS;
          const position = { seq: indexed.length, place: ['', ''], changes: 0 } as const;
          return { position, events: events.slice(indexed.length, indexed.length + limit) };
        },
        append: async (batch, terms) => {
          assert.equal(terms.length, batch.events.length);
          left -= 1;
          if (left >= 0) return false;
          indexed.push(...batch.events.map(({ id }) => id));
          return true;
        },
      },
    },
    readableUntil: async () => NOW,
    facetsOf: () => [{ name: 'user', value: 'Mara' }],
    monotonicMs: () => nowMs,
    pause: async (pauseMs) => void pauses.push(pauseMs),
    yieldToOthers: async () => void (yields += 1),
    isStopping: () => pauses.length >= stopAfter,
    report: { eventsIndexed: ({ total }) => void totals.push(total) },
  };
  return {
    deps,
    events,
    indexed,
    pauses,
    totals,
    yields: () => yields,
    stopAfter: (count: number) => void (stopAfter = count),
  };
}

describe('indexEvents', () => {
  it('rests for nothing that has just come: somebody may look for it', async () => {
    const { deps, pauses } = setup(TWO_FULL + 5, 0, after(-1));
    await indexEvents(deps);
    assert.deepEqual(pauses, [0, 0]);
  });

  it('indexes all that waits, and rests after each full batch for as long as it took', async () => {
    const { deps, events, indexed, pauses, totals } = setup(TWO_FULL + 5);
    assert.equal(await indexEvents(deps), events.length);
    assert.deepEqual(
      indexed,
      events.map(({ id }) => id),
    );
    assert.deepEqual(pauses, [BATCH_MS, BATCH_MS]);
    assert.deepEqual(totals, [FIRST_BATCH, TWO_FULL, events.length]);
  });

  it('does nothing where nothing waits', async () => {
    const { deps, totals } = setup(0);
    assert.equal(await indexEvents(deps), 0);
    assert.deepEqual(totals, []);
  });

  it('reads again what another process has indexed meanwhile, or what has changed', async () => {
    const { deps, events, indexed } = setup(3, 2);
    assert.equal(await indexEvents(deps), 3);
    assert.deepEqual(
      indexed,
      events.map(({ id }) => id),
    );
  });

  it('ends between two batches when the engine stops', async () => {
    const { deps, indexed, stopAfter } = setup(TWO_FULL + 5);
    stopAfter(1);
    await indexEvents(deps);
    assert.equal(indexed.length, FIRST_BATCH);
  });
});

describe('a batch', () => {
  it('has as many events as some megabytes hold, by those of the one before', () => {
    const limitAfter = (count: number, characters: number): number =>
      nextLimit(Array.from({ length: count }, () => ({ body: 'x'.repeat(characters) })));
    assert.equal(limitAfter(50, 1200), INDEX_BATCH);
    assert.equal(limitAfter(50, 2 ** 14), 64);
    assert.equal(limitAfter(50, 2 ** 18), 5);
    assert.equal(limitAfter(1, 0), INDEX_BATCH);
  });

  it('is taken apart in stretches, and others come in between', async () => {
    const { deps, yields } = setup(20);
    let nowMs = 0;
    // A millisecond for each event.
    await indexEvents({ ...deps, monotonicMs: () => nowMs, facetsOf: () => ((nowMs += 1), []) });
    assert.equal(yields(), 5);
  });
});

describe('termsOfEvent', () => {
  const { deps } = setup(0);

  it('has the words of the body, and what the event can be asked for', () => {
    const event = eventWith({ body: '{"data":{"name":"Z\\u00fcrich"}}' });
    const facets = [
      { name: 'organization', value: event.organizationId },
      { name: 'schema', value: 'audit' },
      { name: 'event_type', value: 'user.created' },
      { name: 'origin', value: 'api' },
      { name: 'user', value: 'Mara' },
    ] as const;
    assert.deepEqual(termsOfEvent(deps, event), [...facets.map(facetTerm), 'data', 'name', 'zurich']);
  });

  it('has the words by which an entry tells what the engine did', () => {
    const { deps } = setup(0);
    const event = eventWith({ eventType: 'audit_log.searched', origin: 'engine', body: '{"data":{}}' });
    const words = termsOfEvent(deps, event);
    for (const word of ['search', 'performed']) assert.ok(words.includes(word), word);
    assert.ok(!termsOfEvent(deps, { ...event, origin: 'api' }).includes('performed'));
  });

  it('has the words of a body that cannot be read, too', () => {
    assert.ok(termsOfEvent(deps, eventWith({ body: '{"broken' })).includes('broken'));
  });
});
