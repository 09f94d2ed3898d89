// Group commit: what wants to be written while a transaction is under way shares the next one. A commit waits for the
// disk, and most of a transaction costs the same for one as for a hundred, so that under load many pay for one.
import { AppError, unavailable } from '../domain/errors.ts';

/** What group commit touches. */
export interface GroupCommitDeps<Intake, Accepted, Finish, Recorded> {
  /**
   * Writes a group in one transaction. `choose` says which, when the transaction has begun or may begin at once, and may
   * be asked once only. Answers are in the order of what was given. Where it rejects, nothing of the group is stored; or
   * all of it is, where the answer of a database was lost on its way.
   */
  transact(choose: () => Group<Intake, Finish>): Promise<GroupAnswers<Accepted, Recorded>>;
  /** Told after each commit. */
  committed(recorded: readonly Recorded[]): void;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  /** How many transactions may be under way at once. */
  readonly lanes: number;
  /** How much intake, by weight, may be stored now without that what is stored waits for this process to send it. */
  ease(): number;
}

/** What is written together. */
export interface Group<Intake, Finish> {
  readonly intakes: readonly Intake[];
  readonly finishes: readonly Finish[];
}

/** What came of it. */
export interface GroupAnswers<Accepted, Recorded> {
  readonly accepted: readonly Accepted[];
  readonly recorded: readonly Recorded[];
}

interface Waiting<Member, Answer> {
  readonly member: Member;
  /** Rows, roughly: what a transaction may hold of these is bounded. */
  readonly weight: number;
  /** Since when it waits, and when it is given up, on the monotonic clock. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

const WORTH_A_LANE = 8;

// Some milliseconds of work: whoever comes next waits no longer than that.
const MOST_WEIGHT = 500;

// Intake waits for room this long: somebody who posts faster than this process sends is slowed down to that, since what is
// stored without room costs twice as much, and waits behind all that is. With ten webhooks an event, as fast as they are
// taken in, the 95th percentile from acknowledgement to request was 4 s with 40 ms, 0.7 s with 150 (measured).
const MOST_HELD_MS = 150;

/** The queue of what wants to be written. */
export class GroupCommit<Intake, Accepted, Finish, Recorded> {
  readonly #deps: GroupCommitDeps<Intake, Accepted, Finish, Recorded>;
  readonly #intakes: Waiting<Intake, Accepted>[] = [];
  readonly #finishes: Waiting<Finish, Recorded>[] = [];
  #underWay = 0;
  #beginning = false;
  #timer: NodeJS.Timeout | undefined;
  #holdTimer: NodeJS.Timeout | undefined;

  constructor(deps: GroupCommitDeps<Intake, Accepted, Finish, Recorded>) {
    this.#deps = deps;
  }

