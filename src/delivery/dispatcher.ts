// Keeps deliveries moving: sends those that are leased with their events, claims what else is due, wakes, drains.
import type { Clock } from '../domain/clock.ts';
import type { Claimed } from '../domain/lease.ts';
import { Slots } from './slots.ts';
import type { Wire } from './wire.ts';
import { OneWire } from './wire.ts';

/** What the dispatcher may claim. */
export interface ClaimRequest {
  readonly now: Date;
  readonly limit: number;
  /** How many of them may be of webhooks that are not quick. */
  readonly slowLimit: number;
  /** How many of them may be probes of webhooks that are failing. */
  readonly probeLimit: number;
  /** How many more deliveries of a webhook may be in flight. */
  freeSlots(webhookId: string): number;
  /** Whether deliveries of a webhook may be leased ahead of the requests that may be under way. */
  isQuick(webhookId: string): boolean;
  /** When a webhook last had a delivery leased: a number that rises with time, 0 for never. */
  lastTurn(webhookId: string): number;
}

/** What the dispatcher touches. */
export interface DispatcherDeps {
  claim(request: ClaimRequest): Promise<readonly Claimed[]>;
  /** The same with their events, where these can be read at once. Never rejects: they are leased. */
  withEvents(claimed: readonly Claimed[]): Promise<readonly Claimed[]>;
  /** When the next delivery is due that a claim could take, leaving out webhooks that have no slot free. */
  nextDueAt(excludedWebhookIds: readonly string[]): Promise<Date | undefined>;
  /**
   * `claimedAtMs` is when the claim was begun, on the monotonic clock: leases count from before they are committed. The
   * request goes out by `wire`.
   */
  deliver(claimed: Claimed, claimedAtMs: number, signal: AbortSignal, wire: Wire): Promise<void>;
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
// A claim is a transaction that others wait for.
const MOST_AT_ONCE = 256;

/** The one loop that sends what is due. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #slots: Slots;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #underWay = new Set<string>();
  // Webhooks for which something waits in the database, as far as this process knows.
  readonly #waiting = new Set<string>();
  // Webhooks that are failing and for which something is held, as far as this process knows.
  readonly #held = new Set<string>();
  readonly #abort = new AbortController();
  #idleWaiters: (() => void)[] = [];
  #endNap: (() => void) | undefined;
  // Webhooks that the last look at the database left out, since there was no room for them; and whether that was for all.
  #leftOut: ReadonlySet<string> = new Set();
  #wasScarce = false;
  // Receivers that are down may hold a probe for a whole timeout: together they get a quarter of the slots at most.
  #probes = 0;
  #woken = false;
  #stopping = false;
  #loop: Promise<void> | undefined;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
    this.#slots = new Slots({ ...deps, monotonicMs: () => deps.monotonicMs() });
  }

  /** Starts claiming. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** There may be something to do, whatever is known here: look now. */
  wake(): void {
    // What was held may be gone, and no probe be seen by this look: the next that is held has to bring another one.
    this.#held.clear();
    this.#look();
  }

