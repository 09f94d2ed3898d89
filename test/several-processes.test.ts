// Several engines on one PostgreSQL database, each with clocks and folders of its own.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, StartupError } from '../src/app.ts';
import type { AppOptions } from '../src/assembly/tools.ts';
import type { Environment } from '../src/config.ts';
import { readConfig } from '../src/config.ts';
import { rowsOf } from '../src/store/dialect.ts';
import { openPostgres } from '../src/store/open-postgres.ts';
import type { TestApp } from './support/app.ts';
import { keyText, startApp } from './support/app.ts';
import { lineTo } from './support/database-line.ts';
import { createDatabase, template } from './support/databases.ts';
import type { Wire } from './support/wire.ts';
import { headerOf, startWire } from './support/wire.ts';

const ADMIN_KEY = keyText();

describe('several processes on one PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let dataDir: string;
  let wire: Wire;
  let apps: TestApp[];
  const waiting: (() => void)[] = [];
  let isHeld = false;

  before(async () => {
    wire = await startWire((response) => {
      const answer = (): void => void response.writeHead(200).end('{}');
      if (isHeld) waiting.push(answer);
      else answer();
    });
  });
  after(() => wire.close());

  beforeEach(() => {
    apps = [];
    isHeld = false;
    dataDir = mkdtempSync(join(tmpdir(), 'hookwright-test-'));
  });
  afterEach(async () => {
    for (const app of apps) await app.stop();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const environment = (): Environment => ({
    ...wire.env,
    HOOKWRIGHT_DATABASE_URL: database.url,
    HOOKWRIGHT_DATA_DIR: dataDir,
    HOOKWRIGHT_ADMIN_KEY: ADMIN_KEY,
    HOOKWRIGHT_CONCURRENCY: '8',
    HOOKWRIGHT_SENDER_THREADS: '0',
  });
  const start = async (env: Environment = {}, options: AppOptions = {}): Promise<TestApp> => {
    const app = await startApp({ ...environment(), ...env }, { leasesFollowClock: false, ...options });
    apps.push(app);
    return app;
  };
  const makeWebhook = (app: TestApp) =>
    app.call('POST', '/v1/webhooks', { body: { name: 'all', url: `${wire.url}/in`, event_types: ['many'] } });
  const post = async (app: TestApp, count: number): Promise<void> => {
    const event = { event_type: 'many', event_time: '1.0', data: {} };
    const { status } = await app.call('POST', '/v1/events', { body: Array.from({ length: count }, () => event) });
    assert.equal(status, 202);
  };
  const ask = async (sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const opened = await openPostgres({ url: database.url });
    try {
      return rowsOf(await opened.writer.raw(sql));
    } finally {
      await opened.close();
    }
  };

  it('deliver each event once, and both take part, though their clocks are five minutes apart', async () => {
    database = await createDatabase(await template());
    const [early, late] = [-150_000, 150_000].map((skew) => ({ clock: () => new Date(Date.now() + skew) }));
    const one = await start({}, early);
    const two = await start({}, late);
    await makeWebhook(one);
    const from = wire.seen.length;
    await post(one, 100);
    await post(two, 100);
    // What the late clock takes in is due by the early one minutes later; the late one sees to it.
    await Promise.all([one.app.idle(), two.app.idle()]);
    const ids = wire.seen.slice(from).map((seen) => headerOf(seen, 'webhook-id'));
    assert.equal(ids.length, 200);
    assert.equal(new Set(ids).size, 200);
    const states = await ask('select state, attempts, count(*)::int as n from deliveries group by 1, 2');
    assert.deepEqual(states, [{ state: 'delivered', attempts: 1, n: 200 }]);
    for (const app of [one, two]) {
      const { text } = await app.call('GET', '/metrics');
      assert.match(text, /^hookwright_attempts_total\{[^}]*\} [1-9]/m);
    }
    const outside = await ask('select count(*)::int as n from invocations_default');
    assert.deepEqual(outside, [{ n: 0 }], 'each is in the partition of its week');
  });

  it('hear of what another has taken in, and leave to it what it is sending', async () => {
    database = await createDatabase(await template());
    isHeld = true;
    const one = await start();
    await makeWebhook(one);
    await post(one, 20);
    const two = await start();
    const inFlight = async (app: TestApp): Promise<number> =>
      Number(/^hookwright_attempts_in_flight\S* (\d+)$/m.exec((await app.call('GET', '/metrics')).text)?.[1] ?? 'NaN');
    assert.ok(!Number.isNaN(await inFlight(two)), 'the gauge has another name');
    for (let turn = 0; turn < 1000 && waiting.length < 12; turn += 1) await inFlight(two);
    // Of eight slots one webhook may have six.
    assert.equal(waiting.length, 12, 'each of the two holds as many as it may');
    isHeld = false;
    for (const answer of waiting.splice(0)) answer();
    await Promise.all([one.app.idle(), two.app.idle()]);
    const [row] = await ask(
      'select count(*)::int as n, count(distinct delivery_id)::int as deliveries from invocations',
    );
    assert.deepEqual(row, { n: 20, deliveries: 20 });
  });

  it('make one schema, one organization, one key file and one admin key when they start for the first time at once', async () => {
    database = await createDatabase('template0');
    const env = { ...environment(), HOOKWRIGHT_LISTEN: '127.0.0.1:0', HOOKWRIGHT_ADMIN_KEY: '' };
    const reading = readConfig(env, dataDir);
    assert.ok(reading.ok);
    const engines = Array.from({ length: 4 }, () => createApp(reading.config, { logSink: { write: () => undefined } }));
    try {
      const started = await Promise.all(engines.map((engine) => engine.start()));
      assert.equal(started.filter(({ firstKey }) => firstKey !== undefined).length, 1);
      const [row] = await ask(
        'select (select count(*)::int from organizations) as organizations, (select count(*)::int from api_keys) as keys',
      );
      assert.deepEqual(row, { organizations: 1, keys: 1 });
      assert.equal(readFileSync(join(dataDir, 'encryption.key'), 'utf8').trim().split('\n').length, 1);
    } finally {
      for (const engine of engines) await engine.stop(0);
    }
  });

  it('say why while the database is away, and go on by themselves when it is there again', async () => {
    database = await createDatabase(await template());
    const line = await lineTo(database.url);
    try {
      const app = await start({ HOOKWRIGHT_DATABASE_URL: line.url });
      await makeWebhook(app);
      const from = wire.seen.length;
      line.refuse();
      const ready = await app.call('GET', '/readyz');
      assert.deepEqual([ready.status, ready.body.checks[0].detail], [503, 'The database cannot be reached now.']);
      const posted = await app.call('POST', '/v1/events', {
        body: { event_type: 'many', event_time: '1.0', data: {} },
      });
      assert.deepEqual([posted.status, posted.body.code], [503, 'storage_away']);
      assert.ok(Number(posted.headers['retry-after']) > 0);
      assert.match((await app.call('GET', '/metrics', { key: null })).text, /^hookwright_database_up 0$/m);
      line.heal();
      assert.equal((await app.call('GET', '/readyz')).status, 200);
      await post(app, 3);
      await app.app.idle();
      assert.equal(wire.seen.length - from, 3);
      assert.match((await app.call('GET', '/metrics')).text, /^hookwright_database_up 1$/m);
    } finally {
      for (const app of apps.splice(0)) await app.stop();
      await line.close();
    }
  });

  it('leave to each other what only one of them has the key for, and say which key they lack', async () => {
    database = await createDatabase(await template());
    const keyLine = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
    const [old, next] = [keyLine('old', 1), keyLine('next', 2)];
    const one = await start({ HOOKWRIGHT_ENCRYPTION_KEYS: old });
    const two = await start({ HOOKWRIGHT_ENCRYPTION_KEYS: `${next},${old}` });
    const webhook = { name: 'all', url: `${wire.url}/in`, event_types: ['many'], headers: { 'X-Token': 'sealed' } };
    const retry_policy = { delays_in_sec: [], jitter: 0 };
    const made = await two.call('POST', '/v1/webhooks', { body: { ...webhook, retry_policy } });
    assert.equal(made.status, 201, made.text);
    await two.app.stop(0);
    const from = wire.seen.length;
    await post(one, 1);
    await one.app.idle();
    for (let turn = 0; turn < 2; turn += 1) {
      const ready = await one.call('GET', '/readyz');
      const [stored, keys] = ready.body.checks as { name: string; status: string; detail: string }[];
      assert.deepEqual([ready.status, stored?.status, keys?.name], [503, 'ok', 'encryption_keys']);
      assert.match(keys?.detail ?? '', /encrypted with the key "next", which this process was started without/);
    }
    const warnings = one.log.filter((line) => line.includes('started without an encryption key'));
    assert.deepEqual(
      [warnings.length, warnings[0]?.includes('"warn"'), warnings[0]?.includes('"next"')],
      [1, true, true],
    );
    const ends = await ask(
      'select d.state, d.attempts, i.outcome from deliveries d join invocations i on i.delivery_id = d.id',
    );
    assert.deepEqual(ends, [{ state: 'pending', attempts: 0, outcome: 'not_sent' }]);
    const later = { clock: () => new Date(Date.now() + 10_000) };
    const three = await start({ HOOKWRIGHT_ENCRYPTION_KEYS: `${old},${next}` }, later);
    assert.equal((await three.call('GET', '/readyz')).status, 200);
    await three.app.idle();
    assert.deepEqual(
      wire.seen.slice(from).map((seen) => headerOf(seen, 'x-token')),
      ['sealed'],
    );
    // A key that nobody has, and the database does not know either, is not waited for. What was sent by is remembered, so
    // that it takes a process that has not sent by this version.
    await three.app.stop(0);
    const four = await start({ HOOKWRIGHT_ENCRYPTION_KEYS: `${old},${next}` }, later);
    await ask(
      "update webhook_versions set settings = replace(settings, 'v1:next:', 'v1:lost:'), secret_key_id = 'lost'",
    );
    await post(four, 1);
    await four.app.idle();
    const lost = await ask("select reason from deliveries where state = 'exhausted'");
    assert.deepEqual(lost, [{ reason: 'secret_unreadable' }]);
  });

  it('refuse to start with a key file that is not the one of the others, and change nothing', async () => {
    database = await createDatabase(await template());
    await start();
    const other = mkdtempSync(join(tmpdir(), 'hookwright-test-'));
    try {
      const isRefused = (error: unknown): boolean =>
        error instanceof StartupError && /need the same keys.*nothing was changed/.test(error.message);
      await assert.rejects(start({ HOOKWRIGHT_DATA_DIR: other }), isRefused);
      const file = join(other, 'encryption.key');
      assert.throws(() => readFileSync(file), 'no key was made');
      writeFileSync(file, `other:${Buffer.alloc(32, 9).toString('base64')}\n`, { mode: 0o600 });
      await assert.rejects(start({ HOOKWRIGHT_DATA_DIR: other }), isRefused);
      const right = readFileSync(join(dataDir, 'encryption.key'), 'utf8');
      const [id = ''] = right.split(':');
      writeFileSync(file, `${id}:${Buffer.alloc(32, 9).toString('base64')}\n`, { mode: 0o600 });
      await assert.rejects(
        start({ HOOKWRIGHT_DATA_DIR: other }),
        (error: unknown) =>
          error instanceof StartupError &&
          error.message.includes(`"${id}"`) &&
          /Nothing was changed/.test(error.message),
      );
      writeFileSync(file, right, { mode: 0o600 });
      await start({ HOOKWRIGHT_DATA_DIR: other });
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});
