// A clock that never jumps and that all threads read alike: each counts performance.now() from its own start.

// hrtime counts from the same instant everywhere in the process (Node.js, process.hrtime).
const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds since some instant that is the same for all threads of this process; exact to a fraction of one. */
export function sharedMs(): number {
  return performance.now() + OFFSET_MS;
}
