import assert from 'node:assert/strict';
import type { AttemptResult } from '../../src/delivery/attempt.ts';
import type { Authorized } from '../../src/delivery/authorize.ts';
import { unsent } from '../../src/delivery/unsent.ts';
import type { Verdict } from '../../src/domain/delivery.ts';
import { unavailable } from '../../src/domain/errors.ts';
import { webhookWith } from '../store/fixtures.ts';
import type { Given } from './deliver-setup.ts';
import { LATEST_START_MS, NOW, RENDER, setup } from './deliver-setup.ts';

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
    const withinMs = LATEST_START_MS - 1000;
    assert.deepEqual(authorized, [{ organizationId, settings, newerThan: NOW, atOnce: false, withinMs }]);
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

  it('sends nothing where its turn on the wire came too late, and takes no longer for it', async () => {
    const { run, attempts, finishes, wire } = setup({
      entering: async (pass) => pass(LATEST_START_MS + 1),
    });
    await run();
    assert.deepEqual([attempts, finishes[0]?.end.outcome, wire.answered()], [[], 'not_sent', 0]);
  });

  it('is off the wire before its result is stored', async () => {
    let answered = -1;
    const { run, wire } = setup({ recording: () => void (answered = wire.answered()) });
    await run();
    assert.equal(answered, 1);
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

  it('is left to a process that has the key, and uses no attempt, where this one was started without', async () => {
    for (const [ageMs, pauseMs] of [
      [0, 5000],
      [3_600_000, 300_000],
    ] as const) {
      const createdAt = new Date(NOW.getTime() - ageMs);
      const lacking = setup({ unreadable: true, missingKeyId: 'next', attempt: 3, createdAt });
      await lacking.run();
      const [finish] = lacking.finishes;
      assert.deepEqual([finish?.end.outcome, lacking.attempts], ['not_sent', []]);
      assert.match(finish?.end.message ?? '', /started without the encryption key "next"\.$/);
      const dueAt = new Date(NOW.getTime() + pauseMs);
      const reason = `It was not sent: due again in ${String(pauseMs / 1000)} s.`;
      assert.deepEqual(finish?.fence?.settlement, { state: 'pending', dueAt, reason, counts: false });
      assert.deepEqual(lacking.missingKeys, ['next']);
    }
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
