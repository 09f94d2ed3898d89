// The long form of hostile.test.ts: what each case costs, the first time, in a process of its own. Time is that of the
// main thread where the system tells it (bench/support/busy-time.ts), so that other work on the machine does not count.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HELPERS_AT_WORK, LARGE_VALUES, LOOPS } from './hostile-renderings.ts';
import { ENTANGLED, HOSTILE_TEXTS, LARGEST } from './hostile-templates.ts';

const MAX_BLOCKED_MS = 100;
const MAX_GROWN_MIB = 50;
const ATTEMPTS = 3;

interface Cost {
  readonly ms: number;
  readonly grownMib: number;
}

// The least of a few: what the machine does besides can only add.
function costOf(kind: 'render' | 'plan', name: string): Cost {
  const costs: Cost[] = [];
  while (costs.length < ATTEMPTS && !costs.some(isSmall)) costs.push(measure(kind, name));
  return {
    ms: Math.min(...costs.map(({ ms }) => ms)),
    grownMib: Math.min(...costs.map(({ grownMib }) => grownMib)),
  };
}

function isSmall({ ms, grownMib }: Cost): boolean {
  return ms < MAX_BLOCKED_MS && grownMib < MAX_GROWN_MIB;
}

function measure(kind: string, name: string): Cost {
  const script = fileURLToPath(new URL('hostile-measure.ts', import.meta.url));
  const text = execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', script, kind, name], {
    encoding: 'utf8',
  });
  return JSON.parse(text) as Cost;
}

function assertSmall(cost: Cost): void {
  const shown = `${cost.ms.toFixed(1)} ms, ${cost.grownMib.toFixed(1)} MiB more`;
  assert.ok(isSmall(cost), `it cost ${shown}; wanted less than ${String(MAX_BLOCKED_MS)} ms and 50 MiB`);
}

describe('what a hostile rendering costs', () => {
  for (const { name } of [...LARGE_VALUES, ...LOOPS, ...HELPERS_AT_WORK]) {
    it(`is less than 100 ms and 50 MiB: ${name}`, () => {
      assertSmall(costOf('render', name));
    });
  }
});

describe('what a hostile template costs to plan', () => {
  for (const { name } of [...LARGEST, ...ENTANGLED, ...HOSTILE_TEXTS]) {
    it(`is less than 100 ms and 50 MiB: ${name}`, () => {
      assertSmall(costOf('plan', name));
    });
  }
});
