// Which scheduled runs have been taken, so that each is done once however many processes share the database.
import type { StoreDeps } from './sql/rows.ts';
import { rowsOf } from './dialect.ts';

/** A run of a job that is due. */
export interface ScheduledRun {
  readonly job: string;
  /** When it was due, and what time it is, by the clock of this process. */
  readonly scheduledAt: Date;
  readonly now: Date;
}

// `where` stands between the first that comes for a run and all others.
const TAKE = `insert into job_runs (job, bucket) values (?, ?)
  on conflict (job) do update set bucket = excluded.bucket where job_runs.bucket < excluded.bucket or job_runs.bucket > ? returning job`;

// A run that lies further ahead than this was taken before the clock was set back.
const FAR_AHEAD_MS = 60_000;

/** Takes a run; gives whether it was still there to take. A process that has the database to itself takes all. */
export async function claimRun({ database }: StoreDeps, run: ScheduledRun): Promise<boolean> {
  const { dialect, writer } = database;
  if (!dialect.isShared) return true;
  const skewMs = (await dialect.leaseNow(writer, run.now)).getTime() - run.now.getTime();
  const farAhead = bucketOf(run.scheduledAt, skewMs + FAR_AHEAD_MS);
  return rowsOf(await writer.raw(TAKE, [run.job, bucketOf(run.scheduledAt, skewMs), farAhead])).length > 0;
}

/** The second that a run belongs to, by the clock of the database. */
export function bucketOf(scheduledAt: Date, skewMs: number): string {
  return new Date(Math.round((scheduledAt.getTime() + skewMs) / 1000) * 1000).toISOString();
}
