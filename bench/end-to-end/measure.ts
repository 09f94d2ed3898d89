// One measurement of one program: load, wait until all of it has arrived, reconcile, and work the figures out.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Latencies, Quantiles } from './figures.ts';
import { lastArrival, latenciesOf, quantiles } from './figures.ts';
import type { Load, LoadResult } from './generator-messages.ts';
import type { Generator, Receiver } from './helpers.ts';
import type { Program } from './program.ts';
import type { OwnAccount, Reconciled } from './reconcile.ts';
import { reconcile } from './reconcile.ts';
import { measureUsage } from './usage.ts';

/** The processes beside the program, and what became of all loads so far. */
export interface Bench {
  readonly receiver: Receiver;
  readonly generator: Generator;
  readonly accounts: Reconciled[];
}

/** What is measured. */
export interface Measurement {
  readonly load: Omit<Load, 'urls' | 'key' | 'firstMark'>;
  /** Webhooks that each event goes to. */
  readonly webhooks: number;
  /** Of these, how many have to be delivered: the first ones. Default: all. */
  readonly dueWebhooks?: number;
}

/** What came of it. */
export interface Measured {
  readonly program: string;
  readonly reconciled: Reconciled;
  readonly offered: number | undefined;
  /** Acknowledged events a second, from the first due to the last acknowledgement. */
  readonly intakeRate: number;
  /** Deliveries a second, from the first event due to the last arrival. */
  readonly rate: number;
  readonly latencies: Latencies;
  /** By the program's own record; `undefined` where it keeps none. */
  readonly exchange: Quantiles | undefined;
  readonly cpuMicroseconds: number | undefined;
  readonly serverCpuMicroseconds: number | undefined;
  readonly peakBytes: number | undefined;
  readonly medianBytes: number | undefined;
  readonly seconds: number;
  readonly statuses: LoadResult['statuses'];
  readonly repeated: number;
  readonly firstProblem: string | undefined;
  readonly connections: number;
}

// Of the receiver's count: the time in which nothing arrives, after which nothing more is waited for.
const STALLED_MS = 20_000;
const LOOK_MS = 50;

/** Measures. */
export async function measure(bench: Bench, program: Program, measurement: Measurement): Promise<Measured> {
  const { load, webhooks, dueWebhooks = webhooks } = measurement;
  const close = await openAccount(program, dueWebhooks);
  const firstMark = await bench.receiver.beginRun(load.maxEvents, webhooks);
  const startedAt = new Date();
  const endUsage = measureUsage(program.pids, program.serverPids);
  const result = await bench.generator.run({ ...load, firstMark, urls: program.urls, key: program.key });
  await arrivalOf(bench.receiver, result, webhooks, dueWebhooks);
  const usage = endUsage();
  const endedAt = new Date();
  await settled(program, dueWebhooks);
  const arrivals = await bench.receiver.collect();
  const reconciled = reconcile(result, arrivals, await close(), dueWebhooks);
  bench.accounts.push(reconciled);
  const seconds = (Math.max(lastArrival(arrivals), result.startedAt) - result.startedAt) / 1000;
  const perDelivery = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : (ms * 1000) / Math.max(reconciled.delivered, 1);
  const { statuses, repeated, firstProblem, connections } = result;
  return {
    program: program.name,
    reconciled,
    offered: load.mode === 'rate' ? load.rate : undefined,
    intakeRate: reconciled.published / ((result.endedAt - result.startedAt) / 1000),
    rate: reconciled.delivered / seconds,
    latencies: latenciesOf(result, arrivals, dueWebhooks),
    exchange: quantiles(await program.exchanges(startedAt, endedAt)),
    cpuMicroseconds: perDelivery(usage.cpuMs),
    serverCpuMicroseconds: perDelivery(usage.serverCpuMs),
    peakBytes: usage.peakBytes,
    medianBytes: usage.medianBytes,
    seconds,
    ...{ statuses, repeated, firstProblem, connections },
  };
}

// All that was acknowledged has arrived, or nothing arrives any more.
async function arrivalOf(receiver: Receiver, result: LoadResult, webhooks: number, due: number): Promise<void> {
  const acknowledged = result.acknowledgedAt.reduce((count, at) => count + (at === 0 ? 0 : 1), 0);
  // What a dead receiver has got is counted, too, so with one only a stall ends the waiting.
  const wanted = due === webhooks ? acknowledged * webhooks : Number.POSITIVE_INFINITY;
  const stalledMs = due === webhooks ? STALLED_MS : STALLED_MS / 10;
  let [seen, changedAt] = [-1, performance.now()];
  while (seen < wanted && performance.now() - changedAt < stalledMs) {
    const { distinct } = await receiver.progress();
    if (distinct !== seen) [seen, changedAt] = [distinct, performance.now()];
    if (seen < wanted) await sleep(LOOK_MS);
  }
}

const SETTLE_LOOKS = 300;

/**
 * Waits until a program calls all of it over: the last requests have arrived, and their records are still being written.
 * After half a minute it gives up; what waits then is reconciled as waiting.
 */
export async function settled(program: Program, dueWebhooks: number): Promise<void> {
  for (let look = 0; look < SETTLE_LOOKS; look += 1) {
    const account = await program.account(dueWebhooks);
    if (account === undefined || account.waiting === 0) return;
    await sleep(LOOK_MS * 2);
  }
}

/** Opens the account that a program itself gives of a load. What is given closes it, once all is over. */
export async function openAccount(
  program: Program,
  dueWebhooks: number,
): Promise<() => Promise<OwnAccount | undefined>> {
  const { records } = program;
  const before = await program.account(dueWebhooks);
  const lastId = (await records?.lastId()) ?? '';
  return async () => {
    const after = await program.account(dueWebhooks);
    if (before === undefined || after === undefined || records === undefined) return undefined;
    return {
      accepted: after.accepted - before.accepted,
      delivered: after.delivered - before.delivered,
      dead: after.dead - before.dead,
      waiting: after.waiting,
      invocations: await records.countAfter(lastId, dueWebhooks),
    };
  };
}
