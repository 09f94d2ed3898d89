// `npm run bench:e2e -- --shape one-webhook --seconds 8`: one program in one shape, for whoever profiles.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from '../support/machine.ts';
import { toLines } from '../support/table.ts';
import { sqliteHome } from './home.ts';
import { startGenerator, startReceiver } from './helpers.ts';
import { leaveOnSignals } from './leaving.ts';
import type { Bench } from './measure.ts';
import { makePeers } from './peers.ts';
import { measurementLines } from './report.ts';
import { atRate, ceiling, hookwright, runProgram, saturation, SHAPES, shapeOf } from './shapes.ts';
import type { Starter } from './shapes.ts';
import { verdict } from './verdict.ts';

const USAGE = `npm run bench:e2e -- [options]
  --program NAME      hookwright (default), ceiling, bare, or a peer: BullMQ, pg-boss
  --shape NAME        ${SHAPES.map(({ name }) => name).join(', ')}
  --seconds N         how long events are posted (default 8)
  --rate N            events a second, at fixed times; without it as fast as they are taken
  --connections N     for that (default 64)
  --env NAME=VALUE    a setting of the engine; may be repeated
  --engine-args ARGS  arguments for the Node of engine or ceiling, separated by blanks
  --cpu-prof FOLDER   engine or ceiling writes a CPU profile into FOLDER when it ends
  --keep FOLDER       the engine's data and log, kept
  --json FILE         all figures
`;

const { values } = parseArgs({
  options: {
    program: { type: 'string', default: 'hookwright' },
    shape: { type: 'string', default: 'one-webhook' },
    seconds: { type: 'string', default: '8' },
    rate: { type: 'string' },
    connections: { type: 'string', default: '64' },
    env: { type: 'string', multiple: true, default: [] },
    'engine-args': { type: 'string', default: '' },
    'cpu-prof': { type: 'string' },
    keep: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

leaveOnSignals();
if (values.help) process.stdout.write(USAGE);
else await main();

async function main(): Promise<void> {
  const shape = shapeOf(values.shape);
  const seconds = number('seconds');
  const measurement =
    values.rate === undefined
      ? saturation(shape, seconds, number('connections'))
      : atRate(shape, number('rate'), seconds);
  const bench: Bench = { receiver: await startReceiver(), generator: startGenerator(), accounts: [] };
  try {
    const all = await runProgram(bench, await starter(), shape, [measurement]);
    process.stdout.write(`${machine()}\n${shape.name}\n${measurementLines(all)}`);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
    const rows = verdict(bench.accounts);
    process.stdout.write(toLines(rows));
    if (rows.some(({ met }) => !met)) process.exitCode = 1;
  } finally {
    await bench.generator.stop();
    await bench.receiver.stop();
  }
}

function number(name: 'seconds' | 'rate' | 'connections'): number {
  const value = Number(values[name]);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} is a number greater than 0.\n${USAGE}`);
}

async function starter(): Promise<Starter> {
  if (values.program === 'ceiling') return ceiling('product', nodeArgs());
  if (values.program === 'bare') return ceiling('bare', nodeArgs());
  if (values.program !== 'hookwright') return peer(values.program);
  const kept = values.keep === undefined ? undefined : made(values.keep);
  const options = { env: Object.fromEntries(values.env.map(pair)), nodeArgs: nodeArgs() };
  return hookwright(options, () => Promise.resolve(sqliteHome(kept)));
}

async function peer(wanted: string): Promise<Starter> {
  const peers = await makePeers((text) => void process.stdout.write(text));
  const found = peers.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`There is no program ${wanted} here.\n${USAGE}`);
  return found.start;
}

function nodeArgs(): string[] {
  const given = values['engine-args'].split(' ').filter((one) => one !== '');
  const folder = values['cpu-prof'];
  return folder === undefined ? given : [...given, '--cpu-prof', `--cpu-prof-dir=${made(folder)}`];
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return resolve(folder);
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}
