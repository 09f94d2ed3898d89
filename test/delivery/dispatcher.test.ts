import assert from 'node:assert/strict';
import type { ClaimRequest, DispatcherDeps } from '../../src/delivery/dispatcher.ts';
import { Dispatcher } from '../../src/delivery/dispatcher.ts';
import type { Claimed } from '../../src/domain/lease.ts';

const NOW = new Date('2026-11-20T12:00:00Z');

interface Waiting {
  readonly id: string;
  readonly webhookId: string;
  readonly dueAt: Date;
}

function claimedOf({ id, webhookId }: Waiting): Claimed {
  return { delivery: { id, webhookId }, leaseToken: id, leaseUntil: NOW, invocation: {} } as unknown as Claimed;
}

// A queue that behaves as the store does: what is claimed is not claimable again.
function setup(options: Partial<DispatcherDeps> = {}) {
  const queue: Waiting[] = [];
  const finish = new Map<string, (error?: Error) => void>();
  const started: string[] = [];
  const signals: AbortSignal[] = [];
  const failures: unknown[] = [];
  let claims = 0;
  const free = (request: ClaimRequest, taken: Waiting[], one: Waiting): boolean =>
    taken.filter((other) => other.webhookId === one.webhookId).length < request.freeSlots(one.webhookId);
  const dispatcher = new Dispatcher({
    claim: async (request) => {
      claims += 1;
      const taken: Waiting[] = [];
      const limit = Math.min(request.limit, request.slowLimit);
      for (const one of queue) {
        if (taken.length < limit && one.dueAt <= request.now && free(request, taken, one)) taken.push(one);
      }
      for (const one of taken) queue.splice(queue.indexOf(one), 1);
      return taken.map(claimedOf);
    },
    withEvents: async (claimed) => claimed,
    nextDueAt: async (excluded) =>
      queue
        .filter((one) => !excluded.includes(one.webhookId))
        .map((one) => one.dueAt)
        .sort((a, b) => +a - +b)[0],
    deliver: async (claimed, _claimedAtMs, signal, wire) => {
      await wire.enter();
      started.push(claimed.delivery.id);
      signals.push(signal);
      return new Promise((resolve, reject) => {
        finish.set(claimed.delivery.id, (error) => (error === undefined ? resolve() : reject(error)));
      });
    },
    clock: () => NOW,
    monotonicMs: () => 0,
    concurrency: 5,
    webhookConcurrency: 2,
    report: { jobFailed: ({ error }) => failures.push(error) },
    ...options,
  });
  const add = (id: string, webhookId: string, dueAt = NOW): void => void queue.push({ id, webhookId, dueAt });
  const end = (id: string, error?: Error): void => finish.get(id)?.(error);
  return { dispatcher, add, end, started, signals, failures, queue, claims: () => claims };
}

