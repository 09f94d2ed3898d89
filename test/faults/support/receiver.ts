// Starts the receiver's process, tells it how to behave, and reads what it wrote down.
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../../src/config.ts';
import { makeCertificate } from '../../support/tls-receiver.ts';
import type { SeenRequest } from './checker.ts';
import { watch } from './children.ts';
import { within } from './engine.ts';
import type { ReceiverOrders } from './receiver-process.ts';

const PROCESS = fileURLToPath(new URL('receiver-process.ts', import.meta.url));
const HOST = 'receiver.example.com';
const LIMIT_MS = 30_000;

/** The receiver of an experiment. */
export interface FaultReceiver {
  /** A URL whose path says how it is answered: `/ok/…`, or the name of another behaviour. */
  url(path: string): string;
  /** What an engine needs to reach it. */
  readonly env: Environment;
  /** Answers a path differently from now on. */
  tell(path: string, behaviour: string): Promise<void>;
  /** Everything that it has seen so far. */
  seen(): readonly SeenRequest[];
  stop(): Promise<void>;
}

/** Starts it; its log and certificate lie in `folder`. */
export async function startFaultReceiver(folder: string): Promise<FaultReceiver> {
  const certificate = await makeCertificate({ names: [HOST] });
  const logFile = join(folder, 'receiver.ndjson');
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, certificate.cert);
  const child = fork(PROCESS, { execArgv: ['--import', 'tsx'] });
  const exit = watch(child);
  const orders: ReceiverOrders = { certificate, host: HOST, logFile };
  const port = await ask(child, orders, 'port');
  return {
    url: (path) => `https://${HOST}${path}`,
    env: { HOOKWRIGHT_EGRESS_CONNECT: `${HOST}=127.0.0.1:${port}`, HOOKWRIGHT_EGRESS_CA: caFile },
    tell: async (path, behaviour) => {
      await ask(child, { path, behaviour }, 'told');
    },
    seen: () => readLines<SeenRequest>(logFile),
    stop: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

function ask(child: ChildProcess, message: object, answer: string): Promise<string> {
  const answered = new Promise<string>((resolve) => {
    const listener = (told: Record<string, string | number>): void => {
      if (told[answer] === undefined) return;
      child.off('message', listener);
      resolve(String(told[answer]));
    };
    child.on('message', listener);
  });
  child.send(message);
  return within(LIMIT_MS, 'the receiver answers', answered);
}

/** The lines of a log of JSON values; a last line that is cut off is left out. */
export function readLines<Line>(file: string): Line[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Line);
}
