// Why the engine cannot start, said to the person at the terminal.

/** The engine cannot start. The message is all that has to be shown: what is wrong, and the ways out. No stack. */
export class StartupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StartupError';
  }
}
