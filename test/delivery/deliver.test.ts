import assert from 'node:assert/strict';
import type { Attempt, AttemptResult, BodyRenderer } from '../../src/delivery/attempt.ts';
import type { AttemptFact, DeliverDeps } from '../../src/delivery/deliver.ts';
import { deliver } from '../../src/delivery/deliver.ts';
import type { AuthorizeInput, Authorized } from '../../src/delivery/authorize.ts';
import { unsent } from '../../src/delivery/unsent.ts';
import type { Asked, Verdict, WebhookStanding } from '../../src/domain/delivery.ts';
import { conflict, unavailable } from '../../src/domain/errors.ts';
import type { Event } from '../../src/domain/event.ts';
import { sha256Hex } from '../../src/domain/event.ts';
import type { Invocation, RecordedRequest } from '../../src/domain/invocation.ts';
import type { Claimed, Finish } from '../../src/domain/lease.ts';
import type { Webhook } from '../../src/domain/webhook.ts';
import { endWith, eventWith, startWith, webhookWith } from '../store/fixtures.ts';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const LATEST_START_MS = 10_000;
const RENDER: BodyRenderer = () => ({ ok: true, body: '{}', warnings: [], templateSha256: 'ab' });

interface Given {
  readonly verdict?: Verdict;
  readonly attempt?: number;
  /** The webhook as it is when the attempt has ended; `null`: deleted. */
  readonly current?: Webhook | null;
  /** What it has become, where `current` does not say. */
  readonly standing?: WebhookStanding;
  readonly claimedAgoMs?: number;
  readonly event?: Event | null;
  readonly settled?: boolean;
  /** Fails some of the recordings, or all. */
  readonly recording?: () => Promise<never> | undefined;
  /** What happens in each pause; time passes by itself. */
  readonly pausing?: () => void;
  /** Makes the template ready; `pass` lets time go by. */
  readonly prepare?: (pass: (ms: number) => void) => ReturnType<DeliverDeps['prepare']>;
  readonly createdAt?: Date;
  /** Gets the access token; `pass` lets time go by. */
  readonly authorize?: (pass: (ms: number) => void) => Authorized;
  readonly tokenRefusedAt?: Date;
  readonly asked?: Asked;
  /** Whether somebody cancels it while it is sent. */
  readonly cancelled?: boolean;
  /** Whether a secret of the webhook cannot be opened. */
  readonly unreadable?: boolean;
  /** What is recorded of earlier ones. */
  readonly earlier?: Invocation;
}

function setup(given: Given = {}) {
  const webhook = webhookWith({
    retryPolicy: { delaysInSec: [60, 600], jitter: 0.5 },
    url: 'https://receiver.example/secret/path?t=1',
  });
  const event = eventWith();
  const attempts: Attempt[] = [];
  const finishes: Finish[] = [];
  const facts: AttemptFact[] = [];
  const pauses: number[] = [];
  const failures: { readonly job: string; readonly error: unknown }[] = [];
  let nowMs = 1_000_000;
  const asked: (readonly [string, number])[] = [];
  const authorized: AuthorizeInput[] = [];
  const claimed: Claimed = {
    delivery: {
      id: 'dlv_1',
      organizationId: webhook.organizationId,
      eventId: event.id,
      webhookId: webhook.id,
      messageId: 'dlv_first',
      state: 'sending',
      reason: undefined,
      attempts: given.attempt ?? 1,
      dueAt: NOW,
      createdAt: given.createdAt ?? NOW,
      updatedAt: NOW,
      finishedAt: undefined,
      heldUntil: undefined,
      asked: given.asked,
      cancelRequestedAt: undefined,
      tokenRefusedAt: given.tokenRefusedAt,
    },
    leaseToken: 'lease',
    leaseUntil: new Date(NOW.getTime() + 25_000),
    invocation: {
      id: 'inv_1',
      organizationId: webhook.organizationId,
      kind: 'delivery',
      deliveryId: 'dlv_1',
      eventId: event.id,
      webhookId: webhook.id,
      webhookVersion: 7,
      webhookName: 'w',
      requestedBy: undefined,
      attempt: given.attempt ?? 1,
      maxAttempts: 3,
      scheduledAt: NOW,
      startedAt: NOW,
    },
  };
  const end = { ...unsent(NOW, 'x').end, outcome: 'server_error' as const };
  const deps: DeliverDeps = {
    store: {
      events: { byId: async () => (given.event === null ? undefined : event) },
      webhooks: {
        byVersion: async (_organizationId, id, version) => {
          asked.push([id, version]);
          if (given.unreadable === true) throw conflict('secret_unreadable', 'It was changed.', 'Replace it.');
          return webhook;
        },
        standing: async () => {
          const { settings } = given.current ?? webhook;
          const { retryPolicy: policy, maxHeldInSec } = settings;
          const standing = given.current === null ? 'deleted' : settings.active ? 'active' : 'inactive';
          return { standing: given.standing ?? standing, policy, maxHeldInSec };
        },
      },
      deliveries: {
        byId: async () => ({ ...claimed.delivery, cancelRequestedAt: given.cancelled === true ? NOW : undefined }),
      },
      invocations: {
        byId: async (_organizationId, id) => (id === given.earlier?.start.id ? given.earlier : undefined),
      },
      record: async (some) => {
        finishes.push(...some);
        await given.recording?.();
        return [{ settled: given.settled ?? true }];
      },
    },
    prepare: () => (given.prepare === undefined ? RENDER : given.prepare((ms) => void (nowMs += ms))),
    authorize: async (input) => {
      authorized.push(input);
      return given.authorize?.((ms) => void (nowMs += ms)) ?? { ok: true, accessToken: undefined };
    },
    attempt: async (input): Promise<AttemptResult> => {
      attempts.push(input);
      return { end, verdict: given.verdict ?? { kind: 'accepted' } };
    },
    clock: () => NOW,
    chance: () => 0.5,
    monotonicMs: () => nowMs,
    pause: async (pauseMs) => {
      pauses.push(pauseMs);
      nowMs += pauseMs;
      given.pausing?.();
    },
    report: { attemptFinished: (fact) => facts.push(fact), jobFailed: (fact) => failures.push(fact) },
  };
  const run = (signal = new AbortController().signal) =>
    deliver(deps, claimed, 1_000_000 - (given.claimedAgoMs ?? 0), signal);
  return { run, webhook, event, attempts, finishes, facts, asked, authorized, pauses, failures };
}

