// A PostgreSQL server for the benchmark, as its defaults have it about durability, and databases on it.
import pg from 'pg';
import { startPostgres } from '../../test/support/postgres-server.ts';

/** The server. */
export interface BenchPostgres {
  readonly pid: number;
  /** Version and what is not the default, for the line about the machine. */
  readonly about: string;
  /** An empty database, and how it goes away again. */
  makeDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }>;
  stop(): Promise<void>;
}

/** Starts one. */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  const server = await startPostgres({ durable: true });
  let count = 0;
  return {
    pid: server.pid,
    about: await aboutOf(server.url),
    makeDatabase: async () => {
      count += 1;
      const name = `bench_${String(count)}`;
      await query(server.url, `create database ${name} template template0`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      const drop = async (): Promise<void> => {
        await query(server.url, `drop database if exists ${name} with (force)`);
      };
      return { url: url.href, drop };
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

async function query(url: string, statement: string): Promise<readonly Record<string, string>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, string>>(statement)).rows;
  } finally {
    await client.end();
  }
}
