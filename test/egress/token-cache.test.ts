import assert from 'node:assert/strict';
import type { OAuth2Authentication } from '../../src/domain/authentication.ts';
import type { TokenAnswer } from '../../src/egress/token.ts';
import type { TokenAsk, TokenRequested } from '../../src/egress/token-cache.ts';
import { createTokens } from '../../src/egress/token-cache.ts';

const CLIENT: OAuth2Authentication = {
  kind: 'oauth2',
  clientId: 'hookwright',
  clientSecret: 'secret',
  tokenEndpoint: 'https://login.example.com/token',
  scopes: ['a'],
  clientAuthentication: 'basic',
};
const START = Date.parse('2026-11-20T12:00:00Z');
const FAILED: TokenAnswer = {
  ok: false,
  status: 400,
  failure: { code: 'invalid_client', message: 'No.', blocked: false, interrupted: false },
};

/** An endpoint that gives t1, t2, … each when `land` is called, or at once. */
function setup({ expiresInSec, atOnce = true }: { expiresInSec?: number | undefined; atOnce?: boolean } = {}) {
  let now = START;
  let calls = 0;
  const landings: (() => void)[] = [];
  const pauses: (() => void)[] = [];
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
    pause: (_pauseMs, signal) =>
      new Promise((resolve) => {
        pauses.push(resolve);
        signal.addEventListener('abort', () => resolve());
      }),
    report: { tokenRequested: (fact) => void reported.push(fact) },
  });
  const ask = (changes: Partial<TokenAsk> = {}, signal = new AbortController().signal) =>
    tokens.token(
      { organizationId: 'org_1', authentication: CLIENT, newerThan: undefined, timeoutMs: 1000, ...changes },
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
    calls: () => calls,
    at: (seconds: number) => void (now = START + seconds * 1000),
    land: (index: number) => landings[index]?.(),
    fail: () => void (next = FAILED),
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

  it('keeps no failure', async () => {
    const { token, fail, mend } = setup();
    fail();
    assert.equal(await token(), 'invalid_client');
    mend();
    assert.equal(await token(), 't2');
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
