// Run in a process of its own: does one hostile thing for the first time, and prints what it cost. What is done first
// costs most, and what another case left behind cannot hide what this one needs.
import { readFileSync, writeFileSync } from 'node:fs';
import { busyMs } from '../../bench/support/busy-time.ts';
import { compileTemplate, planTemplate, renderTemplate } from '../../src/templates/index.ts';
import { contextOf } from './harness.ts';
import { HELPERS_AT_WORK, LARGE_VALUES, LOOPS } from './hostile-renderings.ts';
import { ENTANGLED, HOSTILE_TEXTS, LARGEST } from './hostile-templates.ts';

const KIB_IN_MIB = 1024;

const [, , kind, name] = process.argv;
const work = kind === 'plan' ? planning() : rendering();
globalThis.gc?.();
forgetPeak();
const before = peakKib();
const startedAt = busyMs();
work();
const ms = busyMs() - startedAt;
process.stdout.write(JSON.stringify({ ms, grownMib: (peakKib() - before) / KIB_IN_MIB }));

// Starting takes more memory than is in use afterwards; the peak has to be measured from there (proc(5), clear_refs).
function forgetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

// The most memory that the process has had.
function peakKib(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]);
}

function planning(): () => unknown {
  const found = [...LARGEST, ...ENTANGLED, ...HOSTILE_TEXTS].find((text) => text.name === name);
  return () => planTemplate(found?.source ?? '');
}

function rendering(): () => unknown {
  const found = [...LARGE_VALUES, ...LOOPS, ...HELPERS_AT_WORK].find((one) => one.name === name);
  const compiled = compileTemplate(found?.source ?? '');
  if (!compiled.ok) throw new Error(`The template of "${String(name)}" is refused.`);
  const context = contextOf(found?.data ?? null);
  return () => renderTemplate(compiled.template, context);
}
