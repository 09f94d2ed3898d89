// Removes what is older than it is to be kept, in small doses: whatever has to be delivered comes first. A run may be left
// off at any batch; the next one goes on from what is there.
import type { Due, Dropped, Pass, Removed, Removable } from '../store/retention/index.ts';
import { REMOVABLE } from '../store/retention/index.ts';

/** What removing touches. */
export interface RemoveExpiredDeps {
  readonly store: {
    readonly retention: {
      due(now: Date): Promise<readonly Due[]>;
      dropPartitions(due: readonly Due[]): Promise<Dropped>;
      passes(due: readonly Due[]): readonly Pass[];
    };
  };
  clock(): Date;
  monotonicMs(): number;
  pause(pauseMs: number): Promise<void>;
  isStopping(): boolean;
  readonly report: {
    retentionRun(fact: RetentionRun): void;
    jobFailed(fact: { readonly job: string; readonly error: unknown }): void;
  };
}

/** What a run has done. */
export interface RetentionRun {
  readonly removed: Readonly<Record<Removable, number>>;
  /** Held deliveries that ended because the period of their event is over. */
  readonly expired: number;
  readonly durationMs: number;
  /** Whether there was nothing left to remove. */
  readonly finished: boolean;
}

// Shorter than the time between two runs, so that they do not meet, not even in two processes.
const LONGEST_RUN_MS = 240_000;

// A batch is a handful of statements, and others come in between; each has them wait for a few milliseconds where all of
// them take about this long. After a batch, others have the database for so many times as long.
const BATCH_MS = 10;
const REST = 6;
const FIRST_BATCH = 50;
const LEAST_AT_ONCE = 10;
const MOST_AT_ONCE = 500;

// A partition can be dropped only while nobody reads or writes any of its table for a moment.
const DROP_TRIES = 5;
const DROP_PAUSE_MS = 1000;

/** Makes one run. */
export async function removeExpired(deps: RemoveExpiredDeps): Promise<RetentionRun> {
  const startedAtMs = deps.monotonicMs();
  const isOver = (): boolean => deps.isStopping() || deps.monotonicMs() - startedAtMs >= LONGEST_RUN_MS;
  const due = await deps.store.retention.due(deps.clock());
  const tally = new Tally();
  tally.add({ removed: { partitions: await dropPartitions(deps, due, isOver) }, expired: 0 });
  let open = deps.store.retention.passes(due).map(begin);
  while (open.length > 0 && !isOver()) {
    for (const one of open) {
      if (isOver()) break;
      await step(deps, one, tally);
    }
    open = open.filter(({ isDone }) => !isDone);
  }
  const durationMs = Math.round(deps.monotonicMs() - startedAtMs);
  const run = { removed: tally.removed, expired: tally.expired, durationMs, finished: open.length === 0 };
  deps.report.retentionRun(run);
  return run;
}

async function dropPartitions(deps: RemoveExpiredDeps, due: readonly Due[], isOver: () => boolean): Promise<number> {
  let partitions = 0;
  for (let tries = 1; tries <= DROP_TRIES; tries += 1) {
    const dropped = await deps.store.retention.dropPartitions(due);
    partitions += dropped.partitions;
    if (!dropped.inTheWay || isOver()) break;
    await deps.pause(DROP_PAUSE_MS);
  }
  return partitions;
}

/** A pass, and how far it is. */
interface Going {
  readonly pass: Pass;
  after: string | undefined;
  limit: number;
  isDone: boolean;
}

function begin(pass: Pass): Going {
  return { pass, after: undefined, limit: FIRST_BATCH, isDone: false };
}

// One that fails must not keep the others from going on.
async function step(deps: RemoveExpiredDeps, one: Going, tally: Tally): Promise<void> {
  const startedAtMs = deps.monotonicMs();
  try {
    const batch = await one.pass({ after: one.after, limit: one.limit });
    tally.add(batch);
    one.after = batch.next;
    one.isDone = batch.next === undefined;
  } catch (error) {
    one.isDone = true;
    deps.report.jobFailed({ job: 'retention', error });
  }
  const tookMs = deps.monotonicMs() - startedAtMs;
  one.limit = nextLimit(one.limit, tookMs);
  await deps.pause(tookMs * REST);
}

/** How many the next batch is to have, after one of `limit` that took so long. */
export function nextLimit(limit: number, tookMs: number): number {
  const fitting = tookMs > 0 ? (limit * BATCH_MS) / tookMs : MOST_AT_ONCE;
  // By and by: one slow commit says little.
  const next = Math.round(Math.min(Math.max(fitting, limit / 2), limit * 2));
  return Math.min(Math.max(next, LEAST_AT_ONCE), MOST_AT_ONCE);
}

/** What was removed so far. */
class Tally {
  readonly removed = { events: 0, deliveries: 0, invocations: 0, bodies: 0, keys: 0, partitions: 0 };
  expired = 0;

  add({ removed, expired }: { readonly removed: Removed; readonly expired: number }): void {
    for (const what of REMOVABLE) this.removed[what] += removed[what] ?? 0;
    this.expired += expired;
  }
}
