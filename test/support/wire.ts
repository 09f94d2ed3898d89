// A receiver that keeps what came over the wire, and the settings that lead an engine to it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../src/config.ts';
import { readBody, startReceiver } from './tls-receiver.ts';

/** A request as it arrived: header lines in their order, the body to the last byte. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface Wire {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** For `startApp`. */
  readonly env: Environment;
  close(): Promise<void>;
}

/** Starts the receiver; without `answer` it answers 200 and an empty object. */
export async function startWire(answer?: (response: ServerResponse, seen: Seen) => void): Promise<Wire> {
  const seen: Seen[] = [];
  const keep = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = request.rawHeaders.flatMap((name, index, all): [string, string][] =>
      index % 2 === 0 ? [[name, all[index + 1] ?? '']] : [],
    );
    const one: Seen = { method: request.method ?? '', path: request.url ?? '', headers, body: await readBody(request) };
    seen.push(one);
    if (answer !== undefined) answer(response, one);
    else response.setHeader('content-type', 'application/json').end('{}');
  };
  const receiver = await startReceiver((request, response) => void keep(request, response));
  const folder = await mkdtemp(join(tmpdir(), 'hookwright-ca-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, receiver.ca);
  return {
    url: `https://${receiver.host}`,
    seen,
    env: {
      HOOKWRIGHT_EGRESS_CONNECT: `${receiver.host}=127.0.0.1:${String(receiver.port)}`,
      HOOKWRIGHT_EGRESS_CA: caFile,
    },
    close: async () => {
      await receiver.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The value of a header, whatever the case of its name. */
export function headerOf(seen: Seen | undefined, name: string): string | undefined {
  return seen?.headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1];
}
