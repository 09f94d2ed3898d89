// kill -9 while all secrets are encrypted anew: at each step the engine starts and sends them, and the next run goes on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../src/config.ts';
import { watch } from './support/children.ts';
import { KINDS_OR_ONE } from './support/databases.ts';
import { eventOf } from './support/poster.ts';
import type { Scene } from './support/scene.ts';
import { perform } from './support/scene.ts';
import { isBounded } from './support/settings.ts';

const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));
const KILL_AT = new URL('preload/kill-at.mjs', import.meta.url);
const LIMIT_MS = 300_000;
// A rotation takes a hundred versions in one transaction: three of them.
const VERSIONS = 201;

const POINTS = isBounded
  ? ['after-retire-commit:1', 'after-reseal-commit:1']
  : [
      'before-retire-commit:1',
      'after-retire-commit:1',
      'before-reseal-commit:1',
      'after-reseal-commit:1',
      'before-reseal-commit:2',
    ];

async function secrets(
  scene: Scene,
  args: readonly string[],
  env: Environment = {},
): Promise<{ readonly code: number | null; readonly signal: string | null; readonly said: string }> {
  const child = spawn(process.execPath, ['--import', KILL_AT.href, CLI, 'secrets', ...args], {
    env: { PATH: process.env['PATH'], HOOKWRIGHT_DATA_DIR: join(scene.folder, 'data'), ...scene.database.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const closed = once(child, 'close');
  const { code, signal } = await watch(child);
  await closed;
  return { code, signal, said };
}

for (const kind of KINDS_OR_ONE) {
  describe(`kill -9 of a rotation on ${kind.name}`, function () {
    this.timeout(LIMIT_MS);

    it('leaves every secret readable, and the next run goes on with the same key', () =>
      perform({ name: 'kill rotation', kind, concurrency: 1 }, async (scene) => {
        const { engine } = scene;
        const keyFile = join(scene.folder, 'data', 'encryption.key');
        let number = 0;
        const delivers = async (): Promise<void> => {
          if (engine.url === undefined) await engine.start();
          number += 1;
          const posted = await engine.call('POST', '/v1/events', eventOf({ number }));
          assert.equal(posted.status, 202);
          await scene.drain();
          await engine.stop();
        };
        await engine.start();
        const id = await scene.webhook('/ok', { headers: { 'X-Token': 'sealed-at-rest' } });
        for (let version = 2; version <= VERSIONS; version += 1) {
          const answer = await engine.call('PATCH', `/v1/webhooks/${id}`, { max_held_in_sec: 3600 + version });
          assert.equal(answer.status, 200);
        }
        await delivers();
        // Processes that share a database learn of no new key by themselves, so there the operator adds it.
        const generated = await secrets(scene, ['generate']);
        if (kind.isShared) writeFileSync(keyFile, generated.said + readFileSync(keyFile, 'utf8'));

        let keys: string | undefined;
        for (const point of POINTS) {
          const killed = await secrets(scene, ['rotate'], { FAULT_POINT: point });
          assert.deepEqual([killed.code, killed.signal], [null, 'SIGKILL'], `${point}: ${killed.said}`);
          keys ??= readFileSync(keyFile, 'utf8');
          assert.equal(readFileSync(keyFile, 'utf8'), keys, 'both keys, and no third');
          assert.equal(keys.trim().split('\n').length, 2);
          await delivers();
        }
        const { code, said } = await secrets(scene, ['rotate', '--drop-old']);
        assert.equal(code, 0, said);
        assert.equal(readFileSync(keyFile, 'utf8'), keys?.slice(0, keys.indexOf('\n') + 1));
        await delivers();
        const { dump } = await scene.judge({ faults: 0 });
        assert.deepEqual([...new Set(dump.invocations.map(({ outcome }) => outcome))], ['success']);
        assert.equal(dump.invocations.length, number);
      }));
  });
}
