// The real process under test: the built program, started, killed and stopped as an operator or a machine would.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../../src/config.ts';
import { writeKey } from '../../../src/domain/api-key.ts';
import type { Exit } from './children.ts';
import { watch } from './children.ts';
import { until } from './time.ts';

const MAIN = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));
const START_LIMIT_MS = 60_000;
const EXIT_LIMIT_MS = 60_000;

/** The admin key of every engine of the suite. */
export const ADMIN_KEY = writeKey('key_01934c5e-7b3a-7cc0-8000-0123456789ab', 'faults'.repeat(8).slice(0, 43));

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  // Experiments look into it as deep as they like.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  readonly body: any;
}

/** How an engine is started. */
export interface EngineOptions {
  readonly env: Environment;
  /** Where what it writes on both outputs is kept. */
  readonly logFile: string;
  /** Modules that it loads first: they do to it what no experiment can do from outside. */
  readonly preload?: readonly URL[];
}

/** One engine, running or not. */
export class Engine {
  readonly #options: EngineOptions;
  #child: ChildProcess | undefined;
  #exit: Promise<Exit> | undefined;
  #url: string | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Where its API listens; `undefined` while it is not up. */
  get url(): string | undefined {
    return this.#url;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when the process has ended, however that came. */
  get exit(): Promise<Exit> {
    return this.#exit ?? Promise.reject(new Error('It was never started.'));
  }

  /** Starts the process and waits until it listens. `env` is added to what it was made with. */
  async start(env: Environment = {}): Promise<void> {
    const { preload = [], logFile } = this.#options;
    const imports = preload.flatMap((module) => ['--import', module.href]);
    const child = spawn(process.execPath, [...imports, MAIN], {
      env: { PATH: process.env['PATH'], ...this.#options.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const exit = watch(child).then((how) => {
      if (this.#child === child) this.#url = undefined;
      return how;
    });
    this.#exit = exit;
    child.stdout.on('data', (chunk: Buffer) => appendFileSync(logFile, chunk));
    let said = '';
    const listening = new Promise<string>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        appendFileSync(logFile, chunk);
        said += chunk.toString();
        const url = /listens on (http:\/\/\S+)/.exec(said)?.[1];
        if (url !== undefined) resolve(url);
      });
    });
    const died = exit.then((how) => Promise.reject(new Error(`It did not start (${JSON.stringify(how)}): ${said}`)));
    died.catch(() => undefined);
    this.#url = await within(START_LIMIT_MS, 'the engine listens', Promise.race([listening, died]));
  }

  /** Sends a signal, whatever comes of it. */
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** kill -9, and waits until the system has taken it away. */
  async kill(): Promise<void> {
    if (this.#child === undefined) return;
    this.#url = undefined;
    this.#child.kill('SIGKILL');
    await this.exit;
  }

  /** SIGTERM; how it ended. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return within(EXIT_LIMIT_MS, 'the engine stops', this.exit);
  }

  /** Calls its API with the admin key. Rejects where no answer comes. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    if (this.#url === undefined) throw new Error('The engine is not up.');
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: isJson && text !== '' ? (JSON.parse(text) as unknown) : text };
  }

  /** The last lines that it wrote. */
  tail(lines = 20): string {
    const { logFile } = this.#options;
    return existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(-lines).join('\n') : '';
  }

  /** Resident memory in MiB, as the system sees it; `undefined` where the system does not tell. */
  residentMib(): number | undefined {
    const status = `/proc/${String(this.pid)}/status`;
    if (!existsSync(status)) return undefined;
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  }
}

/** The result of `work`, or a rejection where it takes longer than `limitMs`. */
export async function within<Result>(limitMs: number, what: string, work: Promise<Result>): Promise<Result> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  done.catch(() => undefined);
  await Promise.race([done, until(what, limitMs, () => isDone)]);
  return done;
}
