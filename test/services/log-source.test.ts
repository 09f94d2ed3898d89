import assert from 'node:assert/strict';
import type { Event } from '../../src/domain/event.ts';
import type { LogWindow } from '../../src/domain/event-window.ts';
import type { LogSourceStore } from '../../src/services/log-source.ts';
import { sourceOf } from '../../src/services/log-source.ts';
import { after, eventWith, ORGANIZATION } from '../store/fixtures.ts';

const UNTIL = after(1);
const EVERYTHING = { from: undefined, to: undefined, before: undefined, offset: 0 };
// Newest first, all of one instant.
const EVENTS = Array.from({ length: 2500 }, () => eventWith()).toReversed();

interface Scene {
  readonly store: LogSourceStore;
  readonly windows: LogWindow[];
}

function sceneWith(stored: readonly Event[]): Scene {
  const windows: LogWindow[] = [];
  const part = (window: LogWindow): readonly Event[] => {
    windows.push(window);
    const { before, offset, limit } = window;
    const rest = EVENTS.filter(({ id }) => before === undefined || id < before.id);
    return rest.slice(offset, offset + limit);
  };
  const byId = new Map(stored.map((event) => [event.id, event]));
  return {
    windows,
    store: {
      eventLog: { page: (_, window) => Promise.resolve(part(window)) },
      search: { page: (_, __, window) => Promise.resolve(part(window)) },
      events: { byIds: (ids) => Promise.resolve(new Map(ids.map((id) => [id, byId.get(id)]).filter(isThere))) },
    },
  };
}

function isThere(entry: readonly (string | Event | undefined)[]): entry is [string, Event] {
  return entry[1] !== undefined;
}

async function readAll(
  { store }: Scene,
  clauses: readonly (readonly string[])[],
  offset = 0,
): Promise<readonly Event[]> {
  const source = sourceOf({ store }, ORGANIZATION, { ...EVERYTHING, offset, clauses }, UNTIL);
  const read: Event[] = [];
  for (let limit = 7; ; limit = (limit * 5) % 253) {
    const events = await source.next(limit, 10_000);
    if (events === undefined) return read;
    assert.ok(events.length <= limit);
    read.push(...events);
  }
}

describe('sourceOf', () => {
  for (const [name, clauses] of [
    ['all events', []],
    ['events that are searched for', [['word']]],
  ] as const) {
    it(`gives ${name} once, newest first, in batches of any size, and passes over as many as are asked for`, async () => {
      assert.deepEqual(await readAll(sceneWith(EVENTS), clauses), EVENTS);
      const later = await readAll(sceneWith(EVENTS), clauses, 1234);
      assert.deepEqual(later, EVENTS.slice(1234));
    });
  }

  it('goes on behind events that were removed after they were found, also where a batch has no other', async () => {
    const stored = EVENTS.filter((_, index) => index < 3 || (index >= 900 && index % 3 > 0));
    assert.deepEqual(await readAll(sceneWith(stored), [['word']]), stored);
  });

  it('searches once for a page, in however many batches its events are read, and for no more than are wanted', async () => {
    const scene = sceneWith(EVENTS);
    const source = sourceOf(scene, ORGANIZATION, { ...EVERYTHING, clauses: [['word']] }, UNTIL);
    for (let left = 200; left > 0; left -= 50) await source.next(50, left);
    assert.deepEqual(
      scene.windows.map(({ limit }) => limit),
      [200],
    );
  });
});
