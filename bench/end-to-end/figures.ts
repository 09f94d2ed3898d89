// From what was stamped to what is printed. Pure.
import type { LoadResult } from './generator-messages.ts';
import type { Arrivals } from './receiver-messages.ts';

/** The 50th, 95th and 99th percentile, in milliseconds, of so many. */
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly count: number;
}

/** The percentiles of values in any order; `undefined` where there are none. */
export function quantiles(values: readonly number[]): Quantiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count: sorted.length };
}

/** The three latencies that generator and receiver have stamped. */
export interface Latencies {
  /** From when the event was due to its acknowledgement. */
  readonly intake: Quantiles | undefined;
  /** From the acknowledgement to the first byte at the receiver; 0 where that was there before. */
  readonly queue: Quantiles | undefined;
  /** From when the event was due to the last byte of the request at the receiver. */
  readonly endToEnd: Quantiles | undefined;
  /** How late the generator itself has posted. */
  readonly lateness: Quantiles | undefined;
  /** The share of requests that were there before their acknowledgement was read. */
  readonly early: number;
}

/** Latencies of the events that were acknowledged. */
export function latenciesOf(load: LoadResult, arrivals: Arrivals, dueWebhooks: number): Latencies {
  const [intake, queue, endToEnd, lateness]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let mark = 0; mark < load.events; mark += 1) {
    const [dueAt, sentAt, acknowledgedAt] = timesOf(load, mark);
    if (acknowledgedAt === 0) continue;
    intake.push(acknowledgedAt - dueAt);
    lateness.push(sentAt - dueAt);
    for (const [firstByteAt, completeAt] of arrivalsOf(arrivals, mark, dueWebhooks)) {
      queue.push(Math.max(firstByteAt - acknowledgedAt, 0));
      endToEnd.push(completeAt - dueAt);
    }
  }
  return {
    intake: quantiles(intake),
    queue: quantiles(queue),
    endToEnd: quantiles(endToEnd),
    lateness: quantiles(lateness),
    early: queue.filter((ms) => ms === 0).length / Math.max(queue.length, 1),
  };
}

function timesOf({ dueAt, sentAt, acknowledgedAt }: LoadResult, mark: number): [number, number, number] {
  return [dueAt[mark] ?? 0, sentAt[mark] ?? 0, acknowledgedAt[mark] ?? 0];
}

function arrivalsOf(arrivals: Arrivals, mark: number, dueWebhooks: number): [number, number][] {
  const times: [number, number][] = [];
  for (let key = mark * arrivals.webhooks; key < mark * arrivals.webhooks + dueWebhooks; key += 1) {
    const [first, complete] = [arrivals.firstByteAt[key] ?? 0, arrivals.completeAt[key] ?? 0];
    if (first !== 0) times.push([first, complete]);
  }
  return times;
}

/** When the last request has arrived; 0 where none has. */
export function lastArrival({ completeAt }: Pick<Arrivals, 'completeAt'>): number {
  return completeAt.reduce((latest, at) => Math.max(latest, at), 0);
}
