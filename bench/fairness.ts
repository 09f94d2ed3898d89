// What a dead receiver costs the others: from acknowledgement to arrival at ten healthy receivers, with and without 1,000
// deliveries that wait for one that hangs.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Receiver } from '../test/support/tls-receiver.ts';
import { startReceiver } from '../test/support/tls-receiver.ts';
import { temporaryFolder } from './end-to-end/leaving.ts';
import { median } from './support/compare.ts';
import type { Engine } from './support/engine.ts';
import { startEngine } from './support/engine.ts';
import type { Row } from './support/table.ts';

const HEALTHY = 10;
const WAITING = 1000;
// An open model: events are posted at this rate, whatever became of those before.
const EVENTS_A_SECOND = 50;
// The engines take turns in slices this long, so that what disturbs one disturbs the other.
const EVENTS_A_SLICE = 50;
const SLICES_A_ROUND = 7;
const ROUNDS = 5;
const WANTED = 1.2;

/** The 99th percentile with a dead neighbour as a multiple of that without: the median of the rounds, each a row, too. */
export async function benchFairness(): Promise<Row[]> {
  const arrivals = new Arrivals();
  const receiver = await startReceiver((request, response) => arrivals.arrived(request, response));
  const { folder, remove } = temporaryFolder();
  const engines: Engine[] = [];
  try {
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, receiver.ca);
    const env = {
      HOOKWRIGHT_EGRESS_CONNECT: `${receiver.host}=127.0.0.1:${String(receiver.port)}`,
      HOOKWRIGHT_EGRESS_CA: caFile,
    };
    for (let count = 0; count < 2; count += 1) engines.push(await startEngine(env));
    const [alone, beside] = engines;
    if (alone === undefined || beside === undefined) throw new Error('Two engines were started.');
    for (const engine of engines) await makeHealthy(engine, receiver);
    await makeDead(beside, receiver);
    for (const engine of engines) await slice(engine, arrivals);
    return await rounds(alone, beside, arrivals);
  } finally {
    for (const engine of engines) await engine.stop();
    await receiver.close();
    remove();
  }
}

async function rounds(alone: Engine, beside: Engine, arrivals: Arrivals): Promise<Row[]> {
  const rows: Row[] = [];
  const ratios: number[] = [];
  const all: [number[], number[]] = [[], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const times: [number[], number[]] = [[], []];
    for (let count = 0; count < SLICES_A_ROUND; count += 1) {
      times[0].push(...(await slice(alone, arrivals)));
      times[1].push(...(await slice(beside, arrivals)));
    }
    all[0].push(...times[0]);
    all[1].push(...times[1]);
    ratios.push(quantile(times[1], 0.99) / quantile(times[0], 0.99));
    rows.push({ name: `round ${String(round)}`, measured: shown(times), wanted: '–', met: true });
  }
  const ratio = median(ratios);
  const name = 'median of the ratios of p99, and all rounds together';
  const measured = `${ratio.toFixed(2)}; ${shown(all)}`;
  return [...rows, { name, measured, wanted: `at most ${String(WANTED)}`, met: ratio <= WANTED }];
}

function shown([alone, beside]: readonly [number[], number[]]): string {
  return `${threeOf(alone)} ms alone, ${threeOf(beside)} ms beside it`;
}

function threeOf(times: readonly number[]): string {
  return [0.5, 0.95, 0.99].map((share) => quantile(times, share).toFixed(1)).join(' / ');
}

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? Number.NaN;
}

async function makeHealthy(engine: Engine, { host }: Receiver): Promise<void> {
  for (let count = 0; count < HEALTHY; count += 1) {
    const [name, type] = [`healthy ${String(count)}`, `healthy.n${String(count)}`];
    await engine.call('/v1/webhooks', { name, url: `https://${host}/healthy`, event_types: [type] });
  }
}

async function makeDead(engine: Engine, { host }: Receiver): Promise<void> {
  const url = `https://${host}/dead`;
  await engine.call('/v1/webhooks', { name: 'dead', url, event_types: ['dead'], timeout_in_sec: 60 });
  await engine.call(
    '/v1/events',
    Array.from({ length: WAITING }, () => eventOf('dead')),
  );
}

function eventOf(type: string): Record<string, unknown> {
  const data = { action: 'updated', actor_name: 'Ada Park', target_name: 'Production read' };
  return { event_type: type, event_time: '1763640000.123456789', data };
}

// Posts at the rate; gives for each event the milliseconds from its acknowledgement to its arrival. One that arrives
// before its acknowledgement was read counts as 0.
async function slice(engine: Engine, arrivals: Arrivals): Promise<number[]> {
  const startedAt = performance.now();
  const posted: Promise<number>[] = [];
  for (let count = 0; count < EVENTS_A_SLICE; count += 1) {
    const pauseMs = startedAt + (count * 1000) / EVENTS_A_SECOND - performance.now();
    if (pauseMs > 0) await sleep(pauseMs);
    const measuring = measureOne(engine, arrivals, `healthy.n${String(count % HEALTHY)}`);
    // A failure is thrown below; until then it must not end the process, which would leave the engines behind.
    measuring.catch(() => undefined);
    posted.push(measuring);
  }
  return Promise.all(posted);
}

async function measureOne(engine: Engine, arrivals: Arrivals, type: string): Promise<number> {
  const event = eventOf(type);
  const mark = randomUUID();
  const arrival = arrivals.expect(mark);
  await engine.call('/v1/events', { ...event, data: { target_id: mark, action: 'updated' } });
  const acknowledgedAt = performance.now();
  return Math.max((await arrival) - acknowledgedAt, 0);
}

const MARK = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;

// The receiver: notes when a body with a mark comes, and never answers for the dead one.
class Arrivals {
  readonly #expected = new Map<string, (atMs: number) => void>();

  expect(mark: string): Promise<number> {
    return new Promise((resolve) => this.#expected.set(mark, resolve));
  }

  arrived(request: IncomingMessage, response: ServerResponse): void {
    const atMs = performance.now();
    if (request.url !== '/healthy') return;
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const [mark = ''] = MARK.exec(body) ?? [];
      this.#expected.get(mark)?.(atMs);
      this.#expected.delete(mark);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  }
}
