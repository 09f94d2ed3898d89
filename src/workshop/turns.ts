// Who may use the one thread next: one task at a time, and those that an event waits for before all others.

/** Runs `work` when its turn has come. What is urgent goes before all that is not; besides that, first come first. */
export type Turns = <Result>(isUrgent: boolean, work: () => Promise<Result>) => Promise<Result>;

/** Turns of which none is taken. */
export function createTurns(): Turns {
  const urgent: (() => void)[] = [];
  const others: (() => void)[] = [];
  let isTaken = false;
  // A turn is handed on without being set free between, so that nobody comes in before those who wait.
  const pass = (): void => {
    const next = urgent.shift() ?? others.shift();
    if (next === undefined) isTaken = false;
    else next();
  };
  return async (isUrgent, work) => {
    if (isTaken) await new Promise<void>((resolve) => (isUrgent ? urgent : others).push(resolve));
    isTaken = true;
    try {
      return await work();
    } finally {
      pass();
    }
  };
}
