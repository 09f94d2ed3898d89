// The turns of the loops around a place, outermost first.
import type { Turn } from '../logic/things.ts';

/** A turn, with the loop's list as the author wrote it. */
export interface NamedTurn extends Turn {
  readonly source: string;
  /** Whether there was a turn before for sure. */
  readonly later: boolean;
}

/** The loops around a place. */
export class Surroundings {
  readonly turns: readonly NamedTurn[];

  constructor(turns: readonly NamedTurn[]) {
    this.turns = turns;
  }

  /** One loop further in. */
  within(turn: NamedTurn): Surroundings {
    return new Surroundings([...this.turns, turn]);
  }

  /** Which turns are meant, where that is known, in words. */
  words(): string[] {
    return this.turns.flatMap((turn) => {
      const which = whichTurn(turn);
      return which === undefined ? [] : [`in ${which} turn of {{#each ${turn.source}}}`];
    });
  }
}

// The only turn is said by the condition that there is one entry. An earlier turn is one that another one follows.
function whichTurn({ first, last, later }: NamedTurn): string | undefined {
  if (first === true) return last === true ? undefined : 'the first';
  if (last === true) return 'the last';
  if (last === false) return later ? 'a middle' : 'an earlier';
  return later ? 'a later' : undefined;
}
