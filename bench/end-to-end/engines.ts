// Several engines on one PostgreSQL database, as one program.
import type { Engine, EngineOptions } from './engine.ts';
import { makeWebhooks, startEngine } from './engine.ts';
import { BENCH_ENCRYPTION_KEYS } from './keys.ts';
import type { BenchPostgres } from './postgres.ts';
import type { Program } from './program.ts';
import type { Starter } from './shapes.ts';

/** So many processes, on a database of their own. */
export function onPostgres(postgres: BenchPostgres, processes: number): Starter {
  return async (receiver, shape) => {
    const database = await postgres.makeDatabase();
    const env = { HOOKWRIGHT_DATABASE_URL: database.url, HOOKWRIGHT_ENCRYPTION_KEYS: BENCH_ENCRYPTION_KEYS };
    const options: EngineOptions = { receiver, env, serverPids: [postgres.pid] };
    const engines: Engine[] = [];
    const stop = async (): Promise<void> => {
      await Promise.all(engines.map((engine) => engine.stop()));
      await database.drop();
    };
    try {
      // One after the other: the first makes the schema.
      for (let count = 0; count < processes; count += 1) engines.push(await startEngine(options));
      const [first] = engines;
      if (first === undefined) throw new Error('At least one process is started.');
      await makeWebhooks(first, receiver.host, shape.paths);
      return { ...asOne(first, engines), stop };
    } catch (error) {
      await stop();
      throw error;
    }
  };
}

function asOne(first: Engine, engines: readonly Engine[]): Omit<Program, 'stop'> {
  const name = engines.length === 1 ? 'one process' : `${String(engines.length)} processes`;
  return {
    name: `PostgreSQL, ${name}`,
    urls: engines.flatMap(({ urls }) => urls),
    key: first.key,
    pids: engines.flatMap(({ pids }) => pids),
    serverPids: first.serverPids,
    account: (webhooks) => first.account(webhooks),
    exchanges: (from, until) => first.exchanges(from, until),
  };
}
