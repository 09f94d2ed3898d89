// The thread that writes: it has a connection to the SQLite database, and runs one transaction after the other. On the main
// thread, each statement would wait for whatever else its loop has to do, and every transaction behind it.
import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';
import { rowsOf } from '../dialect.ts';
import { openConnection, PreparedStatements } from '../dialect/sqlite-driver.ts';
import type { Failure, Order, Outcome, StepMessage, WriterSetup } from './messages.ts';
import type { Run, Step } from './steps.ts';
import { transact } from './steps.ts';

if (parentPort !== null) await serve(parentPort, workerData as WriterSetup);

async function serve(port: MessagePort, { path, setup }: WriterSetup): Promise<void> {
  const connection = await openConnection(path, setup);
  const statements = new PreparedStatements(connection);
  const texts = new Map<string, string>();
  // One after the other: they share the connection.
  let last = Promise.resolve();
  port.on('message', (order: Order) => {
    if ('steps' in order) {
      const steps = stepsFrom(texts, order.steps);
      last = last.then(async () => port.postMessage(await answer(statements, steps)));
      return;
    }
    // A thread that ends with work of the driver under way takes the process with it: it ends when all is closed.
    void last.then(() => statements.finalize()).then(() => connection.close(() => port.close()));
  });
  port.postMessage({ isDone: true } satisfies Outcome);
}

async function answer(statements: PreparedStatements, steps: readonly Step[]): Promise<Outcome> {
  try {
    const run: Run = async (statement, values) => rowsOf(await statements.run(statement, values));
    return { isDone: await transact(run, () => steps) };
  } catch (error) {
    return { failure: failureFrom(error) };
  }
}

// Each text comes once.
function stepsFrom(texts: Map<string, string>, messages: readonly StepMessage[]): Step[] {
  return messages.map(([key, text, values, expects]) => {
    if (text !== undefined) texts.set(key, text);
    const statement = { key, text: () => texts.get(key) ?? '' };
    return expects === undefined ? { statement, values } : { statement, values, expects };
  });
}

function failureFrom(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name: error.name, message: error.message, code };
}
