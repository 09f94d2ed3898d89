// The work of a sending thread, apart from being one: makes the attempts that it is told to, and says how they ended.
import type { AttemptDeps } from '../delivery/attempt.ts';
import { attempt } from '../delivery/attempt.ts';
import { createKits } from '../delivery/kit.ts';
import { LEASE_TOO_OLD, unsent } from '../delivery/unsent.ts';
import { createGathering } from './gathering.ts';
import { createControllers } from './groups.ts';
import { createMemory } from './memory.ts';
import type { SentAttempt, SentError, SentResult, ToThread } from './messages.ts';
import { writeResult } from './result-codec.ts';

/** What serving touches. */
export interface ServingDeps extends Pick<AttemptDeps, 'send' | 'clock' | 'userAgent'> {
  /** The clock of `startBy`. */
  sharedMs(): number;
  /** Calls back once what is ready to run has run. */
  later(work: () => void): unknown;
  answer(answers: readonly (SentResult | SentError)[]): void;
}

/**
 * Takes the messages of the owner, in their order. Attempts begin at once; one whose time to begin is over ends
 * `not_sent`, and one that throws is answered with its error.
 */
export function createServing(deps: ServingDeps): (message: ToThread) => void {
  const memory = createMemory();
  const groups = createControllers();
  const answer = createGathering<SentResult | SentError>(
    (work) => deps.later(work),
    (answers) => deps.answer(answers),
  );
  const attemptDeps: AttemptDeps = { ...deps, kitOf: createKits(), knownTokens: memory.knownTokens };
  const make = async (sent: SentAttempt): Promise<void> => {
    const [id, group, startBy] = sent;
    const signal = groups.join(group);
    try {
      const input = memory.read(sent);
      const isLate = deps.sharedMs() > startBy;
      const result = isLate ? unsent(deps.clock(), LEASE_TOO_OLD) : await attempt(attemptDeps, input, signal);
      answer(writeResult(id, result));
    } catch (error) {
      answer([id, error instanceof Error ? error : new Error(String(error))]);
    } finally {
      groups.leave(group);
    }
  };
  return (message) => {
    memory.keep(message);
    for (const sent of message.attempts) void make(sent);
    memory.drop(message);
    for (const group of message.interrupted) groups.abort(group);
  };
}
