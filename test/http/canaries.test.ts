// A secret of its own in every place that takes one, and receivers that give back whatever they get: none of them may be
// found in an answer, in the log, in the data folder or in a row of the database.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { writeKey } from '../../src/domain/api-key.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { CallOptions } from '../support/app.ts';
import { connectBelow } from '../support/app.ts';
import { currentKind, onEachDatabase } from '../support/databases.ts';
import { headerOf } from '../support/wire.ts';
import type { Answer, Engine } from './engine.ts';
import { startEngine } from './engine.ts';

const bytes = (name: string): Buffer => createHash('sha256').update(name).digest();

/** Place by place; the values hold what JSON, URLs and base64 spell differently. */
const CANARIES = {
  header: 'canary-header+8f/3=="<e',
  headerOfAnEarlierVersion: 'canary-earlier-header-51',
  password: 'canary-pass:word/"1',
  bearer: 'canary.bearer~token+7/==',
  clientSecret: 'canary-client/secret&2 "x',
  accessToken: 'canary-access.token~9',
  signing: `whsec_${bytes('signing').toString('base64')}`,
  nextSigning: `whsec_${bytes('next signing').toString('base64')}`,
  ed25519: `whsk_${bytes('ed25519').toString('base64')}`,
  draft: 'canary-draft-header-3',
  refused: 'canary-refused-header-4',
  malformedKey: 'canaryMalformedKey9',
  unknownKey: 'canaryUnknownKey000000000000000000000000000',
} as const;

// Stands in other settings, too, which are stored and shown as they are.
const REPEATED = 'canary-repeated-6';

// Everything by which a reader could get a secret back.
function spellings(secret: string): string[] {
  const inBase64 = [secret, `user:${secret}`, `client:${secret}`].map((text) => Buffer.from(text).toString('base64'));
  const bare = secret.replace(/^wh(?:sec|sk)_/, '');
  return [
    secret,
    bare,
    JSON.stringify(secret).slice(1, -1),
    ...inBase64,
    ...inBase64.map((text) => text.replace(/=+$/, '')),
    Buffer.from(secret).toString('base64url'),
    encodeURIComponent(secret),
    new URLSearchParams({ a: secret }).toString().slice(2),
    Buffer.from(secret).toString('hex'),
  ];
}

const FORBIDDEN = Object.entries(CANARIES).flatMap(([place, secret]) =>
  [...new Set(spellings(secret))].map((form) => ({ place, form })),
);

function assertNone(text: string, where: string): void {
  for (const { place, form } of FORBIDDEN)
    assert.ok(!text.includes(form), `${where} holds the ${place}: ${form}: ${text.slice(0, 900)}`);
}

// All that arrived, as it is, in base64 and percent-encoded.
const echo: Answer = (response, seen) => {
  const authorization = headerOf(seen, 'authorization') ?? '';
  const credentials = authorization.replace(/^\w+ /, '');
  const heard = { headers: seen.headers, body: seen.body, credentials, decoded: atobOrNothing(credentials) };
  const text = JSON.stringify(heard);
  response.setHeader('content-type', 'application/json');
  response.setHeader('x-heard', encodeURIComponent(authorization));
  response.end(JSON.stringify({ ...heard, base64: Buffer.from(credentials).toString('base64'), again: text }));
};

function atobOrNothing(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}

const issueToken: Answer = (response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ access_token: CANARIES.accessToken, token_type: 'Bearer', expires_in: 3600 }));
};