describe('deliver', () => {
  it('attempts the version that the claim names, records it under the lease, and reports it', async () => {
    const { run, webhook, event, attempts, finishes, facts, asked } = setup();
    await run();
    assert.deepEqual(asked, [[webhook.id, 7]]);
    assert.equal(attempts.length, 1);
    assert.equal(attempts[0]?.event, event);
    assert.equal(attempts[0].settings, webhook.settings);
    assert.equal(attempts[0].messageId, 'dlv_first');
    assert.equal(finishes.length, 1);
    assert.equal(finishes[0]?.invocationId, 'inv_1');
    assert.deepEqual(finishes[0].fence, {
      deliveryId: 'dlv_1',
      leaseToken: 'lease',
      settlement: { state: 'delivered' },
      tokenRefused: false,
      now: NOW,
    });
    const [fact] = facts;
    assert.deepEqual([fact?.settled, fact?.urlHost], [true, 'receiver.example']);
    assert.ok(!JSON.stringify(facts).includes('secret/path'));
  });

  it('authorizes within the time that is left, and sends with the token', async () => {
    const { run, attempts, authorized, webhook } = setup({
      authorize: () => ({ ok: true, accessToken: 'abc' }),
      tokenRefusedAt: NOW,
      claimedAgoMs: 1000,
    });
    await run();
    const { organizationId, settings } = webhook;
    assert.deepEqual(authorized, [{ organizationId, settings, newerThan: NOW, withinMs: LATEST_START_MS - 1000 }]);
    assert.equal(attempts[0]?.accessToken, 'abc');
  });

  it('ends without a request where there is no token', async () => {
    const end = { ...unsent(NOW, 'x').end, outcome: 'token_failed' as const };
    const result: AttemptResult = { verdict: { kind: 'failed', reason: 'token_failed' }, end };
    const { run, attempts, finishes } = setup({ authorize: () => ({ ok: false, result }) });
    await run();
    assert.deepEqual([attempts, finishes[0]?.end.outcome], [[], 'token_failed']);
    assert.match(finishes[0]?.end.nextAttemptReason ?? '', /Retry 1 of 2/);
  });

  it('sends nothing where the token came too late', async () => {
    const late = (pass: (ms: number) => void): Authorized => {
      pass(LATEST_START_MS + 1);
      return { ok: true, accessToken: 'abc' };
    };
    const { run, attempts, finishes } = setup({ authorize: late });
    await run();
    assert.deepEqual([attempts, finishes[0]?.end.outcome], [[], 'not_sent']);
  });

  for (const [tokenRefusedAt, isTokenRefused, next] of [
    [undefined, true, /at once, with a new token/],
    [NOW, false, /Retry 1 of 2/],
  ] as const) {
    it(`takes a refused token for ${isTokenRefused ? 'no' : 'a'} fault of the receiver, and keeps when that was`, async () => {
      const verdict: Verdict = { kind: 'failed', reason: 'client_error', tokenRefused: true };
      const { run, finishes } = setup({ verdict, ...(tokenRefusedAt === undefined ? {} : { tokenRefusedAt }) });
      await run();
      assert.deepEqual(finishes[0]?.fence?.tokenRefused, true);
      assert.equal(finishes[0].isTokenRefused, isTokenRefused);
      assert.match(finishes[0].end.nextAttemptReason ?? '', next);
    });
  }

  it('writes when and why it is tried again onto the invocation', async () => {
    const { run, finishes } = setup({ verdict: { kind: 'failed', reason: 'server_error' } });
    await run();
    const [finish] = finishes;
    assert.deepEqual(finish?.end.nextAttemptAt, new Date(NOW.getTime() + 60_000));
    assert.match(finish.end.nextAttemptReason ?? '', /Retry 1 of 2: 60 s/);
  });

  const settlements: readonly (readonly [string, Given, string, string | undefined])[] = [
    ['none are left', { verdict: { kind: 'failed', reason: 'timeout' }, attempt: 3 }, 'exhausted', 'timeout'],
    ['it was refused', { verdict: { kind: 'refused', reason: 'gone' } }, 'rejected', 'gone'],
    [
      'the webhook was deleted',
      { verdict: { kind: 'failed', reason: 'timeout' }, current: null },
      'cancelled',
      'webhook_deleted',
    ],
    [
      'the webhook was switched off',
      { verdict: { kind: 'failed', reason: 'timeout' }, current: webhookWith({ active: false }) },
      'held',
      'webhook_inactive',
    ],
    [
      'the engine has disabled the webhook',
      { verdict: { kind: 'failed', reason: 'timeout' }, standing: 'disabled' },
      'held',
      'webhook_disabled',
    ],
    [
      'the policy was made shorter meanwhile',
      {
        verdict: { kind: 'failed', reason: 'timeout' },
        current: webhookWith({ retryPolicy: { delaysInSec: [], jitter: 0 } }),
      },
      'exhausted',
      'timeout',
    ],
    [
      'it was accepted after the webhook was deleted',
      { verdict: { kind: 'accepted' }, current: null },
      'delivered',
      undefined,
    ],
  ];
  for (const [when, given, state, reason] of settlements) {
    it(`ends ${state} where ${when}`, async () => {
      const { run, finishes } = setup(given);
      await run();
      const settlement = finishes[0]?.fence?.settlement;
      assert.equal(settlement?.state, state);
      assert.equal('reason' in settlement ? settlement.reason : undefined, reason);
      // What is held keeps the time of its next attempt.
      assert.equal(finishes[0]?.end.nextAttemptAt !== undefined, state === 'held');
    });
  }

  it('sends nothing once its lease is too old, and the attempt does not count', async () => {
    for (const [claimedAgoMs, isSent] of [
      [LATEST_START_MS, true],
      [LATEST_START_MS + 1, false],
    ] as const) {
      const { run, attempts, finishes, facts } = setup({ claimedAgoMs });
      await run();
      assert.equal(attempts.length, isSent ? 1 : 0);
      if (isSent) continue;
      assert.equal(finishes[0]?.end.outcome, 'not_sent');
      assert.match(finishes[0].end.message, /lease was too old/);
      assert.deepEqual(finishes[0].fence?.settlement, {
        state: 'pending',
        dueAt: NOW,
        reason: 'It was not sent: due again at once.',
        counts: false,
      });
      assert.equal(finishes[0].end.request, undefined);
      assert.equal(facts.length, 1);
    }
  });

  it('sends nothing once the engine is stopping', async () => {
    const { run, attempts, finishes } = setup();
    await run(AbortSignal.abort());
    assert.equal(attempts.length, 0);
    assert.equal(finishes[0]?.end.outcome, 'not_sent');
    assert.match(finishes[0].end.message, /stopping/);
  });

  describe('while the template is not ready', () => {
    const dueIn = (sec: number) => ({
      state: 'pending',
      dueAt: new Date(NOW.getTime() + sec * 1000),
      reason: `It was not sent: due again in ${String(sec)} s.`,
      counts: false,
    });
    const never = new Promise<never>(() => undefined);
    const broken = unavailable('templates_busy', 'The thread broke.', 5);

    it('sends what is ready, at once or after a wait', async () => {
      for (const prepare of [() => RENDER, async () => RENDER, () => undefined]) {
        const { run, attempts } = setup({ prepare });
        await run();
        assert.equal(attempts.length, 1);
        assert.equal(attempts[0]?.render, await prepare());
      }
    });

    it('sends nothing where it took longer than the lease, whoever notices it', async () => {
      const wait = async (pass: (ms: number) => void) => {
        pass(45_000);
        return RENDER;
      };
      const { run, attempts, finishes } = setup({ prepare: wait });
      await run();
      assert.equal(attempts.length, 0);
      assert.equal(finishes[0]?.end.outcome, 'not_sent');
      const settlement = finishes[0].fence?.settlement;
      assert.ok(settlement?.state === 'pending' && !settlement.counts);
    });

    it('waits no longer than an attempt may start, and leaves the delivery due again while the lease still holds', async () => {
      const { run, attempts, finishes, pauses } = setup({ prepare: () => never, claimedAgoMs: 4000 });
      await run();
      assert.deepEqual([attempts.length, pauses], [0, [LATEST_START_MS - 4000]]);
      assert.deepEqual(finishes[0]?.fence?.settlement, dueIn(5));
      assert.match(finishes[0].end.message, /not ready in time/);
      assert.deepEqual(finishes[0].end.nextAttemptAt, new Date(NOW.getTime() + 5000));
    });

    it('comes again where the workshop failed, later the older it is, and never ends by it', async () => {
      for (const [ageSec, pauseSec] of [
        [0, 5],
        [60, 15],
        [86_400, 300],
      ] as const) {
        const createdAt = new Date(NOW.getTime() - ageSec * 1000);
        const { run, attempts, finishes, facts, failures } = setup({
          prepare: () => Promise.reject(broken),
          createdAt,
          attempt: 3,
        });
        await run();
        assert.deepEqual([attempts.length, failures.length], [0, 0], 'the workshop has reported it');
        assert.deepEqual(finishes[0]?.fence?.settlement, dueIn(pauseSec));
        assert.equal(facts[0]?.end.outcome, 'not_sent');
        assert.match(facts[0].end.message, /could not be made ready. The thread broke/);
      }
    });

    it('reports a bug there, says nothing of it to the receiver of the record, and comes again', async () => {
      for (const fail of [() => Promise.reject(new Error('a bug')), (): never => assert.fail('a bug')]) {
        const { run, finishes, failures } = setup({ prepare: fail });
        await run();
        assert.equal(failures[0]?.job, 'prepare-template');
        assert.match(String(failures[0].error), /a bug/);
        assert.deepEqual(finishes[0]?.fence?.settlement, dueIn(5));
        assert.ok(!finishes[0].end.message.includes('a bug'));
      }
    });

    it('waits no longer when the engine stops', async () => {
      const stopping = new AbortController();
      const { run, attempts, finishes } = setup({ prepare: () => never, pausing: () => stopping.abort() });
      await run(stopping.signal);
      assert.equal(attempts.length, 0);
      assert.match(finishes[0]?.end.message ?? '', /stopping/);
    });
  });

  it('counts an attempt of which nothing is known, and makes it due at once', async () => {
    const { run, finishes } = setup({ verdict: { kind: 'unknown' } });
    await run();
    assert.deepEqual(finishes[0]?.fence?.settlement, {
      state: 'pending',
      dueAt: NOW,
      reason: 'What became of the attempt is not known: due again at once.',
      counts: true,
    });
  });

  it('reports where somebody else had settled the delivery', async () => {
    const { run, facts } = setup({ settled: false });
    await run();
    assert.equal(facts[0]?.settled, false);
  });

  describe('while the database is unavailable', () => {
    const away = unavailable('storage_busy', 'The database is busy.', 2);
    const failing = (times: number) => {
      let left = times;
      return () => {
        left -= 1;
        return left >= 0 ? Promise.reject(away) : undefined;
      };
    };

    it('keeps the result and records it when the database is back', async () => {
      const { run, attempts, finishes, facts, pauses } = setup({ recording: failing(5) });
      await run();
      assert.equal(attempts.length, 1, 'it is sent once');
      assert.deepEqual(pauses, [200, 400, 800, 1600, 2000]);
      assert.equal(finishes.length, 6);
      for (const finish of finishes) assert.equal(finish, finishes[0]);
      assert.deepEqual([finishes[0]?.fence?.settlement.state, facts.length], ['delivered', 1]);
    });

    it('gives up when its lease is over', async () => {
      const { run, facts, pauses } = setup({ recording: failing(1000), claimedAgoMs: 5000 });
      await assert.rejects(run(), away);
      const paused = pauses.reduce((sum, pauseMs) => sum + pauseMs, 0);
      assert.ok(paused < 20_000 && paused + 2000 >= 20_000, String(paused));
      assert.deepEqual(facts, []);
    });

    it('tries once more when the engine stops, and gives up then', async () => {
      const stopping = new AbortController();
      const { run, finishes, pauses } = setup({ recording: failing(1000), pausing: () => stopping.abort() });
      await assert.rejects(run(stopping.signal), away);
      assert.deepEqual([finishes.length, pauses.length], [2, 1]);
    });

    it('does not repeat what fails for another reason', async () => {
      const { run, finishes, pauses } = setup({ recording: () => Promise.reject(new Error('a bug')) });
      await assert.rejects(run(), /a bug/);
      assert.deepEqual([finishes.length, pauses.length], [1, 0]);
    });
  });

  it('fails, and is tried again, where a secret of its webhook cannot be opened', async () => {
    const { run, attempts, finishes, facts } = setup({ unreadable: true });
    await run();
    assert.deepEqual(attempts, []);
    const [finish] = finishes;
    assert.deepEqual([finish?.end.outcome, finish?.end.phase], ['secret_unreadable', 'render']);
    assert.match(finish?.end.message ?? '', /nothing was sent\. It was changed\.$/);
    assert.equal(finish?.fence?.settlement.state, 'pending');
    assert.equal(facts[0]?.urlHost, undefined);
    const last = setup({ unreadable: true, attempt: 3 });
    await last.run();
    assert.deepEqual(last.finishes[0]?.fence?.settlement, { state: 'exhausted', reason: 'secret_unreadable' });
  });

  it('rejects, and reports no end, where it could not be recorded or its event is gone', async () => {
    const away = setup({ recording: () => Promise.reject(new Error('the database is away')) });
    await assert.rejects(away.run(), /database is away/);
    assert.deepEqual(away.facts, []);
    const gone = setup({ event: null });
    await assert.rejects(gone.run(), /dlv_1 names an event or a webhook version that is not stored/);
    assert.equal(gone.attempts.length, 0);
  });
});

