// Listening where others reach it: the first start needs a key that the operator brings, and each one warns.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createApp, StartupError } from '../../src/app.ts';
import type { Environment } from '../../src/config.ts';
import { isExposed, readConfig } from '../../src/config.ts';
import { welcomeText } from '../../src/welcome.ts';
import type { TestApp } from '../support/app.ts';
import { keyText, removeData, startApp } from '../support/app.ts';
import { createDatabase, onEachDatabase } from '../support/databases.ts';

const PUBLIC = { HOOKWRIGHT_LISTEN: '0.0.0.0:0' };
const WARNING = '"listening on a public address without TLS"';

function configOf(env: Environment) {
  const reading = readConfig(env, tmpdir());
  return reading.ok ? reading.config : assert.fail(reading.problems.join('\n'));
}

onEachDatabase('a start on a public address', (kind) => {
  let folder: string;
  let database: Awaited<ReturnType<typeof createDatabase>> | undefined;
  let env: Environment;
  const running: TestApp[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hookwright-public-'));
    // Without a schema: what a first start finds.
    database = kind === 'SQLite' ? undefined : await createDatabase('template0');
    const at = database === undefined ? {} : { HOOKWRIGHT_DATABASE_URL: database.url };
    env = { ...PUBLIC, ...at, HOOKWRIGHT_DATA_DIR: join(folder, 'data') };
  });
  after(async () => {
    for (const app of running) await app.stop();
    await database?.drop();
    // The support made a database for the folder, too.
    await removeData(join(folder, 'data'));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (changes: Environment): Promise<TestApp> => {
    const app = await startApp({ ...env, ...changes });
    running.push(app);
    return app;
  };
  const refusal = async (changes: Environment = {}): Promise<Error> => {
    const log: string[] = [];
    const app = createApp(configOf({ ...env, ...changes }), { logSink: { write: (line) => void log.push(line) } });
    const error = await app.start().then(
      () => assert.fail('It started.'),
      (reason: unknown) => reason as Error,
    );
    await app.stop(0);
    assert.deepEqual(log, [], 'before it has said that it starts');
    return error;
  };
  const tables = async (): Promise<number> => {
    if (database === undefined) return 0;
    const client = new pg.Client(database.url);
    await client.connect();
    const { rowCount } = await client.query("select 1 from pg_class where relnamespace = 'public'::regnamespace");
    await client.end();
    return rowCount ?? 0;
  };

  it('is refused while nobody has a key, and makes nothing', async () => {
    for (const HOOKWRIGHT_LISTEN of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
      const error = await refusal({ HOOKWRIGHT_LISTEN });
      assert.ok(error instanceof StartupError);
      assert.match(error.message, /public address.*keys generate.*HOOKWRIGHT_ADMIN_KEY.*Nothing was made or changed/);
    }
    // A proxy that is said to be there changes nothing about the first key.
    await refusal({ HOOKWRIGHT_PUBLIC_URL: 'https://hooks.example.com', HOOKWRIGHT_TRUST_PROXY: '10.0.0.0/8' });
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(await tables(), 0);
  });

  it('leaves a folder that is there as it is', async () => {
    const data = mkdtempSync(join(folder, 'there-'));
    await refusal({ HOOKWRIGHT_DATA_DIR: data });
    assert.deepEqual(readdirSync(data), []);
    rmSync(data, { recursive: true });
  });

  it('is made with the key of the operator, and warns in log and text that there is no TLS', async () => {
    const app = await start({ HOOKWRIGHT_ADMIN_KEY: keyText() });
    assert.equal((await app.call('GET', '/v1/me')).body.manages_installation, true);
    const { data } = (await app.call('GET', '/v1/api-keys')).body;
    assert.equal(data.length, 1, 'none was made up besides');
    const warning = app.log.filter((line) => line.includes(WARNING));
    assert.equal(warning.length, 1);
    assert.match(warning[0] ?? '', /"level":"?(?:40|warn)/);
    const config = configOf({ ...env, HOOKWRIGHT_ADMIN_KEY: keyText() });
    const text = welcomeText({
      version: '1',
      url: app.url,
      publicUrl: undefined,
      firstKey: undefined,
      unfitKey: undefined,
      dataDir: config.dataDir,
      sandbox: true,
      isExposed: isExposed(config),
    });
    assert.match(text, /public address without TLS.*\n.*HOOKWRIGHT_PUBLIC_URL \(https\) and HOOKWRIGHT_TRUST_PROXY/);
    assert.equal((app.log.join('') + text).includes(keyText().slice(40, 83)), false);
    await app.stop();
  });

  it('needs no key any more once there is one, and does not warn behind a proxy with TLS', async () => {
    const again = await start({});
    assert.equal(again.key, '');
    assert.equal(again.log.filter((line) => line.includes(WARNING)).length, 1);
    await again.stop();
    const proxied = await start({
      HOOKWRIGHT_PUBLIC_URL: 'https://hooks.example.com',
      HOOKWRIGHT_TRUST_PROXY: '10.0.0.0/8',
    });
    assert.equal(proxied.log.filter((line) => line.includes(WARNING)).length, 0);
    await proxied.stop();
    assert.equal(existsSync(join(folder, 'data')), true);
    for (const file of readdirSync(join(folder, 'data'))) {
      assert.equal(readFileSync(join(folder, 'data', file)).includes(keyText().slice(40, 83)), false, file);
    }
  });
});
