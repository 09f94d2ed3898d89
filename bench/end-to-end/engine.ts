// The engine as users run it: built, started by `scripts/start.mjs`, with its default settings but for where it listens,
// where its data is, its first key, and how it reaches the receiver.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Receiver } from './helpers.ts';
import type { Home } from './home.ts';
import { BENCH_KEY, webhookName } from './keys.ts';
import { endWith, folderOr } from './leaving.ts';
import type { Account, Program } from './program.ts';
import { startFlags, stopChild } from './program.ts';
import { recordsOf } from './records.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What is different from the default. */
export interface EngineOptions {
  readonly receiver: Receiver;
  /** Settings of the engine besides those that the benchmark needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for Node: `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  /** Where its data is. */
  readonly home: Home;
}

/** A running engine. */
export interface Engine extends Program {
  /** Asks its API; fails where the answer is no success. */
  call(path: string, body?: unknown): Promise<unknown>;
  /** As a power cut would end it. */
  kill(): Promise<void>;
}

/** Starts it. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { receiver, home, nodeArgs = [], env = {} } = options;
  const { folder, remove } = folderOr(home.folder);
  const log = openSync(join(folder, 'engine.log'), 'a');
  const child = spawn(process.execPath, [...startFlags(), ...nodeArgs, join(ROOT, 'scripts/start.mjs')], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOOKWRIGHT_LISTEN: '127.0.0.1:0',
      HOOKWRIGHT_ADMIN_KEY: BENCH_KEY,
      HOOKWRIGHT_DATA_DIR: join(folder, 'data'),
      HOOKWRIGHT_EGRESS_CONNECT: `${receiver.host}=127.0.0.1:${String(receiver.port)}`,
      HOOKWRIGHT_EGRESS_CA: receiver.caFile,
      ...home.env,
      ...env,
    },
    stdio: ['ignore', log, 'pipe'],
  });
  closeSync(log);
  const forget = endWith(child);
  const said = await firstWords(child);
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
  const call = (path: string, body?: unknown): Promise<unknown> => callApi(url, path, body);
  return {
    name: 'hookwright',
    urls: [url],
    key: BENCH_KEY,
    pids: [child.pid ?? 0],
    serverPids: home.serverPids,
    call,
    records: recordsOf(home),
    account: (webhooks) => account(call, webhooks),
    exchanges: (from, until) => exchanges(call, from, until),
    kill: async () => {
      child.kill('SIGKILL');
      await stopChild(child, forget);
    },
    stop: async () => {
      await stopChild(child, forget);
      remove();
    },
  };
}

async function firstWords(child: ReturnType<typeof spawn>): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      // It says all of it at once, and ends with an empty line.
      if (/listens on[^]*\n\n$/.test(text)) resolve(text);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The engine did not start: ${text}`)));
  });
}

async function callApi(url: string, path: string, body: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${BENCH_KEY}`, 'content-type': 'application/json' };
  const get = (): Promise<Response> => fetch(`${url}${path}`, { headers });
  const response =
    body === undefined
      ? // A kept connection may be closed by the engine just when it is used again: then nothing was answered.
        await get().catch(get)
      : await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${text}`);
  return JSON.parse(text);
}

interface ReconciledWebhook {
  readonly name: string;
  readonly waiting: number;
  readonly accepted: number;
  readonly delivered: number;
}

async function account(call: Engine['call'], webhooks: number): Promise<Account> {
  const wanted = Array.from({ length: webhooks }, (_none, index) => webhookName(index));
  const found = (await call('/v1/reconciliation')) as { readonly webhooks: readonly ReconciledWebhook[] };
  const own = found.webhooks.filter(({ name }) => wanted.includes(name));
  const sum = (of: (one: ReconciledWebhook) => number): number => own.reduce((total, one) => total + of(one), 0);
  const accepted = sum((one) => one.accepted);
  const delivered = sum((one) => one.delivered);
  const waiting = sum((one) => one.waiting);
  return { accepted, delivered, waiting, dead: accepted - delivered - waiting };
}

const PAGES = 10;

interface InvocationPage {
  readonly data: readonly { readonly timings_ms: { readonly total: number } | null }[];
}

// Samples: a page from each tenth of the time.
async function exchanges(call: Engine['call'], from: Date, until: Date): Promise<number[]> {
  const found: number[] = [];
  const step = (until.getTime() - from.getTime()) / PAGES;
  for (let page = 1; page <= PAGES; page += 1) {
    const before = new Date(from.getTime() + page * step).toISOString();
    const after = new Date(from.getTime() + (page - 1) * step).toISOString();
    const query = new URLSearchParams({ kind: 'delivery', limit: '200', started_after: after, started_before: before });
    const { data } = (await call(`/v1/invocations?${query.toString()}`)) as InvocationPage;
    found.push(...data.flatMap(({ timings_ms: timings }) => (timings === null ? [] : [timings.total])));
  }
  return found;
}

/** Makes webhooks `<path>?w=0` … on the engine. */
export async function makeWebhooks(
  engine: Pick<Engine, 'call'>,
  host: string,
  paths: readonly string[],
): Promise<void> {
  for (const [index, path] of paths.entries()) {
    const url = `https://${host}${path}?w=${String(index)}`;
    await engine.call('/v1/webhooks', { name: webhookName(index), url });
  }
}