describe('deliver, asked for by hand', () => {
  const asked: Asked = { by: 'key_1', repeats: 'dlv_0', replayId: undefined, sameBytesOf: 'inv_0' };
  const body = '{"sent":"earlier"}';
  const request = { ...endWith().request!, body, bodyBytes: body.length, bodySha256: sha256Hex(body) };
  const earlierWith = (changes: Partial<RecordedRequest>): Invocation => ({
    start: startWith({ id: 'inv_0' }),
    end: endWith({ request: { ...request, ...changes }, templateSha256: 'cd' }),
  });

  it('sends the recorded bytes, and does not so much as look at the template', async () => {
    const { run, attempts, event } = setup({ asked, earlier: earlierWith({}), prepare: () => assert.fail('prepared') });
    await run();
    const rendered = attempts[0]?.render?.(event);
    assert.deepEqual(rendered, { ok: true, body, warnings: [], templateSha256: 'cd' });
  });

  it('sends no body where none was sent', async () => {
    const earlier = earlierWith({ body: undefined, bodyBytes: 0, bodySha256: undefined });
    const { run, attempts } = setup({ asked, earlier });
    await run();
    assert.deepEqual([attempts.length, attempts[0]?.render], [1, undefined]);
  });

  for (const [what, given] of [
    ['are gone', { asked }],
    ['are masked', { asked, earlier: earlierWith({ body: '{"sent":"***"}' }) }],
    ['were dropped from the record', { asked, earlier: earlierWith({ body: undefined }) }],
  ] as const) {
    it(`refuses to send anything else where the bytes ${what}`, async () => {
      const { run, attempts, event } = setup(given);
      await run();
      const rendered = attempts[0]?.render?.(event);
      assert.ok(rendered?.ok === false && rendered.message.includes('not kept any more'));
    });
  }

  it('settles as cancelled what somebody cancelled meanwhile and what failed', async () => {
    const { run, finishes } = setup({ verdict: { kind: 'failed', reason: 'server_error' }, cancelled: true });
    await run();
    assert.deepEqual(finishes[0]?.fence?.settlement, { state: 'cancelled', reason: 'cancelled_by_hand' });
    assert.equal(finishes[0].end.nextAttemptAt, undefined);
  });
});
