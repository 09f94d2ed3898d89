import assert from 'node:assert/strict';
import type { OutgoingRequest } from '../../src/domain/exchange.ts';
import type { LineDeps } from '../../src/sender/line.ts';
import { startLine } from '../../src/sender/line.ts';
import type { ToThread } from '../../src/sender/messages.ts';
import { createServing } from '../../src/sender/serving.ts';
import type { Thread, ThreadOwner } from '../../src/sender/thread.ts';
import { attemptWith } from './fixtures.ts';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const TIMINGS = { blocked: 0, dns: -1, connect: -1, ssl: -1, send: 0, wait: 1, receive: 0, total: 1 };
const ANSWER = {
  status: 200,
  httpVersion: '1.1',
  headers: [],
  body: Buffer.from('{}'),
  bodyBytes: 2,
  truncated: false,
};
const OAUTH = {
  kind: 'oauth2',
  tokenEndpoint: 'https://token.example/',
  clientId: 'c',
  clientSecret: 'canary-client-secret',
  scopes: [],
  clientAuthentication: 'basic',
} as const;

/** A line whose threads are the same code without a thread: each message is copied as it would be between threads. */
function setup(given: Partial<LineDeps> & { readonly answer?: (request: OutgoingRequest) => Promise<void> } = {}) {
  const messages: ToThread[] = [];
  const sent: OutgoingRequest[] = [];
  const failures: string[] = [];
  const pauses: number[] = [];
  const owners: ThreadOwner[] = [];
  const time = { mainMs: 1000, sharedMs: 50_000 };
  const startThread = async (owner: ThreadOwner): Promise<Thread> => {
    const serve = createServing({
      send: async (request, signal) => {
        if (signal.aborted) throw new Error('It was aborted before.');
        sent.push(request);
        await given.answer?.(request);
        return { response: ANSWER, failure: undefined, timings: TIMINGS, peer: undefined };
      },
      clock: () => NOW,
      userAgent: 'Hookwright/0.0.0',
      sharedMs: () => time.sharedMs,
      later: setImmediate,
      answer: (answers) => owner.answered(structuredClone(answers)),
    });
    owners.push(owner);
    return {
      post: (message) => {
        messages.push(structuredClone(message));
        serve(structuredClone(message));
      },
      end: async () => owner.ended(new Error('It was ended.')),
    };
  };
  const deps: LineDeps = {
    startThread,
    knownTokens: () => ['canary-older-token'],
    clock: () => NOW,
    monotonicMs: () => time.mainMs,
    sharedMs: () => time.sharedMs,
    later: setImmediate,
    pause: async (pauseMs) => void pauses.push(pauseMs),
    report: { jobFailed: ({ job, error }) => void failures.push(`${job}: ${String(error)}`) },
    ...given,
  };
  return { deps, messages, sent, failures, pauses, owners, time };
}

const forever = (): AbortSignal => new AbortController().signal;
const never = (): Promise<void> => new Promise(() => undefined);

