// How long it takes from posting one event to its arrival at the sandbox receiver, on an otherwise idle machine.
// `npm run bench:latency` prints p50, p95 and p99; it ends by itself after 300 events.
import { cpus } from 'node:os';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { leaveOnSignals, temporaryFolder } from './end-to-end/leaving.ts';

const WARM_UP = 50;
const MEASURED = 250;
const EVENT = JSON.stringify({ event_type: 'latency', event_time: '1763640000.0', data: { action: 'measured' } });

leaveOnSignals();
const { folder: dataDir, remove } = temporaryFolder();
const env = { HOOKWRIGHT_LISTEN: '127.0.0.1:0', HOOKWRIGHT_DATA_DIR: dataDir, HOOKWRIGHT_LOG_LEVEL: 'error' };
const reading = readConfig(env, dataDir);
if (!reading.ok) throw new Error(reading.problems.join('\n'));
const app = createApp(reading.config);
try {
  const { url, firstKey } = await app.start();
  const headers = { authorization: `Bearer ${firstKey ?? ''}`, 'content-type': 'application/json' };
  const webhook = JSON.stringify({ name: 'latency', url: 'https://sandbox.hookwright.test/status/200' });
  await fetch(`${url}/v1/webhooks`, { method: 'POST', headers, body: webhook });
  const arrived: number[] = [];
  const answered: number[] = [];
  for (let turn = 0; turn < WARM_UP + MEASURED; turn += 1) {
    const startedAt = Date.now();
    await (await fetch(`${url}/v1/events`, { method: 'POST', headers, body: EVENT })).json();
    const answeredAt = Date.now();
    await app.idle();
    const seen = (await (await fetch(`${url}/v1/sandbox/requests?limit=1`, { headers })).json()) as {
      data: { received_at: string }[];
    };
    if (turn < WARM_UP) continue;
    answered.push(answeredAt - startedAt);
    arrived.push(Date.parse(seen.data[0]?.received_at ?? '') - startedAt);
  }
  const cpu = cpus();
  process.stdout.write(
    `${cpu[0]?.model ?? 'unknown CPU'}, ${String(cpu.length)} cores, Node ${process.versions.node}\n`,
  );
  process.stdout.write(`post → 202      ${quantiles(answered)}\n`);
  process.stdout.write(`post → sandbox  ${quantiles(arrived)}\n`);
} finally {
  await app.stop(1000);
  remove();
}

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => String(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
  return `p50 ${at(0.5)} ms  p95 ${at(0.95)} ms  p99 ${at(0.99)} ms  (${String(sorted.length)} events)`;
}
