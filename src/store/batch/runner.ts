// Who runs transactions that are known before they begin: a thread of its own, or the writer's own connection.
import type { Knex } from 'knex';
import type { PreparingClient } from '../dialect.ts';
import { preparingClient, rowsOf } from '../dialect.ts';
import type { BatchRunner } from './group-writer.ts';
import type { WriterSetup } from './messages.ts';
import type { Run, Step } from './steps.ts';
import { transact } from './steps.ts';
import type { BatchWriter } from './writer-thread.ts';
import { builtWorker, startWriterThread } from './writer-thread.ts';

// The one that is run, and the next.
const AT_ONCE = 2;

/** A runner that has to be closed. */
export interface OpenRunner extends BatchRunner {
  /** Waits for what is under way, and begins nothing more. For whoever leaves the process without closing it. */
  halt(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Makes the runner of a SQLite database. `thread`: its transactions are run by a thread, which is started for the first
 * one, and anew where it has died.
 */
export function batchRunner(writer: Knex, thread: WriterSetup | undefined): OpenRunner {
  const client = preparingClient(writer);
  // Whoever holds the turn and keeps it lets nobody else have one.
  const halt = async (): Promise<void> => {
    await client.acquireConnection();
  };
  const isBuilt = import.meta.url.endsWith('.js');
  if (thread === undefined || !isBuilt) {
    const turns = new Turns(client, 1);
    return { run: (choose) => turns.take(onWriter(choose, client)), halt, close: () => Promise.resolve() };
  }
  const turns = new Turns(client, AT_ONCE);
  let started: Promise<BatchWriter> | undefined;
  const line = async (steps: readonly Step[]): Promise<boolean> => {
    started ??= startWriterThread({ start: builtWorker, ended: () => (started = undefined) }, thread);
    return (await started).run(steps);
  };
  return {
    run: (choose) => turns.take(inThread(choose, line)),
    halt,
    close: async () => (await started?.catch(() => undefined))?.close(),
  };
}

// Whoever holds the one connection of the writer may write: so the two connections never wait for each other's locks,
// which SQLite would have them do by looking again and again. A thread may be given its next transaction while it is at
// one, so that it need not wait for the main thread in between; but nobody who waits for the connection is passed.
class Turns {
  readonly #client: PreparingClient;
  readonly #most: number;
  #connection: unknown;
  #holders = 0;

  constructor(client: PreparingClient, most: number) {
    this.#client = client;
    this.#most = most;
  }

  async take<Result>(work: (connection: unknown) => Promise<Result>): Promise<Result> {
    const connection = await this.#enter();
    try {
      return await work(connection);
    } finally {
      await this.#leave();
    }
  }

  async #enter(): Promise<unknown> {
    const isShared = this.#holders > 0 && this.#holders < this.#most && this.#client.pool.numPendingAcquires() === 0;
    if (!isShared) this.#connection = await this.#client.acquireConnection();
    this.#holders += 1;
    return this.#connection;
  }

  async #leave(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders === 0) await this.#client.releaseConnection(this.#connection);
  }
}

type RunChosen = (connection: unknown) => Promise<boolean>;

// A thread cannot be asked whether it has begun without waiting for the answer: it gives up sooner instead.
function inThread(choose: Parameters<BatchRunner['run']>[0], run: BatchWriter['run']): RunChosen {
  return async () => {
    const steps = await choose();
    return steps === undefined ? false : run(steps);
  };
}

function onWriter(choose: Parameters<BatchRunner['run']>[0], client: PreparingClient): RunChosen {
  return (connection) => {
    const run: Run = async (statement, values) => rowsOf(await client.runPrepared(connection, statement, values));
    return transact(run, choose);
  };
}
