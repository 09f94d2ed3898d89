// One sending thread after another: what is to be attempted goes to the one that lives, and what dies with it is told.
import type { Attempt, AttemptResult } from '../delivery/attempt.ts';
import { ENGINE_STOPPING, LEASE_TOO_OLD, unsent } from '../delivery/unsent.ts';
import type { Clock } from '../domain/clock.ts';
import { endWithoutExchange } from '../domain/invocation.ts';
import { outcomeEntry } from '../domain/outcomes.ts';
import type { Gather } from './gathering.ts';
import { createGathering } from './gathering.ts';
import type { Groups } from './groups.ts';
import { createGroups } from './groups.ts';
import type { SentError, SentResult } from './messages.ts';
import type { Post, PostDeps, Posted } from './post.ts';
import { createPost } from './post.ts';
import { readResult } from './result-codec.ts';
import type { Thread, ThreadOwner } from './thread.ts';

/** What a line touches. */
export interface LineDeps extends PostDeps {
  /** Starts a thread; rejects where that fails. */
  startThread(owner: ThreadOwner): Promise<Thread>;
  readonly clock: Clock;
  /** The clock of an attempt's `startByMs`. */
  monotonicMs(): number;
  /** The clock that all threads share. */
  sharedMs(): number;
  /** Calls back once what is ready to run has run. */
  later(work: () => void): unknown;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  readonly report: { jobFailed(fact: { job: string; error: unknown }): void };
}

/** A place where attempts are made. */
export interface Line {
  attempt(input: Attempt, signal: AbortSignal): Promise<AttemptResult>;
  /** Ends its thread. What is under way ends `unknown`, what was not sent `not_sent`. */
  stop(): Promise<void>;
}

/** Starts a line, and resolves when its thread is ready; rejects where the thread cannot start. */
export async function startLine(deps: LineDeps): Promise<Line> {
  const line = new ThreadLine(deps);
  await line.open();
  return line;
}

const JOB = 'sender';

// A thread that breaks before it has done anything will most likely break again.
const FIRST_PAUSE_MS = 1000;
// Shorter than a lease leaves for the start of an attempt.
const LONGEST_PAUSE_MS = 5000;

/** An attempt that somebody waits for. */
interface Awaited {
  readonly input: Attempt;
  readonly signal: AbortSignal;
  readonly group: number;
  readonly resolve: (result: AttemptResult) => void;
  readonly reject: (error: Error) => void;
}

/** Attempts that a thread was told to make and has not answered. */
type Open = Map<number, Awaited>;

interface Living {
  readonly thread: Thread;
  readonly post: Post;
  readonly open: Open;
}

class ThreadLine implements Line {
  readonly #deps: LineDeps;
  readonly #groups: Groups;
  readonly #add: Gather<Awaited>;
  readonly #stopping = new AbortController();
  #waiting: readonly Awaited[] = [];
  #living: Living | undefined;
  #replacing: Promise<void> | undefined;
  // Before the next thread, should this one break.
  #pauseMs = 0;
  #latestId = 0;

  constructor(deps: LineDeps) {
    this.#deps = deps;
    this.#groups = createGroups((group) => this.#flush([group]));
    this.#add = createGathering<Awaited>(
      (work) => deps.later(work),
      (attempts) => {
        this.#waiting = [...this.#waiting, ...attempts];
        this.#flush([]);
      },
    );
  }

  attempt(input: Attempt, signal: AbortSignal): Promise<AttemptResult> {
    return new Promise((resolve, reject) => {
      this.#add({ input, signal, group: this.#groups.join(signal), resolve, reject });
    });
  }

  async open(): Promise<void> {
    const open: Open = new Map();
    const thread = await this.#deps.startThread({
      answered: (answers) => this.#answered(open, answers),
      ended: (error) => this.#ended(open, error),
    });
    this.#living = { thread, post: createPost(this.#deps), open };
    this.#pauseMs = Math.min(Math.max(2 * this.#pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    this.#flush([]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#flush([]);
    await this.#replacing;
    await this.#living?.thread.end();
  }

  // Nothing goes to a thread that was interrupted before, or whose lease is too old by now.
  #flush(interrupted: readonly number[]): void {
    const ready = this.#waiting.filter((one) => !this.#endsUnsent(one));
    this.#waiting = this.#living === undefined ? ready : [];
    if (this.#living === undefined || ready.length + interrupted.length === 0) return;
    const { thread, post, open } = this.#living;
    const toShared = this.#deps.sharedMs() - this.#deps.monotonicMs();
    const posted = ready.map((one): Posted => {
      const { input, group } = one;
      this.#latestId += 1;
      open.set(this.#latestId, one);
      return { id: this.#latestId, group, input, startBy: (input.startByMs ?? Infinity) + toShared };
    });
    thread.post(post.write(posted, interrupted));
  }

  #endsUnsent(one: Awaited): boolean {
    const isStopping = one.signal.aborted || this.#stopping.signal.aborted;
    const isLate = this.#deps.monotonicMs() > (one.input.startByMs ?? Infinity);
    if (!isStopping && !isLate) return false;
    this.#groups.leave(one.signal);
    one.resolve(unsent(this.#deps.clock(), isLate ? LEASE_TOO_OLD : ENGINE_STOPPING));
    return true;
  }

  #answered(open: Open, answers: readonly (SentResult | SentError)[]): void {
    this.#pauseMs = 0;
    for (const answer of answers) {
      const one = open.get(answer[0]);
      open.delete(answer[0]);
      if (one === undefined) continue;
      this.#groups.leave(one.signal);
      if (answer.length === 2) one.reject(answer[1]);
      else one.resolve(readResult(answer));
    }
  }

  // What it had begun may have been sent or not: DELIVERY.md section 2, as after a crash of the process.
  #ended(open: Open, error: Error): void {
    if (this.#living?.open === open) this.#living = undefined;
    for (const one of open.values()) {
      this.#groups.leave(one.signal);
      one.resolve(lost(this.#deps.clock()));
    }
    open.clear();
    if (this.#stopping.signal.aborted) return;
    this.#deps.report.jobFailed({ job: JOB, error });
    this.#replacing ??= this.#replace().finally(() => (this.#replacing = undefined));
  }

  async #replace(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      if (this.#pauseMs > 0) await this.#deps.pause(this.#pauseMs, signal);
      try {
        return await (signal.aborted ? undefined : this.open());
      } catch (error) {
        this.#deps.report.jobFailed({ job: JOB, error });
        this.#pauseMs = Math.min(Math.max(2 * this.#pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      }
    }
  }
}

function lost(finishedAt: Date): AttemptResult {
  const message = `${outcomeEntry('unknown').sentence} The thread that sent it broke; the reason is in the log.`;
  return { verdict: { kind: 'unknown' }, end: endWithoutExchange(finishedAt, 'unknown', message) };
}
