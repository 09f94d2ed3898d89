// How long the main thread was busy. On a machine with other work, a clock measures that work, too.
import { readFileSync } from 'node:fs';

const NANOSECONDS = 1e6;
const LINUX = `/proc/self/task/${String(process.pid)}/schedstat`;

/** Milliseconds that the main thread has been running so far (Linux), or that have passed (elsewhere). */
export function busyMs(): number {
  const ran = ranMs();
  return ran ?? performance.now();
}

// The first number is the time spent on a processor (kernel, Documentation/scheduler/sched-stats).
function ranMs(): number | undefined {
  try {
    return Number(readFileSync(LINUX, 'latin1').split(' ')[0]) / NANOSECONDS;
  } catch {
    return undefined;
  }
}
