// Writes groups in one go, where the database lets that be done: planned from memory, checked in the transaction.
import type { Finish } from '../../domain/lease.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { HealthMemory } from './health-memory.ts';
import type { GroupValues } from './parts.ts';
import { groupValues } from './parts.ts';
import type { PlannedHealth, PlannedIntakes } from './planned.ts';

/** A group, as planned. */
export interface PlannedGroup {
  readonly intakes: PlannedIntakes;
  /** Each with its fence and its start. */
  readonly finishes: readonly Finish[];
}

/** Runs the program of a group. */
export interface GroupRunner {
  /**
   * When it is its turn, asks for the values of a group and stores it in one transaction; gives whether it did. It did not
   * where there were none, or what was planned does not hold: nothing is changed then.
   */
  run(choose: () => Promise<GroupValues | undefined>): Promise<boolean>;
}

/** Writes groups. */
export interface GroupWriter {
  /**
   * When it is its turn, asks for a group and writes it; gives whether it did. Where it did not, since what was planned
   * does not hold or needs more than that, nothing is stored, and it has to be written by a transaction of its own.
   */
  write(choose: () => PlannedGroup | undefined): Promise<boolean>;
}

/** Makes it, for a database that runs groups. */
export function createGroupWriter(
  { dialect, lookup }: Pick<StoreDeps['database'], 'dialect' | 'lookup'>,
  runner: GroupRunner,
): GroupWriter {
  const memory = new HealthMemory(lookup);
  return {
    async write(choose) {
      let healths: readonly PlannedHealth[] = [];
      let isDone = false;
      try {
        isDone = await runner.run(async () => {
          const group = choose();
          const planned = group === undefined ? undefined : await memory.plan(group.finishes);
          if (group === undefined || planned === undefined) return undefined;
          healths = planned;
          return groupValues(dialect, group.intakes, { finishes: group.finishes, healths });
        });
      } finally {
        if (isDone) memory.stored(healths);
        else memory.forget(healths);
      }
      return isDone;
    },
  };
}
