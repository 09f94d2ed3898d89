// One engine or several on a database, as one program.
import type { Engine } from './engine.ts';
import { makeWebhooks, startEngine } from './engine.ts';
import type { Database } from './home.ts';
import type { Program } from './program.ts';
import { recordsOf } from './records.ts';
import type { Starter } from './shapes.ts';

/** So many processes, with data of their own. SQLite takes one only. */
export function enginesOn(database: Database, processes = 1): Starter {
  return async (receiver, shape) => {
    const home = await database.makeHome();
    const engines: Engine[] = [];
    const stop = async (): Promise<void> => {
      await Promise.all(engines.map((engine) => engine.stop()));
      await home.remove();
    };
    try {
      // One after the other: the first makes the schema.
      for (let count = 0; count < processes; count += 1) engines.push(await startEngine({ receiver, home }));
      const [first] = engines;
      if (first === undefined) throw new Error('At least one process is started.');
      await makeWebhooks(first, receiver.host, shape.paths);
      return { ...asOne(first, engines), records: recordsOf(home), stop };
    } catch (error) {
      await stop();
      throw error;
    }
  };
}

function asOne(first: Engine, engines: readonly Engine[]): Omit<Program, 'stop' | 'records'> {
  return {
    name: engines.length === 1 ? 'hookwright' : `hookwright × ${String(engines.length)}`,
    urls: engines.flatMap(({ urls }) => urls),
    key: first.key,
    pids: engines.flatMap(({ pids }) => pids),
    serverPids: first.serverPids,
    account: (webhooks) => first.account(webhooks),
    exchanges: (from, until) => first.exchanges(from, until),
  };
}
