import assert from 'node:assert/strict';
import type { Attempt, AttemptResult } from '../../src/delivery/attempt.ts';
import type { AuthorizeInput } from '../../src/delivery/authorize.ts';
import { attemptAfresh, authorize } from '../../src/delivery/authorize.ts';
import { unsent } from '../../src/delivery/unsent.ts';
import type { OAuth2Authentication } from '../../src/domain/authentication.ts';
import type { TokenAnswer } from '../../src/egress/token.ts';
import type { TokenAsk } from '../../src/egress/token-cache.ts';
import { eventWith, ORGANIZATION, settingsWith, startWith } from '../store/fixtures.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const CLIENT: OAuth2Authentication = {
  kind: 'oauth2',
  clientId: 'hookwright',
  clientSecret: 'canary-client-secret',
  tokenEndpoint: 'https://login.example.com/token',
  scopes: [],
  clientAuthentication: 'basic',
};
const GIVEN: TokenAnswer = { ok: true, status: 200, accessToken: 'abc', expiresInSec: undefined };
const signal = new AbortController().signal;

function setup(answer: TokenAnswer = GIVEN) {
  const asked: TokenAsk[] = [];
  const deps = {
    clock: () => NOW,
    tokens: {
      token: (ask: TokenAsk) => {
        asked.push(ask);
        return Promise.resolve(answer);
      },
    },
  };
  const run = (changes: Partial<AuthorizeInput> = {}) => {
    const settings = settingsWith({ headers: {}, authentication: CLIENT, timeoutInSec: 7 });
    const input = {
      organizationId: ORGANIZATION,
      settings,
      newerThan: undefined,
      atOnce: false,
      withinMs: 60_000,
      ...changes,
    };
    return authorize(deps, input, signal);
  };
  return { run, asked, deps };
}

function failing(code: string, { blocked = false, interrupted = false } = {}): TokenAnswer {
  const message = 'login.example.com did not like canary-client-secret.';
  return { ok: false, status: 400, failure: { code, message, blocked, interrupted } };
}

describe('authorize', () => {
  it('asks for nothing where the webhook needs no token', async () => {
    const { run, asked } = setup();
    const settings = settingsWith({ authentication: { kind: 'bearer', token: 't' } });
    assert.deepEqual([await run({ settings }), asked], [{ ok: true, accessToken: undefined }, []]);
  });

  const waits: readonly (readonly [timeoutInSec: number, withinMs: number, timeoutMs: number])[] = [
    [7, 60_000, 7000],
    [60, 60_000, 10_000],
    [60, 1234, 1234],
  ];
  for (const [timeoutInSec, withinMs, timeoutMs] of waits) {
    it(`waits ${String(timeoutMs)} ms where ${String(timeoutInSec)} s are the timeout and ${String(withinMs)} ms are left`, async () => {
      const { run, asked } = setup();
      const settings = settingsWith({ authentication: CLIENT, timeoutInSec });
      assert.deepEqual(await run({ settings, withinMs, newerThan: NOW }), { ok: true, accessToken: 'abc' });
      assert.deepEqual(asked, [
        { organizationId: ORGANIZATION, authentication: CLIENT, newerThan: NOW, atOnce: false, timeoutMs },
      ]);
    });
  }

  it('ends token_failed without a token, and records no secret', async () => {
    const authorized = await setup(failing('invalid_client')).run();
    assert.ok(!authorized.ok);
    const { end, verdict } = authorized.result;
    assert.deepEqual(verdict, { kind: 'failed', reason: 'token_failed' });
    assert.deepEqual(
      [end.outcome, end.phase, end.errorCode, end.finishedAt],
      ['token_failed', 'token', 'invalid_client', NOW],
    );
    assert.equal(end.message, 'The OAuth access token could not be had. login.example.com did not like ***.');
    assert.deepEqual([end.request, end.response, end.maskedPlaces], [undefined, undefined, 1]);
  });

  it('tries no more where the endpoint has an address that is not public', async () => {
    const authorized = await setup(failing('ADDRESS_NOT_PUBLIC', { blocked: true })).run();
    assert.ok(!authorized.ok);
    assert.deepEqual(authorized.result.verdict, { kind: 'refused', reason: 'token_failed' });
  });

  it('ends not_sent where the engine stops meanwhile', async () => {
    const authorized = await setup(failing('ABORTED', { interrupted: true })).run();
    assert.ok(!authorized.ok);
    assert.deepEqual([authorized.result.verdict.kind, authorized.result.end.outcome], ['unsent', 'not_sent']);
  });
});

describe('attemptAfresh', () => {
  const settings = settingsWith({ authentication: CLIENT });
  const input: Attempt = { start: startWith(), settings, event: eventWith(), messageId: 'inv_1', render: undefined };
  const done: AttemptResult = { ...unsent(NOW, 'x'), verdict: { kind: 'accepted' } };
  const run = async (answer: TokenAnswer) => {
    const { deps, asked } = setup(answer);
    const attempts: Attempt[] = [];
    const attempt = (one: Attempt): Promise<AttemptResult> => {
      attempts.push(one);
      return Promise.resolve(done);
    };
    const all = { clock: deps.clock, attempt, authorize: (one: AuthorizeInput) => authorize(deps, one, signal) };
    return { result: await attemptAfresh(all, input, signal), attempts, asked };
  };

  it('attempts with a token that was asked for just now', async () => {
    const { result, attempts, asked } = await run(GIVEN);
    assert.equal(result, done);
    assert.deepEqual(attempts, [{ ...input, accessToken: 'abc' }]);
    assert.equal(asked[0]?.atOnce, true, 'also where the endpoint has just failed');
    assert.deepEqual([asked[0].newerThan, asked[0].organizationId], [NOW, input.start.organizationId]);
  });

  it('attempts nothing without one', async () => {
    const { result, attempts } = await run(failing('invalid_scope'));
    assert.deepEqual([result.end.outcome, attempts], ['token_failed', []]);
  });
});
