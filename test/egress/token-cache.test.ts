import assert from 'node:assert/strict';
import type { OAuth2Authentication } from '../../src/domain/authentication.ts';
import type { TokenAnswer } from '../../src/egress/token.ts';
import type { TokenAsk } from '../../src/egress/token-cache.ts';
import { createTokens } from '../../src/egress/token-cache.ts';
import type { TokenRequested } from '../../src/observe/report.ts';

const CLIENT: OAuth2Authentication = {
  kind: 'oauth2',
  clientId: 'hookwright',
  clientSecret: 'secret',
  tokenEndpoint: 'https://login.example.com/token',
  scopes: ['a'],
  clientAuthentication: 'basic',
};
const START = Date.parse('2026-11-20T12:00:00Z');
const FAILED = {
  ok: false,
  status: 400,
  failure: { code: 'invalid_client', message: 'No.', blocked: false, interrupted: false },
} satisfies TokenAnswer;

/** An endpoint that gives t1, t2, … each when `land` is called, or at once. */
function setup({ expiresInSec, atOnce = true }: { expiresInSec?: number | undefined; atOnce?: boolean } = {}) {
  let now = START;
  let calls = 0;
  const landings: (() => void)[] = [];
  const pauses: (() => void)[] = [];
  const waits: number[] = [];
  const reported: TokenRequested[] = [];
  let next: TokenAnswer | undefined;
  const tokens = createTokens({
    request: () => {
      calls += 1;
      const given = next ?? { ok: true, status: 200, accessToken: `t${String(calls)}`, expiresInSec };
      if (atOnce) return Promise.resolve(given);
      return new Promise((resolve) => landings.push(() => resolve(given)));
    },
    clock: () => new Date(now),
    monotonicMs: () => now,
    pause: (pauseMs, signal) =>
      new Promise((resolve) => {
        waits.push(pauseMs);
        pauses.push(resolve);
        signal.addEventListener('abort', () => resolve());
      }),
    report: { tokenRequested: (fact) => void reported.push(fact) },
  });
  const ask = (changes: Partial<TokenAsk> = {}, signal = new AbortController().signal) =>
    tokens.token(
      {
        organizationId: 'org_1',
        authentication: CLIENT,
        newerThan: undefined,
        atOnce: false,
        timeoutMs: 1000,
        ...changes,
      },
      signal,
    );
  const token = async (changes: Partial<TokenAsk> = {}) => {
    const given = await ask(changes);
    return given.ok ? given.accessToken : given.failure.code;
  };
  return {
    ask,
    token,
    known: (organizationId = 'org_1') => tokens.known(organizationId, CLIENT),
    reported,
    pauses,
    waits,
    calls: () => calls,
    at: (seconds: number) => void (now = START + seconds * 1000),
    land: (index: number) => landings[index]?.(),
    fail: (failure: TokenAnswer = FAILED) => void (next = failure),
    mend: () => void (next = undefined),
  };
}