describe('a line', () => {
  it('makes an attempt as the main thread would, and says the same of it', async () => {
    const { deps, sent } = setup();
    const line = await startLine(deps);
    const settings = { headers: { 'X-Key': 'canary-secret-value' } };
    const { verdict, end } = await line.attempt(attemptWith({ settings }), forever());
    assert.deepEqual(verdict, { kind: 'accepted' });
    assert.equal(sent[0]?.body, '{"id":"evt_1"}');
    assert.deepEqual([end.outcome, end.request?.body, end.response?.body], ['success', '{"id":"evt_1"}', '{}']);
    assert.deepEqual(end.request?.headers.at(-1), ['X-Key', '***']);
    await line.stop();
  });

  it('sends what gathers within a turn in one message, settings and template once', async () => {
    const { deps, messages, sent } = setup();
    const line = await startLine(deps);
    await Promise.all([1, 2, 3].map(() => line.attempt(attemptWith(), forever())));
    await line.attempt(attemptWith({ start: { webhookVersion: 2 } }), forever());
    const counts = messages.map(({ settings, plans, attempts }) => [settings.length, plans.length, attempts.length]);
    assert.deepEqual(counts, [
      [1, 1, 3],
      [1, 0, 1],
    ]);
    assert.equal(sent.length, 4);
    await line.stop();
  });

  it('sends the settings of a draft each time, since nothing names them', async () => {
    const { deps, messages } = setup();
    const line = await startLine(deps);
    const draft = attemptWith({ start: { webhookId: undefined, webhookVersion: undefined } });
    const { end } = await line.attempt(draft, forever());
    assert.equal(end.outcome, 'success');
    assert.deepEqual(messages[0]?.settings, []);
    await line.stop();
  });

  it('sends a body that needs no template as it is, a refusal of one, and none', async () => {
    const { deps, sent } = setup();
    const line = await startLine(deps);
    const body = { ok: true, body: '{"same":1}', warnings: [], templateSha256: 'ab' } as const;
    const refused = { ok: false, outcome: 'template_error', message: 'Gone.', templateSha256: undefined } as const;
    const outcomes = [];
    for (const render of [() => body, () => refused, undefined]) {
      const { end } = await line.attempt(attemptWith({ render }), forever());
      outcomes.push(end.outcome);
    }
    assert.deepEqual(outcomes, ['success', 'template_error', 'success']);
    assert.deepEqual(
      sent.map((request) => request.body),
      ['{"same":1}', undefined],
    );
    await line.stop();
  });

  it('hides the tokens that a receiver may repeat, those that came with a later attempt among them', async () => {
    const known = ['canary-older-token'];
    const { deps } = setup({
      knownTokens: () => [...known],
      answer: async () => undefined,
    });
    const echo = { ...ANSWER, body: Buffer.from('"canary-older-token canary-newer-token canary-first-token"') };
    const waiting: (() => void)[] = [];
    const startThread: LineDeps['startThread'] = async (owner) => {
      const serve = createServing({
        send: async () => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return { response: echo, failure: undefined, timings: TIMINGS, peer: undefined };
        },
        clock: () => NOW,
        userAgent: 'Hookwright/0.0.0',
        sharedMs: () => 0,
        later: setImmediate,
        answer: (answers) => owner.answered(structuredClone(answers)),
      });
      return { post: (message) => serve(structuredClone(message)), end: async () => undefined };
    };
    const line = await startLine({ ...deps, startThread });
    const settings = { authentication: OAUTH };
    const first = line.attempt(attemptWith({ settings, accessToken: 'canary-first-token' }), forever());
    await new Promise((resolve) => setImmediate(resolve));
    known.push('canary-newer-token');
    const second = line.attempt(attemptWith({ settings, accessToken: 'canary-newer-token' }), forever());
    await new Promise((resolve) => setImmediate(resolve));
    for (const answer of waiting) answer();
    assert.equal((await first).end.response?.body, '"*** *** ***"');
    await second;
    await line.stop();
  });

  it('rejects where an attempt throws, which is a bug', async () => {
    const { deps } = setup({ answer: () => Promise.reject(new TypeError('no such thing')) });
    const line = await startLine(deps);
    await assert.rejects(line.attempt(attemptWith(), forever()), /no such thing/);
    await line.stop();
  });
});

describe('the lease of an attempt', () => {
  it('is looked at right before it goes to the thread', async () => {
    const { deps, messages, time } = setup();
    const line = await startLine(deps);
    const attempt = line.attempt(attemptWith({ startByMs: 1000 }), forever());
    time.mainMs = 1001;
    const { verdict, end } = await attempt;
    assert.deepEqual([verdict, end.outcome], [{ kind: 'unsent' }, 'not_sent']);
    assert.match(end.message, /lease/);
    assert.equal(messages.length, 0);
    await line.stop();
  });

  it('is looked at again in the thread, by a clock that both read alike', async () => {
    const { deps, sent, time } = setup();
    const startThread: LineDeps['startThread'] = async (owner) => {
      const thread = await deps.startThread(owner);
      const post: Thread['post'] = (message) => {
        // Its loop was busy for a while.
        time.sharedMs += 11;
        thread.post(message);
      };
      return { ...thread, post };
    };
    const line = await startLine({ ...deps, startThread });
    const outcomes = [];
    for (const startByMs of [1011, 1010]) {
      const { end } = await line.attempt(attemptWith({ startByMs }), forever());
      outcomes.push(end.outcome);
    }
    assert.deepEqual(outcomes, ['success', 'not_sent']);
    assert.equal(sent.length, 1);
    await line.stop();
  });
});

