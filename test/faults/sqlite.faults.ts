// SQLite in bad conditions: a full disk and a foreign lock. Nothing is taken in meanwhile, and all goes on by itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import type { FaultDatabase } from './support/databases.ts';
import { SQLITE, sqliteFile } from './support/databases.ts';
import type { Scene } from './support/scene.ts';
import { perform } from './support/scene.ts';
import { isBounded } from './support/settings.ts';
import { pause, until } from './support/time.ts';

const LIMIT_MS = 300_000;
const FULL_DISK = [new URL('preload/full-disk.mjs', import.meta.url)];
const BIG = 'x'.repeat(100_000);
const LOCKED_MS = 8000;

// A large event needs new pages, so it is the first that finds no room.
async function postBig({ engine }: Scene) {
  return engine.call('POST', '/v1/events', {
    event_type: 'big',
    event_time: '1',
    data: { action: 'a', metadata: { BIG } },
  });
}

async function refusedFor(scene: Scene, code: string): Promise<void> {
  await until(`posts are refused with ${code}`, 60_000, async () => {
    const { status, body, retryAfter } = await postBig(scene);
    if (status !== 503) return false;
    assert.equal(body.code, code);
    assert.match(retryAfter ?? '', /^\d+$/);
    return true;
  });
}

// What is left of the room is used up by small events; the probe of /readyz needs the least of all.
async function unreadyBecause(scene: Scene, says: RegExp): Promise<void> {
  await until(`/readyz says ${says.source}`, 30_000, async () => {
    const { status, body } = await scene.engine.call('GET', '/readyz');
    return status === 503 && says.test(JSON.stringify(body));
  });
}

async function goesOn(scene: Scene): Promise<void> {
  const { engine } = scene;
  const pid = engine.pid;
  await until('it is ready again', 60_000, async () => (await engine.call('GET', '/readyz')).status === 200);
  const before = scene.poster.count;
  await until('it accepts again', 30_000, () => scene.poster.count >= before + 50);
  await scene.poster.stop();
  await scene.drain();
  assert.equal(engine.pid, pid);
}

describe('a full disk on SQLite', function () {
  this.timeout(LIMIT_MS);

  it('is a 503 while no database file can grow, and is over when they can', () =>
    perform({ name: 'no room for pages', kind: SQLITE, preload: FULL_DISK }, async (scene) => {
      const { engine, poster } = scene;
      const full = join(scene.folder, 'full');
      await engine.start({ FAULT_FULL_FILE: full });
      await scene.webhook('/ok');
      poster.start();
      await until('events come in', 30_000, () => poster.count > 50);
      writeFileSync(full, '');
      // A limit of pages does not keep the probe from writing where a page is already, so /readyz is not judged here.
      await refusedFor(scene, 'storage_full');
      await pause(2000);
      rmSync(full);
      await goesOn(scene);
      await scene.judge({ faults: 0 });
    }));

  if (!isBounded) itFillsTheDisk();
});

// A file system of 12 MiB in memory; making one takes an administrator.
function itFillsTheDisk(): void {
  it('is a 503 while a small file system is full, and is over when room is made', async () => {
    if (process.getuid?.() !== 0) {
      process.stdout.write('      NOT RUN: mounting a file system takes root; the case above has run\n');
      return;
    }
    const kind = { ...SQLITE, open: openOnSmallDisk };
    await perform({ name: 'full tmpfs', kind }, async (scene) => {
      const { engine, poster } = scene;
      const ballast = join(scene.folder, 'data', 'ballast');
      await engine.start();
      await scene.webhook('/ok');
      writeFileSync(ballast, Buffer.alloc(5 * 1024 * 1024));
      poster.start();
      await refusedFor(scene, 'storage_full');
      await unreadyBecause(scene, /full/);
      await pause(2000);
      rmSync(ballast);
      await goesOn(scene);
      await scene.judge({ faults: 0 });
    });
  });
}

async function openOnSmallDisk(folder: string): Promise<FaultDatabase> {
  mkdirSync(folder, { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder]);
  const database = await SQLITE.open(folder);
  return { ...database, remove: async () => void execFileSync('umount', [folder]) };
}

describe('SQLite locked by another process', function () {
  this.timeout(LIMIT_MS);

  it('is a 503, and is over when the lock is', () =>
    perform({ name: 'foreign lock', kind: SQLITE }, async (scene) => {
      const { engine, poster } = scene;
      await engine.start();
      await scene.webhook('/ok');
      poster.start();
      await until('events come in', 30_000, () => poster.count > 50);
      const foreign = new sqlite3.Database(sqliteFile(join(scene.folder, 'data')));
      await run(foreign, 'PRAGMA busy_timeout = 5000');
      await run(foreign, 'BEGIN IMMEDIATE');
      const lockedMs = performance.now();
      try {
        await refusedFor(scene, 'storage_busy');
        await unreadyBecause(scene, /within 2 seconds|busy/);
        await pause(Math.max(LOCKED_MS - (performance.now() - lockedMs), 0));
      } finally {
        await run(foreign, 'ROLLBACK');
        foreign.close();
      }
      await goesOn(scene);
      assert.ok(poster.refusals.every(({ status, retryAfter }) => status === 503 && retryAfter !== undefined));
      await scene.judge({ faults: 0 });
    }));
});

function run(database: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    database.exec(sql, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
