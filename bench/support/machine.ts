// What a figure was measured on: without it, it says nothing.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** `AMD EPYC, 2 cores, Node 20.20.2, commit 1a2b3c4`; the commit has a `+` where files were changed since. */
export function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  return `${model}, ${String(processors.length)} cores, Node ${process.versions.node}, commit ${commit()}`;
}

function commit(): string {
  try {
    const changed = git('status', '--porcelain') === '' ? '' : '+';
    return git('rev-parse', '--short', 'HEAD') + changed;
  } catch {
    return 'unknown';
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
