// Keeps a bounded number of jobs in work, out of a queue that has to be asked for them.

/** Where jobs come from and what becomes of them. */
export interface PullDeps<Job> {
  /** Takes up to so many jobs; fewer means that there are no more now. */
  fetch(atMost: number): Promise<readonly Job[]>;
  /** Does one job, to its end in the queue. */
  work(job: Job): Promise<void>;
  /** Told of what `fetch` and `work` threw. The queue gives such jobs again when their time is over. */
  failed(error: unknown): void;
}

/** Settings of a puller. */
export interface PullOptions {
  /** Jobs in work at the same time, at most. They are fetched when half of that is free, so that fetches stay few. */
  readonly inWork: number;
  /** How often to ask unasked: for retries that are due, and for what another process has put in. */
  readonly everyMs: number;
}

/** A running puller. */
export interface Puller {
  /** Says that there are jobs. */
  wake(): void;
  /** Fetches no more, and resolves once nothing is in work. */
  stop(): Promise<void>;
}

/** Starts one. */
export function startPulling<Job>(deps: PullDeps<Job>, { inWork, everyMs }: PullOptions): Puller {
  let [busy, fetching, more, stopping] = [0, false, true, false];
  let drained = (): void => undefined;

  const work = async (job: Job): Promise<void> => {
    await deps.work(job).catch((error: unknown) => deps.failed(error));
    busy -= 1;
    pull();
  };
  const fetch = async (): Promise<void> => {
    const free = inWork - busy;
    more = false;
    const jobs = await deps.fetch(free);
    if (jobs.length === free) more = true;
    busy += jobs.length;
    for (const job of jobs) void work(job);
  };
  const pull = (): void => {
    if (stopping && busy === 0 && !fetching) drained();
    if (stopping || fetching || !more || busy > inWork / 2) return;
    fetching = true;
    void fetch()
      .catch((error: unknown) => deps.failed(error))
      .finally(() => {
        fetching = false;
        pull();
      });
  };
  const wake = (): void => {
    more = true;
    pull();
  };
  const timer = setInterval(wake, everyMs);
  wake();
  return {
    wake,
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        clearInterval(timer);
        drained = resolve;
        pull();
      }),
  };
}
