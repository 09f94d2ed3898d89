// What the benchmark and its load generator say to each other.

/** What is posted, and how. */
export interface Load {
  /** `http://127.0.0.1:8080`; connections are spread over them. */
  readonly urls: readonly string[];
  readonly key: string;
  readonly seed: number;
  /**
   * `rate`: events are due at fixed times whatever became of those before (an open model). `saturate`: each connection
   * posts as soon as its last request was answered.
   */
  readonly mode: 'rate' | 'saturate';
  /** Events a second in all, for `rate`. */
  readonly rate: number;
  readonly seconds: number;
  /** For `rate` the most there may be. */
  readonly connections: number;
  /** Mark of the first event; the others count up from it. */
  readonly firstMark: number;
  /** Events in a request. */
  readonly batch: number;
  /** No more events than these, whatever the time says. */
  readonly maxEvents: number;
}

/** What became of it. Times are milliseconds of `nowMs`, by event, in the order of marks; 0 where it did not happen. */
export interface LoadResult {
  /** Events that were due. */
  readonly events: number;
  /** When it was to be posted; with `saturate`, when it was. */
  readonly dueAt: Float64Array;
  /** When it was first written to a socket. */
  readonly sentAt: Float64Array;
  readonly acknowledgedAt: Float64Array;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests that were refused before anything was stored, and sent again. */
  readonly repeated: number;
  /**
   * Events of which nobody knows whether they were stored: an answer that says neither, a broken connection, or no
   * answer for as long as one was waited for.
   */
  readonly unclear: number;
  /** What the first of them met. */
  readonly firstProblem: string | undefined;
  readonly connections: number;
}

/** From the generator: the result, or why there is none. */
export type GeneratorAnswer =
  { readonly kind: 'done'; readonly result: LoadResult } | { readonly kind: 'failed'; readonly message: string };
