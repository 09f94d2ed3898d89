// How a peer ends: on SIGTERM, once what it has begun is done.

/** Waits for the signal, does the steps in their order, and ends the process with 0. */
export function stopOnSignal(steps: readonly (() => Promise<unknown>)[]): void {
  const stop = async (): Promise<void> => {
    for (const step of steps) await step();
    process.exit(0);
  };
  process.once('SIGTERM', () => {
    stop().catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    });
  });
}
