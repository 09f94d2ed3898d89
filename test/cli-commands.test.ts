import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, runCommand } from '../src/cli-commands.ts';
import type { Environment } from '../src/config.ts';
import type { TestApp } from './support/app.ts';
import { databaseEnv, startApp } from './support/app.ts';
import { onEachDatabase } from './support/databases.ts';
import { parseKey } from '../src/domain/api-key.ts';
import { rowsOf } from '../src/store/dialect.ts';
import { connectSqlite } from '../src/store/dialect/sqlite.ts';

describe('hookwright', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hookwright-cli-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (args: readonly string[], env: Environment = {}) => {
    let [printed, said] = ['', ''];
    const deps = {
      env,
      cwd: folder,
      print: (text: string) => void (printed += text),
      say: (text: string) => void (said += text),
    };
    return { code: await runCommand(deps, args), printed, said };
  };

  it('prints its commands', async () => {
    for (const args of [[], ['help'], ['--help']]) {
      const { code, printed, said } = await run(args);
      assert.deepEqual([code, said], [EXIT.done, '']);
      assert.match(printed, /backup FILE/);
    }
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    assert.deepEqual(await run(['--version']), { code: EXIT.done, printed: `Hookwright ${version}\n`, said: '' });
  });

  it('proposes the command that was meant', async () => {
    const { code, said } = await run(['backpu', 'x']);
    assert.equal(code, EXIT.usage);
    assert.equal(said, 'There is no command "backpu". Did you mean backup? hookwright help lists them.\n');
    assert.equal((await run(['constructor'])).code, EXIT.usage);
  });

  describe('backup', () => {
    it('asks for one file', async () => {
      for (const args of [[], ['a', 'b'], ['--quiet'], ['']]) {
        const { code, said } = await run(['backup', ...args]);
        assert.deepEqual([code, said], [EXIT.usage, 'Name one file that does not exist yet: hookwright backup FILE\n']);
      }
    });

    it('says that there is no database, and makes none', async () => {
      const { code, said } = await run(['backup', 'copy.db']);
      assert.equal(code, EXIT.failed);
      assert.match(said, /^There is no database at .*HOOKWRIGHT_DATA_DIR\.\n$/);
      assert.deepEqual(readdirSync(folder), []);
    });

    it('leaves PostgreSQL to pg_dump', async () => {
      const { code, said } = await run(['backup', 'copy.db'], { HOOKWRIGHT_DATABASE_URL: 'postgres://u:secret@h/d' });
      assert.equal(code, EXIT.failed);
      assert.match(said, /pg_dump/);
      assert.doesNotMatch(said, /secret/);
    });

    it('lists what is wrong with the settings', async () => {
      const { code, said } = await run(['backup', 'copy.db'], { HOOKWRIGHT_CONCURRENCY: 'many' });
      assert.equal(code, EXIT.config);
      assert.match(said, /HOOKWRIGHT_CONCURRENCY must be a whole number/);
    });

    it('says that a file is no database, and leaves nothing behind', async () => {
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data', 'hookwright.db'), 'x'.repeat(4096));
      const { code, said } = await run(['backup', 'copy.db']);
      assert.equal(code, EXIT.failed);
      assert.match(said, /is no SQLite database/);
      assert.deepEqual(readdirSync(folder), ['data']);
    });
  });

  describe('backup of a running engine', () => {
    let engine: TestApp;

    beforeEach(async () => {
      engine = await startApp();
      const url = 'https://sandbox.hookwright.test/status/200';
      const headers = { authorization: 'Bearer kept-as-a-secret' };
      await engine.call('POST', '/v1/webhooks', { body: { name: 'all', url, headers } });
    });
    afterEach(() => engine.stop());

    const post = async (): Promise<string> => {
      const body = { event_type: 'x.y', event_time: '1', data: {} };
      return (await engine.call('POST', '/v1/events', { body })).body.events[0].id;
    };

    const backUp = (file: string) => run(['backup', file], { HOOKWRIGHT_DATA_DIR: engine.dataDir });

    it('has every event that was acknowledged before it began, and sends what was waiting', async () => {
      const acknowledged: string[] = [];
      const over = new AbortController();
      const pushing = (async () => {
        while (!over.signal.aborted) acknowledged.push(await post());
      })();
      for (let count = 0; count < 20; count += 1) acknowledged.push(await post());
      const before = [...acknowledged];
      const copy = join(folder, 'restored', 'hookwright.db');
      mkdirSync(join(folder, 'restored'));
      const { code, printed, said } = await backUp(copy);
      over.abort();
      await pushing;
      assert.deepEqual([code, said], [EXIT.done, '']);
      assert.match(printed, /encryption\.key: keep a copy/);
      assert.equal(statSync(copy).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(join(folder, 'restored')), ['hookwright.db']);

      const db = connectSqlite({ path: copy, setup: 'PRAGMA busy_timeout = 0' });
      assert.deepEqual(rowsOf(await db.raw('PRAGMA integrity_check')), [{ integrity_check: 'ok' }]);
      // As if the backup had met each of them before it was sent.
      await db.raw("update deliveries set state = 'pending', finished_at = null");
      await db.destroy();
      writeFileSync(join(folder, 'restored', 'encryption.key'), readFileSync(join(engine.dataDir, 'encryption.key')), {
        mode: 0o600,
      });
      const restored = await startApp({ HOOKWRIGHT_DATA_DIR: join(folder, 'restored') });
      try {
        await restored.app.idle();
        const { data } = (await restored.call('GET', '/v1/sandbox/requests?limit=1', { key: engine.key })).body;
        assert.equal(data.length, 1);
        for (const id of before) {
          const event = (await restored.call('GET', `/v1/events/${id}`, { key: engine.key })).body;
          assert.equal(event.webhooks[0].delivery.state, 'delivered');
        }
      } finally {
        await restored.stop();
      }
    });

    it('overwrites nothing', async () => {
      writeFileSync(join(folder, 'copy.db'), 'mine');
      const { code, said } = await backUp('copy.db');
      assert.equal(code, EXIT.failed);
      assert.match(said, /exists already, and is not overwritten/);
      assert.equal(readFileSync(join(folder, 'copy.db'), 'utf8'), 'mine');
    });

    it('says that the folder is not there', async () => {
      const { code, said } = await backUp('nowhere/copy.db');
      assert.equal(code, EXIT.failed);
      assert.match(said, /Nothing can be written into the folder .*nowhere/);
      assert.equal(existsSync(join(folder, 'nowhere')), false);
    });
  });

  describe('keys', () => {
    it('says how it is used', async () => {
      const wrong = ['', 'create', 'create --role root', 'create --role admin --expires-in-days 0', 'revoke', 'list x'];
      for (const words of wrong) {
        const { code, said } = await run(['keys', ...words.split(' ').filter((word) => word !== '')]);
        assert.deepEqual([code, said.startsWith('Usage: hookwright keys')], [EXIT.usage, true], words);
      }
    });

    it('generates a key that the engine takes, and touches nothing', async () => {
      const { code, printed, said } = await run(['keys', 'generate']);
      assert.deepEqual([code, said, parseKey(printed.trim()) === undefined], [EXIT.done, '', false]);
      assert.deepEqual(readdirSync(folder), []);
    });

    it('makes no database', async () => {
      const { code, said } = await run(['keys', 'create', '--role', 'admin']);
      assert.deepEqual([code, /^There is no database at/.test(said)], [EXIT.failed, true]);
      assert.deepEqual(readdirSync(folder), []);
    });
  });
});

