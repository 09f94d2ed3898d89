// Measures one peer at saturation: `node --import tsx measure.ts bullmq concurrency=16`. It is how the settings of the peers were found;
// what the engine is compared by is the benchmark in bench/end-to-end.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { makeCertificate } from '../../test/support/tls-receiver.ts';
import { endWith, leaveOnSignals, temporaryFolder } from '../end-to-end/leaving.ts';
import { startFlags } from '../end-to-end/program.ts';
import { median } from '../support/compare.ts';
import type { Count } from './parts/receiver.ts';
import type { QueueServer } from './servers.ts';
import { startDurablePostgres, startRedis } from './servers.ts';

const CONNECTIONS = 64;
const WARM_UP_MS = 3000;
const MEASURED_MS = Number(process.env['MEASURED_MS'] ?? 8000);
const DRAINED_WITHIN_MS = 60_000;
const TICK_MS = 10;
const API_KEY = 'measure';
const EVENT = readFileSync(new URL('../../templates/audit/default.sample.json', import.meta.url), 'utf8');

const [peer = 'bullmq', ...named] = process.argv.slice(2);
const variants = named.length === 0 ? [''] : named;
const rounds = Number(process.env['ROUNDS'] ?? 3);
const sync = process.env['APPENDFSYNC'] === 'always' ? 'always' : 'everysec';

/** One run of one variant. Rates are a second, CPU times are microseconds for each delivery. */
interface Result {
  readonly accepted: number;
  readonly delivered: number;
  readonly peerCpu: number;
  readonly serverCpu: number;
  /** Deliveries that did not come, or came twice; 0 unless something is wrong. */
  readonly wrong: number;
}

leaveOnSignals();
const { folder, remove } = temporaryFolder();
try {
  const results = variants.map((): Result[] => []);
  // The variants take turns, so that what disturbs one disturbs the others.
  for (let round = 0; round < rounds; round += 1)
    for (const [index, tuning] of variants.entries()) results[index]?.push(await measure(tuning));
  for (const [index, tuning] of variants.entries())
    process.stdout.write(`${peer} ${tuning === '' ? 'as it is' : tuning}: ${shown(results[index] ?? [])}\n`);
} finally {
  remove();
}

function shown(results: readonly Result[]): string {
  const of = (name: keyof Result): string => String(Math.round(median(results.map((result) => result[name]))));
  const each = results.map(({ delivered }) => String(Math.round(delivered))).join(', ');
  return (
    `accepted ${of('accepted')}/s, delivered ${of('delivered')}/s (${each}), ` +
    `CPU a delivery ${of('peerCpu')} + ${of('serverCpu')} µs, wrong ${of('wrong')}`
  );
}

async function measure(tuning: string): Promise<Result> {
  const queue = peer === 'bullmq' ? await startRedis(sync) : await startDurablePostgres();
  if (queue === undefined) throw new Error('redis-server is not installed.');
  const certificate = await makeCertificate({ names: ['localhost'] });
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, certificate.cert);
  const receiver = fork(fileURLToPath(new URL('parts/receiver.ts', import.meta.url)), {
    env: { PATH: process.env['PATH'], KEY: certificate.key, CERT: certificate.cert },
  });
  const forget = endWith(receiver);
  try {
    const [port] = (await once(receiver, 'message')) as [number];
    const ask = async (): Promise<Count> => {
      receiver.send('count');
      const [count] = (await once(receiver, 'message')) as [Count];
      return count;
    };
    return await run(peerEnv(queue, `https://localhost:${String(port)}/ok`, ca, tuning), queue, ask);
  } finally {
    receiver.kill();
    forget();
    await queue.stop();
  }
}

function peerEnv(queue: QueueServer, receiverUrl: string, ca: string, tuning: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    RECEIVER_URL: receiverUrl,
    RECEIVER_CA: ca,
    LISTEN: '127.0.0.1:0',
    API_KEY,
    REDIS_URL: queue.url,
    DATABASE_URL: queue.url,
    WEBHOOKS: process.env['WEBHOOKS'] ?? '1',
    TUNING: tuning,
  };
}

async function run(env: NodeJS.ProcessEnv, queue: QueueServer, ask: () => Promise<Count>): Promise<Result> {
  const script = fileURLToPath(new URL(`${peer}.ts`, import.meta.url));
  const sender = spawn(process.execPath, [...startFlags(), '--import', 'tsx', script], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const forget = endWith(sender);
  try {
    const [line] = (await once(sender.stdout, 'data')) as [Buffer];
    const url = line.toString().replace('listening ', '').trim();
    const webhooks = Number(env['WEBHOOKS']);
    await drained(ask, webhooks * (await load(url, WARM_UP_MS)));
    const before = await ask();
    const [peerCpu, serverCpu, startedAt] = [cpuMs(sender.pid), cpuMs(queue.pid), performance.now()];
    const accepted = await load(url, MEASURED_MS);
    const acceptedMs = performance.now() - startedAt;
    const after = await drained(ask, before.deliveries + webhooks * accepted);
    const deliveries = after.deliveries - before.deliveries;
    const result = {
      accepted: (accepted * 1000) / acceptedMs,
      // Until the last one has arrived: who accepts faster than he delivers gains nothing by it.
      delivered: (deliveries * 1000) / (after.lastAtMs - before.nowMs),
      peerCpu: ((cpuMs(sender.pid) - peerCpu) * 1000) / deliveries,
      serverCpu: ((cpuMs(queue.pid) - serverCpu) * 1000) / deliveries,
      wrong: webhooks * accepted - deliveries + after.twice,
    };
    const exited = once(sender, 'exit');
    sender.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    if (code !== 0) throw new Error(`The peer ended with ${String(code)}.`);
    return result;
  } finally {
    sender.kill('SIGKILL');
    forget();
  }
}

// Posts on 64 connections, each as soon as the one before is answered; gives how many were accepted.
async function load(url: string, forMs: number): Promise<number> {
  const pool = new Pool(url, { connections: CONNECTIONS });
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  const endsAt = performance.now() + forMs;
  let accepted = 0;
  const post = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const response = await pool.request({ path: '/v1/events', method: 'POST', headers, body: EVENT });
      const answer = await response.body.text();
      if (response.statusCode === 202) accepted += 1;
      else throw new Error(`${String(response.statusCode)} ${answer}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, post));
  await pool.close();
  return accepted;
}

async function drained(ask: () => Promise<Count>, deliveries: number): Promise<Count> {
  const endsAt = performance.now() + DRAINED_WITHIN_MS;
  let count = await ask();
  while (count.deliveries < deliveries && performance.now() < endsAt) {
    await sleep(50);
    count = await ask();
  }
  return count;
}

// Of this process and, for PostgreSQL, of its children (proc(5): utime and stime, in hundredths on Linux).
function cpuMs(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return Number.NaN;
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .split(' ')
    .filter(Boolean);
  return [String(pid), ...children].reduce((sum, one) => sum + ticksOf(one) * TICK_MS, 0);
}

function ticksOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
