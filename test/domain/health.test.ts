import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Health, HealthChange, JudgedAttempt } from '../../src/domain/health.ts';
import { afterAttempt, afterMending, disabledAt, enable, newHealth, nextProbeAt } from '../../src/domain/health.ts';
import type { Outcome } from '../../src/domain/outcomes.ts';
import { OUTCOME_NAMES } from '../../src/domain/outcomes.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (ms: number): Date => new Date(NOW.getTime() + ms);

const success: JudgedAttempt = { kind: 'delivery', outcome: 'success', status: 200 };
const failure: JudgedAttempt = { kind: 'delivery', outcome: 'server_error', status: 503 };
const probe: JudgedAttempt = { ...failure, kind: 'probe' };

/** The health after attempts that are a second apart, and everything that changed. */
function after(attempts: readonly JudgedAttempt[], from = newHealth(NOW)): { health: Health; changes: HealthChange[] } {
  let health = from;
  const changes: HealthChange[] = [];
  for (const [index, attempt] of attempts.entries()) {
    const step = afterAttempt(health, attempt, at(index * 1000));
    health = step.health;
    changes.push(...step.changes);
  }
  return { health, changes };
}

const times = <Item>(count: number, item: Item): Item[] => new Array<Item>(count).fill(item);
const failing = (): Health => after(times(10, failure)).health;

describe('the breaker', () => {
  it('opens at the tenth failure in a row, and says why', () => {
    assert.equal(after(times(9, failure)).health.state, 'healthy');
    const { health, changes } = after(times(10, failure));
    assert.deepEqual(
      [health.state, health.reason, health.since, changes],
      ['failing', 'server_error', at(9000), ['failing']],
    );
    assert.deepEqual(health.probeAt, at(9000 + MINUTE));
  });

  it('opens where half of the last twenty failed, the latest among them', () => {
    const mixed = times(10, [success, failure]).flat();
    assert.equal(after(mixed.slice(0, 9)).health.state, 'healthy');
    assert.equal(after(mixed.slice(0, 10)).health.state, 'failing');
    const many = [...times(20, success), ...times(9, failure)];
    assert.equal(after(many).health.state, 'healthy');
    assert.equal(after([...many, failure]).health.state, 'failing');
    assert.equal(after([...times(9, failure), success]).health.state, 'healthy');
  });

  it('remembers successes that are not written down one by one', () => {
    const steady = after(times(40, success)).health;
    assert.equal(steady.recent, '+'.repeat(20));
    const soon = new Date((steady.lastSuccessAt?.getTime() ?? 0) + 9000);
    assert.equal(afterAttempt(steady, success, soon).health, steady);
  });

  it('closes at one success, forgets the window, and needs ten failures to open again', () => {
    const { health, changes } = after([success], failing());
    assert.deepEqual(
      [health.state, health.recent, health.failures, health.probeAt, changes],
      ['healthy', '+', 0, undefined, ['recovered']],
    );
    assert.equal(after(times(8, failure), health).health.state, 'healthy');
  });

  it('asks again after 1, 2, 4, 8, 16, 32 and then each 60 minutes', () => {
    let health = failing();
    const pauses: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      const now = health.probeAt ?? assert.fail();
      health = afterAttempt(health, probe, now).health;
      pauses.push((health.probeAt!.getTime() - now.getTime()) / MINUTE);
    }
    assert.deepEqual(pauses, [2, 4, 8, 16, 32, 60, 60, 60]);
    assert.deepEqual(nextProbeAt({ failedProbes: 500 }, NOW), at(HOUR));
  });

  it('is not moved further by other attempts that were still under way', () => {
    const open = failing();
    assert.deepEqual(after(times(5, failure), open).health.probeAt, open.probeAt);
  });
});

describe('what counts', () => {
  const counted: readonly Outcome[] = [
    'dns_error',
    'connect_error',
    'tls_error',
    'timeout',
    'protocol_error',
    'rate_limited',
    'server_error',
  ];
  for (const outcome of OUTCOME_NAMES.filter((name) => !['success', 'client_error', 'gone'].includes(name))) {
    it(`${counted.includes(outcome) ? 'is' : 'is not'} ${outcome}`, () => {
      const { health } = after(times(10, { kind: 'delivery', outcome, status: undefined }));
      assert.equal(health.state, counted.includes(outcome) ? 'failing' : 'healthy');
    });
  }

  for (const [status, isCounted] of [
    [400, false],
    [401, true],
    [403, true],
    [404, true],
    [405, false],
    [408, true],
    [409, false],
    [413, false],
    [422, false],
    [425, false],
  ] as const) {
    it(`${isCounted ? 'is' : 'is not'} the status ${String(status)}`, () => {
      const { health } = after(times(10, { kind: 'delivery', outcome: 'client_error', status }));
      assert.equal(health.state, isCounted ? 'failing' : 'healthy');
    });
  }

  it('is nothing that a process of ours was too late for', () => {
    assert.equal(after(times(20, { ...failure, isLate: true })).health.state, 'healthy');
  });

  it('is no 401 that says that the access token has ended', () => {
    const refused = { kind: 'delivery', outcome: 'client_error', status: 401 } as const;
    assert.equal(after(times(20, { ...refused, isTokenRefused: true })).health.state, 'healthy');
  });

  it('is no success of a test or a redelivery, as long as nothing is wrong', () => {
    for (const kind of ['test', 'redelivery'] as const) {
      const { health } = after([...times(9, failure), ...times(20, { ...success, kind }), failure]);
      assert.equal(health.state, 'failing');
      assert.equal(after([{ ...success, kind }], health).health.state, 'healthy');
    }
  });

  it('is no failed test and no failed redelivery, but a replay', () => {
    for (const kind of ['test', 'redelivery'] as const)
      assert.equal(after(times(20, { ...failure, kind })).health.state, 'healthy');
    assert.equal(after(times(10, { ...failure, kind: 'replay' })).health.state, 'failing');
  });
});

