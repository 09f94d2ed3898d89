// Keys from the first start to the last rotation, through the engine and the command line, on both databases.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, StartupError } from '../../src/app.ts';
import { EXIT, runCommand } from '../../src/cli-commands.ts';
import type { Environment } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import type { SecretKey } from '../../src/domain/secret-keys.ts';
import { writeSecretKeys } from '../../src/domain/secret-keys.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { newSecretKey } from '../../src/store/secrets.ts';
import type { TestApp } from '../support/app.ts';
import { connectBelow, databaseEnv, keyText, removeData, startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Wire } from '../support/wire.ts';
import { headerOf, startWire } from '../support/wire.ts';

const ADMIN_KEY = keyText();
const TOKEN = 'canary-of-the-rotation';
const TABLES = ['webhook_versions', 'encryption_keys', 'sealing_key', 'webhooks', 'organizations', 'api_keys'];

onEachDatabase('encryption keys', (kind) => {
  let dataDir: string;
  let keyFile: string;
  let wire: Wire;
  let webhookId = '';

  before(async () => {
    wire = await startWire();
    dataDir = mkdtempSync(join(tmpdir(), 'hookwright-keys-'));
    keyFile = join(dataDir, 'encryption.key');
  });
  after(async () => {
    await wire.close();
    await removeData(dataDir);
  });

  const environment = async (env: Environment = {}): Promise<Environment> => ({
    ...wire.env,
    HOOKWRIGHT_LISTEN: '127.0.0.1:0',
    HOOKWRIGHT_DATA_DIR: dataDir,
    HOOKWRIGHT_ADMIN_KEY: ADMIN_KEY,
    ...(await databaseEnv(dataDir)),
    ...env,
  });
  const start = async (env: Environment = {}): Promise<TestApp> => startApp(await environment(env));
  const run = async (args: readonly string[], env: Environment = {}) => {
    let [printed, said] = ['', ''];
    const print = (text: string): void => void (printed += text);
    const say = (text: string): void => void (said += text);
    const deps = { env: await environment(env), cwd: dataDir, print, say };
    const code = await runCommand(deps, ['secrets', ...args]);
    for (const secret of [TOKEN, ...keysInFile().map((line) => line.split(':')[1] ?? '')]) {
      assert.ok(!(printed + said).includes(secret));
    }
    return { code, printed, said };
  };
  const keysInFile = (): string[] => readFileSync(keyFile, 'utf8').trim().split('\n');
  const idsInFile = (): string[] => keysInFile().map((line) => line.split(':')[0] ?? '');
  const everything = async (): Promise<string> => {
    const db = connectBelow(dataDir);
    try {
      const rows = await Promise.all(TABLES.map(async (table) => rowsOf(await db.raw(`select * from ${table}`))));
      return JSON.stringify([
        rows,
        readdirSync(dataDir)
          .filter((name) => !/-(?:wal|shm)$/.test(name))
          .sort(),
      ]);
    } finally {
      await db.destroy();
    }
  };
  const refusal = async (env: Environment): Promise<string> => {
    const reading = readConfig(await environment(env), dataDir);
    assert.ok(reading.ok);
    const app = createApp(reading.config, { logSink: { write: () => undefined } });
    const failure: unknown = await app.start().then(
      () => 'It started.',
      (error: unknown) => error,
    );
    await app.stop(0);
    assert.ok(failure instanceof StartupError, String(failure));
    return failure.message;
  };
  // What was sealed by whichever key is what the receiver gets.
  const delivers = async (env: Environment = {}): Promise<void> => {
    const app = await start(env);
    const from = wire.seen.length;
    await app.call('POST', '/v1/events', { body: { event_type: 'a.b', event_time: '1', data: {} } });
    await app.app.idle();
    await app.stop();
    assert.equal(headerOf(wire.seen[from], 'x-token'), TOKEN);
  };

  it('come from a file that the first start makes', async () => {
    const app = await start();
    const body = { name: 'one', url: `${wire.url}/in`, event_types: ['a.*'], headers: { 'X-Token': TOKEN } };
    webhookId = (await app.call('POST', '/v1/webhooks', { body })).body.id;
    for (const version of [2, 3]) {
      await app.call('PATCH', `/v1/webhooks/${webhookId}`, { body: { timeout_in_sec: version } });
    }
    if (kind === 'SQLite') {
      const { code, said } = await run(['rotate']);
      assert.deepEqual([code, /^Another Hookwright process .*\.\n$/.test(said)], [EXIT.failed, true], said);
    }
    const { code, printed } = await run(['status']);
    assert.deepEqual([code, /3 secrets +newest/.test(printed)], [EXIT.done, true], printed);
    await app.stop();
    assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  });

  it('stop the start where they are missing or wrong, and then nothing has changed', async () => {
    const kept = readFileSync(keyFile, 'utf8');
    const [id = ''] = idsInFile();
    const wrong: SecretKey = { ...newSecretKey(), id };
    const before = await everything();
    const inFile: readonly (readonly [string, RegExp])[] = [
      [writeSecretKeys([newSecretKey()]), new RegExp(`encrypted with the key "${id}", which is not in`)],
      [writeSecretKeys([wrong]), new RegExp(`The key "${id}" in .* is not the one`)],
    ];
    for (const [text, sentence] of inFile) {
      writeFileSync(keyFile, text);
      assert.match(await refusal({}), sentence);
      assert.equal(readFileSync(keyFile, 'utf8'), text);
      assert.equal(await everything(), before);
    }
    writeFileSync(keyFile, kept);
    const given: readonly (readonly [readonly SecretKey[], RegExp])[] = [
      [[newSecretKey()], new RegExp(`append the line that begins with "${id}:"`)],
      [[newSecretKey(), wrong], new RegExp(`The key "${id}" in HOOKWRIGHT_ENCRYPTION_KEYS is not the one`)],
    ];
    for (const [keys, sentence] of given) {
      assert.match(await refusal({ HOOKWRIGHT_ENCRYPTION_KEYS: writeSecretKeys(keys) }), sentence);
      assert.equal(await everything(), before);
    }
    await delivers();
  });

  it('are rotated: a new one on top of the file, then the old ones out of it', async () => {
    const [first = ''] = keysInFile();
    if (kind === 'PostgreSQL') {
      const { code, said } = await run(['rotate']);
      assert.deepEqual([code, /do not learn of a new one/.test(said)], [EXIT.failed, true], said);
      writeFileSync(keyFile, writeSecretKeys([newSecretKey()]) + readFileSync(keyFile, 'utf8'));
    }
    const rotated = await run(['rotate']);
    assert.equal(rotated.code, EXIT.done, rotated.said);
    assert.match(rotated.printed, /3 secrets in 3 versions .*\nNot needed any more: "[0-9a-f]{8}"\. .*--drop-old/);
    // Others may share this database, so it says at the start and at the end what they need.
    for (const text of [rotated.said, rotated.printed]) {
      assert.equal(/Every process .*\/readyz, and names the key\.\n$/.test(text), kind === 'PostgreSQL', text);
    }
    assert.equal(keysInFile()[1], first, 'what the file held is still there');
    assert.equal(statSync(keyFile).mode & 0o777, 0o600);
    const [id = '', older = ''] = idsInFile();
    assert.match(
      (await run(['status'])).printed,
      new RegExp(`${id} .* 3 secrets  newest\\n  ${older} .* 0 secrets  older\\n`),
    );
    await delivers();
    const dropped = await run(['rotate', '--drop-old']);
    assert.match(dropped.printed, new RegExp(`Taken out of .*: "${older}"\\. Backups`));
    assert.deepEqual(idsInFile(), [id]);
    assert.ok(!readdirSync(dataDir).some((name) => name.endsWith('.new')));
    await delivers();
  });

  it('move to the environment, where a rotation goes to the first of them, and each has left one event', async () => {
    const [line = ''] = keysInFile();
    const next = writeSecretKeys([newSecretKey()]).trim();
    const both = { HOOKWRIGHT_ENCRYPTION_KEYS: `${next},${line}` };
    await delivers({ HOOKWRIGHT_ENCRYPTION_KEYS: `${line},${next}` });
    writeFileSync(keyFile, 'id:no key');
    const { code, printed } = await run(['rotate'], both);
    assert.equal(code, EXIT.done);
    assert.match(printed, /3 secrets in 3 versions .*\n.*You can take them out of HOOKWRIGHT_ENCRYPTION_KEYS\./);
    assert.equal(readFileSync(keyFile, 'utf8'), 'id:no key', 'the file is not looked at');
    await delivers({ HOOKWRIGHT_ENCRYPTION_KEYS: next });
    // The old one may come back, and yet it never seals again.
    const app = await start({ HOOKWRIGHT_ENCRYPTION_KEYS: `${line},${next}` });
    await app.call('PATCH', `/v1/webhooks/${webhookId}`, { body: { timeout_in_sec: 9 } });
    const events = await app.call('GET', '/v1/events?event_type=encryption.rotated');
    await app.stop();
    await delivers({ HOOKWRIGHT_ENCRYPTION_KEYS: next });
    // Three runs, of which the second only took old keys out of the file.
    const told = (events.body.data as { body: { data: Record<string, unknown> } }[]).map(({ body }) => body.data);
    const [newId, oldId] = [next, line].map((one) => one.split(':')[0]);
    assert.deepEqual(
      told.map(({ actor_id, target_id }) => [actor_id, target_id]),
      [newId, oldId].map((id) => ['command_line', id]),
    );
    assert.deepEqual(told[0]?.['metadata'], { key_id: newId, retired_key_ids: [oldId] });
    for (const one of [next, line]) assert.ok(!events.text.includes(one.split(':')[1] ?? ''), 'no bytes of a key');
  });
});

