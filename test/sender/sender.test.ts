import assert from 'node:assert/strict';
import type { AttemptResult } from '../../src/delivery/attempt.ts';
import type { LineDeps } from '../../src/sender/line.ts';
import type { Sender } from '../../src/sender/sender.ts';
import { shareOf, startSender } from '../../src/sender/sender.ts';
import { sharedMs } from '../../src/sender/shared-clock.ts';
import type { Thread } from '../../src/sender/thread.ts';
import { startThread } from '../../src/sender/thread.ts';
import type { Receiver } from '../support/tls-receiver.ts';
import { readBody, startReceiver } from '../support/tls-receiver.ts';
import { attemptWith } from './fixtures.ts';

const HOST = 'receiver.example.com';
const ids = Array.from({ length: 8 }, (_, index) => `whk_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8${String(index)}`);

// Real threads, which take a second to start: all cases have the same.
describe('startSender', () => {
  let receiver: Receiver;
  let sender: Sender;
  let deps: LineDeps;
  let arrived: (() => void) | undefined;
  const threads: Thread[] = [];
  const bodies: string[] = [];
  const failures: string[] = [];

  before(async () => {
    receiver = await startReceiver((request, response) => {
      arrived?.();
      // Silence, until the other end gives up.
      if (request.url === '/silent') return;
      void readBody(request).then((body) => {
        bodies.push(body);
        response.end('{"done":true,"exact":1.10}');
      });
    });
    const exceptions = { allow: [], connect: [receiver.rule] };
    deps = {
      startThread: async (owner) => {
        const thread = await startThread({ exceptions, connectionsPerOrigin: 64, userAgent: 'Hookwright/0' }, owner);
        threads.push(thread);
        return thread;
      },
      knownTokens: () => [],
      clock: () => new Date(),
      monotonicMs: () => performance.now(),
      sharedMs,
      later: setImmediate,
      pause: () => Promise.resolve(),
      report: { jobFailed: ({ job, error }) => void failures.push(`${job}: ${String(error)}`) },
    };
    sender = await startSender(deps, 2);
  });

  after(async () => {
    await receiver.close();
    await sender.stop();
  });

  function send(
    path: string,
    { webhookId = ids[0] ?? '', timeoutInSec = 5, validators = false, signal = new AbortController().signal } = {},
  ): Promise<AttemptResult> {
    const responseValidators = validators ? [{ jsonPath: '$.data.exact', expectedValues: [1.1] }] : [];
    const settings = { url: `https://${HOST}${path}`, timeoutInSec, responseValidators };
    // Two versions of a webhook never have the same number.
    const webhookVersion = (path.length * 100 + timeoutInSec) * 2 + Number(validators);
    const startByMs = performance.now() + 10_000;
    return sender.attempt(attemptWith({ start: { webhookId, webhookVersion }, settings, startByMs }), signal);
  }

  it('delivers over HTTPS, and records the exchange', async () => {
    const { verdict, end } = await send('/hook', { validators: true });
    assert.deepEqual(verdict, { kind: 'accepted' });
    assert.deepEqual([end.response?.status, end.response?.body], [200, '{"done":true,"exact":1.10}']);
    assert.deepEqual(JSON.parse(JSON.stringify(end.validators[0]?.actual)), {
      found: 'values',
      values: [{ text: '1.10' }],
    });
    assert.equal(end.peer?.port, receiver.port);
    assert.ok((end.timings?.total ?? -1) > 0);
    assert.ok(Math.abs(end.finishedAt.getTime() - Date.now()) < 5000);
  });

  it('delivers many at once, each with its own answer, over the connections of two threads', async () => {
    const before = bodies.length;
    const results = await Promise.all(
      Array.from({ length: 64 }, (_, index) => send('/hook', { webhookId: ids[index % 8] ?? '' })),
    );
    assert.ok(results.every(({ verdict }) => verdict.kind === 'accepted'));
    assert.equal(bodies.length - before, 64);
  });

  it('says what a receiver does wrong', async () => {
    const { verdict, end } = await send('/silent', { timeoutInSec: 1 });
    assert.deepEqual([verdict.kind, end.outcome, end.phase], ['failed', 'timeout', 'wait']);
    const refused = await sender.attempt(
      attemptWith({ start: { webhookVersion: 0 }, settings: { url: 'https://127.0.0.1/' } }),
      new AbortController().signal,
    );
    assert.equal(refused.end.outcome, 'blocked_address');
  });

  it('breaks off what was sent when the signal comes: its end is unknown', async () => {
    const stopping = new AbortController();
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    const attempt = send('/silent', { signal: stopping.signal });
    await reached;
    stopping.abort();
    const { verdict, end } = await attempt;
    assert.deepEqual([verdict, end.outcome, end.phase], [{ kind: 'unknown' }, 'unknown', 'wait']);
    assert.equal(end.request?.body, '{"id":"evt_1"}');
  });

  it('goes on with a new thread where one dies: what it had begun ends unknown, and nothing waits forever', async () => {
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    const attempt = send('/silent');
    await reached;
    await Promise.all(threads.map((thread) => thread.end()));
    const { verdict, end } = await attempt;
    assert.deepEqual([verdict, end.outcome], [{ kind: 'unknown' }, 'unknown']);
    assert.deepEqual(failures, Array(2).fill('sender: Error: The thread has ended with 1.'));
    const results = await Promise.all(ids.map((webhookId) => send('/hook', { webhookId })));
    assert.ok(results.every(({ verdict: { kind } }) => kind === 'accepted'));
    assert.equal(threads.length, 4);
  });

  it('rejects where a thread cannot start, and leaves none behind', async () => {
    let started = 0;
    let ended = 0;
    const half: LineDeps['startThread'] = () => {
      started += 1;
      if (started === 2) return Promise.reject(new Error('no memory'));
      return Promise.resolve({
        post: () => undefined,
        end: () => {
          ended += 1;
          return Promise.resolve();
        },
      });
    };
    await assert.rejects(startSender({ ...deps, startThread: half }, 3), /no memory/);
    assert.deepEqual([started, ended], [3, 2]);
  });
});

describe('shareOf', () => {
  it('gives a webhook always the same thread, and each thread about as many', () => {
    const shares = Array.from({ length: 1000 }, (_, index) =>
      shareOf(`whk_${String(index * 7919).padStart(8, '0')}`, 3),
    );
    for (const thread of [0, 1, 2]) assert.ok(shares.filter((share) => share === thread).length > 250);
    assert.equal(shareOf(ids[3], 4), shareOf(ids[3], 4));
  });

  it('gives drafts the first one', () => {
    assert.deepEqual([shareOf(undefined, 4), shareOf('whk_', 4), shareOf(ids[5], 1)], [0, 0, 0]);
  });
});