describe('an interrupted attempt', () => {
  it('does not go to the thread any more where it waited', async () => {
    const { deps, messages } = setup();
    const line = await startLine(deps);
    const stopping = new AbortController();
    const attempt = line.attempt(attemptWith(), stopping.signal);
    stopping.abort();
    const { verdict, end } = await attempt;
    assert.deepEqual([verdict, end.outcome], [{ kind: 'unsent' }, 'not_sent']);
    assert.equal(messages.flatMap(({ attempts }) => attempts).length, 0);
    await line.stop();
  });

  it('is broken off in the thread, with all that have the same signal and with no others', async () => {
    const aborted: string[] = [];
    const { deps } = setup();
    const startThread: LineDeps['startThread'] = async (owner) => {
      const serve = createServing({
        send: async ({ headers }, signal) => {
          const name = headers.find(([header]) => header === 'webhook-id')?.[1] ?? '';
          signal.addEventListener('abort', () => aborted.push(name));
          return never().then(() => Promise.reject(new Error('It never comes here.')));
        },
        clock: () => NOW,
        userAgent: 'Hookwright/0.0.0',
        sharedMs: () => 0,
        later: setImmediate,
        answer: (answers) => owner.answered(answers),
      });
      return { post: serve, end: async () => owner.ended(new Error('It was ended.')) };
    };
    const line = await startLine({ ...deps, startThread });
    const stopping = new AbortController();
    const attempts = [
      line.attempt(attemptWith({ messageId: 'a' }), stopping.signal),
      line.attempt(attemptWith({ messageId: 'b' }), forever()),
      line.attempt(attemptWith({ messageId: 'c' }), stopping.signal),
    ];
    await new Promise((resolve) => setImmediate(resolve));
    stopping.abort();
    assert.deepEqual(aborted, ['a', 'c']);
    await line.stop();
    await Promise.all(attempts);
  });
});

describe('the end of a thread', () => {
  it('ends what it had begun as unknown, is reported, and another thread makes what comes after', async () => {
    let answer = never;
    const { deps, failures, owners, messages } = setup({ answer: () => answer() });
    const line = await startLine(deps);
    const lost = line.attempt(attemptWith(), forever());
    await new Promise((resolve) => setImmediate(resolve));
    owners[0]?.ended(new Error('out of memory'));
    const { verdict, end } = await lost;
    assert.deepEqual([verdict, end.outcome], [{ kind: 'unknown' }, 'unknown']);
    assert.deepEqual(failures, ['sender: Error: out of memory']);
    answer = () => Promise.resolve();
    const next = await line.attempt(attemptWith(), forever());
    assert.equal(next.end.outcome, 'success');
    // The new one knows nothing of what the other was given.
    assert.deepEqual([messages[1]?.settings.length, messages[1]?.plans.length], [1, 1]);
    await line.stop();
  });

  it('is followed by a pause where it had answered nothing, longer each time', async () => {
    const { deps, pauses, owners, failures } = setup();
    let refusals = 2;
    const startThread: LineDeps['startThread'] = (owner) =>
      owners.length > 0 && refusals-- > 0 ? Promise.reject(new Error('no memory')) : deps.startThread(owner);
    const line = await startLine({ ...deps, startThread });
    owners[0]?.ended(new Error('out of memory'));
    const { end } = await line.attempt(attemptWith(), forever());
    assert.equal(end.outcome, 'success');
    assert.deepEqual(pauses, [1000, 2000, 4000]);
    assert.equal(failures.length, 3);
    owners[1]?.ended(new Error('once more'));
    await line.attempt(attemptWith(), forever());
    assert.equal(pauses.length, 3);
    await line.stop();
  });

  it('leaves nothing waiting when the engine stops meanwhile', async () => {
    const { deps, owners } = setup({
      pause: (_pauseMs, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    });
    const line = await startLine(deps);
    owners[0]?.ended(new Error('out of memory'));
    const waiting = line.attempt(attemptWith(), forever());
    await new Promise((resolve) => setImmediate(resolve));
    await line.stop();
    assert.equal((await waiting).end.outcome, 'not_sent');
    assert.equal((await line.attempt(attemptWith(), forever())).end.outcome, 'not_sent');
    assert.equal(owners.length, 1);
  });
});