// Lets everything run that is ready to run.
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('Dispatcher', () => {
  it('knows what is under way, until its result is stored', async () => {
    const { dispatcher, add, end } = setup();
    add('a', 'w');
    dispatcher.start();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([dispatcher.isUnderWay('a'), dispatcher.isUnderWay('b')], [true, false]);
    end('a');
    await dispatcher.idle();
    assert.equal(dispatcher.isUnderWay('a'), false);
    await dispatcher.stop(0);
  });

  it('sends what is due and is idle when all of it has ended', async () => {
    const { dispatcher, add, end, started } = setup();
    add('a', 'w1');
    add('b', 'w2');
    dispatcher.start();
    await turns();
    assert.deepEqual(started, ['a', 'b']);
    let idle = false;
    const waiting = dispatcher.idle().then(() => (idle = true));
    await turns();
    assert.equal(idle, false);
    end('a');
    end('b');
    await waiting;
    await dispatcher.stop(0);
  });

  it('is idle at once when nothing is due, although something waits for later', async () => {
    const { dispatcher, add } = setup();
    add('later', 'w1', new Date(NOW.getTime() + 60_000));
    dispatcher.start();
    await dispatcher.idle();
    await dispatcher.stop(0);
  });

  it('holds no more in flight than its limits, in all and for each webhook', async () => {
    const { dispatcher, add, end, started } = setup();
    for (let index = 0; index < 5; index += 1) add(`slow${String(index)}`, 'slow');
    for (let index = 0; index < 5; index += 1) add(`fast${String(index)}`, 'fast');
    dispatcher.start();
    await turns();
    assert.deepEqual(started, ['slow0', 'slow1', 'fast0', 'fast1']);
    end('fast0');
    await turns();
    assert.deepEqual(started.slice(4), ['fast2'], 'a freed slot goes to the webhook that has one free');
    assert.equal(dispatcher.inFlight, 4);
    for (const id of ['slow0', 'slow1', 'fast1', 'fast2']) end(id);
    await turns();
    assert.equal(started.length, 9);
    for (const id of started) end(id);
    await turns();
    for (const id of started) end(id);
    await dispatcher.stop(0);
  });

  it('keeps a quarter of its slots for webhooks with nothing in flight, so that dead receivers delay no one', async () => {
    const { dispatcher, add, end, started } = setup({ concurrency: 8, webhookConcurrency: 4 });
    for (const dead of ['dead1', 'dead2', 'dead3']) {
      for (let index = 0; index < 5; index += 1) add(`${dead}-${String(index)}`, dead);
    }
    dispatcher.start();
    await turns();
    assert.equal(dispatcher.inFlight, 7, 'six for all, and the first of a third webhook from the reserve');
    add('healthy-0', 'healthy');
    add('healthy-1', 'healthy');
    dispatcher.wake();
    await turns();
    assert.equal(started.at(-1), 'healthy-0');
    end('healthy-0');
    await turns();
    assert.equal(started.at(-1), 'healthy-1');
    for (let round = 0; round < 20; round += 1) {
      for (const id of started) end(id);
      await turns();
    }
    assert.equal(started.length, 17);
    await dispatcher.stop(0);
  });

  it('goes on when a delivery could not be recorded, and reports it', async () => {
    const { dispatcher, add, end, started, failures } = setup();
    add('a', 'w1');
    dispatcher.start();
    await turns();
    end('a', new Error('the database is away'));
    await turns();
    add('b', 'w1');
    dispatcher.wake();
    await turns();
    assert.deepEqual(started, ['a', 'b']);
    assert.equal(failures.length, 1);
    end('b');
    await dispatcher.stop(0);
  });

  it('counts a lease from before its claim, however long the claim took', async () => {
    let nowMs = 100;
    const claimedAt: number[] = [];
    const { dispatcher } = setup({
      claim: async () => {
        if (nowMs > 100) return [];
        nowMs += 9000;
        return [claimedOf({ id: 'a', webhookId: 'w1', dueAt: NOW })];
      },
      deliver: async (_claimed, claimedAtMs) => void claimedAt.push(claimedAtMs),
      monotonicMs: () => nowMs,
    });
    dispatcher.start();
    await dispatcher.idle();
    await dispatcher.stop(0);
    assert.deepEqual(claimedAt, [100]);
  });

  it('sends what is leased with its event, without a look at the database', async () => {
    const { dispatcher, end, started, claims } = setup();
    dispatcher.start();
    await dispatcher.idle();
    const before = claims();
    assert.ok(dispatcher.reserve('w1') && dispatcher.reserve('w1'));
    dispatcher.launch(claimedOf({ id: 'a', webhookId: 'w1', dueAt: NOW }), 0);
    dispatcher.launch(claimedOf({ id: 'b', webhookId: 'w1', dueAt: NOW }), 0);
    assert.equal(dispatcher.reserve('w1'), false, 'two are the most for a webhook that has not answered yet');
    assert.equal(dispatcher.isUnderWay('a'), true);
    await turns();
    assert.deepEqual([started, claims()], [['a', 'b'], before]);
    end('a');
    end('b');
    await dispatcher.idle();
    assert.ok(dispatcher.reserve('w1'));
    dispatcher.release('w1');
    await dispatcher.stop(0);
  });

  it('leaves half of the room to what waits in the database, and all of it when nothing does any more', async () => {
    const { dispatcher, add, end, started } = setup({ concurrency: 16, webhookConcurrency: 4 });
    dispatcher.start();
    for (let index = 0; index < 4; index += 1) assert.ok(dispatcher.reserve('w'));
    assert.equal(dispatcher.reserve('w'), false);
    for (let index = 0; index < 4; index += 1) dispatcher.release('w');
    for (let index = 0; index < 2; index += 1) assert.ok(dispatcher.reserve('w'), 'half of it');
    assert.equal(dispatcher.reserve('w'), false, 'the other half is for what was refused room before');
    add('waiting', 'w');
    dispatcher.wake();
    await turns();
    assert.deepEqual(started, ['waiting']);
    end('waiting');
    await turns();
    for (let index = 0; index < 2; index += 1) assert.ok(dispatcher.reserve('w'), 'all of it again');
    for (let index = 0; index < 4; index += 1) dispatcher.release('w');
    await dispatcher.stop(0);
  });

  it('does not look for what there is no room for, until there is', async () => {
    const { dispatcher, add, end, started, claims } = setup();
    dispatcher.start();
    for (const id of ['a', 'b']) {
      assert.ok(dispatcher.reserve('dead'));
      dispatcher.launch(claimedOf({ id, webhookId: 'dead', dueAt: NOW }), 0);
    }
    assert.ok(dispatcher.reserve('healthy'));
    dispatcher.launch(claimedOf({ id: 'h', webhookId: 'healthy', dueAt: NOW }), 0);
    await turns();
    const before = claims();
    add('waits', 'dead');
    dispatcher.planned(['dead']);
    end('h');
    await turns();
    assert.deepEqual([claims(), started.includes('waits')], [before, false]);
    end('a');
    await turns();
    assert.ok(started.includes('waits'));
    end('b');
    end('waits');
    await dispatcher.idle();
    await dispatcher.stop(0);
  });

  it('looks once for what is held for a receiver that is down, and again after it has sent one of it', async () => {
    const { dispatcher, add, end, claims } = setup();
    dispatcher.start();
    await turns();
    const looked = async (): Promise<number> => {
      const before = claims();
      dispatcher.held(['failing']);
      await turns();
      return claims() - before;
    };
    assert.ok((await looked()) > 0);
    assert.equal(await looked(), 0);
    add('probe', 'failing');
    dispatcher.wake();
    await turns();
    end('probe');
    await turns();
    assert.ok((await looked()) > 0);
    assert.equal(await looked(), 0);
    await dispatcher.stop(0);
  });

  it('looks again for what is held where something else has woken it, since what was held before may be gone', async () => {
    const { dispatcher, claims } = setup();
    dispatcher.start();
    await turns();
    dispatcher.held(['failing']);
    await turns();
    dispatcher.wake();
    await turns();
    const before = claims();
    dispatcher.held(['failing']);
    await turns();
    assert.ok(claims() > before);
    await dispatcher.stop(0);
  });

  it('reserves nothing once it is paused', async () => {
    const { dispatcher } = setup();
    dispatcher.start();
    dispatcher.pause();
    assert.equal(dispatcher.reserve('w'), false);
    await dispatcher.stop(0);
  });

  it('says whose turn was longest ago', async () => {
    const seen: number[][] = [];
    const { dispatcher } = setup({
      claim: async (request) => {
        seen.push(['w1', 'w2', 'w3'].map((id) => request.lastTurn(id)));
        const [webhookId] = ['w2', 'w1'].slice(seen.length - 1);
        return webhookId === undefined ? [] : [claimedOf({ id: webhookId, webhookId, dueAt: NOW })];
      },
      deliver: async () => undefined,
    });
    dispatcher.start();
    await dispatcher.idle();
    await dispatcher.stop(0);
    assert.deepEqual(seen.slice(0, 3), [
      [0, 0, 0],
      [0, 1, 0],
      [2, 1, 0],
    ]);
  });

  it('survives a claim that fails and looks again when it is woken', async () => {
    let failing = true;
    const { dispatcher, failures } = setup({
      claim: async () => {
        if (failing) throw new Error('locked');
        return [];
      },
    });
    dispatcher.start();
    await turns();
    assert.equal(failures.length, 1);
    failing = false;
    await dispatcher.idle();
    await dispatcher.stop(0);
  });

  it('looks again when it was woken while it was looking', async () => {
    const { dispatcher, add, end, started, queue } = setup({
      nextDueAt: async () => {
        if (started.length === 0 && queue.length === 0) {
          add('late', 'w1');
          dispatcher.wake();
        }
        return undefined;
      },
    });
    dispatcher.start();
    await turns();
    assert.deepEqual(started, ['late']);
    end('late');
    await dispatcher.stop(0);
  });

  it('does not claim in circles while nothing changes', async () => {
    const { dispatcher, claims } = setup();
    dispatcher.start();
    await turns();
    const before = claims();
    await turns();
    assert.equal(claims(), before);
    await dispatcher.stop(0);
  });

  it('claims nothing after stop, lets what runs end, and cuts off what is left', async () => {
    const { dispatcher, add, end, started, signals } = setup();
    add('a', 'w1');
    dispatcher.start();
    await turns();
    const stopped = dispatcher.stop(0);
    add('b', 'w1');
    await turns();
    await new Promise<void>((resolve) => {
      if (signals[0]?.aborted === true) resolve();
      else signals[0]?.addEventListener('abort', () => resolve());
    });
    end('a');
    await stopped;
    assert.deepEqual(started, ['a']);
  });
});
