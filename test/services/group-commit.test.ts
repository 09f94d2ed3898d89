import assert from 'node:assert/strict';
import { unavailable } from '../../src/domain/errors.ts';
import type { Group } from '../../src/services/group-commit.ts';
import { GroupCommit } from '../../src/services/group-commit.ts';

type TestGroup = Group<string, string>;

interface Failing {
  readonly lanes?: number;
  readonly fails?: (group: TestGroup) => Error | undefined;
  readonly ease?: () => number;
}

// A database whose transactions begin and end when the test says so.
function setup({ lanes = 1, fails, ease = () => Infinity }: Failing = {}) {
  const groups: TestGroup[] = [];
  const begins: (() => void)[] = [];
  const commits: (() => void)[] = [];
  const committed: string[] = [];
  const clock = { nowMs: 0 };
  const commit = new GroupCommit<string, string, string, string>({
    transact: async (choose) => {
      await new Promise<void>((resolve) => begins.push(resolve));
      const group = choose();
      groups.push(group);
      await new Promise<void>((resolve) => commits.push(resolve));
      const error = fails?.(group);
      if (error !== undefined) throw error;
      return {
        accepted: group.intakes.map((one) => `accepted ${one}`),
        recorded: group.finishes.map((one) => `recorded ${one}`),
      };
    },
    committed: (recorded) => committed.push(...recorded),
    monotonicMs: () => clock.nowMs,
    lanes,
    ease,
  });
  const next = async (queue: (() => void)[]): Promise<void> => {
    await turns();
    queue.shift()?.();
    await turns();
  };
  return { commit, groups, committed, clock, begin: () => next(begins), end: () => next(commits), waiting: begins };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('GroupCommit', () => {
  it('writes what gathers while a transaction is under way in the next one, each with its own answer', async () => {
    const { commit, groups, committed, begin, end } = setup();
    const first = commit.accept('a', 1, 1000);
    await begin();
    const others = [commit.accept('b', 1, 1000), commit.record('c'), commit.accept('d', 1, 1000), commit.record('e')];
    await end();
    assert.equal(await first, 'accepted a');
    await begin();
    await end();
    assert.deepEqual(await Promise.all(others), ['accepted b', 'recorded c', 'accepted d', 'recorded e']);
    assert.deepEqual(groups, [
      { intakes: ['a'], finishes: [] },
      { intakes: ['b', 'd'], finishes: ['c', 'e'] },
    ]);
    assert.deepEqual(committed, ['recorded c', 'recorded e']);
  });

  it('takes along what comes until the transaction begins', async () => {
    const { commit, groups, begin, end } = setup();
    const all = [commit.accept('a', 1, 1000)];
    await turns();
    all.push(commit.accept('b', 1, 1000));
    await begin();
    await end();
    await Promise.all(all);
    assert.deepEqual(groups, [{ intakes: ['a', 'b'], finishes: [] }]);
  });

  it('bounds what one transaction holds, and never leaves out the first', async () => {
    const { commit, groups, begin, end } = setup();
    const all = [commit.accept('huge', 1000, 1000), commit.accept('a', 300, 1000), commit.accept('b', 300, 1000)];
    for (let count = 0; count < 3; count += 1) {
      await begin();
      await end();
    }
    await Promise.all(all);
    assert.deepEqual(
      groups.map(({ intakes }) => intakes),
      [['huge'], ['a'], ['b']],
    );
  });

  it('runs as many transactions at once as it has lanes', async () => {
    const { commit, groups, begin, end } = setup({ lanes: 2 });
    const eight = () => Array.from({ length: 8 }, () => commit.accept('a', 1, 1000));
    const first = eight();
    await begin();
    const second = eight();
    await begin();
    const third = eight();
    await turns();
    assert.deepEqual(groups.length, 2, 'a third has to wait');
    await end();
    await end();
    await begin();
    await end();
    await Promise.all([...first, ...second, ...third]);
  });

  it('does not begin another one beside it for a few', async () => {
    const { commit, groups, begin, end } = setup({ lanes: 2 });
    const all = [commit.accept('a', 1, 1000)];
    await begin();
    all.push(commit.accept('b', 1, 1000));
    await begin();
    assert.equal(groups.length, 1);
    await end();
    await begin();
    await end();
    await Promise.all(all);
  });

  it('gives up an intake for which no transaction has begun in time, and no finish', async () => {
    const { commit, groups, clock, begin, end } = setup();
    const late = commit.accept('late', 1, 5);
    const finish = commit.record('finish');
    clock.nowMs = 5;
    await assert.rejects(late, { code: 'storage_busy', kind: 'unavailable' });
    await begin();
    await end();
    assert.equal(await finish, 'recorded finish');
    assert.deepEqual(groups, [{ intakes: [], finishes: ['finish'] }]);
  });

  it('does not let one that cannot be written fail the others', async () => {
    const fails = ({ intakes }: TestGroup) => (intakes.includes('poison') ? new Error('broken') : undefined);
    const { commit, begin, end } = setup({ fails });
    const all = [commit.accept('a', 1, 1000), commit.accept('poison', 1, 1000), commit.record('c')];
    const settled = Promise.allSettled(all);
    for (let count = 0; count < 4; count += 1) {
      await begin();
      await end();
    }
    assert.deepEqual(
      (await settled).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))),
      ['accepted a', 'Error: broken', 'recorded c'],
    );
  });

  it('holds intake back for which there is no room yet, and no finish', async () => {
    let room = 1;
    const { commit, groups, begin, end } = setup({ ease: () => room });
    const all = [...['a', 'b', 'c'].map((one) => commit.accept(one, 100, 1000)), commit.record('finish')];
    await begin();
    await end();
    room = 101;
    all.push(commit.record('another'));
    await begin();
    await end();
    await Promise.all(all);
    assert.deepEqual(groups, [
      { intakes: ['a'], finishes: ['finish'] },
      { intakes: ['b', 'c'], finishes: ['another'] },
    ]);
  });

  it('holds nothing back for longer than 150 ms, whatever else happens', async () => {
    const { commit, groups, clock, begin, end, waiting } = setup({ ease: () => 0 });
    const all = [commit.accept('a', 1, 1000), commit.accept('b', 1, 1000)];
    await turns();
    const began = (): number => waiting.length;
    assert.equal(began(), 0);
    clock.nowMs = 149;
    all.push(commit.accept('c', 1, 1000));
    await turns();
    assert.equal(began(), 0);
    clock.nowMs = 150;
    // Nobody else comes: its own timer has to fire.
    while (began() === 0) await turns();
    await begin();
    await end();
    clock.nowMs = 299;
    while (began() === 0) await turns();
    await begin();
    await end();
    assert.deepEqual(await Promise.all(all), ['accepted a', 'accepted b', 'accepted c']);
    assert.deepEqual(
      groups.map(({ intakes }) => intakes),
      [['a', 'b'], ['c']],
    );
  });

  it('tells all of them where the database takes nothing now, without trying them one by one', async () => {
    const { commit, groups, begin, end } = setup({ fails: () => unavailable('storage_full', 'The disk is full.', 30) });
    const all = Promise.allSettled([commit.accept('a', 1, 1000), commit.record('b')]);
    await begin();
    await end();
    assert.deepEqual(
      (await all).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(groups.length, 1);
  });
});
