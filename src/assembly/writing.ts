// The hot path of storage: requests with events, and ends of attempts, share their transactions.
import type { Finish } from '../domain/lease.ts';
import type { AcceptAnswer, Accepted, AcceptDeps } from '../services/accept.ts';
import { acceptAll, withdraw } from '../services/accept.ts';
import { beginInTime } from '../services/begin-in-time.ts';
import { acceptAhead } from '../services/accept-ahead.ts';
import type { Group, GroupAnswers, GroupCommitDeps } from '../services/group-commit.ts';
import { GroupCommit } from '../services/group-commit.ts';
import type { Intake } from '../services/intake-plan.ts';
import { createEventSink } from '../services/own-events.ts';
import { Matchers } from '../services/planning.ts';
import type { HealthChanged } from '../services/webhook-health.ts';
import { recordFinishes } from '../services/webhook-health.ts';
import type { GroupWriter } from '../store/batch/group-writer.ts';
import type { Database } from '../store/database.ts';
import type { Store } from '../store/index.ts';
import type { Recorded } from '../store/lifecycle/record.ts';
import type { Tools } from './tools.ts';
import { pause } from './waiting.ts';

/** What writing is made of. */
export interface WritingParts {
  readonly tools: Tools;
  readonly store: Store;
  readonly database: Pick<Database, 'dialect'>;
  readonly slots: AcceptDeps['slots'];
  /** As `GroupCommitDeps`. */
  ease(): number;
  /** Told after a commit. */
  healthChanged(changed: readonly HealthChanged[]): void;
}

/** What writes. */
export interface Writing {
  /** Stores a request with events. Rejects with `unavailable` where the database did not take it within three seconds. */
  accept(intake: Intake): Promise<Accepted>;
  /** Records the end of an attempt. */
  record(finish: Finish): Promise<Recorded>;
}

// Until the database takes the events of a request: less than callers wait for an answer.
const PATIENCE_MS = 3000;

// SQLite runs one after the other, and the next is ready when one has ended; PostgreSQL runs two at once.
const LANES = 2;

/** Makes it. */
export function createWriting(parts: WritingParts): Writing {
  const { tools, store, slots } = parts;
  const accepting: AcceptDeps = {
    newId: tools.newId,
    newLeaseToken: () => tools.newToken(),
    matchers: new Matchers(),
    acceptance: tools.acceptance,
    slots,
    monotonicMs: () => tools.monotonicMs(),
  };
  const group = new GroupCommit({
    transact: createTransact(parts, accepting),
    committed: (recorded: readonly Recorded[]) => {
      const changed = recorded.flatMap((one) => one.changed);
      if (changed.length > 0) parts.healthChanged(changed);
    },
    monotonicMs: () => tools.monotonicMs(),
    lanes: LANES,
    ease: () => parts.ease(),
  });
  return {
    accept: async (intake) =>
      acceptedOf(
        intake.atomic
          ? await acceptAlone(accepting, store, intake)
          : await group.accept(intake, intake.checked.length, PATIENCE_MS),
      ),
    record: (finish) => group.record(finish),
  };
}

type Transact = GroupCommitDeps<Intake, AcceptAnswer, Finish, Recorded>['transact'];
type Answers = GroupAnswers<AcceptAnswer, Recorded>;

// In one go where that can be done, and step by step where what is remembered does not hold.
function createTransact({ tools, store }: WritingParts, accepting: AcceptDeps): Transact {
  const { groups } = store;
  const write = writerOf(tools, accepting);
  return async (choose) => {
    let chosen: ReturnType<typeof choose> | undefined;
    const once = () => (chosen ??= choose());
    const written = groups === undefined ? undefined : await writeAhead(groups, accepting, once);
    if (written !== undefined) return written;
    let answers: Answers | undefined;
    try {
      await store.transaction(async (inner) => {
        answers = await write(inner, once());
      });
    } catch (error) {
      withdraw(accepting, answers?.accepted ?? []);
      throw error;
    }
    if (answers === undefined) throw new Error('A transaction has ended without its work.');
    return answers;
  };
}

async function writeAhead(
  groups: GroupWriter,
  accepting: AcceptDeps,
  choose: () => Group<Intake, Finish>,
): Promise<Answers | undefined> {
  let accepted: readonly AcceptAnswer[] = [];
  let finishes: readonly Finish[] = [];
  let isDone = false;
  try {
    isDone = await groups.write(() => {
      const group = choose();
      const intakes = acceptAhead(accepting, group.intakes);
      if (intakes === undefined) return undefined;
      accepted = intakes.answers;
      finishes = group.finishes;
      return { intakes, finishes };
    });
  } finally {
    if (!isDone) withdraw(accepting, accepted);
  }
  return isDone ? { accepted, recorded: finishes.map(() => SETTLED) } : undefined;
}

const SETTLED: Recorded = { settled: true, changed: [] };

function writerOf(
  tools: Tools,
  accepting: AcceptDeps,
): (store: Store, group: Group<Intake, Finish>) => Promise<Answers> {
  const telling = { ownEvents: createEventSink(tools) };
  return async (store, { intakes, finishes }) => {
    const accepted = await acceptAll(accepting, store, intakes);
    try {
      return { accepted, recorded: await recordFinishes(telling, store, finishes) };
    } catch (error) {
      withdraw(accepting, accepted);
      throw error;
    }
  };
}

// All or nothing: its refusal rolls its own transaction back, and nobody else's.
async function acceptAlone(accepting: AcceptDeps, store: Store, intake: Intake): Promise<AcceptAnswer> {
  let answers: readonly AcceptAnswer[] = [];
  const transaction: Store['transaction'] = (work) => store.transaction(work);
  try {
    await beginInTime({ transaction, pause }, PATIENCE_MS, async (inner) => {
      answers = await acceptAll(accepting, inner, [intake]);
    });
  } catch (error) {
    withdraw(accepting, answers);
    throw error;
  }
  const [answer] = answers;
  if (answer === undefined) throw new Error('A request was accepted without an answer.');
  return answer;
}

function acceptedOf(answer: AcceptAnswer): Accepted {
  if ('refused' in answer) throw answer.refused;
  return answer.accepted;
}
