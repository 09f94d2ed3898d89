import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onEachDatabase } from '../support/databases.ts';
import type { Seen } from '../support/wire.ts';
import { headerOf } from '../support/wire.ts';
import type { Answer, Engine, Planned } from './engine.ts';
import { startEngine, status } from './engine.ts';

const PASSWORD = 'canary-pass:wörd';
const TOKEN = 'canary-bearer-token';
const CLIENT_SECRET = 'canary-client+secret/of=mine';

type Invocations = readonly Record<string, unknown>[];

onEachDatabase('authentication', () => {
  let engine: Engine;
  let tokens = 0;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  /** An endpoint that gives canary-token-1, -2, … for all of a run. */
  const gives =
    (expiresIn?: number): Answer =>
    (response, seen) => {
      tokens += 1;
      const token = { access_token: `canary-token-${String(tokens)}`, token_type: 'Bearer', expires_in: expiresIn };
      status(200, JSON.stringify(token))(response, seen);
    };
  /** A receiver that takes nothing but the newest token. */
  const wantsNewest: Answer = (response, seen) =>
    status(tokenOf(seen) === `canary-token-${String(tokens)}` ? 200 : 401)(response, seen);
  const tokenOf = (seen: Seen | undefined) => headerOf(seen, 'authorization')?.replace('Bearer ', '');
  const oauth2 = (endpoint: string) => ({
    oauth2: { client_id: 'hookwright', client_secret: CLIENT_SECRET, token_endpoint: endpoint, scopes: ['a', 'b'] },
  });
  const webhook = (receiver: Planned, endpoint: Planned, extra: Record<string, unknown> = {}) =>
    engine.webhook({ url: receiver.url, authentication: oauth2(endpoint.url), ...extra });
  const deliveryOf = async (id: string) => {
    const delivery = await engine.get(`/v1/deliveries/${id}`);
    const invocations = delivery.invocations as Invocations;
    return { state: delivery.state, attempts: delivery.attempts, invocations };
  };
  const outcomes = (invocations: Invocations) => invocations.map(({ outcome }) => outcome);
  const numbers = (invocations: Invocations) =>
    invocations.map(({ attempt }) => (attempt as { readonly number: number }).number);

  /** Everything that a reader can ask for. */
  const everyAnswer = async (): Promise<string[]> => {
    const lists = ['/v1/webhooks?limit=200', '/v1/events?limit=200&origin=engine', '/v1/deliveries?limit=200'];
    const invocations = (await engine.get('/v1/invocations?limit=200')).data as Record<string, string>[];
    const paths = invocations.flatMap(({ id = '', outcome }) => {
      const views = outcome === 'token_failed' ? [''] : ['', '/har', '/curl'];
      return views.map((view) => `/v1/invocations/${id}${view}`);
    });
    const answers = await Promise.all([...lists, ...paths].map((path) => engine.call('GET', path)));
    return answers.map(({ text }) => text);
  };

  it('sends name and password, or a token', async () => {
    const receiver = engine.plan(status(200));
    const basic = await engine.webhook({
      url: receiver.url,
      authentication: { basic: { username: 'hook', password: PASSWORD } },
    });
    await engine.deliver(basic.type);
    const bearer = await engine.webhook({ url: receiver.url, authentication: { bearer: { token: TOKEN } } });
    await engine.deliver(bearer.type);
    assert.deepEqual(
      receiver.seen().map((seen) => headerOf(seen, 'authorization')),
      [`Basic ${Buffer.from(`hook:${PASSWORD}`).toString('base64')}`, `Bearer ${TOKEN}`],
    );
    const { id } = (await engine.get('/v1/invocations?limit=1')).data[0];
    const { text } = await engine.call('GET', `/v1/invocations/${id as string}/curl`);
    assert.match(text, /'authorization: '"\$AUTHORIZATION"/);
  });

  it('changes the kind by a merge patch that takes the other away, and says so where it does not', async () => {
    const { id } = await engine.webhook({
      url: engine.plan(status(200)).url,
      authentication: { basic: { username: 'hook', password: PASSWORD } },
    });
    const bearer = { token: TOKEN };
    const path = `/v1/webhooks/${id}`;
    const both = await engine.call('PATCH', path, { body: { authentication: { bearer } } });
    assert.equal(both.status, 422);
    assert.match(both.body.errors[0].hint, /"basic": null/);
    const one = await engine.call('PATCH', path, { body: { authentication: { basic: null, bearer } } });
    assert.deepEqual(one.body.authentication, { bearer: { token: '***' } });
    const kept = await engine.call('PATCH', path, { body: { authentication: { bearer: { token: '***' } } } });
    assert.equal(kept.body.version, 2);
    const none = await engine.call('PATCH', path, { body: { authentication: null } });
    assert.equal(none.body.authentication, null);
  });

  it('gets one token for many deliveries at once, and another when it ends', async () => {
    const receiver = engine.plan(status(200));
    const endpoint = engine.plan(gives(100));
    const { type } = await webhook(receiver, endpoint);
    await Promise.all(Array.from({ length: 20 }, () => engine.post(type)));
    await engine.app.idle();
    assert.deepEqual([receiver.seen().length, endpoint.seen().length], [20, 1]);
    const [asked] = endpoint.seen();
    assert.equal(
      headerOf(asked, 'authorization'),
      `Basic ${Buffer.from('hookwright:canary%2Dclient%2Bsecret%2Fof%3Dmine').toString('base64')}`,
    );
    assert.equal(asked?.body, 'scope=a+b&grant_type=client_credentials');
    const first = tokenOf(receiver.seen()[0]);
    assert.equal(first, `canary-token-${String(tokens)}`);
    await engine.later(69);
    await engine.deliver(type);
    assert.equal(tokenOf(receiver.seen().at(-1)), first);
    await engine.later(1);
    await engine.deliver(type);
    assert.equal(tokenOf(receiver.seen().at(-1)), `canary-token-${String(tokens)}`);
    assert.equal(endpoint.seen().length, 2);
  });

  it('answers the first 401 with a new token at once, outside the retry policy and unseen by the breaker', async () => {
    const receiver = engine.plan(wantsNewest);
    const endpoint = engine.plan(gives());
    const { id, type } = await webhook(receiver, endpoint, { retry_policy: { delays_in_sec: [], jitter: 0 } });
    await engine.deliver(type);
    for (let turn = 0; turn < 12; turn += 1) {
      tokens += 1; // What the engine has is no longer the newest.
      const { state, attempts, invocations } = await deliveryOf(await engine.deliver(type));
      assert.deepEqual([state, attempts], ['delivered', 1]);
      assert.deepEqual(outcomes(invocations), ['client_error', 'success']);
      assert.deepEqual(numbers(invocations), [1, 1]);
      assert.match(String(invocations[0]?.['next_attempt_reason']), /refused the access token.*at once, with a new/);
    }
    assert.deepEqual((await engine.get(`/v1/webhooks/${id}`)).health.state, 'healthy');
  });

  it('takes a second 401 for a failure, and tries again by the policy with yet another token', async () => {
    const receiver = engine.plan(status(401), status(401), status(200));
    const endpoint = engine.plan(gives());
    const { type } = await webhook(receiver, endpoint);
    const id = await engine.deliver(type);
    const waiting = await deliveryOf(id);
    assert.deepEqual(
      [waiting.state, waiting.attempts, outcomes(waiting.invocations)],
      ['pending', 1, ['client_error', 'client_error']],
    );
    assert.match(String(waiting.invocations[1]?.['next_attempt_reason']), /Retry 1 of 3/);
    await engine.later(60);
    const { state, invocations } = await deliveryOf(id);
    assert.deepEqual([state, numbers(invocations)], ['delivered', [1, 1, 2]]);
    assert.equal(new Set(receiver.seen().map(tokenOf)).size, 3, 'each with a token of its own');
    const again = await engine.call('POST', `/v1/deliveries/${id}/redeliver`, { body: {} });
    await engine.app.idle();
    assert.equal((await deliveryOf(again.body.id as string)).state, 'delivered');
  });

  it('hides the token that was refused, where the answer to the next one names it', async () => {
    let refused = '';
    const names: Answer = (response, seen) => {
      status(200, `{"refused":"${refused}","got":"${String(tokenOf(seen))}"}`)(response, seen);
    };
    const refuses: Answer = (response, seen) => {
      refused = tokenOf(seen) ?? '';
      status(401)(response, seen);
    };
    const { id, type } = await webhook(engine.plan(refuses, names), engine.plan(gives()));
    const { invocations } = await deliveryOf(await engine.deliver(type));
    assert.match(refused, /^canary-token-/);
    const recorded = await engine.get(`/v1/invocations/${String(invocations[1]?.['id'])}`);
    assert.equal(recorded.response.body, '{"refused":"***","got":"***"}');
    const test = await engine.call('POST', `/v1/webhooks/${id}/test`);
    assert.equal(test.body.invocation.response.body, '{"refused":"***","got":"***"}');
  });

  const failures: Readonly<Record<string, { readonly answer: Answer; readonly code: string }>> = {
    'refuses the client': {
      answer: (response, seen) => {
        response.setHeader('www-authenticate', 'Basic realm="login"');
        const said = { error: 'invalid_client', error_description: `${CLIENT_SECRET} ${seen.body}` };
        status(401, JSON.stringify(said))(response, seen);
      },
      code: 'invalid_client',
    },
    'sends rubbish': { answer: (response) => response.end(`<p>${CLIENT_SECRET}`), code: 'TOKEN_RESPONSE_INVALID' },
    'sends elsewhere': { answer: status(302, '', { location: 'https://10.0.0.1/' }), code: 'TOKEN_RESPONSE_INVALID' },
    'cuts the connection': { answer: (response) => response.destroy(), code: 'UND_ERR_SOCKET' },
    'does not answer': { answer: () => undefined, code: 'DEADLINE' },
  };
  for (const [what, { answer, code }] of Object.entries(failures)) {
    it(`ends without a request where the endpoint ${what}, and goes on when it does not any more`, async () => {
      const receiver = engine.plan(status(200));
      const endpoint = engine.plan(answer, gives());
      const { id, type } = await webhook(receiver, endpoint, { timeout_in_sec: 1 });
      const deliveryId = await engine.deliver(type);
      const { state, invocations } = await deliveryOf(deliveryId);
      const invocation = await engine.get(`/v1/invocations/${String(invocations[0]?.['id'])}`);
      assert.equal(state, 'pending');
      const { outcome, phase, error_code, request, response } = invocation;
      assert.deepEqual(
        { outcome, phase, error_code, request, response },
        { outcome: 'token_failed', phase: 'token', error_code: code, request: null, response: null },
      );
      assert.match(invocation.next_attempt_reason, /Retry 1 of 3/);
      assert.equal(receiver.seen().length, 0);
      if (code === 'DEADLINE') return;
      const next = await deliveryOf(await engine.deliver(type));
      assert.match(String(next.invocations[0]?.['message']), /Asked 0 s ago: .* Check /);
      assert.equal(endpoint.seen().length, 1, 'it is left alone for a moment');
      const test = await engine.call('POST', `/v1/webhooks/${id}/test`);
      assert.equal(test.body.message, 'Test successful');
      await engine.later(60);
      assert.equal((await deliveryOf(deliveryId)).state, 'delivered');
    });
  }

  it('takes no endpoint that the rules for URLs forbid', async () => {
    const refused = await engine.call('POST', '/v1/webhooks', {
      body: {
        name: 'inside',
        url: engine.plan(status(200)).url,
        authentication: oauth2('https://169.254.169.254/token'),
      },
    });
    assert.deepEqual(
      refused.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`),
      ['/authentication/oauth2/token_endpoint url_ip_literal'],
    );
  });

  it('tests with a fresh token, of saved webhooks and of drafts, and shows that there is none', async () => {
    const receiver = engine.plan(status(200));
    const endpoint = engine.plan(gives(), gives(), status(400, '{"error":"invalid_scope"}'));
    const { id } = await webhook(receiver, endpoint);
    const draft = { webhook: { name: 'd', url: receiver.url, authentication: oauth2(endpoint.url) } };
    const results = [
      await engine.call('POST', `/v1/webhooks/${id}/test`),
      await engine.call('POST', '/v1/webhooks/test', { body: draft }),
      await engine.call('POST', `/v1/webhooks/${id}/test`),
    ];
    assert.deepEqual(
      results.map(({ body }) => [body.message, body.invocation.outcome, body.invocation.error_code]),
      [
        ['Test successful', 'success', null],
        ['Test successful', 'success', null],
        ['Test failed', 'token_failed', 'invalid_scope'],
      ],
    );
    const masked = await engine.call('POST', '/v1/webhooks/test', {
      body: { webhook: { ...draft.webhook, authentication: { bearer: { token: '***' } }, signing: { secret: '***' } } },
    });
    assert.deepEqual(
      masked.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`),
      ['/webhook/authentication/bearer/token secret_required', '/webhook/signing/secret secret_required'],
    );
  });

  it('logs calls of endpoints, and leaves no secret in records, events, log, metrics or database', async () => {
    const pair = Buffer.from(`hook:${PASSWORD}`).toString('base64');
    const kinds = [
      { secret: PASSWORD, authentication: { basic: { username: 'hook', password: PASSWORD } } },
      { secret: TOKEN, authentication: { bearer: { token: TOKEN } } },
      { secret: CLIENT_SECRET, authentication: oauth2(engine.plan(gives()).url) },
    ];
    for (const { secret, authentication } of kinds) {
      const echo: Answer = (response, seen) =>
        status(200, JSON.stringify({ got: headerOf(seen, 'authorization'), secret }))(response, seen);
      const { id, type } = await engine.webhook({ url: engine.plan(echo).url, authentication });
      await engine.deliver(type);
      await engine.call('POST', `/v1/webhooks/${id}/test`);
    }
    const log = engine.log.join('\n');
    const metrics = (await engine.call('GET', '/metrics')).text;
    assert.match(
      log,
      /"urlHost":"[^"]+","status":401,"errorCode":"invalid_client","durationMs":\d+,"message":"access token requested"/,
    );
    assert.match(metrics, /hookwright_token_requests_total\{error_code="invalid_client",status_class="4xx"\} 1/);
    const texts = [log, metrics, ...(await everyAnswer())];
    const secrets = [PASSWORD, pair, TOKEN, CLIENT_SECRET, 'canary-token-'];
    for (const secret of secrets) {
      const found = texts.filter((text) => text.includes(secret));
      assert.deepEqual(found, [], secret);
    }
    for (const file of readdirSync(engine.dataDir)) {
      const bytes = readFileSync(join(engine.dataDir, file));
      for (const secret of secrets) assert.ok(!bytes.includes(secret), `${file} holds ${secret}`);
    }
  });
});
