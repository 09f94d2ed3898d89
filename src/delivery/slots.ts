// How many deliveries may be under way: requests on the wire, and deliveries leased in memory before and after that.
// Bookkeeping without I/O.

/** The limits. */
export interface SlotLimits {
  /** Requests on the wire at once. */
  readonly concurrency: number;
  /** Of these for one webhook. */
  readonly webhookConcurrency: number;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
}

/**
 * A webhook whose receiver answers within this is quick: deliveries may be leased ahead for it, since each waits no
 * longer than a few answers. Deliveries for a slow one would wait with their leases running out.
 */
const QUICK_MS = 250;
// So many times its share of the wire may be leased for a quick webhook: what waits for its commit before and after
// the request is much more than what is on the wire (measured: 23 ms and 2 ms under load).
const AHEAD = 16;
// So many times its share of the wire may have been sent for a webhook without its result being stored: where the process
// dies, these are sent twice.
const UNRECORDED = 8;
// Intake is slowed down where so many times its share of the wire is leased for a webhook. Less than may be: what comes
// in meanwhile finds room, too, and an event that waits in memory is one that its sender waits for, and garbage later
// (measured: with 16, the same rate, and twice as long from acknowledgement to request).
const EASY = 6;
// A webhook whose last answer took longer is limited by its receiver, and not by this process.
const PROMPT_MS = 20;
// All deliveries in memory, as so many times the requests on the wire. Each is some kilobytes, and is sent again where
// the process dies.
const MOST_AHEAD = 16;

interface Usage {
  readonly webhookId: string;
  /** Leased, and its result not committed yet. */
  leased: number;
  /** Of these, those whose receiver has not answered yet. */
  unanswered: number;
  onWire: number;
  /** Sent, and the result not committed yet. */
  unrecorded: number;
  /** Since when the oldest request is on the wire; a later one may take its place where it has ended. */
  readonly startedAtMs: number[];
  /** How long the last answer took; `undefined`: there was none yet. */
  lastMs: number | undefined;
  /** When one was last leased, and last put on the wire: numbers that rise with time, 0 for never. */
  leaseTurn: number;
  wireTurn: number;
  readonly waiting: (() => void)[];
}

