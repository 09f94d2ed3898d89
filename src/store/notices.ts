// Hears from other processes that something may be due. A hint: whoever misses one finds out at the next look.
import type { NoticeConnection } from './database.ts';

/** What the listener touches. */
export interface NoticeDeps {
  /** Opens a connection that calls `onNotice` for each notice. */
  listen(onNotice: () => void): Promise<NoticeConnection>;
  onNotice(): void;
  /** Resolves after `pauseMs`, or when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
}

const PAUSE_MS = 1000;

/** Keeps a connection open for as long as it is wanted, whatever happens to the one before. */
export class NoticeListener {
  readonly #deps: NoticeDeps;
  readonly #stopping = new AbortController();
  #connection: NoticeConnection | undefined;
  #loop: Promise<void> | undefined;

  constructor(deps: NoticeDeps) {
    this.#deps = deps;
  }

  /** Starts listening, and does not wait for it. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** Closes the connection, and opens no other. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connection?.close();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#listen();
      await this.#deps.pause(PAUSE_MS, signal);
    }
  }

  // Whatever ends it, the next one follows; that the database is away is said by those who need it.
  async #listen(): Promise<void> {
    const connection = await this.#deps.listen(() => this.#deps.onNotice()).catch(() => undefined);
    if (connection === undefined) return;
    this.#connection = connection;
    if (this.#stopping.signal.aborted) await connection.close();
    // What was told before the connection stood was not heard.
    else this.#deps.onNotice();
    await connection.ended;
    this.#connection = undefined;
  }
}
