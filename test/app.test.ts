import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, StartupError } from '../src/app.ts';
import type { AppOptions } from '../src/assembly/tools.ts';
import type { Environment } from '../src/config.ts';
import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/store/database.ts';
import { connectSqlite } from '../src/store/dialect/sqlite.ts';
import type { Store } from '../src/store/index.ts';
import { createStore } from '../src/store/index.ts';
import { openPostgres } from '../src/store/open-postgres.ts';
import { loadOrCreateKeyFile } from '../src/store/key-file.ts';
import { createSecretBox } from '../src/store/secrets.ts';
import { firstSteps } from '../src/welcome.ts';
import type { TestApp } from './support/app.ts';
import { databaseEnv, keyText, removeData, startApp as startTestApp } from './support/app.ts';
import { onEachDatabase, withClock } from './support/databases.ts';
import type { Seen, Wire } from './support/wire.ts';
import { headerOf, startWire } from './support/wire.ts';

const ADMIN_KEY = keyText();
const NOW = new Date('2026-11-20T12:00:00.000Z');

// Data folders outlive an app, and are removed after each case; so are the apps of a case that fails half-way.
const folders: string[] = [];
const apps: TestApp[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-app-'));
  folders.push(folder);
  return folder;
}
async function startApp(env: Environment = {}, options: AppOptions = {}): Promise<TestApp> {
  const app = await startTestApp(env, options);
  apps.push(app);
  return app;
}
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop();
  for (const folder of folders.splice(0)) await removeData(folder);
});

// The store of a data folder that no engine is using.
async function withStore<Result>(dataDir: string, work: (store: Store) => Promise<Result>): Promise<Result> {
  const url = (await databaseEnv(dataDir))['HOOKWRIGHT_DATABASE_URL'];
  const opened = await (url === undefined
    ? openDatabase({ path: join(dataDir, 'hookwright.db') })
    : openPostgres({ url }));
  const database = withClock(opened);
  const secrets = createSecretBox({ keys: loadOrCreateKeyFile(join(dataDir, 'encryption.key')) });
  try {
    return await work(createStore({ database, secrets }));
  } finally {
    await database.close();
  }
}

// Why an engine does not start; what it had opened by then is closed again.
async function startFailure(env: Environment): Promise<Error & { readonly code?: string }> {
  const database = await databaseEnv(env['HOOKWRIGHT_DATA_DIR'] ?? '');
  const reading = readConfig({ HOOKWRIGHT_LISTEN: '127.0.0.1:0', ...database, ...env }, tmpdir());
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const app = createApp(reading.config, { logSink: { write: () => undefined } });
  const failure = await app.start().then(
    () => new Error('It started.'),
    (error: unknown) => error as Error,
  );
  await app.stop(0);
  return failure;
}

