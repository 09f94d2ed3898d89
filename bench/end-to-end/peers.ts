// What people write by hand, as contestants: the programs of bench/peers, each with a queue server of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { built } from './build.ts';
import type { Contestant } from './run.ts';
import type { Starter } from './shapes.ts';
import { startSmall } from './program.ts';
import { versionOf } from './set-up.ts';

const FOLDER = fileURLToPath(new URL('../peers', import.meta.url));

// What bench/peers/servers.ts gives. It is loaded only where it is needed.
interface Servers {
  startRedis(sync: 'everysec' | 'always'): Promise<QueueServer | undefined>;
  startDurablePostgres(): Promise<QueueServer>;
}

interface QueueServer {
  readonly url: string;
  readonly version: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Installs the peers where they are not, and gives those that can run here; says in a line which cannot. */
export async function makePeers(say: (text: string) => void): Promise<readonly Contestant[]> {
  if (!existsSync(join(FOLDER, 'package.json'))) {
    say('bench/peers is not here: no peers are measured.\n');
    return [];
  }
  install();
  const servers = (await import(pathToFileURL(join(FOLDER, 'servers.ts')).href)) as Servers;
  const redis = await servers.startRedis('everysec');
  await redis?.stop();
  if (redis === undefined) say('redis-server is not installed: BullMQ is not measured.\n');
  else
    say(
      `BullMQ ${versionIn('bullmq')} on ${redis.version}, append-only file each second, or always where it says synced\n`,
    );
  say(`pg-boss ${versionIn('pg-boss')} on PostgreSQL with its defaults of durability\n`);
  const bullmq: Contestant = {
    name: 'BullMQ',
    start: peer('bullmq', 'REDIS_URL', () => servers.startRedis('everysec')),
  };
  const always = { name: 'BullMQ, synced', start: peer('bullmq', 'REDIS_URL', () => servers.startRedis('always')) };
  const boss = { name: 'pg-boss', start: peer('pg-boss', 'DATABASE_URL', () => servers.startDurablePostgres()) };
  return [...(redis === undefined ? [] : [bullmq, always]), boss];
}

function versionIn(name: string): string {
  return versionOf(pathToFileURL(join(FOLDER, 'node_modules', name, 'package.json')));
}

// npm notes in this file when it has installed. It is a command file on Windows, which only a shell can start.
function install(): void {
  const [lock, installed] = [join(FOLDER, 'package-lock.json'), join(FOLDER, 'node_modules/.package-lock.json')];
  if (existsSync(installed) && statSync(installed).mtimeMs > statSync(lock).mtimeMs) return;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: FOLDER, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error('The peers could not be installed; npm says why above.');
}

function peer(file: string, variable: string, startServer: () => Promise<QueueServer | undefined>): Starter {
  return async (receiver, { paths }) => {
    const server = await startServer();
    if (server === undefined) throw new Error(`There is no server for ${file}.`);
    try {
      const program = await startSmall(
        {
          name: file,
          args: [built(`bench/peers/${file}.ts`)],
          env: { [variable]: server.url },
          serverPids: [server.pid],
        },
        receiver,
        paths.length,
      );
      const stop = async (): Promise<void> => {
        await program.stop();
        await server.stop();
      };
      return { ...program, stop };
    } catch (error) {
      await server.stop();
      throw error;
    }
  };
}