describe('hookwright secrets', () => {
  const run = async (args: readonly string[], env: Environment = {}) => {
    let [printed, said] = ['', ''];
    const print = (text: string): void => void (printed += text);
    const say = (text: string): void => void (said += text);
    const code = await runCommand({ env, cwd: tmpdir(), print, say }, ['secrets', ...args]);
    return { code, printed, said };
  };

  it('generates a key that the settings take', async () => {
    const { code, printed } = await run(['generate']);
    assert.equal(code, EXIT.done);
    const reading = readConfig({ HOOKWRIGHT_ENCRYPTION_KEYS: printed }, tmpdir());
    assert.equal(reading.ok && reading.config.encryptionKeys?.length, 1);
    assert.notEqual((await run(['generate'])).printed, printed);
  });

  it('says how it is used', async () => {
    for (const args of [[], ['rotat'], ['status', 'x'], ['status', '--drop-old'], ['rotate', '--force']]) {
      const { code, said } = await run(args);
      assert.deepEqual([code, said.startsWith('Usage: hookwright secrets')], [EXIT.usage, true], args.join(' '));
    }
  });

  it('says what is wrong with the settings, and that there is no database', async () => {
    assert.equal((await run(['status'], { HOOKWRIGHT_ENCRYPTION_KEYS: 's3cr3t' })).code, EXIT.config);
    const env = { HOOKWRIGHT_DATA_DIR: join(tmpdir(), 'hookwright-nowhere') };
    for (const action of ['status', 'rotate']) {
      const { code, said } = await run([action], env);
      assert.deepEqual([code, /^There is no database in/.test(said)], [EXIT.failed, true]);
    }
  });
});