  /**
   * Stores an intake. Where no transaction has begun for it after `patienceMs`, since another program holds the database
   * or others wait before it, it rejects with `unavailable`, and nothing of it is stored.
   */
  accept(member: Intake, weight: number, patienceMs: number): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      const sinceMs = this.#deps.monotonicMs();
      this.#intakes.push({ member, weight, sinceMs, untilMs: sinceMs + patienceMs, resolve, reject });
      this.#watch(patienceMs);
      this.#pump();
    });
  }

  /** Records a finish. Rejects with `unavailable` where the database does not take it now. */
  record(member: Finish): Promise<Recorded> {
    return new Promise((resolve, reject) => {
      this.#finishes.push({ member, weight: 1, sinceMs: 0, untilMs: Infinity, resolve, reject });
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#beginning || this.#underWay >= this.#deps.lanes) return;
    const waiting = this.#finishes.length + this.#ready();
    // Besides another one, a transaction has to be worth its commit.
    if (waiting === 0 || (this.#underWay > 0 && waiting < WORTH_A_LANE)) return;
    this.#beginning = true;
    this.#underWay += 1;
    // In the next turn, so that what comes in this one shares the transaction.
    setImmediate(() => void this.#run());
  }

  // Who takes part is decided when the transaction has begun: until then it may be given up without a doubt.
  async #run(): Promise<void> {
    let taken: Taken<Intake, Accepted, Finish, Recorded> | undefined;
    try {
      await this.#write(() => {
        this.#beginning = false;
        return (taken = { intakes: this.#intakes.splice(0, this.#ready()), finishes: takeFrom(this.#finishes) });
      });
    } catch (error) {
      this.#beginning = false;
      if (taken === undefined) reject([...this.#intakes.splice(0), ...this.#finishes.splice(0)], error);
      else await this.#writeApart(taken, error);
    }
    this.#underWay -= 1;
    this.#pump();
  }

  // How many intakes may be stored now: as many as there is room for, and those that have waited for it long enough.
  #ready(): number {
    const [first] = this.#intakes;
    if (first === undefined) return 0;
    const heldSinceMs = this.#deps.monotonicMs() - MOST_HELD_MS;
    const ease = Math.min(this.#deps.ease(), MOST_WEIGHT);
    let weight = 0;
    const end = this.#intakes.findIndex((one, index) => {
      const isFull = weight >= ease;
      weight += one.weight;
      if (weight > MOST_WEIGHT) return index > 0;
      return isFull && one.sinceMs > heldSinceMs;
    });
    if (end === 0) this.#hold(first.sinceMs - heldSinceMs);
    return end === -1 ? this.#intakes.length : end;
  }

  // Room that falls free after the last of those that were stored wakes nobody else.
  #hold(forMs: number): void {
    if (this.#holdTimer !== undefined) return;
    this.#holdTimer = setTimeout(() => {
      this.#holdTimer = undefined;
      this.#pump();
    }, forMs);
  }

  async #write(choose: () => Taken<Intake, Accepted, Finish, Recorded>): Promise<void> {
    let taken: Taken<Intake, Accepted, Finish, Recorded> | undefined;
    const answers = await this.#deps.transact(() => membersOf((taken = choose())));
    if (taken === undefined) throw new Error('A transaction has ended without its work.');
    this.#deps.committed(answers.recorded);
    resolve(taken.intakes, answers.accepted);
    resolve(taken.finishes, answers.recorded);
  }

  // What one of them has wrong must not fail the others. Where the database takes nothing, trying again is their affair.
  async #writeApart(taken: Taken<Intake, Accepted, Finish, Recorded>, error: unknown): Promise<void> {
    const { intakes, finishes } = taken;
    const isPassing = error instanceof AppError && error.kind === 'unavailable';
    if (isPassing || intakes.length + finishes.length < 2) {
      reject([...intakes, ...finishes], error);
      return;
    }
    for (const one of intakes) await this.#writeAlone({ intakes: [one], finishes: [] });
    for (const one of finishes) await this.#writeAlone({ intakes: [], finishes: [one] });
  }

  async #writeAlone(alone: Taken<Intake, Accepted, Finish, Recorded>): Promise<void> {
    try {
      await this.#write(() => alone);
    } catch (error) {
      reject([...alone.intakes, ...alone.finishes], error);
    }
  }

  // One timer, for the one that is given up first: all have the same patience.
  #watch(patienceMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const nowMs = this.#deps.monotonicMs();
      while ((this.#intakes[0]?.untilMs ?? Infinity) <= nowMs) this.#intakes.shift()?.reject(late());
      const [first] = this.#intakes;
      if (first !== undefined) this.#watch(first.untilMs - nowMs);
    }, patienceMs).unref();
  }
}

interface Taken<Intake, Accepted, Finish, Recorded> {
  readonly intakes: readonly Waiting<Intake, Accepted>[];
  readonly finishes: readonly Waiting<Finish, Recorded>[];
}

// As many as fit, and always the first.
function takeFrom<Member, Answer>(queue: Waiting<Member, Answer>[]): readonly Waiting<Member, Answer>[] {
  let weight = 0;
  const end = queue.findIndex((one, index) => {
    weight += one.weight;
    return index > 0 && weight > MOST_WEIGHT;
  });
  return queue.splice(0, end === -1 ? queue.length : end);
}

function membersOf<Intake, Accepted, Finish, Recorded>(
  taken: Taken<Intake, Accepted, Finish, Recorded>,
): Group<Intake, Finish> {
  return {
    intakes: taken.intakes.map(({ member }) => member),
    finishes: taken.finishes.map(({ member }) => member),
  };
}

function resolve<Member, Answer>(members: readonly Waiting<Member, Answer>[], answers: readonly Answer[]): void {
  members.forEach((one, index) => {
    const answer = answers[index];
    if (answer === undefined) one.reject(new Error('A group was written without an answer for each.'));
    else one.resolve(answer);
  });
}

function reject(members: readonly Pick<Waiting<never, never>, 'reject'>[], error: unknown): void {
  for (const one of members) one.reject(error);
}

function late(): Error {
  return unavailable('storage_busy', 'The database did not become free in time, so nothing was stored.', 2);
}
