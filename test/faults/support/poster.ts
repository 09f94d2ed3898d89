// The client: posts events at a steady rate, writes each acknowledgement down, and repeats what was not acknowledged.
import { appendFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { Acknowledged } from './checker.ts';
import { ADMIN_KEY } from './engine.ts';
import { readLines } from './receiver.ts';
import type { Dice } from './settings.ts';
import { pause } from './time.ts';

/** What a client is made of. */
export interface PosterOptions {
  /** Where it can post now; none while no engine is up. */
  urls(): readonly string[];
  readonly dice: Dice;
  readonly logFile: string;
  /** Posts under way at once. */
  readonly lanes: number;
  /** Between two posts of a lane. */
  readonly pauseMs: number;
}

/** An answer other than 2xx: the engine took nothing, and said so. */
export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly code: string;
  readonly durationMs: number;
}

interface Post {
  readonly number: number;
  /** None: what is not acknowledged is not repeated, since it may have been stored. */
  readonly key: string | undefined;
}

// One in ten has no key.
const WITHOUT_KEY = 0.1;

/** One client. */
export class Poster {
  readonly refusals: Refusal[] = [];
  /** Answers that no fault explains. */
  readonly unexpected: string[] = [];
  readonly #options: PosterOptions;
  readonly #agent = new Agent({ connections: 2048, headersTimeout: 30_000, bodyTimeout: 30_000 });
  readonly #repeats: Post[] = [];
  #lanes: Promise<void>[] = [];
  #posted = 0;
  #acknowledged = 0;
  #isStopping = false;
  #isAbandoned = false;
  #target = Infinity;

  constructor(options: PosterOptions) {
    this.#options = options;
  }

  /** Acknowledgements so far. */
  get count(): number {
    return this.#acknowledged;
  }

  /** Starts posting; ends by itself after `target` events, all of them acknowledged. */
  start(target = Infinity): void {
    this.#target = target;
    this.#isStopping = false;
    this.#lanes = Array.from({ length: this.#options.lanes }, () => this.#lane());
  }

  /** Resolves when what was aimed for is posted and acknowledged. */
  async finished(): Promise<void> {
    await Promise.all(this.#lanes);
  }

  /** Begins nothing new, repeats until all that has a key is acknowledged, and ends. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.finished();
  }

  /** Ends at once, whatever is left. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    await this.#agent.destroy();
    await this.finished();
  }

  /** What was acknowledged, as it stands in the log. */
  acknowledged(): readonly Acknowledged[] {
    return readLines<Acknowledged>(this.#options.logFile);
  }

  async #lane(): Promise<void> {
    for (;;) {
      const post = this.#next();
      if (post === undefined) return;
      await this.#once(post);
      await pause(this.#options.pauseMs);
    }
  }

  #next(): Post | undefined {
    if (this.#isAbandoned) return undefined;
    const repeat = this.#repeats.shift();
    if (repeat !== undefined) return repeat;
    if (this.#isStopping || this.#posted >= this.#target) return undefined;
    this.#posted += 1;
    const key = this.#options.dice.next() < WITHOUT_KEY ? undefined : `key-${String(this.#posted)}`;
    return { number: this.#posted, key };
  }

  async #once(post: Post): Promise<void> {
    const urls = this.#options.urls();
    const url = urls[post.number % Math.max(urls.length, 1)];
    if (url === undefined) return this.#again(post, true);
    const startedMs = performance.now();
    try {
      const { statusCode, headers, body } = await request(`${url}/v1/events`, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          'content-type': 'application/json',
          ...(post.key === undefined ? {} : { 'idempotency-key': post.key }),
        },
        body: JSON.stringify(eventOf(post)),
      });
      const text = await body.text();
      if (statusCode === 202) {
        this.#acknowledge(post, text);
        return;
      }
      const retryAfter = headers['retry-after'] === undefined ? undefined : String(headers['retry-after']);
      const code = /"code":"(\w+)"/.exec(text)?.[1] ?? '';
      this.refusals.push({ status: statusCode, retryAfter, code, durationMs: performance.now() - startedMs });
      if (statusCode !== 503 && statusCode !== 429) this.unexpected.push(`${String(statusCode)} ${text.slice(0, 300)}`);
      // Refused means that nothing was stored, so it may come again without a key, too.
      await this.#again(post, true, patience(retryAfter));
    } catch {
      await this.#again(post, post.key !== undefined);
    }
  }

  async #again(post: Post, mayRepeat: boolean, afterMs = 50): Promise<void> {
    await pause(afterMs);
    if (mayRepeat) this.#repeats.push(post);
  }

  #acknowledge({ key }: Post, text: string): void {
    const [event] = (JSON.parse(text) as { events: { id: string }[] }).events;
    const line: Acknowledged = { eventId: event?.id ?? '', ...(key === undefined ? {} : { key }) };
    appendFileSync(this.#options.logFile, `${JSON.stringify(line)}\n`);
    this.#acknowledged += 1;
  }
}

// A client does what Retry-After asks for, as far as an experiment has time for that.
const LONGEST_PATIENCE_MS = 1000;

function patience(retryAfter: string | undefined): number {
  return Math.min(Number(retryAfter ?? 0) * 1000, LONGEST_PATIENCE_MS);
}

/** A small event, told apart by its number. */
export function eventOf({ number }: { readonly number: number }): object {
  return {
    event_type: 'fault.tested',
    event_time: `${String(1763640000 + number)}.000000001`,
    data: { action: 'tested', actor_name: 'Ada Park', metadata: { number } },
  };
}
