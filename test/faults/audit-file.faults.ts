// kill -9 of a process that writes the audit log file, again and again: afterwards the files hold each event once, in order.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Event } from '../../src/domain/event.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createEventLog } from '../../src/store/event-log.ts';
import { ORGANIZATION } from '../store/fixtures.ts';
import type { Exit } from './support/children.ts';
import { watch } from './support/children.ts';
import { diceFor, howOften, SEED } from './support/settings.ts';
import { pause } from './support/time.ts';

const PROCESS = fileURLToPath(new URL('support/audit-file-process.ts', import.meta.url));
const KILLS = howOften('TEST_FILE_KILLS', 100, 3);
const PAGE = 500;
const END = new Date('9999-01-01T00:00:00Z');

interface Running {
  kill(): void;
  readonly ended: Promise<Exit>;
}

async function start(folder: string, task: 'write' | 'finish'): Promise<Running> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROCESS, folder, task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = watch(child);
  await Promise.race([once(child.stdout, 'data'), ended]);
  return { kill: () => child.kill('SIGKILL'), ended };
}

function textOf(folder: string): string {
  const files = join(folder, 'audit', ORGANIZATION);
  const names = readdirSync(files).filter((name) => !name.startsWith('.'));
  return names
    .sort()
    .map((name) => readFileSync(join(files, name), 'utf8'))
    .join('');
}

async function storedLines(folder: string): Promise<readonly string[]> {
  const database = await openDatabase({ path: join(folder, 'hookwright.db') });
  const log = createEventLog({ database });
  const events: Event[] = [];
  for (;;) {
    const page = await log.after(ORGANIZATION, events.at(-1), END, PAGE);
    events.push(...page);
    if (page.length < PAGE) break;
  }
  await database.close();
  return events.map(({ id, body }) => JSON.stringify({ id, body }));
}

describe('kill -9 of a process that writes the audit log file', function () {
  this.timeout(KILLS * 10_000 + 120_000);

  it(`leaves no line torn, missing or doubled in ${String(KILLS)} times`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hookwright-faults-'));
    const dice = diceFor('audit file');
    const left: string[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const running = await start(folder, 'write');
      await pause(dice.whole(50, 500));
      running.kill();
      assert.equal((await running.ended).signal, 'SIGKILL');
      left.push(textOf(folder));
    }
    const { code } = await (await start(folder, 'finish')).ended;
    assert.equal(code, 0);
    const lines = await storedLines(folder);
    const expected = `${lines.join('\n')}\n`;
    assert.ok(textOf(folder) === expected, `the files are not the log: ${folder}, seed ${String(SEED)}`);
    // What a collector could read right after a kill were the same lines, the last of them torn at most.
    for (const text of left) assert.ok(expected.startsWith(text), `seed ${String(SEED)}`);
    const files = readdirSync(join(folder, 'audit', ORGANIZATION)).length - 1;
    process.stdout.write(
      `    audit file: ${String(KILLS)} kills, ${String(lines.length)} lines in ${String(files)} files, ${String(left.filter((text) => !text.endsWith('\n')).length)} torn before the next start, seed ${String(SEED)}\n`,
    );
    rmSync(folder, { recursive: true, force: true });
  });
});