onEachDatabase('the first start', () => {
  it('keeps the admin key for the next start when the port is taken, and says so in a sentence', async () => {
    const other = await startApp();
    const dataDir = newFolder();
    const failure = await startFailure({ HOOKWRIGHT_DATA_DIR: dataDir, HOOKWRIGHT_LISTEN: new URL(other.url).host });
    assert.ok(failure instanceof StartupError);
    assert.match(failure.message, /Another program listens there already.*HOOKWRIGHT_LISTEN/);
    const next = await startApp({ HOOKWRIGHT_DATA_DIR: dataDir });
    assert.match(next.key, /^hw_/);
  });

  it('makes an admin key, of which only the hash is kept, and gives it this once', async () => {
    const dataDir = newFolder();
    const first = await startApp({ HOOKWRIGHT_DATA_DIR: dataDir });
    const secret = first.key.slice(40, 83);
    assert.match(first.key, /^hw_[0-9a-f-]{36}_[A-Za-z0-9]{49}$/);
    assert.equal((await first.call('GET', '/v1/webhooks')).status, 200);
    await first.stop();
    for (const file of readdirSync(dataDir)) assert.ok(!readFileSync(join(dataDir, file)).includes(secret), file);
    assert.ok(!first.log.join('').includes(secret));
    const again = await startApp({ HOOKWRIGHT_DATA_DIR: dataDir });
    assert.equal(again.key, '', 'it is not made or shown again');
    assert.equal((await again.call('GET', '/v1/webhooks', { key: first.key })).status, 200);
    await again.stop();
  });

  it('takes the key of the operator instead, at every start', async () => {
    const env = { HOOKWRIGHT_DATA_DIR: newFolder(), HOOKWRIGHT_ADMIN_KEY: ADMIN_KEY };
    for (let start = 0; start < 2; start += 1) {
      const app = await startApp(env);
      assert.equal(app.key, ADMIN_KEY);
      assert.equal((await app.call('GET', '/v1/webhooks')).status, 200);
      assert.ok(!app.log.join('').includes('s'.repeat(43)));
      await app.stop();
    }
    const other = { ...env, HOOKWRIGHT_ADMIN_KEY: keyText('0', 't'.repeat(43)) };
    assert.equal((await startFailure(other)).code, 'admin_key_id_taken');
  });

  it('warns where the key of the operator is revoked, and then lets nobody in from a public address', async () => {
    const dataDir = newFolder();
    const env = { HOOKWRIGHT_DATA_DIR: dataDir, HOOKWRIGHT_ADMIN_KEY: ADMIN_KEY };
    await (await startApp(env)).stop();
    const id = `key_${ADMIN_KEY.slice(3, 39)}`;
    await withStore(dataDir, async ({ apiKeys }) => {
      await apiKeys.update({ ...((await apiKeys.byId(id)) ?? assert.fail()), revokedAt: new Date() });
    });
    const again = await startApp(env);
    assert.match(again.log.join(''), new RegExp(`"keyId":"${id}","reason":"is revoked".*the admin key of the env`));
    await again.stop();
    const failure = await startFailure({ HOOKWRIGHT_DATA_DIR: dataDir, HOOKWRIGHT_LISTEN: '0.0.0.0:0' });
    assert.ok(failure instanceof StartupError);
    assert.match(failure.message, /no good admin key\. .*keys generate.*Nothing was made or changed/);
  });

  it('gives commands that work when they are pasted', async () => {
    const app = await startApp();
    try {
      for (const command of firstSteps(app.url, app.key)) {
        const [, url = ''] = /(https?:\/\/[^\s']+)/.exec(command) ?? [];
        const [, body] = /-d '([^']*)'/.exec(command) ?? [];
        const headers = Object.fromEntries(
          [...command.matchAll(/-H ["']([^:"']+): ([^"']+)["']/g)].map(([, name = '', value = '']) => [name, value]),
        );
        const answer = await fetch(url, body === undefined ? { headers } : { method: 'POST', headers, body });
        assert.ok(answer.ok, `${command}: ${await answer.clone().text()}`);
        await app.app.idle();
        if (body === undefined) {
          const { data } = (await answer.json()) as { data: { outcome: string }[] };
          assert.deepEqual(
            data.map((one) => one.outcome),
            ['success'],
          );
        }
      }
    } finally {
      await app.stop();
    }
  });
});

onEachDatabase('createApp', (kind) => {
  it('leaves nothing behind when it cannot start, so that the next start succeeds', async () => {
    const holder = await startApp();
    const dataDir = newFolder();
    const { port } = new URL(holder.url);
    const env = { HOOKWRIGHT_LISTEN: `127.0.0.1:${port}`, HOOKWRIGHT_DATA_DIR: dataDir };
    const { cause } = await startFailure(env);
    assert.equal((cause as { code?: string }).code, 'EADDRINUSE');
    const second = await startApp({ HOOKWRIGHT_DATA_DIR: dataDir });
    await second.stop();
    await holder.stop();
  });

  const itOnSqlite = kind === 'SQLite' ? it : undefined;

  itOnSqlite?.('refuses a data folder that another engine uses, with one sentence', async () => {
    const dataDir = newFolder();
    const app = await startApp({ HOOKWRIGHT_DATA_DIR: dataDir });
    const { message } = await startFailure({ HOOKWRIGHT_DATA_DIR: dataDir });
    assert.match(message, /^Another Hookwright process is using/);
    assert.equal((await app.call('GET', '/readyz')).status, 200);
    await app.stop();
  });

  it('has no sandbox where it is switched off', async () => {
    const app = await startApp({ HOOKWRIGHT_SANDBOX: 'off' });
    assert.equal((await app.call('GET', '/v1/sandbox/requests')).status, 404);
    const webhook = { name: 'none', url: 'https://sandbox.hookwright.test/echo' };
    const { status, body } = await app.call('POST', '/v1/webhooks', { body: webhook });
    assert.deepEqual([status, body.errors[0].pointer], [422, '/url']);
    await app.stop();
  });

  it('shows what arrived at the sandbox, newest first, with secrets masked', async () => {
    const app = await startApp();
    for (const path of ['one', 'two']) {
      const webhook = {
        name: path,
        url: `https://sandbox.hookwright.test/echo?${path}`,
        headers: { 'X-Key': 'sandbox-secret' },
      };
      await app.call('POST', '/v1/webhooks/test', { body: { webhook } });
    }
    const { text, body } = await app.call('GET', '/v1/sandbox/requests');
    assert.deepEqual(
      body.data.map((one: { path: string; status: number }) => [one.path, one.status]),
      [
        ['/echo?two', 200],
        ['/echo?one', 200],
      ],
    );
    assert.ok(!text.includes('sandbox-secret'));
    assert.equal((await app.call('GET', '/v1/sandbox/requests?limit=1')).body.data.length, 1);
    await app.stop();
  });
});

onEachDatabase('a restart', (kind) => {
  let wire: Wire;
  let answer: (seen: Seen) => number | undefined = () => 200;
  let onRequest: () => void = () => undefined;
  before(async () => {
    wire = await startWire((response, seen) => {
      const status = answer(seen);
      // Without a status the request stays open.
      if (status !== undefined) response.writeHead(status).end('{}');
      onRequest();
    });
  });
  beforeEach(() => {
    answer = () => 200;
    onRequest = () => undefined;
  });
  after(() => wire.close());

  let now = NOW;
  const start = (dataDir: string, env: Record<string, string> = {}): Promise<TestApp> =>
    startApp(
      { ...wire.env, HOOKWRIGHT_DATA_DIR: dataDir, HOOKWRIGHT_ADMIN_KEY: ADMIN_KEY, ...env },
      { clock: () => now, chance: () => 0.5 },
    );
  const makeWebhook = async (app: TestApp, extra: Record<string, unknown> = {}): Promise<string> =>
    (
      await app.call('POST', '/v1/webhooks', {
        body: {
          name: 'kept',
          url: `${wire.url}/in`,
          headers: { Authorization: 'Bearer kept-over-restarts' },
          retry_policy: { delays_in_sec: [60, 60], jitter: 0 },
          ...extra,
        },
      })
    ).body.id as string;
  const post = async (app: TestApp): Promise<string> =>
    (await app.call('POST', '/v1/events', { body: { event_type: 'kept', event_time: '1.0', data: {} } })).body.events[0]
      .id;
  const onlyDelivery = async (app: TestApp) => {
    const { data } = (await app.call('GET', '/v1/deliveries')).body;
    assert.equal(data.length, 1);
    return (await app.call('GET', `/v1/deliveries/${data[0].id as string}`)).body;
  };

  it('keeps events, webhooks and their secrets, and goes on with what waits', async () => {
    const dataDir = newFolder();
    now = NOW;
    answer = () => 500;
    const from = wire.seen.length;
    const first = await start(dataDir);
    const webhookId = await makeWebhook(first);
    const eventId = await post(first);
    await first.app.idle();
    assert.equal((await onlyDelivery(first)).state, 'pending');
    await first.stop();

    answer = () => 200;
    now = new Date(NOW.getTime() + 59_000);
    const second = await start(dataDir);
    await second.app.idle();
    assert.equal(wire.seen.length - from, 1, 'a restart is no reason to send early');
    await second.stop();

    now = new Date(NOW.getTime() + 60_000);
    const third = await start(dataDir);
    await third.app.idle();
    const delivery = await onlyDelivery(third);
    assert.deepEqual([delivery.state, delivery.attempts], ['delivered', 2]);
    const [one, two] = wire.seen.slice(from);
    assert.equal(headerOf(two, 'webhook-id'), headerOf(one, 'webhook-id'));
    assert.equal(headerOf(two, 'authorization'), 'Bearer kept-over-restarts');
    assert.equal(two?.body, one?.body);
    assert.equal((await third.call('GET', `/v1/events/${eventId}`)).status, 200);
    assert.equal((await third.call('GET', `/v1/webhooks/${webhookId}`)).body.version, 1);
    await third.stop();
  });

  it('ends as unknown what a killed process was sending, and sends it again with the same webhook-id', async () => {
    const dataDir = newFolder();
    now = NOW;
    const first = await start(dataDir);
    const webhookId = await makeWebhook(first, { active: false, headers: { 'x-token': 'a-secret-token' } });
    await first.call('PATCH', `/v1/webhooks/${webhookId}`, { body: { active: true } });
    await first.stop();
    // What a process leaves that is killed between its claim and its record: an event, a lease and an open invocation.
    const claimed = await withStore(dataDir, async (store) => {
      const organization = await store.organizations.byName('default');
      const organizationId = organization?.id ?? '';
      const eventId = 'evt_01932000-0000-7000-8000-000000000001';
      const id = 'dlv_01932000-0000-7000-8000-000000000001';
      const body = '{"event_type":"kept","event_time":"1.0","data":{}}';
      await store.events.insertMany([
        {
          id: eventId,
          organizationId,
          schema: 'audit',
          eventType: 'kept',
          eventTime: '1.0',
          eventTimeExact: '1.000000000',
          receivedAt: NOW,
          origin: 'api',
          idempotencyKey: undefined,
          valueSha256: 'a'.repeat(64),
          hop: 0,
          body,
        },
      ]);
      await store.deliveries.insertMany([
        {
          id,
          organizationId,
          eventId,
          webhookId,
          messageId: id,
          state: 'pending',
          reason: undefined,
          attempts: 0,
          dueAt: NOW,
          createdAt: NOW,
          updatedAt: NOW,
          finishedAt: undefined,
          heldUntil: undefined,
          asked: undefined,
          cancelRequestedAt: undefined,
          tokenRefusedAt: undefined,
        },
      ]);
      return store.deliveries.claim({
        now: NOW,
        limit: 1,
        probeLimit: 0,
        freeSlots: () => 1,
        ...{ isQuick: () => false, slowLimit: 10, lastTurn: () => 0 },
        newLeaseToken: () => 'the lease of a dead process',
        newInvocationId: () => 'inv_01932000-0000-7000-8000-000000000001',
      });
    });
    assert.equal(claimed.length, 1);
    const from = wire.seen.length;
    // With PostgreSQL another process may have sent it: its lease has to run out.
    if (kind === 'PostgreSQL') now = new Date(NOW.getTime() + 60_000);
    const second = await start(dataDir);
    await second.app.idle();
    const delivery = await onlyDelivery(second);
    assert.deepEqual([delivery.state, delivery.attempts], ['delivered', 2]);
    assert.deepEqual(
      delivery.invocations.map((one: { outcome: string; attempt: { number: number } }) => [
        one.outcome,
        one.attempt.number,
      ]),
      [
        ['unknown', 1],
        ['success', 2],
      ],
    );
    assert.equal(wire.seen.length - from, 1);
    assert.equal(headerOf(wire.seen.at(-1), 'webhook-id'), delivery.id);
    assert.ok(second.log.some((line) => line.includes('"deliveries rescued"')));
    // What the dead process may have sent is made again when it is read.
    const path = `/v1/invocations/${String(claimed[0]?.invocation.id)}`;
    const { request } = (await second.call('GET', path)).body;
    assert.deepEqual([request.reconstructed, request.body], [true, wire.seen.at(-1)?.body]);
    assert.deepEqual(new Map(request.headers).get('x-token'), '***');
    const [har, curl] = [await second.call('GET', `${path}/har`), await second.call('GET', `${path}/curl`)];
    assert.match(har.body.log.entries[0].request.comment, /^Not recorded/);
    assert.match(curl.text, /^# It was not recorded/m);
    assert.doesNotMatch(har.text + curl.text, /a-secret-token/);
    const last = (await second.call('GET', `/v1/invocations/${String(delivery.invocations[1].id)}`)).body;
    assert.equal(last.request.reconstructed, false);
    await second.stop();
  });

  it('cuts off at the end of the grace what is still under way: unknown, pending, and sent again', async () => {
    const dataDir = newFolder();
    now = NOW;
    answer = () => undefined;
    const arrived = new Promise<void>((resolve) => (onRequest = resolve));
    const first = await start(dataDir);
    await makeWebhook(first);
    await post(first);
    await arrived;
    await first.app.stop(0);

    answer = () => 200;
    const second = await start(dataDir);
    await second.app.idle();
    const delivery = await onlyDelivery(second);
    assert.equal(delivery.state, 'delivered');
    assert.deepEqual(
      delivery.invocations.map((one: { outcome: string; finished_at: string | null }) => [
        one.outcome,
        one.finished_at !== null,
      ]),
      [
        ['unknown', true],
        ['success', true],
      ],
    );
    assert.ok(!second.log.some((line) => line.includes('"deliveries rescued"')), 'it was recorded at the stop');
    await second.stop();
  });

  it('holds all that waits for a webhook that is off, be it thousands', async () => {
    const dataDir = newFolder();
    now = NOW;
    const first = await start(dataDir);
    const webhookId = await makeWebhook(first);
    const eventId = await post(first);
    await first.app.idle();
    await first.call('PATCH', `/v1/webhooks/${webhookId}`, { body: { active: false } });
    await first.stop();
    await withStore(dataDir, async (store) => {
      const organizationId = (await store.organizations.byName('default'))?.id ?? '';
      const [done] = await store.deliveries.byEvent(organizationId, eventId);
      assert.ok(done !== undefined);
      const numbers = Array.from({ length: 1200 }, (_, index) => String(index).padStart(12, '0'));
      const waiting = numbers.map((n) => ({
        ...done,
        id: `dlv_01932000-0000-7000-8000-${n}`,
        state: 'pending' as const,
      }));
      await store.deliveries.insertMany(waiting);
    });
    const second = await start(dataDir);
    await second.app.idle();
    await second.stop();
    const counts = await withStore(dataDir, (store) => store.deliveries.countByState());
    assert.deepEqual([counts.held, counts.pending, counts.delivered], [1200, 0, 1]);
  });

  const itOnSqlite = kind === 'SQLite' ? it : undefined;

  itOnSqlite?.(
    'answers who asks while another program holds the database, and stores what waits when it is free',
    async () => {
      const dataDir = newFolder();
      now = NOW;
      const app = await start(dataDir);
      const webhookId = await makeWebhook(app);
      const foreign = connectSqlite({ path: join(dataDir, 'hookwright.db'), setup: 'PRAGMA busy_timeout = 5000' });
      try {
        await foreign.raw('BEGIN IMMEDIATE');
        let stored = false;
        const storing = post(app).then((id) => {
          stored = true;
          return id;
        });
        for (const path of ['/v1/webhooks', `/v1/webhooks/${webhookId}`, '/v1/deliveries']) {
          assert.equal((await app.call('GET', path)).status, 200);
        }
        assert.equal((await app.call('GET', '/v1/webhooks', { key: `${ADMIN_KEY}x` })).status, 401);
        assert.equal(stored, false, 'they have not waited for the one that writes');
        await foreign.raw('COMMIT');
        assert.equal((await app.call('GET', `/v1/events/${await storing}`)).status, 200);
      } finally {
        await foreign.destroy();
      }
      await app.app.idle();
      assert.equal((await onlyDelivery(app)).state, 'delivered');
      await app.stop();
    },
  );

  it('rejects what leads to an address that is not allowed any more', async () => {
    const dataDir = newFolder();
    now = NOW;
    answer = () => 500;
    const name = 'receiver.internal';
    const port = wire.env['HOOKWRIGHT_EGRESS_CONNECT']?.split(':').at(-1) ?? '';
    const first = await start(dataDir, { HOOKWRIGHT_EGRESS_CONNECT: `${name}=127.0.0.1:${port}` });
    await makeWebhook(first, { url: `https://${name}/in` });
    await post(first);
    await first.app.idle();
    // The certificate of the receiver does not name this host.
    assert.equal((await onlyDelivery(first)).invocations[0].outcome, 'tls_error');
    await first.stop();

    now = new Date(NOW.getTime() + 60_000);
    const second = await start(dataDir);
    await second.app.idle();
    const delivery = await onlyDelivery(second);
    assert.deepEqual([delivery.state, delivery.reason], ['rejected', 'blocked_address']);
    const invocation = (await second.call('GET', `/v1/invocations/${delivery.invocations[1].id as string}`)).body;
    assert.equal(invocation.outcome, 'blocked_address');
    assert.ok(invocation.hint.includes('HOOKWRIGHT_EGRESS_ALLOW'));
    assert.equal(invocation.peer, null);
    await second.stop();
  });
});