// As a careless authority does: it repeats in its error what it was sent.
const refuseToken: Answer = (response, seen) => {
  response.writeHead(400, { 'content-type': 'application/json' });
  const said = `${seen.body} ${headerOf(seen, 'authorization') ?? ''}`;
  response.end(JSON.stringify({ error: 'invalid_client', error_description: said.replaceAll(/["\\]/g, '') }));
};

const withBasic = { basic: { username: 'user', password: CANARIES.password } };
const withBearer = { bearer: { token: CANARIES.bearer } };

function withOAuth(tokenEndpoint: string, how: 'basic' | 'post') {
  const client = { client_id: 'client', client_secret: CANARIES.clientSecret, client_authentication: how };
  return { oauth2: { ...client, token_endpoint: tokenEndpoint, scopes: ['hooks'] } };
}

onEachDatabase('canary secrets', () => {
  let engine: Engine;
  const shownOnce: string[] = [];
  const answers: { readonly what: string; readonly text: string }[] = [];

  const call = async (method: string, path: string, options: CallOptions = {}) => {
    const answer = await engine.call(method, path, options);
    answers.push({ what: `${method} ${path}`, text: answer.text });
    return answer;
  };

  before(async () => {
    engine = await startEngine();
    await plant();
  });
  after(() => engine.stop());

  async function plant(): Promise<void> {
    const receiver = engine.plan(echo);
    const headers = { 'X-Secret': CANARIES.header };
    const signing = { secret: CANARIES.signing };
    const tokens = engine.plan(issueToken);
    const refusing = engine.plan(refuseToken);
    const sandboxed = 'https://sandbox.hookwright.test/json/e30';
    const webhooks: Record<string, unknown>[] = [
      { headers, signing, authentication: withBasic },
      { headers, signing: { secret: CANARIES.ed25519 }, authentication: withBearer },
      { headers, signing, authentication: withOAuth(tokens.url, 'basic') },
      { headers, authentication: withOAuth(tokens.url, 'post') },
      { headers, authentication: withOAuth(refusing.url, 'post') },
      { headers, authentication: withOAuth(refusing.url, 'basic') },
      { headers, authentication: withOAuth(sandboxed, 'post') },
    ];
    for (const settings of webhooks) await useWebhook({ url: receiver.url, ...settings });
    await repeatSecrets(receiver.url);
    await useWebhook({ url: 'https://sandbox.hookwright.test/echo', headers, signing, authentication: withBearer });
    await makeMistakes(receiver.url);
  }

  async function useWebhook(settings: Record<string, unknown>): Promise<void> {
    const validators = ['$.data', '$.data.headers', '$.data.credentials', '$.headers'];
    const { id, type } = await engine.webhook({
      ...settings,
      response_validators: validators.map((path) => ({ json_path: path, expected_values: ['else'] })),
      // A retry is made and recorded as every attempt is; what it repeats is the same for all of them.
      retry_policy: { delays_in_sec: settings['authentication'] === withBearer ? [5] : [], jitter: 0 },
    });
    const path = `/v1/webhooks/${id}`;
    await call('POST', `${path}/test`);
    const draft = { name: 'draft', ...settings, headers: { 'X-Draft': CANARIES.draft } };
    await call('POST', '/v1/webhooks/test', { body: { webhook: draft } });
    const deliveryId = await engine.deliver(type);
    await engine.later(6);
    await call('POST', `/v1/deliveries/${deliveryId}/redeliver`, { body: { same_bytes: true } });
    await call('POST', '/v1/replays', { body: { webhook_id: id, select: 'all' } });
    await engine.app.idle();
    await call('PATCH', path, { body: { headers: { 'X-Earlier': CANARIES.headerOfAnEarlierVersion } } });
    await call('PATCH', path, { body: { headers: { 'X-Earlier': null } } });
    const rotated = await call('POST', `${path}/signing/rotate`, { body: { secret: CANARIES.nextSigning } });
    assert.equal(rotated.status, 200, rotated.text);
    const generated = await engine.call('POST', `${path}/signing/rotate`, { body: { overlap_in_sec: 60 } });
    shownOnce.push(String(generated.body.secret));
    await engine.deliver(type);
    await call('PUT', path, { body: (await call('GET', path)).body });
    await call('POST', `${path}/versions/1/restore`);
  }

  // An admin may write a secret into other settings, too. GET gives those back as they are; records and events must not.
  async function repeatSecrets(url: string): Promise<void> {
    const { id, type } = await engine.webhook({
      url: `${url}?token=${REPEATED}`,
      headers: { 'X-Secret': REPEATED, 'X-Public': REPEATED },
      public_headers: ['X-Public'],
      body_template: `{"token":"${REPEATED}"}`,
      response_validators: [{ json_path: '$.data.body', expected_values: [REPEATED, `${REPEATED}!`] }],
      custom_validation_error_message: `Not ${REPEATED}.`,
    });
    await call('POST', `/v1/webhooks/${id}/test`);
    await engine.deliver(type);
    await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { name: 'renamed' } });
    await call('DELETE', `/v1/webhooks/${id}`);
  }

  // A refusal must not repeat what it refuses.
  async function makeMistakes(url: string): Promise<void> {
    const { refused } = CANARIES;
    const faulty: Record<string, unknown>[] = [
      { headers: { 'X-A': `{{${refused}}}` } },
      { headers: { 'X-A': `${refused}\n` } },
      { headers: { Host: refused } },
      { headers: { 'X-A': [refused] } },
      { headers: { 'X-A': { secret: refused } } },
      { headers: { 'X-A': refused }, method: 'TRACE' },
      { authentication: { bearer: { token: `${refused}\u0007` } } },
      { authentication: { bearer: { token: [refused] } } },
      { authentication: { bearer: { token: refused }, basic: { username: 'a', password: refused } } },
      { authentication: { basic: { username: 'a:b', password: refused } } },
      { authentication: { ...withOAuth('http://10.0.0.1/', 'post') } },
      { authentication: { oauth2: { client_secret: refused } } },
      { signing: { secret: `whsec_${refused}` } },
      { signing: { secret: refused } },
      { signing: { secret: [refused] } },
      { signing: { secret: CANARIES.signing, previous_secret: refused } },
    ];
    for (const settings of faulty) {
      const answer = await call('POST', '/v1/webhooks', { body: { name: 'faulty', url, ...settings } });
      assert.equal(answer.status, 422, answer.text);
      await call('POST', '/v1/webhooks/test', { body: { webhook: { name: 'faulty', url, ...settings } } });
    }
    await call('POST', '/v1/webhooks', { raw: `{"headers":{"X-A":"${refused}"}` });
    await call('POST', '/v1/webhooks', { raw: `{"headers":{"X-A":"${refused}" "${refused}"}}` });
    await useKeys();
  }

  async function useKeys(): Promise<void> {
    const unknown = writeKey('key_01934c5e-7b3a-7cc0-8000-0123456789ab', CANARIES.unknownKey);
    const made = await engine.call('POST', '/v1/api-keys', { body: { name: 'a source', role: 'source' } });
    const { key, id } = made.body as { key: string; id: string };
    shownOnce.push(key.slice(40));
    for (const one of [CANARIES.malformedKey, unknown, engine.key.slice(0, -3)]) {
      assert.equal((await call('GET', '/v1/webhooks', { key: one })).status, 401);
      const authorization = `Basic ${btoa(`user:${one}`)}`;
      await call('GET', '/rest/auditing/1.0/events', { key: null, headers: { authorization } });
      await call('GET', `/v1/webhooks?key=${one}`, { key: null });
    }
    assert.equal((await call('GET', '/v1/webhooks', { key })).status, 403);
    assert.equal((await call('DELETE', `/v1/api-keys/${id}`)).status, 200);
    assert.equal((await call('GET', '/v1/webhooks', { key })).status, 401);
  }

  it('arrived in clear, so that there was something to give away', () => {
    const wire = JSON.stringify(engine.wire.seen);
    for (const secret of [CANARIES.bearer, CANARIES.accessToken, CANARIES.draft])
      assert.ok(wire.includes(secret), secret);
    const basic = Buffer.from(`user:${CANARIES.password}`).toString('base64');
    for (const secret of [basic, JSON.stringify(CANARIES.header).slice(1, -1)]) assert.ok(wire.includes(secret));
    assert.ok(wire.includes('client_secret='), 'the client secret in a form');
  });

  it('are in no answer of a write', () => {
    assert.ok(answers.length > 100);
    for (const { what, text } of answers) assertNone(text, what);
    for (const { what, text } of answers) for (const secret of shownOnce) assert.ok(!text.includes(secret), what);
  });

  it('are in no answer of a route that reads', async () => {
    const paths = await readingPaths(engine);
    for (const path of paths) {
      const { status, text, body } = await engine.call('GET', path);
      // What failed before it was sent has no request to show.
      const isKnown = status === 200 || body.code === 'nothing_sent';
      assert.ok(isKnown, `${path} answered ${String(status)}: ${text}`);
      assertNone(text, path);
      for (const secret of shownOnce) assert.ok(!text.includes(secret), path);
      assert.ok(!text.includes(engine.key.slice(40)), `${path} holds the API key`);
    }
  });

  it('are in no line of the log', () => {
    const log = engine.log.join('\n');
    assertNone(log, 'the log');
    assert.ok(!log.includes(engine.key.slice(40)), 'nor is the API key');
  });

  it('are in no row of the database, not even within base64', async () => {
    const database = connectBelow(engine.dataDir);
    try {
      for (const table of await tablesOf(database)) {
        for (const row of (await database(table).select('*')) as Record<string, unknown>[]) {
          const text = Object.values(row).map(String).join('\n');
          assertNone(text, table);
          for (const secret of [...shownOnce, engine.key.slice(40)]) assert.ok(!text.includes(secret), table);
          for (const body of Object.values(row))
            assertNone(Buffer.from(String(body), 'base64').toString('latin1'), table);
        }
      }
    } finally {
      await database.destroy();
    }
  });

  it('are in no event and no record, although an admin has repeated one in other settings', async () => {
    const database = connectBelow(engine.dataDir);
    try {
      for (const table of ['events', 'invocations', 'invocation_bodies'])
        assert.ok(!JSON.stringify(await database(table).select('*')).includes(REPEATED), table);
    } finally {
      await database.destroy();
    }
  });

  it('are in no file of the data folder', () => {
    for (const file of readdirSync(engine.dataDir))
      assertNone(readFileSync(join(engine.dataDir, file), 'latin1'), file);
  });
});

async function tablesOf(database: Knex): Promise<string[]> {
  const found =
    currentKind() === 'SQLite'
      ? await database('sqlite_master').where('type', 'table').select('name')
      : await database('pg_tables').where('schemaname', 'public').select('tablename as name');
  const names = (found as { name: string }[]).map(({ name }) => name);
  assert.ok(names.includes('invocation_bodies'), names.join(' '));
  return names;
}

/** Each GET route, with every id that there is. A route whose parameter is not known here fails the walk. */
async function readingPaths(engine: Engine): Promise<string[]> {
  const idsOf = async (list: string, query = '?limit=200'): Promise<string[]> => {
    const { data } = (await engine.get(`${list}${query}`)) as { data: { id: string }[] };
    return data.map(({ id }) => id);
  };
  const names = async (list: string): Promise<string[]> => {
    const { data } = (await engine.get(list)) as { data: { name: string }[] };
    return data.map(({ name }) => name);
  };
  const own = { query: '?limit=200&origin=engine' };
  const values: Readonly<Record<string, readonly string[]>> = {
    webhook_id: await idsOf('/v1/webhooks'),
    event_id: [...(await idsOf('/v1/events')), ...(await idsOf('/v1/events', own.query))],
    delivery_id: await idsOf('/v1/deliveries'),
    invocation_id: await idsOf('/v1/invocations'),
    replay_id: await idsOf('/v1/replays'),
    key_id: await idsOf('/v1/api-keys'),
    organization_id: await idsOf('/v1/organizations'),
    version: ['1', '2', '3'],
    '/v1/schemas/{name}': await names('/v1/schemas'),
    '/v1/templates/{name}': await names('/v1/templates'),
  };
  const paths = ROUTES.filter(({ method }) => method === 'get').flatMap(({ path }) => filled(path, values));
  return [
    ...paths,
    ...['/v1/webhooks', '/v1/events', '/v1/deliveries', '/v1/invocations'].map((path) => `${path}?limit=200`),
    `/v1/events${own.query}`,
  ];
}

function filled(path: string, values: Readonly<Record<string, readonly string[]>>): string[] {
  const parameter = /\{(\w+)\}/.exec(path);
  if (parameter === null) return [path];
  const known = values[path] ?? values[parameter[1] ?? ''];
  assert.ok(known !== undefined && known.length > 0, `the walk knows no value for ${path}`);
  return known.flatMap((value) => filled(path.replace(parameter[0], value), values));
}
