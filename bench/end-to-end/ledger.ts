// What the load generator notes of each event, and what it makes of an answer.
import { nowMs } from './clock.ts';
import type { LoadResult } from './generator-messages.ts';
import type { Message } from './message-reader.ts';
import { headerOf, statusOf } from './message-reader.ts';

/** The notes of one run. */
export class Ledger {
  startedAt = 0;
  readonly #batch: number;
  readonly #dueAt: Float64Array;
  readonly #sentAt: Float64Array;
  readonly #acknowledgedAt: Float64Array;
  readonly #statuses = new Map<number, number>();
  #repeated = 0;
  #unclear = 0;
  #firstProblem: string | undefined;

  constructor(events: number, batch: number) {
    this.#batch = batch;
    this.#dueAt = new Float64Array(events);
    this.#sentAt = new Float64Array(events);
    this.#acknowledgedAt = new Float64Array(events);
  }

  /** The request with this number is due at that time. */
  due(number: number, at: number): void {
    this.#set(this.#dueAt, number, at);
  }

  /** It was written; only the first time counts. */
  sent(number: number, at: number): void {
    if (this.#sentAt[number * this.#batch] === 0) this.#set(this.#sentAt, number, at);
  }

  /** Its answer came. Gives the milliseconds after which it is to be sent again, `undefined` where it is over. */
  answered(number: number, { head, body, completeAt }: Message): number | undefined {
    const status = statusOf(head);
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (status === 202 && !(this.#batch > 1 && body.includes('"error"'))) {
      this.#set(this.#acknowledgedAt, number, completeAt);
      return undefined;
    }
    if (isCertainlyNotStored(status, body)) {
      this.#repeated += 1;
      return Number(headerOf(head, 'retry-after') ?? 1) * 1000;
    }
    this.#problem(`${String(status)} ${body.toString('utf8').slice(0, 500)}`);
    return undefined;
  }

  /** The connection broke before its answer came. */
  broke(_number: number, error: Error): void {
    this.#problem(error.message);
  }

  /** All of it, for so many events from the first on. What is neither acknowledged nor over by now is unclear. */
  result(events: number, connections: number): LoadResult {
    const acknowledged = this.#acknowledgedAt.slice(0, events).reduce((count, at) => count + (at === 0 ? 0 : 1), 0);
    const unanswered = events - acknowledged - this.#unclear;
    return {
      events,
      dueAt: this.#dueAt.slice(0, events),
      sentAt: this.#sentAt.slice(0, events),
      acknowledgedAt: this.#acknowledgedAt.slice(0, events),
      startedAt: this.startedAt,
      endedAt: nowMs(),
      statuses: Object.fromEntries([...this.#statuses].map(([status, count]) => [String(status), count])),
      repeated: this.#repeated,
      unclear: this.#unclear + unanswered,
      firstProblem: this.#firstProblem ?? (unanswered === 0 ? undefined : 'No answer came while one was waited for.'),
      connections,
    };
  }

  #set(times: Float64Array, number: number, at: number): void {
    times.fill(at, number * this.#batch, (number + 1) * this.#batch);
  }

  #problem(text: string): void {
    this.#unclear += this.#batch;
    this.#firstProblem ??= text;
  }
}

/**
 * Whether an answer says that nothing of its request was stored, so that sending it again stores it once: the gate of
 * intake was full, or no transaction could begin. Any other 503 may have come after a commit.
 */
export function isCertainlyNotStored(status: number, body: Buffer): boolean {
  return status === 429 || (status === 503 && (body.includes('intake_busy') || body.includes('nothing was stored')));
}
