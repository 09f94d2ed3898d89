// The bounds of a proof. They are counts, never times: the same text gets the same answer on every machine.
import { TooComplexError } from './logic/bdd.ts';

/** What one attempt at a proof may cost; the diagram has bounds of its own. */
export const WORK_LIMITS = {
  /** Nodes walked through, once for each configuration. */
  steps: 60_000,
  /** Characters of literal text read. */
  characters: 300_000,
  /** What was seen in texts, each time that it is applied to a configuration, and keys compared. */
  sights: 500_000,
} as const;

/** The work of one attempt. */
export class Work {
  readonly #done = { steps: 0, characters: 0, sights: 0 };

  /** Counts work before it is done. Throws `TooComplexError` where it would be too much. */
  count(kind: keyof typeof WORK_LIMITS, amount: number): void {
    this.#done[kind] += amount;
    if (this.#done[kind] > WORK_LIMITS[kind]) throw new TooComplexError(`too many ${kind}`, false);
  }
}
