// What comes within one turn of the loop goes on together: a message costs far more than what is in it.

/** Takes things one by one. */
export type Gather<Thing> = (thing: Thing) => void;

/** Gives `pass` everything that came since the last time, once `later` calls back. */
export function createGathering<Thing>(
  later: (work: () => void) => unknown,
  pass: (things: readonly Thing[]) => void,
): Gather<Thing> {
  let gathered: Thing[] = [];
  const passAll = (): void => {
    const things = gathered;
    gathered = [];
    pass(things);
  };
  return (thing) => {
    gathered.push(thing);
    if (gathered.length === 1) later(passAll);
  };
}
