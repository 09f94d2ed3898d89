// Counts what happens too often to be told each time: the audit log has one event for many of a kind.

/** Things of a kind: the last one, and how many there were when. */
export interface Counted<Thing> {
  readonly last: Thing;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Which things are of a kind. */
export interface Kinds<Thing> {
  /** The name of the kind. */
  kindOf(thing: Thing): string;
  /** As what it is counted where there are too many kinds: a name of which there are few, and what is left of the thing. */
  restOf(thing: Thing): readonly [kind: string, rest: Thing];
  /** What the earlier and the later of a kind make together; left out: the later one. */
  together?(earlier: Thing, later: Thing): Thing;
}

// Whoever makes up kinds must not fill our memory with them.
const CAPACITY = 1000;

/** Collects until they are taken. Of more than 1,000 kinds those that come last are counted as the rest. */
export class Counts<Thing> {
  readonly #kinds: Kinds<Thing>;
  readonly #groups = new Map<string, Counted<Thing>>();

  constructor(kinds: Kinds<Thing>) {
    this.#kinds = kinds;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  /** Counts one. */
  note(thing: Thing, at: Date): void {
    this.add({ last: thing, count: 1, firstAt: at, lastAt: at });
  }

  /** Counts those that were taken, and could not be written. */
  add(counted: Counted<Thing>): void {
    const kind = this.#kinds.kindOf(counted.last);
    const hasRoom = this.#groups.has(kind) || this.#groups.size < CAPACITY;
    const [group, last] = hasRoom ? [kind, counted.last] : this.#kinds.restOf(counted.last);
    const own = { ...counted, last };
    const known = this.#groups.get(group);
    this.#groups.set(group, known === undefined ? own : this.#together(known, own));
  }

  /** Gives all, and forgets them. */
  take(): readonly Counted<Thing>[] {
    const taken = [...this.#groups.values()];
    this.#groups.clear();
    return taken;
  }

  #together(a: Counted<Thing>, b: Counted<Thing>): Counted<Thing> {
    const [first, second] = a.firstAt <= b.firstAt ? [a, b] : [b, a];
    const last = this.#kinds.together?.(first.last, second.last) ?? b.last;
    return { last, count: a.count + b.count, firstAt: first.firstAt, lastAt: second.lastAt };
  }
}
