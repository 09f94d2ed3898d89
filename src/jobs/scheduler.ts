// Runs the table of jobs on time: never the same one twice at once, and a failure stops nothing.
import type { ScheduledTask } from 'node-cron';
import { createTask } from 'node-cron';
import type { Job, JobDeps } from './index.ts';

/** What the scheduler touches besides the jobs. */
export interface SchedulerDeps {
  readonly jobs: JobDeps;
  readonly report: { jobFailed(fact: { job: string; error: unknown }): void };
}

/** Starts and stops the jobs. */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #table: readonly Job[];
  readonly #running = new Map<string, Promise<void>>();
  #tasks: readonly ScheduledTask[] = [];

  constructor(deps: SchedulerDeps, table: readonly Job[]) {
    this.#deps = deps;
    this.#table = table;
  }

  /** Runs each job at its times. */
  async start(): Promise<void> {
    this.#tasks = this.#table.map((job) => createTask(job.schedule, () => this.runNow(job.name), { noOverlap: true }));
    for (const task of this.#tasks) await task.start();
  }

  /** Runs a job now; where it is running already, waits for that run. Never rejects. */
  async runNow(name: string): Promise<void> {
    const current = this.#running.get(name);
    if (current !== undefined) return current;
    const job = this.#table.find((one) => one.name === name);
    if (job === undefined) throw new Error(`There is no job ${name}.`);
    const run = job
      .run(this.#deps.jobs)
      .catch((error: unknown) => this.#deps.report.jobFailed({ job: name, error }))
      .finally(() => this.#running.delete(name));
    this.#running.set(name, run);
    return run;
  }

  /** Starts nothing more and waits for what is running. */
  async stop(): Promise<void> {
    for (const task of this.#tasks) await task.destroy();
    await Promise.all(this.#running.values());
  }
}
