// Whether the database takes writes now, found out by writing.
import type { Database } from './database.ts';
import { AppError } from '../domain/errors.ts';

/** What the probe touches. */
export interface WriteProbeDeps {
  readonly database: Pick<Database, 'writer'>;
  /** Resolves after `limitMs`; the caller gives it up with `signal`. */
  pause(limitMs: number, signal: AbortSignal): Promise<void>;
}

// Who asks for readiness waits a few seconds at most; a database that needs longer than this is not ready.
const LIMIT_MS = 2000;

/**
 * Makes the function that says in a sentence why the database takes no writes now, or `undefined` where it does. It
 * commits a row of its own: a reading would succeed on a full disk, and while another program holds the database.
 * Never throws; asks once, however many want to know meanwhile.
 */
export function createWriteProbe(deps: WriteProbeDeps): () => Promise<string | undefined> {
  let running: Promise<string | undefined> | undefined;
  return async () => {
    running ??= write(deps).finally(() => (running = undefined));
    const over = new AbortController();
    const late = deps
      .pause(LIMIT_MS, over.signal)
      .then(() => `The database did not take a write within ${String(LIMIT_MS / 1000)} seconds.`);
    try {
      return await Promise.race([running, late]);
    } finally {
      over.abort();
    }
  };
}

async function write({ database }: WriteProbeDeps): Promise<string | undefined> {
  try {
    await database.writer.transaction(async (trx) => {
      await trx('heartbeat').where('id', 1).increment('beats', 1);
    });
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.message : 'The database does not take writes.';
  }
}
