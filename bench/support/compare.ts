// Compares functions on a machine that is never quite idle: they take turns in short rounds, so that what disturbs one
// disturbs the other, and medians are taken.

/** Two functions, measured in the same rounds. */
export interface Comparison {
  /** Medians of one call. */
  readonly microseconds: { readonly ours: number; readonly theirs: number };
  /** How many times as long theirs took in the same round as ours: the median over all rounds. */
  readonly ratio: number;
}

/** How much is measured. Rounds that warm up are not counted. */
export interface Effort {
  readonly warmUpRounds: number;
  readonly rounds: number;
  readonly callsARound: number;
}

/** Measures two functions in turn. */
export function compare(ours: () => unknown, theirs: () => unknown, effort: Effort): Comparison {
  const rounds: (readonly [ours: number, theirs: number])[] = [];
  for (let round = 0; round < effort.warmUpRounds + effort.rounds; round += 1) {
    const times = [microsecondsOf(ours, effort.callsARound), microsecondsOf(theirs, effort.callsARound)] as const;
    if (round >= effort.warmUpRounds) rounds.push(times);
  }
  return {
    microseconds: { ours: median(rounds.map(([time]) => time)), theirs: median(rounds.map(([, time]) => time)) },
    ratio: median(rounds.map(([ourTime, theirTime]) => theirTime / ourTime)),
  };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

// The mean of several calls. What they return is not looked at.
function microsecondsOf(call: () => unknown, calls: number): number {
  const startedAt = performance.now();
  for (let count = 0; count < calls; count += 1) call();
  return ((performance.now() - startedAt) * 1000) / calls;
}
