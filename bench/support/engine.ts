// The engine as a process of its own, with an empty data folder, and a client for its API.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as send } from 'node:http';
import { fileURLToPath } from 'node:url';
import { endWith, temporaryFolder } from '../end-to-end/leaving.ts';

/** A running engine. */
export interface Engine {
  /** Posts (with a body) or gets JSON; fails where the answer is no success. */
  call(path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Starts one with these settings besides its own. */
export async function startEngine(env: Readonly<Record<string, string | undefined>>): Promise<Engine> {
  const { folder, remove } = temporaryFolder();
  const settings = {
    PATH: process.env['PATH'],
    HOOKWRIGHT_LISTEN: '127.0.0.1:0',
    HOOKWRIGHT_DATA_DIR: folder,
    HOOKWRIGHT_LOG_LEVEL: 'error',
    HOOKWRIGHT_RATE_LIMIT: '1000000',
    ...env,
  };
  const engine = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: settings,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const forget = endWith(engine);
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    engine.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/hw_[\w-]+\n/.test(text)) resolve(text);
    });
    engine.once('exit', () => reject(new Error(`The engine did not start: ${text}`)));
  });
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
  const [key = ''] = /hw_[\w-]+/.exec(said) ?? [];
  const agent = new Agent({ keepAlive: true });
  return {
    call: (path, body) => call(agent, `${url}${path}`, key, body),
    stop: async () => {
      agent.destroy();
      const gone = once(engine, 'exit');
      engine.kill('SIGKILL');
      await gone;
      forget();
      remove();
    },
  };
}

async function call(agent: Agent, url: string, key: string, body: unknown): Promise<unknown> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const request = send(url, { agent, method: text === undefined ? 'GET' : 'POST', headers });
  request.end(text);
  const response = await answerOf(request);
  // The engine has just closed the connection that was kept (Node, `request.reusedSocket`): nothing was read of it.
  if (response === undefined) return call(agent, url, key, body);
  let answer = '';
  for await (const chunk of response.setEncoding('utf8')) answer += String(chunk);
  assert.ok((response.statusCode ?? 0) < 300, `${url}: ${String(response.statusCode)} ${answer}`);
  return JSON.parse(answer);
}

async function answerOf(request: ClientRequest): Promise<IncomingMessage | undefined> {
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    if (request.reusedSocket && error instanceof Error && 'code' in error && error.code === 'ECONNRESET')
      return undefined;
    throw error;
  }
}