describe('createTokens', () => {
  const lifetimes: readonly (readonly [number | undefined, number, string])[] = [
    [1000, 900, 'a tenth before it ends'],
    [100, 70, 'half a minute before it ends'],
    [undefined, 3240, 'as if it lasted an hour where nobody says how long it lasts'],
  ];
  for (const [expiresInSec, renewAt, when] of lifetimes) {
    it(`keeps a token, and renews it ${when}`, async () => {
      const { token, at } = setup({ expiresInSec });
      assert.equal(await token(), 't1');
      at(renewAt - 0.001);
      assert.equal(await token(), 't1');
      at(renewAt);
      assert.equal(await token(), 't2');
    });
  }

  it('uses a token that ends at once, once', async () => {
    const { token } = setup({ expiresInSec: 5 });
    assert.deepEqual([await token(), await token()], ['t1', 't2']);
  });

  it('renews what was asked for in a future that the clock has left', async () => {
    const { token, at } = setup();
    assert.equal(await token(), 't1');
    at(-1);
    assert.equal(await token(), 't2');
  });

  it('asks once for all who ask at the same time', async () => {
    const { token, land, calls } = setup({ atOnce: false });
    const asked = [token(), token(), token()];
    land(0);
    assert.deepEqual(await Promise.all(asked), ['t1', 't1', 't1']);
    assert.deepEqual([await token(), calls()], ['t1', 1]);
  });

  it('keeps organizations, clients, secrets, scopes and endpoints apart', async () => {
    const { token, calls } = setup();
    const others: readonly Partial<TokenAsk>[] = [
      {},
      { organizationId: 'org_2' },
      { authentication: { ...CLIENT, clientId: 'other' } },
      { authentication: { ...CLIENT, clientSecret: 'other' } },
      { authentication: { ...CLIENT, scopes: [] } },
      { authentication: { ...CLIENT, tokenEndpoint: 'https://other.example.com/token' } },
    ];
    for (const other of others) await token(other);
    for (const other of others) await token(other);
    assert.equal(calls(), others.length);
  });

  it('gives one that was asked for after an instant, and shares it with whoever asks then', async () => {
    const { token, at } = setup();
    assert.equal(await token(), 't1');
    assert.equal(await token({ newerThan: new Date(START - 1) }), 't1');
    const newerThan = new Date(START);
    assert.equal(await token({ newerThan }), 't2', 'at the same instant is not after it');
    at(1);
    assert.equal(await token({ newerThan }), 't3');
    assert.deepEqual([await token({ newerThan }), await token()], ['t3', 't3']);
  });

  it('joins no call that began before the instant', async () => {
    const { token, at, land } = setup({ atOnce: false });
    const first = token();
    at(1);
    const second = token({ newerThan: new Date(START) });
    land(1);
    assert.equal(await second, 't2');
    land(0);
    assert.equal(await first, 't1');
    assert.equal(await token(), 't2', 'the older answer does not take the place of the newer one');
  });

  it('knows the last eight tokens of a client, whatever its secret and scopes, and none of another', async () => {
    const { token, known } = setup();
    const newerThan = new Date(START);
    await token({ authentication: { ...CLIENT, clientSecret: 'before', scopes: [] } });
    await token({ authentication: { ...CLIENT, clientId: 'other' } });
    await token({ organizationId: 'org_2' });
    await token({ newerThan });
    assert.deepEqual([known(), known('org_2'), known('org_3')], [['t4', 't1'], ['t3'], []]);
    for (let turn = 0; turn < 8; turn += 1) await token({ newerThan });
    assert.deepEqual(known(), ['t12', 't11', 't10', 't9', 't8', 't7', 't6', 't5']);
  });

  it('asks again after pauses from 1 s to 30 s, and tells the last failure at once meanwhile', async () => {
    const { ask, token, fail, mend, at, calls } = setup();
    fail();
    let now = 0;
    for (const [index, pauseSec] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      at(now);
      assert.deepEqual([await token(), calls()], ['invalid_client', index + 1]);
      at(now + pauseSec - 0.001);
      const told = await ask({ newerThan: new Date(START + now * 1000) });
      assert.ok(!told.ok);
      assert.deepEqual([told.failure.message, told.status], [`Asked ${String(pauseSec)} s ago: No.`, 400]);
      assert.equal(calls(), index + 1);
      now += pauseSec;
    }
    mend();
    assert.equal(await token(), 'invalid_client', 'the pause is not over');
    at(now);
    assert.equal(await token(), 't8');
    fail();
    at(now + 3600);
    assert.equal(await token(), 'invalid_client');
    at(now + 3601);
    mend();
    assert.equal(await token(), 't10', 'a token ends the series: the pause is 1 s again');
  });

  it('asks at once for other credentials, for a test, and where the clock was set back', async () => {
    const { token, fail, mend, at } = setup();
    fail();
    assert.equal(await token(), 'invalid_client');
    mend();
    assert.equal(await token({ authentication: { ...CLIENT, clientSecret: 'new' } }), 't2');
    assert.equal(await token(), 'invalid_client');
    assert.equal(await token({ newerThan: new Date(START - 1), atOnce: true }), 't3');
    assert.equal(await token(), 't3', 'and what a test was given serves all');
    fail();
    assert.equal(await token({ newerThan: new Date(START), atOnce: true }), 'invalid_client');
    mend();
    at(-1);
    assert.equal(await token(), 't5');
  });

  it('lets one find out whether an endpoint is back, and the others go', async () => {
    const { token, fail, mend, at, land, calls } = setup({ atOnce: false });
    fail();
    const first = [token(), token()];
    land(0);
    assert.deepEqual(await Promise.all(first), ['invalid_client', 'invalid_client']);
    mend();
    at(1);
    const probe = token();
    assert.deepEqual(await Promise.all([token(), token()]), ['invalid_client', 'invalid_client']);
    land(1);
    assert.deepEqual([await probe, await token(), calls()], ['t2', 't2', 2]);
  });

  it('takes calls that failed at the same time for one', async () => {
    const { token, fail, mend, at, land } = setup({ atOnce: false });
    fail();
    const both = [token(), token({ newerThan: new Date(START), atOnce: true })];
    at(5);
    land(0);
    land(1);
    await Promise.all(both);
    mend();
    at(6);
    const next = token();
    land(2);
    assert.equal(await next, 't3', 'after one second');
  });

  for (const [what, why] of [
    ['what the engine broke off', { interrupted: true }],
    ['an address that is not public, which ends deliveries', { blocked: true }],
  ] as const) {
    it(`pauses nothing for ${what}`, async () => {
      const { token, fail, mend } = setup();
      fail({ ...FAILED, failure: { ...FAILED.failure, ...why } });
      await token();
      mend();
      assert.equal(await token(), 't2');
    });
  }

  it('lets whoever joins a call wait for what is left of his time since it began', async () => {
    const { ask, pauses, waits, at } = setup({ atOnce: false });
    const asked = [ask({ timeoutMs: 10_000 })];
    at(4);
    asked.push(ask({ timeoutMs: 10_000 }), ask({ timeoutMs: 1000 }));
    assert.deepEqual(waits, [10_000, 6000, 0]);
    for (const wait of pauses) wait();
    for (const answer of await Promise.all(asked)) assert.ok(!answer.ok);
  });

  it('lets nobody wait longer than he wants, nor beyond the end of the engine', async () => {
    const { ask, token, pauses, land } = setup({ atOnce: false });
    const impatient = ask();
    pauses[0]?.();
    const late = await impatient;
    assert.deepEqual(late, {
      ok: false,
      status: undefined,
      failure: {
        code: 'DEADLINE',
        message: 'login.example.com gave no token within 1000 ms. Check that the endpoint is up and answers in time.',
        blocked: false,
        interrupted: false,
      },
    });
    const stopping = new AbortController();
    const stopped = ask({}, stopping.signal);
    stopping.abort();
    const broken = await stopped;
    assert.ok(!broken.ok && broken.failure.interrupted);
    const patient = token();
    land(0);
    assert.equal(await patient, 't1', 'the call went on');
  });

  it('reports each call once, without a secret', async () => {
    const { token, fail, reported, at } = setup();
    await token();
    await token();
    at(4000);
    fail();
    await token();
    const fact = { organizationId: 'org_1', urlHost: 'login.example.com', durationMs: 0 };
    assert.deepEqual(reported, [
      { ...fact, status: 200, errorCode: undefined },
      { ...fact, status: 400, errorCode: 'invalid_client' },
    ]);
  });
});
