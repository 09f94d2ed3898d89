// What mocha does once for a whole run: one PostgreSQL server, whose URL its workers find in TEST_DATABASE_URL.
import pg from 'pg';
import type { PostgresServer } from './postgres-server.ts';
import { startPostgres } from './postgres-server.ts';

let wanted = false;
let server: PostgresServer | undefined;

/** A file with tests that need PostgreSQL says so when it is loaded. */
export function wantPostgres(): void {
  wanted = true;
}

/** What the names of this run's databases begin with. */
export function databasePrefix(): string {
  return process.env['TEST_DATABASE_PREFIX'] ?? 'hookwright_test';
}

/** Called by mocha, before everything. In parallel runs other processes load the files, so that it cannot be known what they want. */
export async function mochaGlobalSetup(this: { isParallelMode(): boolean }): Promise<void> {
  if (!wanted && !this.isParallelMode()) return;
  process.env['TEST_DATABASE_PREFIX'] = `hookwright_test_${String(process.pid)}`;
  if (process.env['TEST_DATABASE_URL'] !== undefined) return;
  server = await startPostgres();
  // Ended from outside, the run still takes its server with it: that hangs on the exit of the process.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  process.env['TEST_DATABASE_URL'] = server.url;
}

/** Called by mocha, after everything, also after failures. */
export async function mochaGlobalTeardown(): Promise<void> {
  if (server !== undefined) await server.stop();
  else if (process.env['TEST_DATABASE_URL'] !== undefined) await dropLeftDatabases(process.env['TEST_DATABASE_URL']);
}

// On a server of the developer's own nothing may be left.
async function dropLeftDatabases(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const pattern = `${databasePrefix()}\\_%`;
    const { rows } = await client.query<{ readonly name: string }>(
      'select datname as name from pg_database where datname like $1',
      [pattern],
    );
    for (const { name } of rows) await client.query(`drop database if exists ${name} with (force)`);
  } finally {
    await client.end();
  }
}