  /** Resolves when nothing is in flight and nothing is due now. */
  async idle(): Promise<void> {
    if (this.#stopping) return;
    const reached = new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    this.wake();
    await reached;
  }

  /** Requests on the wire. */
  get inFlight(): number {
    return this.#slots.onWire;
  }

  /**
   * Reserves room for a delivery that is leased with its event; gives whether there is any. While others of the webhook
   * wait in the database, half of its room is for these: nothing that is new may keep them waiting for ever.
   */
  reserve(webhookId: string): boolean {
    const room = this.#stopping ? 0 : this.#slots.roomFor(webhookId);
    const isFree = this.#waiting.has(webhookId) ? room > this.#slots.mostFor(webhookId) / 2 : room > 0;
    if (isFree) this.#slots.lease(webhookId);
    else this.#waiting.add(webhookId);
    return isFree;
  }

  /**
   * How many events may be taken in without that their deliveries wait for this process: the room of the webhook that has
   * the least. Webhooks whose receivers are what is waited for do not count.
   */
  ease(): number {
    return this.#slots.ease((webhookId) => this.#waiting.has(webhookId));
  }

  /** Deliveries of these webhooks wait in the database: looks for them where there is room for one. */
  planned(webhookIds: readonly string[]): void {
    for (const webhookId of webhookIds) this.#waiting.add(webhookId);
    if (webhookIds.some((webhookId) => this.#slots.roomFor(webhookId) > 0)) this.#look();
  }

  /** Deliveries of these webhooks are held, one of them as a probe: looks when that is due, once for those held together. */
  held(webhookIds: readonly string[]): void {
    const unknown = webhookIds.filter((webhookId) => !this.#held.has(webhookId));
    for (const webhookId of unknown) this.#held.add(webhookId);
    if (unknown.length > 0) this.#look();
  }

  /** Gives room free that was reserved for nothing. */
  release(webhookId: string): void {
    this.#slots.release(webhookId, false);
    this.#look();
  }

  /** Sends a delivery for which room is reserved. */
  launch(claimed: Claimed, claimedAtMs: number): void {
    this.#start(claimed, claimedAtMs);
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
        for (const one of claimed) this.#lease(one);
        for (const one of await this.#withEvents(claimed)) this.#start(one, claimedAtMs);
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

  #look(): void {
    this.#woken = true;
    this.#endNap?.();
  }

  // A method, since the flag changes while the loop awaits.
  #isWoken(): boolean {
    return this.#woken;
  }

  async #claim(): Promise<readonly Claimed[]> {
    const limit = Math.min(this.#slots.room, MOST_AT_ONCE);
    if (limit <= 0) return [];
    // What is planned from now on is not looked at for sure.
    const known = [...this.#waiting].filter((webhookId) => this.#slots.roomFor(webhookId) > 0);
    const claimed = await this.#deps.claim({
      now: this.#deps.clock(),
      limit,
      slowLimit: this.#slots.slowRoom,
      probeLimit: Math.max(1, Math.floor(this.#deps.concurrency / 4)) - this.#probes,
      freeSlots: (webhookId) => this.#slots.roomFor(webhookId),
      isQuick: (webhookId) => this.#slots.isQuick(webhookId),
      lastTurn: (webhookId) => this.#slots.lastTurn(webhookId),
    });
    const found = new Set(claimed.map(({ delivery }) => delivery.webhookId));
    if (claimed.length < limit) for (const id of known) if (!found.has(id)) this.#waiting.delete(id);
    for (const id of found) this.#waiting.add(id);
    return claimed;
  }

  // From the moment of the claim it is under way: whoever looks for what was lost must not find it.
  #lease({ delivery }: Claimed): void {
    this.#slots.lease(delivery.webhookId);
    this.#held.delete(delivery.webhookId);
    this.#underWay.add(delivery.id);
  }

  async #withEvents(claimed: readonly Claimed[]): Promise<readonly Claimed[]> {
    return claimed.length === 0 ? claimed : this.#deps.withEvents(claimed);
  }

  #start(claimed: Claimed, claimedAtMs: number): void {
    const { id, webhookId } = claimed.delivery;
    const isProbe = claimed.invocation.kind === 'probe';
    if (isProbe) this.#probes += 1;
    this.#underWay.add(id);
    const wire = new OneWire(this.#slots, webhookId, () => this.#deps.monotonicMs());
    const running = this.#deps
      .deliver(claimed, claimedAtMs, this.#abort.signal, wire)
      // What could not be recorded stays leased; the rescue job finds it when the lease has run out.
      .catch((error: unknown) => this.#deps.report.jobFailed({ job: 'deliver', error }))
      .finally(() => {
        this.#underWay.delete(id);
        if (isProbe) this.#probes -= 1;
        this.#inFlight.delete(running);
        wire.close();
        if (this.#mayHaveWork(webhookId)) this.#look();
      });
    this.#inFlight.add(running);
  }

  // Nobody is woken where a look at the database would find nothing that may be leased: with several thousand deliveries a
  // second, one after each would cost more than the delivery, and one dead receiver would have that done for all others.
  #mayHaveWork(webhookId: string): boolean {
    if (this.#inFlight.size === 0 && this.#idleWaiters.length > 0) return true;
    if (this.#wasScarce && this.#waiting.size + this.#leftOut.size > 0) return true;
    const isKnown = this.#waiting.has(webhookId) || this.#leftOut.has(webhookId);
    return isKnown && this.#slots.roomFor(webhookId) > 0;
  }

  async #pauseMs(): Promise<number> {
    // Room that falls free wakes the loop.
    const longestMs = this.#deps.longestNapMs ?? LONGEST_NAP_MS;
    const full = this.#slots.full();
    this.#leftOut = new Set(full);
    this.#wasScarce = this.#slots.room <= 0 || this.#slots.slowRoom <= 0;
    if (this.#slots.room <= 0) return longestMs;
    const nextDueAt = await this.#deps.nextDueAt(full);
    if (nextDueAt === undefined) return longestMs;
    return Math.min(Math.max(nextDueAt.getTime() - this.#deps.clock().getTime(), SHORTEST_NAP_MS), longestMs);
  }

  async #nap(pauseMs: number): Promise<void> {
    if (this.#woken || this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#held.clear();
        resolve();
      }, pauseMs);
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
