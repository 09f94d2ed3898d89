// What hostile events and templates cost the running engine in memory: the real process, after it has warmed up. Part of
// `npm run test:faults`; what each of them costs alone is in templates/hostile.faults.ts.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeExact } from '../src/domain/json.ts';
import { LARGE_VALUES } from './templates/hostile-renderings.ts';
import { ENTANGLED, HOSTILE_TEXTS, LARGEST } from './templates/hostile-templates.ts';

const MAX_GROWN_MIB = 50;
const ROUNDS = 3;
const WARM_EVENTS = 200;

interface Engine {
  readonly process: ChildProcess;
  readonly folder: string;
  call(path: string, body?: unknown): Promise<unknown>;
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

async function start(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-memory-'));
  const env = {
    PATH: process.env['PATH'],
    HOOKWRIGHT_LISTEN: '127.0.0.1:0',
    HOOKWRIGHT_DATA_DIR: folder,
    HOOKWRIGHT_LOG_LEVEL: 'error',
    HOOKWRIGHT_RATE_LIMIT: '1000000',
  };
  const engine = spawn(process.execPath, ['--import', 'tsx', MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    engine.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('See its invocation')) resolve(text);
    });
    engine.once('exit', () => reject(new Error(`it did not start: ${text}`)));
  });
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
  const [key = ''] = /hw_[\w-]+/.exec(said) ?? [];
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const call = async (path: string, body?: unknown): Promise<unknown> => {
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { headers, ...request });
    assert.ok(response.status < 500, `${path}: ${String(response.status)}`);
    return response.json();
  };
  return { process: engine, folder, call };
}

// Resident memory, as the system sees it.
function residentMib(pid: number): number {
  const status = `/proc/${String(pid)}/status`;
  const kib = existsSync(status)
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kib) / 1024;
}

// Until nothing is due and nothing under way: each look is a request, so no clock is asked.
async function delivered(engine: Engine): Promise<void> {
  for (;;) {
    const lists = await Promise.all(
      ['pending', 'sending'].map((state) => engine.call(`/v1/deliveries?state=${state}&limit=1`)),
    );
    if (lists.every((list) => (list as { data: unknown[] }).data.length === 0)) return;
  }
}

async function post(engine: Engine, metadata: unknown): Promise<void> {
  await engine.call('/v1/events', { event_type: 'x.y', event_time: '1763640000', data: { action: 'a', metadata } });
  await delivered(engine);
}

describe('the engine under hostile events and templates', function () {
  this.timeout(0);
  let engine: Engine;

  before(async () => {
    engine = await start();
    const url = 'https://sandbox.hookwright.test/status/200';
    await engine.call('/v1/webhooks', { name: 'all', url, body_template: '{"all": {{data}}}' });
    await engine.call('/v1/templates/check', { body_template: '{"all": {{data}}}' });
    for (let count = 0; count < WARM_EVENTS; count += 1) await post(engine, { count });
  });

  after(() => {
    engine.process.kill();
    rmSync(engine.folder, { recursive: true, force: true });
  });

  const growth = async (work: () => Promise<void>): Promise<number> => {
    const pid = engine.process.pid ?? assert.fail();
    const warm = residentMib(pid);
    let most = warm;
    const timer = setInterval(() => (most = Math.max(most, residentMib(pid))), 20);
    await work();
    clearInterval(timer);
    process.stdout.write(`      from ${warm.toFixed(0)} to ${most.toFixed(0)} MiB at most\n`);
    return most - warm;
  };

  it('grows by less than 50 MiB, however many events of 250 KB come one after the other', async () => {
    const values = LARGE_VALUES.map(({ data }) => JSON.parse(writeExact(data)) as unknown);
    const grown = await growth(async () => {
      for (let round = 0; round < ROUNDS; round += 1) for (const value of values) await post(engine, value);
    });
    assert.ok(grown < MAX_GROWN_MIB, `${grown.toFixed(1)} MiB`);
  });

  it('grows by less than 50 MiB, whatever templates are checked', async () => {
    const grown = await growth(async () => {
      for (const { source } of [...LARGEST, ...ENTANGLED, ...HOSTILE_TEXTS])
        await engine.call('/v1/templates/check', { body_template: source });
    });
    assert.ok(grown < MAX_GROWN_MIB, `${grown.toFixed(1)} MiB`);
  });
});
