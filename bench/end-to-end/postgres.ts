// A PostgreSQL server for the benchmark, as its defaults have it about durability, and homes of engines on it.
import pg from 'pg';
import { startPostgres } from '../../test/support/postgres-server.ts';
import type { Database, Value } from './home.ts';
import { BENCH_ENCRYPTION_KEYS } from './keys.ts';

/** The server. Each home is an empty database. */
export interface BenchPostgres extends Database {
  /** Version and what is not the default, for the line about the machine. */
  readonly about: string;
  stop(): Promise<void>;
}

/** Starts one for as long as a work takes, and says what it is. */
export async function withPostgres<Result>(
  say: (text: string) => void,
  work: (postgres: BenchPostgres) => Promise<Result>,
): Promise<Result> {
  const postgres = await startBenchPostgres();
  say(`\n${postgres.about}\n`);
  try {
    return await work(postgres);
  } finally {
    await postgres.stop();
  }
}

async function startBenchPostgres(): Promise<BenchPostgres> {
  const server = await startPostgres({ durable: true });
  let count = 0;
  return {
    name: 'PostgreSQL',
    engine: 'PostgreSQL × 1',
    about: await aboutOf(server.url),
    makeHome: async () => {
      count += 1;
      const name = `bench_${String(count)}`;
      await query(server.url, `create database ${name} template template0`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return {
        folder: undefined,
        env: { HOOKWRIGHT_DATABASE_URL: url.href, HOOKWRIGHT_ENCRYPTION_KEYS: BENCH_ENCRYPTION_KEYS },
        serverPids: [server.pid],
        query: (statement, values = []) => query(url.href, statement, values),
        remove: async () => {
          await query(server.url, `drop database if exists ${name} with (force)`);
        },
      };
    },
    stop: () => server.stop(),
  };
}

const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_connections'];

async function aboutOf(url: string): Promise<string> {
  const [version] = await query(url, 'show server_version');
  const settings: string[] = [];
  for (const name of SETTINGS)
    settings.push(`${name}=${Object.values((await query(url, `show ${name}`))[0] ?? {}).join('')}`);
  return `PostgreSQL ${Object.values(version ?? {}).join('')} (${settings.join(' ')})`;
}

async function query(
  url: string,
  statement: string,
  values: readonly Value[] = [],
): Promise<readonly Readonly<Record<string, Value>>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, Value>>(statement, [...values])).rows;
  } finally {
    await client.end();
  }
}
