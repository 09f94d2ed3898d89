// Keeps deliveries moving: claims what is due, holds at most N requests in flight and a few per webhook, wakes, drains.
import type { Clock } from '../domain/clock.ts';
import type { Claimed } from '../domain/lease.ts';

/** What the dispatcher may claim. */
export interface ClaimRequest {
  readonly now: Date;
  readonly limit: number;
  /** How many of them may be probes of webhooks that are failing. */
  readonly probeLimit: number;
  /** How many more deliveries of a webhook may be in flight. */
  freeSlots(webhookId: string): number;
  /** When a webhook last had a delivery launched: a number that rises with time, 0 for never. */
  lastTurn(webhookId: string): number;
}

/** What the dispatcher touches. */
export interface DispatcherDeps {
  claim(request: ClaimRequest): Promise<readonly Claimed[]>;
  /** When the next delivery is due that a claim could take, leaving out webhooks that have no slot free. */
  nextDueAt(excludedWebhookIds: readonly string[]): Promise<Date | undefined>;
  /** `claimedAtMs` is when the claim was begun, on the monotonic clock: leases count from before they are committed. */
  deliver(claimed: Claimed, claimedAtMs: number, signal: AbortSignal): Promise<void>;
  readonly clock: Clock;
  monotonicMs(): number;
  readonly concurrency: number;
  readonly webhookConcurrency: number;
  /** A look at the database at least this often: other processes may have put something there. */
  readonly longestNapMs?: number;
  readonly report: { jobFailed(fact: { job: string; error: unknown }): void };
}

// A look at the database at least this often, whatever the timers say: a clock may have jumped.
const LONGEST_NAP_MS = 30_000;
// Nothing was to be had just now; what is due may wait for a slot or a lock that somebody holds.
const SHORTEST_NAP_MS = 10;
const NAP_AFTER_ERROR_MS = 1000;

/** The one loop that sends what is due. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #underWay = new Set<string>();
  readonly #perWebhook = new Map<string, number>();
  // One small entry for each webhook that this process has sent for.
  readonly #lastTurns = new Map<string, number>();
  readonly #abort = new AbortController();
  #idleWaiters: (() => void)[] = [];
  #endNap: (() => void) | undefined;
  #turn = 0;
  // Receivers that are down may hold a probe for a whole timeout: together they get a quarter of the slots at most.
  #probes = 0;
  #woken = false;
  #stopping = false;
  #loop: Promise<void> | undefined;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  /** Starts claiming. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** There may be something to do: look now. */
  wake(): void {
    this.#woken = true;
    this.#endNap?.();
  }

  /** Resolves when nothing is in flight and nothing is due now. */
  async idle(): Promise<void> {
    if (this.#stopping) return;
    const reached = new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    this.wake();
    await reached;
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Whether an attempt of this delivery is under way here. */
  isUnderWay(deliveryId: string): boolean {
    return this.#underWay.has(deliveryId);
  }

  /** Claims nothing more; what is under way goes on. */
  pause(): void {
    this.#stopping = true;
    this.wake();
  }

  /** Claims nothing more, lets requests finish for `graceMs`, then cuts off what is left and records that. */
  async stop(graceMs: number): Promise<void> {
    this.pause();
    await this.#loop;
    await this.#settledWithin(graceMs);
    this.#abort.abort();
    await Promise.all(this.#inFlight);
    this.#tellIdle();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false;
      try {
        const claimedAtMs = this.#deps.monotonicMs();
        const claimed = await this.#claim();
        for (const one of claimed) this.#launch(one, claimedAtMs);
        if (claimed.length > 0 || this.#isWoken()) continue;
        if (this.#inFlight.size === 0) this.#tellIdle();
        await this.#nap(await this.#pauseMs());
      } catch (error) {
        this.#deps.report.jobFailed({ job: 'dispatcher', error });
        this.#woken = false;
        await this.#nap(NAP_AFTER_ERROR_MS);
      }
    }
  }

  // A method, since the flag changes while the loop awaits.
  #isWoken(): boolean {
    return this.#woken;
  }

  async #claim(): Promise<readonly Claimed[]> {
    if (this.#free <= 0) return [];
    return this.#deps.claim({
      now: this.#deps.clock(),
      limit: this.#isScarce ? this.#free : this.#free - this.#reserve,
      probeLimit: Math.max(1, this.#reserve) - this.#probes,
      freeSlots: (webhookId) => this.#freeSlots(webhookId),
      lastTurn: (webhookId) => this.#lastTurns.get(webhookId) ?? 0,
    });
  }

  get #free(): number {
    return this.#deps.concurrency - this.#inFlight.size;
  }

  // A quarter of the slots is for webhooks that have nothing in flight: a few dead receivers, each holding its slots
  // for a whole timeout, must not make all others wait for it.
  get #reserve(): number {
    return Math.floor(this.#deps.concurrency / 4);
  }

  get #isScarce(): boolean {
    return this.#free <= this.#reserve;
  }

  #freeSlots(webhookId: string): number {
    const own = this.#perWebhook.get(webhookId) ?? 0;
    if (this.#isScarce) return own === 0 ? 1 : 0;
    return this.#deps.webhookConcurrency - own;
  }

  #fullWebhooks(): string[] {
    return [...this.#perWebhook.keys()].filter((webhookId) => this.#freeSlots(webhookId) <= 0);
  }

  #launch(claimed: Claimed, claimedAtMs: number): void {
    const { id, webhookId } = claimed.delivery;
    const isProbe = claimed.invocation.kind === 'probe';
    if (isProbe) this.#probes += 1;
    this.#underWay.add(id);
    this.#turn += 1;
    this.#lastTurns.set(webhookId, this.#turn);
    this.#perWebhook.set(webhookId, (this.#perWebhook.get(webhookId) ?? 0) + 1);
    const running = this.#deps
      .deliver(claimed, claimedAtMs, this.#abort.signal)
      // What could not be recorded stays leased; the rescue job finds it when the lease has run out.
      .catch((error: unknown) => this.#deps.report.jobFailed({ job: 'deliver', error }))
      .finally(() => {
        this.#underWay.delete(id);
        if (isProbe) this.#probes -= 1;
        this.#inFlight.delete(running);
        this.#release(webhookId);
        this.wake();
      });
    this.#inFlight.add(running);
  }

  #release(webhookId: string): void {
    const left = (this.#perWebhook.get(webhookId) ?? 1) - 1;
    if (left > 0) this.#perWebhook.set(webhookId, left);
    else this.#perWebhook.delete(webhookId);
  }

  async #pauseMs(): Promise<number> {
    // A slot that falls free wakes the loop.
    const longestMs = this.#deps.longestNapMs ?? LONGEST_NAP_MS;
    if (this.#inFlight.size >= this.#deps.concurrency) return longestMs;
    const nextDueAt = await this.#deps.nextDueAt(this.#fullWebhooks());
    if (nextDueAt === undefined) return longestMs;
    return Math.min(Math.max(nextDueAt.getTime() - this.#deps.clock().getTime(), SHORTEST_NAP_MS), longestMs);
  }

  async #nap(pauseMs: number): Promise<void> {
    if (this.#woken || this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#endNap = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endNap = undefined;
  }

  async #settledWithin(graceMs: number): Promise<void> {
    if (this.#inFlight.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([Promise.all(this.#inFlight), grace]);
    clearTimeout(timer);
  }

  #tellIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const tell of waiters) tell();
  }
}
