// The clock of acceptance: the order in which events were accepted is that of the instants which this clock gives.
import type { Clock } from './clock.ts';

/**
 * Gives the instants at which events are accepted: those of the machine's clock, but never one before the floor that
 * readers have raised, since they have been told that nothing will be accepted before it.
 */
export class AcceptanceClock {
  readonly #clock: Clock;
  #floor = new Date(0);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The instant for what is accepted now. The database has the last word: a floor may stand there that is not known here. */
  now(): Date {
    const now = this.#clock();
    return now < this.#floor ? this.#floor : now;
  }

  /** Keeps in mind that nothing may be accepted before this instant. */
  raise(floor: Date): void {
    if (floor > this.#floor) this.#floor = floor;
  }
}
