// What a run of the fault suite is set to by its environment, and chance that can be repeated.

/** Whether this is the short form that CI runs. */
export const isBounded = process.env['TEST_FAULTS'] === 'bounded';

/** The seed of every random choice: `TEST_SEED` repeats a run as far as processes can be repeated. */
export const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** How often something is done: what the variable says, or the figure of the form that runs. */
export function howOften(variable: string, long: number, bounded: number): number {
  const given = process.env[variable];
  return given === undefined || given === '' ? (isBounded ? bounded : long) : Number(given);
}

/** Random choices from one seed. */
export interface Dice {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `from` to `to`. */
  whole(from: number, to: number): number;
}

/** Dice that fall alike for the same name and seed, whatever other experiments run before (mulberry32). */
export function diceFor(name: string, seed: number = SEED): Dice {
  let state = Array.from(name).reduce((sum, character) => mix(sum, character.codePointAt(0) ?? 0), seed | 0);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, whole: (from, to) => from + Math.floor(next() * (to - from + 1)) };
}

function mix(sum: number, value: number): number {
  return (Math.imul(sum, 31) + value) | 0;
}
