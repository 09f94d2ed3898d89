import assert from 'node:assert/strict';
import { KeyUse } from '../../src/services/key-use.ts';
import { after, NOW } from '../store/fixtures.ts';

type Written = readonly [id: string, at: Date];

// A store that answers when it is told to, in order.
function setup() {
  const asked: { readonly written: Written; readonly end: (error?: Error) => void }[] = [];
  const failures: unknown[] = [];
  const clock = { now: NOW };
  const touch = (id: string, at: Date): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        if (error === undefined) resolve();
        else reject(error);
      };
      asked.push({ written: [id, at], end });
    });
  const use = new KeyUse({
    store: { apiKeys: { touch } },
    clock: () => clock.now,
    report: { jobFailed: ({ error }) => void failures.push(error) },
  });
  // Answers everything that is asked until nothing more is.
  const answerAll = async (error?: Error): Promise<void> => {
    const over = new AbortController();
    void use.settled().then(() => over.abort());
    for (let next = 0; !over.signal.aborted;) {
      if (next < asked.length) asked[next++]?.end(error);
      await new Promise(setImmediate);
    }
  };
  return { use, asked, failures, clock, answerAll };
}

describe('KeyUse', () => {
  it('writes one key after the other, and each once a minute', async () => {
    const { use, asked, clock, answerAll } = setup();
    for (const id of ['a', 'b', 'a', 'c']) use.note(id);
    assert.equal(asked.length, 1, 'one at a time');
    await answerAll();
    clock.now = after(59.999);
    use.note('a');
    clock.now = after(60);
    use.note('a');
    // A clock that was set back is no reason to stop for hours.
    clock.now = after(-3600);
    use.note('b');
    await answerAll();
    assert.deepEqual(
      asked.map(({ written }) => written),
      [
        ['a', NOW],
        ['b', NOW],
        ['c', NOW],
        ['a', after(60)],
        ['b', after(-3600)],
      ],
    );
  });

  it('reports what fails, goes on with the others, and leaves that key alone for a minute', async () => {
    const { use, asked, failures, clock, answerAll } = setup();
    use.note('a');
    use.note('b');
    await answerAll(new Error('disk full'));
    assert.equal(failures.length, 2);
    for (let n = 0; n < 1000; n += 1) use.note('a');
    assert.equal(asked.length, 2, 'requests do not add to the trouble');
    clock.now = after(60);
    use.note('a');
    await answerAll();
    assert.deepEqual(asked.at(-1)?.written, ['a', after(60)]);
    assert.equal(failures.length, 2);
  });

  it('keeps no more than one use of each key, however long the database does not answer', async () => {
    const { use, asked, clock, answerAll } = setup();
    for (let minute = 0; minute < 100; minute += 1) {
      clock.now = after(minute * 60);
      for (const id of ['a', 'b', 'c']) use.note(id);
    }
    assert.equal(asked.length, 1, 'it waits for the first');
    await answerAll();
    assert.deepEqual(
      asked.map(({ written: [id, at] }) => [id, at.getTime()]),
      [['a', NOW.getTime()], ...['b', 'c', 'a'].map((id) => [id, after(99 * 60).getTime()])],
    );
  });

  it('remembers a bounded number of keys', async () => {
    const { use, asked, answerAll } = setup();
    for (let n = 0; n < 25_000; n += 1) use.note(`k${String(n)}`);
    await answerAll();
    assert.ok(asked.length <= 10_001, String(asked.length));
  });
});
