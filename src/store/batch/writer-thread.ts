// The thread that writes, as its owner holds it: a transaction goes there as one message, and its end comes back as one.
import { Worker } from 'node:worker_threads';
import { FAILED, troubleError } from '../dialect/failures.ts';
import { translateSqliteError } from '../dialect/sqlite.ts';
import type { Failure, Order, Outcome, StepMessage, WriterSetup } from './messages.ts';
import type { Step } from './steps.ts';

/** Runs transactions, one at a time. */
export interface BatchWriter {
  /**
   * Runs steps as one transaction; gives whether it was committed: false where an expectation did not hold, and then
   * nothing is changed. Rejects as the store does.
   */
  run(steps: readonly Step[]): Promise<boolean>;
  /** Waits for what is under way, and ends it. */
  close(): Promise<void>;
}

/** What starting touches. */
export interface WriterThreadDeps {
  /** Starts the worker. */
  readonly start: (setup: WriterSetup) => Worker;
  /** Told when it has ended, however. */
  readonly ended: () => void;
}

/** The worker as it is built. From source, it would have to bring what reads TypeScript. */
export function builtWorker(setup: WriterSetup): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { name: 'writer', workerData: setup });
}

/** Starts the thread. Rejects where it does not get as far as to be ready. */
export async function startWriterThread({ start, ended }: WriterThreadDeps, setup: WriterSetup): Promise<BatchWriter> {
  const worker = start(setup);
  worker.once('exit', ended);
  const line = new Line(worker);
  await line.ready;
  return line;
}

interface Waiting {
  readonly resolve: (isDone: boolean) => void;
  readonly reject: (error: unknown) => void;
}

class Line implements BatchWriter {
  readonly ready: Promise<boolean>;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  // Statements whose texts the thread has.
  readonly #sent = new Set<string>();
  readonly #waiting: Waiting[] = [];
  #endedBy: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.ready = new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    worker.on('message', (outcome: Outcome) => this.#take(outcome));
    worker.on('error', (error: Error) => (this.#endedBy = error));
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#end();
        resolve();
      });
    });
  }

  run(steps: readonly Step[]): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#endedBy !== undefined) {
        reject(gone(this.#endedBy));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage({ steps: steps.map((step) => this.#messageOf(step)) } satisfies Order);
    });
  }

  async close(): Promise<void> {
    this.#worker.postMessage({ close: true } satisfies Order);
    await this.#ended;
  }

  #messageOf({ statement, values, expects }: Step): StepMessage {
    const { key } = statement;
    const text = this.#sent.has(key) ? undefined : statement.text();
    this.#sent.add(key);
    return [key, text, values, expects];
  }

  #take(outcome: Outcome): void {
    const waiting = this.#waiting.shift();
    if ('isDone' in outcome) {
      waiting?.resolve(outcome.isDone);
      return;
    }
    waiting?.reject(translateSqliteError(errorFrom(outcome.failure)));
  }

  #end(): void {
    this.#endedBy ??= new Error('The thread that writes has ended.');
    const error = gone(this.#endedBy);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function errorFrom({ name, message, code }: Failure): Error {
  return Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });
}

// Whether its last transaction was committed is not known; whoever waited for it tries again.
function gone(cause: Error): Error {
  return troubleError(FAILED, cause);
}