onEachDatabase('hookwright keys beside a running engine', () => {
  it('makes, lists and revokes keys, each with its event, also the last one', async () => {
    const engine = await startApp();
    try {
      const env = { HOOKWRIGHT_DATA_DIR: engine.dataDir, ...(await databaseEnv(engine.dataDir)) };
      const run = async (...args: string[]) => {
        let [printed, said] = ['', ''];
        const print = (text: string) => void (printed += text);
        const code = await runCommand({ env, cwd: engine.dataDir, print, say: (text) => void (said += text) }, args);
        return { code, printed, said };
      };
      const made = await run('keys', 'create', '--role', 'admin', '--name', 'rescue', '--organization', 'default');
      assert.deepEqual([made.code, /rescue|admin key key_/.test(made.said)], [EXIT.done, true]);
      const key = made.printed.trim();
      const id = parseKey(key)?.id ?? '';
      const me = await engine.call('GET', '/v1/me', { key });
      assert.deepEqual([me.status, me.body.key.created_by], [200, 'command_line']);
      assert.match((await run('keys', 'list')).printed, new RegExp(`${id}  admin  active  rescue`));
      assert.equal((await run('keys', 'revoke', id)).code, EXIT.done);
      assert.equal((await engine.call('GET', '/v1/me', { key })).status, 401);
      assert.equal((await run('keys', 'create', '--role', 'admin', '--organization', 'none')).code, EXIT.failed);
      const { data } = (await engine.call('GET', '/v1/events?text=command_line')).body;
      const told = data.map((one: { event_type: string }) => one.event_type);
      assert.deepEqual(told, ['key.revoked', 'key.created']);
    } finally {
      await engine.stop();
    }
  });
});
