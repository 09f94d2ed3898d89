// The processes beside the program that is measured: receiver and load generator, as functions that can be awaited.
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { built } from './build.ts';
import { MARKS_A_RUN } from './events.ts';
import type { GeneratorAnswer, Load, LoadResult } from './generator-messages.ts';
import { temporaryFolder } from './leaving.ts';
import type { Arrivals, Progress, ReceiverAnswer, ReceiverCommand } from './receiver-messages.ts';

/** The receiver's process. */
export interface Receiver {
  readonly host: string;
  readonly port: number;
  /** A PEM file with its certificate. */
  readonly caFile: string;
  /**
   * Begins a run: forgets what has arrived, and makes room for that many events and webhooks. Gives the first mark of the
   * run, which none before has used: what arrives with an older one is not taken for an arrival of this run.
   */
  beginRun(events: number, webhooks: number): Promise<number>;
  /** From now on `/held` answers after so many milliseconds. */
  hold(holdMs: number): Promise<void>;
  progress(): Promise<Progress>;
  collect(): Promise<Arrivals>;
  stop(): Promise<void>;
}

/** The load generator's process. */
export interface Generator {
  run(load: Load): Promise<LoadResult>;
  stop(): Promise<void>;
}

/** Starts the receiver. */
export async function startReceiver(): Promise<Receiver> {
  const child = forked('receiver.ts');
  const { port, ca } = await next<ReceiverAnswer, 'listening'>(child, 'listening');
  const { folder, remove } = temporaryFolder();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca);
  const ask = <Kind extends ReceiverAnswer['kind']>(
    command: ReceiverCommand,
    kind: Kind,
  ): Promise<Extract<ReceiverAnswer, { kind: Kind }>> => {
    const answer = next<ReceiverAnswer, Kind>(child, kind);
    child.send(command);
    return answer;
  };
  let runs = 0;
  return {
    host: 'receiver.example.com',
    port,
    caFile,
    beginRun: async (marks, webhooks) => {
      runs += 1;
      const firstMark = runs * MARKS_A_RUN;
      await ask({ kind: 'reset', firstMark, marks, webhooks }, 'reset');
      return firstMark;
    },
    hold: async (holdMs) => {
      await ask({ kind: 'hold', holdMs }, 'hold');
    },
    progress: () => ask({ kind: 'progress' }, 'progress'),
    collect: () => ask({ kind: 'collect' }, 'collected'),
    stop: async () => {
      await ended(child);
      remove();
    },
  };
}

/** Starts the load generator. */
export function startGenerator(): Generator {
  const child = forked('generator.ts');
  return {
    run: async (load) => {
      const answer = nextOfAny<GeneratorAnswer>(child);
      child.send(load);
      const got = await answer;
      if (got.kind === 'done') return got.result;
      throw new Error(`The load generator failed: ${got.message}`);
    },
    stop: () => ended(child),
  };
}

function forked(file: string): ChildProcess {
  return fork(built(`bench/end-to-end/${file}`), { execArgv: [], serialization: 'advanced' });
}

async function next<Answer extends { kind: string }, Kind extends Answer['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Answer, { kind: Kind }>> {
  const answer = await nextOfAny<Answer>(child);
  if (answer.kind !== kind) throw new Error(`The helper said ${answer.kind} where ${kind} was expected.`);
  return answer as Extract<Answer, { kind: Kind }>;
}

function nextOfAny<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const exited = (): void => reject(new Error('A helper of the benchmark has ended before its time.'));
    child.once('exit', exited);
    child.once('message', (message) => {
      child.off('exit', exited);
      resolve(message as Answer);
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}
