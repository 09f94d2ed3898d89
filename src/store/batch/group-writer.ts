// Writes groups in one go, where the database lets that be done: planned from memory, checked in the transaction.
import type { Finish } from '../../domain/lease.ts';
import type { StoreDeps } from '../sql/rows.ts';
import type { PlannedHealth, PlannedIntakes } from './group-steps.ts';
import { finishSteps, intakeSteps } from './group-steps.ts';
import { HealthMemory } from './health-memory.ts';
import type { Step } from './steps.ts';

/** A group, as planned. */
export interface PlannedGroup {
  readonly intakes: PlannedIntakes;
  /** Each with its fence and its start. */
  readonly finishes: readonly Finish[];
}

/** Runs transactions as steps, one after the other. */
export interface BatchRunner {
  /**
   * When it is its turn, asks for the steps of a transaction and runs them; gives whether it was committed. It was not
   * where there were none to run, or an expectation did not hold: nothing is changed then.
   */
  run(choose: () => Promise<readonly Step[] | undefined>): Promise<boolean>;
}

/** Writes groups. */
export interface GroupWriter {
  /**
   * When it is its turn, asks for a group and writes it; gives whether it did. Where it did not, since what was planned
   * does not hold or needs more than that, nothing is stored, and it has to be written by a transaction of its own.
   */
  write(choose: () => PlannedGroup | undefined): Promise<boolean>;
}

/** Makes it, for a database that runs batches. */
export function createGroupWriter(database: StoreDeps['database'], batch: BatchRunner): GroupWriter {
  const memory = new HealthMemory(database);
  return {
    async write(choose) {
      let healths: readonly PlannedHealth[] | undefined;
      let isDone = false;
      try {
        isDone = await batch.run(async () => {
          const group = choose();
          if (group === undefined) return undefined;
          healths = await memory.plan(group.finishes);
          if (healths === undefined) return undefined;
          const { finishes, intakes } = group;
          return [...intakeSteps(database.dialect, intakes), ...finishSteps(database.dialect, { finishes, healths })];
        });
      } finally {
        if (isDone) memory.stored(healths ?? []);
        else memory.forget(healths ?? []);
      }
      return isDone;
    },
  };
}
