// A sending thread, as its owner holds it.
import { Worker } from 'node:worker_threads';
import type { FromThread, SentError, SentResult, Setup, ToThread } from './messages.ts';

/** A thread that is ready. */
export interface Thread {
  post(message: ToThread): void;
  /** Ends it and all its connections, whatever it is doing. */
  end(): Promise<void>;
}

/** Who is told of it. */
export interface ThreadOwner {
  answered(answers: readonly (SentResult | SentError)[]): void;
  /** Once, where it has ended in any way, after all of its answers. */
  ended(error: Error): void;
}

// What an attempt needs lives for one exchange. By default its garbage takes 25 MB more before it is looked at, and
// with less no fewer deliveries go out (measured).
const NURSERY_MB = 12;

const OPTIONS = { name: 'sender', resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB } };

/** Starts a thread. Rejects where it does not get as far as to be ready; its owner is told of nothing then. */
export async function startThread(setup: Setup, owner: ThreadOwner): Promise<Thread> {
  const { url } = import.meta;
  const isSource = url.endsWith('.ts');
  const worker = isSource
    ? workerFromSource(new URL('./worker.ts', url))
    : new Worker(new URL('./worker.js', url), OPTIONS);
  await new Promise<void>((resolve, reject) => {
    let isReady = false;
    let reason: Error | undefined;
    worker.on('message', (message: FromThread) => {
      if (message !== 'ready') {
        owner.answered(message);
        return;
      }
      isReady = true;
      resolve();
    });
    worker.on('error', (error: Error) => (reason = error));
    worker.on('exit', (code) => {
      const error = reason ?? new Error(`The thread has ended with ${String(code)}.`);
      if (isReady) owner.ended(error);
      else reject(error);
    });
    worker.postMessage(setup);
  });
  return {
    post: (message) => worker.postMessage(message),
    end: async () => {
      await worker.terminate();
    },
  };
}

// A thread does not inherit what lets its process read TypeScript, and its first file is read before that can be set.
function workerFromSource(file: URL): Worker {
  const [loader, program] = [import.meta.resolve('tsx/esm/api'), file.href].map((one) => JSON.stringify(one));
  const code = `import(${String(loader)}).then(({ register }) => { register(); return import(${String(program)}); })`;
  return new Worker(code, { ...OPTIONS, eval: true, execArgv: [] });
}
