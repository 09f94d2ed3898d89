// The shapes of load that one program is measured with.
import type { Load } from './generator-messages.ts';
import { makeWebhooks, startEngine } from './engine.ts';
import type { EngineOptions } from './engine.ts';
import type { Home } from './home.ts';
import { sqliteHome } from './home.ts';
import { built } from './build.ts';
import type { Receiver } from './helpers.ts';
import type { Bench, Measured, Measurement } from './measure.ts';
import { measure } from './measure.ts';
import type { Program } from './program.ts';
import { startSmall } from './program.ts';

/** One shape: what the webhooks are, and how events are posted. */
export interface Shape {
  readonly name: string;
  /** The receiver's path for each webhook. */
  readonly paths: readonly string[];
  readonly batch: number;
  /** The webhooks are there already. */
  readonly isMade?: boolean;
}

const ok = (count: number): string[] => Array.from({ length: count }, () => '/ok');

/** Those that can be asked for by name. */
export const SHAPES: readonly Shape[] = [
  { name: 'one-webhook', paths: ok(1), batch: 1 },
  { name: 'ten-webhooks', paths: ok(10), batch: 1 },
  { name: 'batch', paths: ok(1), batch: 100 },
  { name: 'delay-50', paths: ['/delay/50'], batch: 1 },
  { name: 'delay-500', paths: ['/delay/500'], batch: 1 },
  { name: 'nine-webhooks', paths: ok(9), batch: 1 },
  { name: 'one-dead-of-ten', paths: [...ok(9), '/dead'], batch: 1 },
];

/** The shape of that name. */
export function shapeOf(name: string): Shape {
  const shape = SHAPES.find((one) => one.name === name);
  if (shape === undefined)
    throw new Error(`There is no shape ${name}. Known: ${SHAPES.map((one) => one.name).join(', ')}.`);
  return shape;
}

/** The seed of the events, of every run. */
export const SEED = 20_261_128;

// More than any program takes in.
const MOST_A_SECOND = 30_000;
// Batches are taken in many times faster than they are delivered: what is left has to drain in time.
const MOST_A_SECOND_IN_BATCHES = 5000;

/** As fast as they are taken, over so many connections. */
export function saturation(shape: Shape, seconds: number, connections = 64): Measurement {
  return measurementOf(shape, { mode: 'saturate', rate: 0, seconds, connections });
}

/** At a rate of events a second, whatever becomes of them. */
export function atRate(shape: Shape, rate: number, seconds: number): Measurement {
  return measurementOf(shape, { mode: 'rate', rate, seconds, connections: 256 });
}

function measurementOf(
  { paths, batch }: Shape,
  load: Pick<Load, 'mode' | 'rate' | 'seconds' | 'connections'>,
): Measurement {
  const bound = batch === 1 ? MOST_A_SECOND : MOST_A_SECOND_IN_BATCHES;
  const most = (load.mode === 'rate' ? load.rate : bound) * load.seconds;
  const maxEvents = Math.ceil(most / batch) * batch;
  const dueWebhooks = paths.filter((path) => path !== '/dead').length;
  return { load: { ...load, batch, maxEvents, seed: SEED }, webhooks: paths.length, dueWebhooks };
}

/** Starts a program for a shape. */
export type Starter = (receiver: Receiver, shape: Shape) => Promise<Program>;

/** The engine, with what is different from the default. The home is removed with it. */
export function hookwright(
  options: Omit<EngineOptions, 'receiver' | 'home'> = {},
  makeHome: (receiver: Receiver) => Promise<Home> = () => Promise.resolve(sqliteHome()),
): Starter {
  return async (receiver, shape) => {
    const home = await makeHome(receiver);
    try {
      const engine = await startEngine({ ...options, receiver, home });
      if (shape.isMade !== true) await makeWebhooks(engine, receiver.host, shape.paths);
      const stop = async (): Promise<void> => {
        await engine.stop();
        await home.remove();
      };
      return { ...engine, stop };
    } catch (error) {
      await home.remove();
      throw error;
    }
  };
}

/** The ceiling, of the engine's own functions or bare; `nodeArgs` are for its Node. */
export function ceiling(variant: 'product' | 'bare', nodeArgs: readonly string[] = []): Starter {
  const name = variant === 'bare' ? 'bare ceiling' : 'ceiling';
  const small = {
    name,
    args: [...nodeArgs, built('bench/ceiling/ceiling.ts')],
    env: { VARIANT: variant },
  };
  return (receiver, { paths }) => startSmall(small, receiver, paths.length);
}

const WARM_UP_SECONDS = 2;

/** Starts a program, warms it up, measures it in each way, and ends it. What the warm-up loses counts, too. */
export async function runProgram(
  bench: Bench,
  start: Starter,
  shape: Shape,
  measurements: readonly Measurement[],
): Promise<Measured[]> {
  const program = await start(bench.receiver, shape);
  try {
    await measure(bench, program, saturation(shape, WARM_UP_SECONDS));
    const all: Measured[] = [];
    for (const measurement of measurements) all.push(await measure(bench, program, measurement));
    return all;
  } finally {
    await program.stop();
  }
}
