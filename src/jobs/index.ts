// The scheduled work of the engine, as a table.

/** What the jobs touch. */
export interface JobDeps {
  /** Gives deliveries back whose lease ran out. */
  rescue(): Promise<number>;
  /** Holds, releases and cancels deliveries as their webhooks ask for; how many moved. */
  followWebhooks(): Promise<number>;
  /** Makes the partitions of the coming weeks; how many. */
  makePartitions(): Promise<number>;
  /** Does what is due now for every replay; how many deliveries were planned or cancelled. */
  runReplays(): Promise<number>;
  /** Makes events findable that are not yet; how many. */
  indexEvents(): Promise<number>;
  /** Removes what is older than it is to be kept. */
  removeExpired(): Promise<unknown>;
  /** Cleans what earlier erasures have left outside of the database; how many were looked at. */
  cleanErasures(): Promise<number>;
  /** There may be something to send. */
  wake(): void;
}

/** One job: when it runs (cron with seconds), and what it does. */
export interface Job {
  readonly name: string;
  readonly schedule: string;
  run(deps: JobDeps): Promise<void>;
}

/** Every job. */
export const JOBS: readonly Job[] = [
  {
    name: 'rescue',
    schedule: '*/10 * * * * *',
    run: async (deps) => {
      if ((await deps.rescue()) > 0) deps.wake();
    },
  },
  {
    name: 'follow-webhooks',
    schedule: '*/5 * * * * *',
    run: async (deps) => {
      if ((await deps.followWebhooks()) > 0) deps.wake();
    },
  },
  {
    name: 'partitions',
    schedule: '0 17 * * * *',
    run: async (deps) => {
      await deps.makePartitions();
    },
  },
  {
    name: 'erasures',
    schedule: '30 * * * * *',
    run: async (deps) => {
      await deps.cleanErasures();
    },
  },
  {
    name: 'replays',
    schedule: '* * * * * *',
    run: async (deps) => {
      if ((await deps.runReplays()) > 0) deps.wake();
    },
  },
  {
    name: 'index-events',
    schedule: '* * * * * *',
    run: async (deps) => {
      await deps.indexEvents();
    },
  },
  {
    name: 'retention',
    schedule: '30 */5 * * * *',
    run: async (deps) => {
      await deps.removeExpired();
    },
  },
];
