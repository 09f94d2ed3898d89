// Runs the table of jobs on time: never the same one twice at once, a scheduled run in one process, and a failure stops
// nothing.
import type { ScheduledTask } from 'node-cron';
import { createTask } from 'node-cron';
import type { Job, JobDeps } from './index.ts';

/** What the scheduler touches besides the jobs. */
export interface SchedulerDeps {
  readonly jobs: JobDeps;
  /** Whether this process is the one that does the run of a job that was due at that time. */
  claimRun(job: string, scheduledAt: Date): Promise<boolean>;
  readonly report: { jobFailed(fact: { job: string; error: unknown }): void };
}

/** A run, and the one that was asked for meanwhile. */
interface Running {
  readonly run: Promise<void>;
  next: Promise<void> | undefined;
}

// node-cron would write past the log; a failing job is reported, and a missed time is made up by the next one.
const SILENT = { info: nothing, warn: nothing, error: nothing, debug: nothing };

function nothing(): void {
  // Nothing to say.
}

/** Starts and stops the jobs. */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #table: readonly Job[];
  readonly #running = new Map<string, Running>();
  #tasks: readonly ScheduledTask[] = [];
  #stopped = false;

  constructor(deps: SchedulerDeps, table: readonly Job[]) {
    this.#deps = deps;
    this.#table = table;
  }

  /** Runs each job at its times. */
  async start(): Promise<void> {
    this.#tasks = this.#table.map((job) =>
      createTask(job.schedule, ({ date }) => this.runScheduled(job.name, date), {
        logger: SILENT,
        suppressMissedWarning: true,
      }),
    );
    for (const task of this.#tasks) await task.start();
  }

  /**
   * Runs a job and waits for it. Where it is running already, one more run follows, for all who ask meanwhile: the
   * current one may have looked before there was what they ask it to see. Rejects only for a name that no job has.
   */
  async runNow(name: string): Promise<void> {
    const job = this.#table.find((one) => one.name === name);
    if (job === undefined) throw new Error(`There is no job ${name}.`);
    const current = this.#running.get(name);
    if (current === undefined) return this.#run(job);
    current.next ??= current.run.then(() => this.#run(job));
    return current.next;
  }

  /** Runs a job at its time, unless another process has taken this run. Never rejects. */
  async runScheduled(name: string, scheduledAt: Date): Promise<void> {
    try {
      if (await this.#deps.claimRun(name, scheduledAt)) await this.runNow(name);
    } catch (error) {
      this.#deps.report.jobFailed({ job: name, error });
    }
  }

  /** Starts nothing more and waits for what is running. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const task of this.#tasks) await task.destroy();
    await Promise.all([...this.#running.values()].map(({ run }) => run));
  }

  #run(job: Job): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const run = this.#attempt(job).then(() => {
      // A run that is to follow takes the place of this one; there is no moment without an entry in between.
      if (running.next === undefined) this.#running.delete(job.name);
    });
    const running: Running = { run, next: undefined };
    this.#running.set(job.name, running);
    return run;
  }

  async #attempt(job: Job): Promise<void> {
    try {
      await job.run(this.#deps.jobs);
    } catch (error) {
      this.#deps.report.jobFailed({ job: job.name, error });
    }
  }
}
