// What stays in SQLite's file of the words of an event that was erased: nothing, wherever the index has put them meanwhile.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rowsOf } from '../../../src/store/dialect.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { DATABASES } from '../../support/databases.ts';
import type { Setup } from '../fixtures.ts';
import { after, eventWith, setup } from '../fixtures.ts';

const ROUNDS = 80;
const MOST_EVENTS = 4;
const WORDS = 40;

// Each another one, of different lengths, so that the index grows and merges, and divides its pages anywhere.
function termsWith(id: string, words: readonly string[]): string[] {
  const others = Array.from(
    { length: WORDS },
    (_, index) =>
      `w${Math.random()
        .toString(36)
        .slice(2, 6 + (index % 5))}`,
  );
  return [...new Set([...id.split('-'), ...others, ...words])].sort();
}

function onSqlite(): DatabaseKind {
  const kind = DATABASES.find(({ name }) => name === 'SQLite');
  assert.ok(kind);
  return kind;
}

describe('what the search index on SQLite forgets', () => {
  let test: Setup;
  beforeEach(async () => (test = await setup(onSqlite())));
  afterEach(() => test.remove());

  it('is in no page of the file afterwards, and the index is whole', async function () {
    this.timeout(60_000);
    const { database, store } = test;
    const [{ file } = { file: '' }] = rowsOf(await database.reader.raw('pragma database_list'));
    const left: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const word = `q${Math.random().toString(36).slice(2)}${String(round)}`;
      const receivedAt = after(round);
      const count = 1 + (round % MOST_EVENTS);
      const events = Array.from({ length: count }, () => eventWith({ receivedAt }));
      await store.events.insertMany(events);
      const batch = await store.search.next(after(round + 1), count);
      await store.search.append(
        batch,
        batch.events.map((_, index) => termsWith(batch.events[index]?.id ?? '', index === 0 ? [word, `${word}x`] : [])),
      );
      if (round % 2 === 0) continue;
      const [event] = batch.events;
      assert.ok(event);
      await store.transaction((store) => store.search.replace({ event, terms: ['erased'] }));
      await store.search.forget(() => Promise.resolve());
      assert.ok(await store.erasures.emptyLog());
      // Terms that begin alike share their beginning.
      const rest = word.slice(4);
      if ([String(file), `${String(file)}-wal`].some((path) => readFileSync(path).includes(rest))) left.push(word);
    }
    assert.deepEqual(left, []);
    await database.writer.raw("insert into event_search (event_search) values ('integrity-check')");
    assert.deepEqual(rowsOf(await database.writer.raw('pragma integrity_check')), [{ integrity_check: 'ok' }]);
  });
});
