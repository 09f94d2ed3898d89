// The queues' own servers, for as long as a measurement takes: Redis of the system, PostgreSQL out of npm.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../test/support/postgres-server.ts';

/** A running server. */
export interface QueueServer {
  /** What a peer is given as `REDIS_URL` or `DATABASE_URL`. */
  readonly url: string;
  /** Its name and version, as for a table of results. */
  readonly version: string;
  /** The process that is the server; those that PostgreSQL starts are its children. */
  readonly pid: number;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** When Redis has the append-only file reach the disk: BullMQ's guide advises `everysec`; `always` loses nothing. */
export type RedisSync = 'everysec' | 'always';

/**
 * Starts Redis with an empty data folder of its own, on a free port of 127.0.0.1. Gives nothing where no
 * `redis-server` is found on the PATH.
 */
export async function startRedis(sync: RedisSync): Promise<QueueServer | undefined> {
  const version = redisVersion();
  if (version === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-redis-'));
  const port = await freePort();
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    // What is not in the append-only file is in no file.
    save: '',
    appendonly: 'yes',
    appendfsync: sync,
    // BullMQ's guide: no other policy is right for a queue.
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const leave = (): void => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', leave);
  await readiness(server);
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
    }
    process.off('exit', leave);
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${String(port)}`, version, pid: server.pid ?? 0, stop };
}

/** Starts PostgreSQL as its defaults have it about durability: a commit is on the disk before it is acknowledged. */
export async function startDurablePostgres(): Promise<QueueServer> {
  const server = await startPostgres({ durable: true });
  const version = `PostgreSQL ${await postgresVersion(server.url)}`;
  return { url: server.url, version, pid: server.pid, stop: () => server.stop() };
}

async function postgresVersion(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly server_version: string }>('show server_version');
    return rows[0]?.server_version ?? '';
  } finally {
    await client.end();
  }
}

function redisVersion(): string | undefined {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return `Redis ${/v=([\d.]+)/.exec(stdout)?.[1] ?? ''}`.trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}

async function readiness(server: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => {
      // Its log is read to the end, so that it never waits for us; only the start is looked at.
      said = (said + chunk.toString('utf8')).slice(-10_000);
      if (said.includes('Ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`Redis ended at once: ${said}`)));
  });
}
