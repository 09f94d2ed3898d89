// How much intake takes in at once. Whoever comes beyond that is told so before his body is read, so that memory stays
// flat however many push.

/** The most that may be inside at once: requests, and bytes of their bodies. */
export interface IntakeLimits {
  readonly requests: number;
  readonly bytes: number;
}

/** What is inside now. `oldestAtMs` is when the oldest request came in, on the clock of `enter`. */
export interface IntakeLoad {
  readonly requests: number;
  readonly bytes: number;
  readonly oldestAtMs: number | undefined;
}

/**
 * Measured on two cores: some 3,000 requests of one event are stored in a second, and 16 MiB of large ones in one and a
 * half, for which they take ten times their size in memory. More would wait longer without being stored earlier. It has
 * to be more than the largest request.
 */
export const INTAKE_LIMITS: IntakeLimits = { requests: 128, bytes: 16 * 1024 * 1024 };

/** The requests that are inside: from before it is known who is asking, until they are stored or refused. */
export class IntakeGate {
  readonly #limits: IntakeLimits;
  // A set keeps the order in which they came.
  readonly #places = new Set<IntakePlace>();
  #bytes = 0;

  constructor(limits: IntakeLimits) {
    this.#limits = limits;
  }

  /** A place for a request, of whose body nothing is counted yet, or `undefined` where there is none left. */
  enter(nowMs: number): IntakePlace | undefined {
    if (this.isFull) return undefined;
    const place = new IntakePlace(nowMs, { grow: (by) => this.#grow(by), leave: (left) => this.#leave(left) });
    this.#places.add(place);
    return place;
  }

  /** Whether no place is left. */
  get isFull(): boolean {
    return this.#places.size >= this.#limits.requests;
  }

  /** What is inside now. */
  get load(): IntakeLoad {
    const [oldest] = this.#places;
    return { requests: this.#places.size, bytes: this.#bytes, oldestAtMs: oldest?.enteredAtMs };
  }

  #grow(bytes: number): boolean {
    if (this.#bytes + bytes > this.#limits.bytes) return false;
    this.#bytes += bytes;
    return true;
  }

  #leave(place: IntakePlace): void {
    if (this.#places.delete(place)) this.#bytes -= place.bytes;
  }
}

interface PlaceKeeper {
  grow(bytes: number): boolean;
  leave(place: IntakePlace): void;
}

/** The place of one request. */
export class IntakePlace {
  readonly enteredAtMs: number;
  readonly #keeper: PlaceKeeper;
  #bytes = 0;
  #isWorking = false;

  constructor(enteredAtMs: number, keeper: PlaceKeeper) {
    this.enteredAtMs = enteredAtMs;
    this.#keeper = keeper;
  }

  /** Bytes that are counted for it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts bytes of its body; false where there is no room for them, and then they are not counted. */
  grow(bytes: number): boolean {
    const hasRoom = this.#keeper.grow(bytes);
    if (hasRoom) this.#bytes += bytes;
    return hasRoom;
  }

  /** The body is there and is being stored. */
  beginWork(): void {
    this.#isWorking = true;
  }

  /** The caller has gone. What is being stored takes its place until it is stored. */
  abandon(): void {
    if (!this.#isWorking) this.leave();
  }

  /** It is over. A second time does nothing. */
  leave(): void {
    this.#keeper.leave(this);
  }
}
