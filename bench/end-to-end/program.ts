// A program that is measured: the engine, the ceiling, or what people write by hand. All take the same events at the
// same path and post the same body to the same receiver.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Receiver } from './helpers.ts';
import { BENCH_KEY } from './keys.ts';
import { endWith } from './leaving.ts';
import type { Records } from './records.ts';

/** What became of the deliveries by the program's own account. */
export interface Account {
  /** Deliveries that events which it has accepted are due. */
  readonly accepted: number;
  readonly delivered: number;
  /** In a final state other than delivered. */
  readonly dead: number;
  /** Not over yet. */
  readonly waiting: number;
}

/** A running one. */
export interface Program {
  readonly name: string;
  readonly urls: readonly string[];
  readonly key: string;
  /** Processes whose time and memory are the program's. */
  readonly pids: readonly number[];
  /** Processes of what it depends on. */
  readonly serverPids: readonly number[];
  /** Since it was started, for the first so many webhooks; `undefined` where the program keeps none. */
  account(webhooks: number): Promise<Account | undefined>;
  /** What is on record; `undefined` where the program keeps none. */
  readonly records: Records | undefined;
  /** Milliseconds of exchanges with the receiver between two instants of the wall clock; empty where none are kept. */
  exchanges(from: Date, until: Date): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** The flags that `npm start` gives to Node. What is compared with the engine has them, too. */
export function startFlags(): string[] {
  const file = new URL('../../package.json', import.meta.url);
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** How a small program (the ceiling, a peer) is started: it prints `listening <url>` and ends at SIGTERM. */
export interface SmallProgram {
  readonly name: string;
  /** Arguments for Node. */
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly serverPids?: readonly number[];
}

/** Starts a small program against a receiver. Its webhooks are `<url>?w=<n>`. */
export async function startSmall(small: SmallProgram, receiver: Receiver, webhooks: number): Promise<Program> {
  const child = spawn(process.execPath, [...startFlags(), ...small.args], {
    cwd: small.cwd,
    env: {
      PATH: process.env['PATH'],
      LISTEN: '127.0.0.1:0',
      API_KEY: BENCH_KEY,
      RECEIVER_URL: `https://127.0.0.1:${String(receiver.port)}/ok`,
      RECEIVER_CA: receiver.caFile,
      WEBHOOKS: String(webhooks),
      ...small.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const killing = endWith(child);
  const url = await listeningUrl(child, small.name);
  return {
    name: small.name,
    urls: [url],
    key: BENCH_KEY,
    pids: [child.pid ?? 0],
    serverPids: small.serverPids ?? [],
    account: () => Promise.resolve(undefined),
    records: undefined,
    exchanges: () => Promise.resolve([]),
    stop: () => stopChild(child, killing),
  };
}

async function listeningUrl(child: ReturnType<typeof spawn>, name: string): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('Its output is a pipe.');
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const [, url] = /^listening (http:\S+)/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended before it listened (exit ${String(code)}).`)));
  });
}

const STOP_MS = 40_000;

/** Asks a child to end, and ends it where it does not. */
export async function stopChild(child: ChildProcess, forget: () => void): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  }
  forget();
}
