// What a program takes: processor time and memory, from /proc. On other systems there is no such figure.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

// USER_HZ, which Linux has had at 100 on every architecture that Node runs on.
const TICK_MS = 10;
const PAGE_BYTES = 4096;
const SAMPLE_MS = 100;

/** What was taken between start and stop. */
export interface Usage {
  /** Milliseconds on a processor of the program, all threads together. */
  readonly cpuMs: number | undefined;
  /** The same of what it depends on (a database server). */
  readonly serverCpuMs: number | undefined;
  /** Resident memory of the program: at most, and in the middle of the samples. */
  readonly peakBytes: number | undefined;
  readonly medianBytes: number | undefined;
}

/** Measures processes from now on. `servers` are counted with their children. */
export function measureUsage(programs: readonly number[], servers: readonly number[]): () => Usage {
  const cpuBefore = total(programs, cpuOf);
  const serversBefore = total(servers, cpuOfTree);
  for (const pid of programs) resetPeak(pid);
  const samples: number[] = [];
  const timer = setInterval(() => {
    const bytes = total(programs, residentOf);
    if (bytes !== undefined) samples.push(bytes);
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    samples.sort((a, b) => a - b);
    return {
      cpuMs: difference(total(programs, cpuOf), cpuBefore),
      serverCpuMs: difference(total(servers, cpuOfTree), serversBefore),
      peakBytes: total(programs, peakOf) ?? samples.at(-1),
      medianBytes: samples[Math.floor(samples.length / 2)],
    };
  };
}

function total(pids: readonly number[], one: (pid: number) => number | undefined): number | undefined {
  const all = pids.map(one);
  if (all.length === 0 || all.some((value) => value === undefined)) return undefined;
  return all.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}

// proc(5): fields 14 and 15 of stat are user and system time of all threads, 16 and 17 those of children that have
// ended. The second field is a name in brackets, which may hold blanks.
function statOf(pid: number): readonly string[] | undefined {
  const text = read(`/proc/${String(pid)}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function cpuOf(pid: number): number | undefined {
  const fields = statOf(pid);
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function cpuOfTree(pid: number): number | undefined {
  const fields = statOf(pid);
  if (fields === undefined) return undefined;
  const own = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) * TICK_MS;
  return childrenOf(pid).reduce((sum, child) => sum + (cpuOfTree(child) ?? 0), own);
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => Number(statOf(child)?.[1]) === pid);
}

function residentOf(pid: number): number | undefined {
  const pages = read(`/proc/${String(pid)}/statm`)?.split(' ')[1];
  return pages === undefined ? undefined : Number(pages) * PAGE_BYTES;
}

function peakOf(pid: number): number | undefined {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${String(pid)}/status`) ?? '') ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

// proc(5), clear_refs: 5 sets the peak back to what is resident now.
function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${String(pid)}/clear_refs`, '5');
  } catch {
    // The peak since the start is given then.
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