/** The slots of one process. */
export class Slots {
  readonly #limits: SlotLimits;
  // One small entry for each webhook that this process has sent for.
  readonly #webhooks = new Map<string, Usage>();
  // Those with something that is not answered.
  readonly #active = new Set<Usage>();
  // Those for which something waits for the wire.
  readonly #queue = new Set<Usage>();
  #leased = 0;
  #onWire = 0;
  #turn = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** How many more deliveries may be leased, of whatever webhooks. */
  get room(): number {
    return Math.max(0, this.#limits.concurrency * MOST_AHEAD - this.#leased);
  }

  /** Requests on the wire. */
  get onWire(): number {
    return this.#onWire;
  }

  /** How many more deliveries of a webhook may be leased. */
  roomFor(webhookId: string): number {
    const usage = this.#webhooks.get(webhookId);
    const { webhookConcurrency } = this.#limits;
    if (usage !== undefined && this.#isQuick(usage)) {
      return Math.min(this.room, Math.max(0, webhookConcurrency * AHEAD - usage.leased));
    }
    const own = usage?.unanswered ?? 0;
    const most = this.#isScarce ? 1 : webhookConcurrency;
    return Math.min(this.room, this.slowRoom, Math.max(0, most - own));
  }

  /** How many more deliveries of slow webhooks may be leased: these wait for nothing but the wire. */
  get slowRoom(): number {
    const free = Math.max(0, this.#limits.concurrency - this.#slowLoad());
    return this.#isScarce ? free : free - this.#reserve;
  }

  /** Whether the receiver of a webhook has answered quickly of late, and does so now. */
  isQuick(webhookId: string): boolean {
    const usage = this.#webhooks.get(webhookId);
    return usage !== undefined && this.#isQuick(usage);
  }

  /**
   * How many more deliveries may be leased for each webhook that is waited for by nothing but this process: the least of
   * them. Half of the room of those that `isWaiting` is for what waits.
   */
  ease(isWaiting: (webhookId: string) => boolean): number {
    let least = Infinity;
    const shared = this.room / Math.max(1, this.#active.size);
    for (const usage of this.#active) {
      if ((usage.lastMs ?? Infinity) > PROMPT_MS || !this.#isQuick(usage)) continue;
      const most = this.#limits.webhookConcurrency * EASY;
      const own = most - usage.leased - (isWaiting(usage.webhookId) ? most / 2 : 0);
      least = Math.min(least, Math.max(0, own), shared);
    }
    return least;
  }

  get #isScarce(): boolean {
    return this.#limits.concurrency - this.#slowLoad() <= this.#reserve;
  }

  /** How many deliveries of a webhook may be leased where nothing else is under way. */
  mostFor(webhookId: string): number {
    return this.#limits.webhookConcurrency * (this.isQuick(webhookId) ? AHEAD : 1);
  }

  /** When a delivery of a webhook was last leased: a number that rises with time, 0 for never. */
  lastTurn(webhookId: string): number {
    return this.#webhooks.get(webhookId)?.leaseTurn ?? 0;
  }

  /** Webhooks for which nothing more may be leased now. */
  full(): string[] {
    const used = [...this.#webhooks].filter(([, { leased }]) => leased > 0);
    return used.flatMap(([webhookId]) => (this.roomFor(webhookId) <= 0 ? [webhookId] : []));
  }

  /** A delivery is leased. */
  lease(webhookId: string): void {
    const usage = this.#usage(webhookId);
    usage.leased += 1;
    usage.unanswered += 1;
    usage.leaseTurn = this.#turn += 1;
    this.#active.add(usage);
    this.#leased += 1;
  }

  /** Its result is committed, or it will not be sent. `hasEntered`: whether it has been on the wire, which it has left. */
  release(webhookId: string, hasEntered: boolean): void {
    const usage = this.#usage(webhookId);
    usage.leased -= 1;
    this.#leased -= 1;
    if (!hasEntered) {
      this.#answered(usage);
      return;
    }
    usage.unrecorded -= 1;
    this.#letIn();
  }

  /** Lets a delivery onto the wire: at once (`undefined`), or when its turn has come. */
  enter(webhookId: string): Promise<void> | undefined {
    const usage = this.#usage(webhookId);
    if (usage.waiting.length === 0 && this.#mayEnter(usage)) {
      this.#board(usage);
      return undefined;
    }
    this.#queue.add(usage);
    return new Promise((resolve) => usage.waiting.push(resolve));
  }

  /** A request is off the wire, after so many milliseconds; `undefined` where it did not go out. */
  leave(webhookId: string, tookMs: number | undefined): void {
    const usage = this.#usage(webhookId);
    usage.onWire -= 1;
    this.#answered(usage);
    usage.lastMs = tookMs ?? usage.lastMs;
    usage.startedAtMs.shift();
    this.#onWire -= 1;
    this.#letIn();
  }

  #answered(usage: Usage): void {
    usage.unanswered -= 1;
    if (usage.unanswered === 0) this.#active.delete(usage);
  }

  // Whoever has the least on the wire comes first, of these the one whose last turn is longest ago.
  #letIn(): void {
    for (;;) {
      let next: Usage | undefined;
      for (const usage of this.#queue) if (this.#mayEnter(usage) && isBefore(usage, next)) next = usage;
      const enter = next?.waiting.shift();
      if (next === undefined || enter === undefined) return;
      if (next.waiting.length === 0) this.#queue.delete(next);
      this.#board(next);
      enter();
    }
  }

  #board(usage: Usage): void {
    usage.onWire += 1;
    usage.unrecorded += 1;
    usage.startedAtMs.push(this.#limits.monotonicMs());
    usage.wireTurn = this.#turn += 1;
    this.#onWire += 1;
  }

  // A quarter of the wire is for webhooks that have nothing on it: a few dead receivers, each holding its requests for
  // a whole timeout, must not make all others wait for it.
  get #reserve(): number {
    return Math.floor(this.#limits.concurrency / 4);
  }

  #mayEnter({ onWire, unrecorded }: Usage): boolean {
    if (unrecorded >= this.#limits.webhookConcurrency * UNRECORDED) return false;
    const free = this.#limits.concurrency - this.#onWire;
    if (free <= this.#reserve) return onWire === 0 && free > 0;
    return onWire < this.#limits.webhookConcurrency;
  }

  #isQuick({ lastMs, startedAtMs }: Usage): boolean {
    if (lastMs === undefined || lastMs > QUICK_MS) return false;
    const [oldest] = startedAtMs;
    return oldest === undefined || this.#limits.monotonicMs() - oldest <= QUICK_MS;
  }

  // What the slow webhooks hold of the wire, or will.
  #slowLoad(): number {
    let load = 0;
    for (const usage of this.#active) {
      if (!this.#isQuick(usage)) load += Math.min(usage.unanswered, this.#limits.webhookConcurrency);
    }
    return load;
  }

  #usage(webhookId: string): Usage {
    const known = this.#webhooks.get(webhookId);
    if (known !== undefined) return known;
    const usage: Usage = {
      webhookId,
      leased: 0,
      unanswered: 0,
      onWire: 0,
      unrecorded: 0,
      startedAtMs: [],
      lastMs: undefined,
      leaseTurn: 0,
      wireTurn: 0,
      waiting: [],
    };
    this.#webhooks.set(webhookId, usage);
    return usage;
  }
}

function isBefore(one: Usage, other: Usage | undefined): boolean {
  if (other === undefined) return true;
  return one.onWire < other.onWire || (one.onWire === other.onWire && one.wireTurn < other.wireTurn);
}
