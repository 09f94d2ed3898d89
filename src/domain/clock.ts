// What pure code and shells are given instead of the machine's clock and dice.

/** The wall clock: for what is stored and shown. Durations are taken from a monotonic clock by those who measure. */
export type Clock = () => Date;

/** A number in [0, 1): jitter is a value that is passed in, so that a test can choose it. */
export type Chance = () => number;