describe('disabling', () => {
  const failUntil = (days: number): { health: Health; changes: HealthChange[] } => {
    let health = failing();
    const changes: HealthChange[] = [];
    while ((health.probeAt ?? at(99 * DAY)) < at(days * DAY)) {
      const step = afterAttempt(health, probe, health.probeAt ?? NOW);
      health = step.health;
      changes.push(...step.changes);
    }
    return { health, changes };
  };

  it('comes never without a warning before, also where nothing was tried meanwhile', () => {
    const first = afterAttempt(failing(), probe, at(6 * DAY));
    assert.deepEqual([first.health.state, first.changes], ['failing', ['warned']]);
    assert.deepEqual(afterAttempt(first.health, probe, at(6 * DAY + HOUR)).changes, ['disabled']);
  });

  it('is announced once after a day, and comes after five days without a success', () => {
    assert.deepEqual(failUntil(0.9).changes, []);
    assert.deepEqual(failUntil(1.1).changes, ['warned']);
    assert.equal(failUntil(4.9).health.state, 'failing');
    const { health, changes } = failUntil(5.1);
    assert.deepEqual([health.state, health.reason, health.probeAt], ['disabled', 'failing_too_long', undefined]);
    assert.deepEqual(changes, ['warned', 'disabled']);
    assert.deepEqual(disabledAt(failing()), at(5 * DAY));
  });

  it('comes at once with 410, unless that answered a test', () => {
    const gone: JudgedAttempt = { kind: 'delivery', outcome: 'gone', status: 410 };
    const { health, changes } = after([gone]);
    assert.deepEqual([health.state, health.reason, changes], ['disabled', 'gone', ['disabled']]);
    assert.equal(after([{ ...gone, kind: 'test' }]).health.state, 'healthy');
    assert.equal(after([{ ...gone, kind: 'redelivery' }]).health.state, 'disabled');
    assert.deepEqual(after([gone], health), { health, changes: [] });
  });

  it('is ended by a successful test, and by nothing that was under way', () => {
    const { health } = after([{ kind: 'delivery', outcome: 'gone', status: 410 }]);
    assert.equal(after([success, failure, probe], health).health.state, 'disabled');
    const step = after([{ ...success, kind: 'test' }], health);
    assert.deepEqual([step.health.state, step.health.reason, step.changes], ['healthy', undefined, ['recovered']]);
  });

  it('is ended by hand, which leaves others as they are and probes a failing one at once', () => {
    const { health } = after([{ kind: 'delivery', outcome: 'gone', status: 410 }]);
    assert.deepEqual(enable(health, NOW), { health: newHealth(NOW), changes: ['recovered'] });
    assert.deepEqual(enable(newHealth(NOW), at(1)), { health: newHealth(NOW), changes: [] });
    assert.deepEqual(enable(failing(), at(1)).health.probeAt, at(1));
    assert.deepEqual(afterMending(failing(), at(1)).probeAt, at(1));
    assert.equal(afterMending(health, at(1)), health);
  });
});

describe('health', () => {
  it('is sound whatever comes: probes only while failing, no failure after a success, one change at a time', () => {
    const attempts = fc.record({
      kind: fc.constantFrom('delivery', 'test', 'redelivery', 'replay', 'probe' as const),
      outcome: fc.constantFrom<Outcome>(
        'success',
        'success',
        'server_error',
        'server_error',
        'timeout',
        'gone',
        'unknown',
      ),
      status: fc.constant(undefined),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(attempts, fc.nat(12 * HOUR)), { maxLength: 80 }), (steps) => {
        let [health, ms] = [newHealth(NOW), 0];
        for (const [attempt, pause] of steps) {
          ms += pause;
          const step = afterAttempt(health, attempt, at(ms));
          assert.ok(step.changes.length <= 1);
          assert.equal(
            step.changes.some((change) => change !== 'warned'),
            step.health.state !== health.state,
          );
          health = step.health;
          assert.equal(health.probeAt !== undefined, health.state === 'failing');
          assert.equal(health.reason !== undefined, health.state !== 'healthy');
          assert.equal(health.firstFailureAt !== undefined, health.failures > 0);
          assert.ok(health.recent.length <= 20);
        }
      }),
    );
  });
});
