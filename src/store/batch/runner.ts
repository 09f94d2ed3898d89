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
    return { run: (choose) => inTurn(client, choose, onWriter(client)), halt, close: () => Promise.resolve() };
  }
  let started: Promise<BatchWriter> | undefined;
  const line = async (steps: readonly Step[]): Promise<boolean> => {
    started ??= startWriterThread({ start: builtWorker, ended: () => (started = undefined) }, thread);
    return (await started).run(steps);
  };
  return {
    run: (choose) => inTurn(client, choose, line),
    halt,
    close: async () => (await started?.catch(() => undefined))?.close(),
  };
}

// Whoever holds the one connection of the writer may write: so the two connections never wait for each other's locks,
// which SQLite would have them do by looking again and again.
async function inTurn(
  client: PreparingClient,
  choose: () => Promise<readonly Step[] | undefined>,
  run: (steps: readonly Step[], connection: unknown) => Promise<boolean>,
): Promise<boolean> {
  const connection = await client.acquireConnection();
  try {
    const steps = await choose();
    return steps === undefined ? false : await run(steps, connection);
  } finally {
    await client.releaseConnection(connection);
  }
}

function onWriter(client: PreparingClient): (steps: readonly Step[], connection: unknown) => Promise<boolean> {
  return (steps, connection) => {
    const run: Run = async (statement, values) => rowsOf(await client.runPrepared(connection, statement, values));
    return transact(run, steps);
  };
}
