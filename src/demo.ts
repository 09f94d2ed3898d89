// `npm run demo`: the whole engine on a temporary database, three webhooks, real events, and what became of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from './app.ts';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import type { Json, JsonObject } from './domain/json.ts';
import { isObject } from './domain/json.ts';
import { balanceOf, invocationTable } from './demo-report.ts';

const SANDBOX = 'https://sandbox.hookwright.test';
const OK_BODY = Buffer.from(JSON.stringify({ ok: true })).toString('base64url');
const OK_VALIDATOR = [{ json_path: '$.data.ok', expected_values: [true] }];

const WEBHOOKS: readonly JsonObject[] = [
  {
    name: 'healthy',
    url: `${SANDBOX}/json/${OK_BODY}`,
    response_validators: OK_VALIDATOR,
    filter: { 'data.action': { $exists: true } },
  },
  {
    name: 'failing validator',
    url: `${SANDBOX}/json/${Buffer.from(JSON.stringify({ ok: false })).toString('base64url')}`,
    response_validators: OK_VALIDATOR,
    custom_validation_error_message: 'The receiver did not say that it is ok.',
  },
  { name: 'slow', url: `${SANDBOX}/slow/5`, timeout_in_sec: 1 },
];

await main();

async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hookwright-demo-'));
  const app = createApp(demoConfig(dataDir));
  try {
    const { url, firstKey } = await app.start();
    await show(app, createClient(url, firstKey ?? ''));
  } finally {
    await app.stop(5000);
    await rm(dataDir, { recursive: true, force: true });
  }
}

function demoConfig(dataDir: string): Parameters<typeof createApp>[0] {
  const env = {
    HOOKWRIGHT_LISTEN: '127.0.0.1:0',
    HOOKWRIGHT_DATA_DIR: dataDir,
    HOOKWRIGHT_LOG_LEVEL: 'error',
  };
  const reading = readConfig(env, process.cwd());
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.config;
}

type Client = (method: 'GET' | 'POST', path: string, body?: Json) => Promise<JsonObject>;

function createClient(url: string, key: string): Client {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Json;
    if (!response.ok || !isObject(answer)) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

async function show(app: App, call: Client): Promise<void> {
  for (const webhook of WEBHOOKS) await call('POST', '/v1/webhooks', webhook);
  const { samples } = await call('GET', '/v1/schemas/audit');
  const events = items(samples).flatMap((sample) => (sample['event'] === undefined ? [] : [sample['event']]));
  const posted = await call('POST', '/v1/events', events);
  const accepted = items(posted['events']).reduce((sum, result) => sum + Number(result['deliveries']), 0);
  print(
    `\n${String(events.length)} events posted, ${String(accepted)} deliveries planned. Waiting until nothing is due …\n`,
  );
  await app.idle();
  const invocations = items((await call('GET', '/v1/invocations?kind=delivery&limit=200'))['data']);
  print(invocationTable(invocations));
  await showOne(
    call,
    invocations.find((one) => one['outcome'] === 'validation_failed'),
  );
  const deliveries = items((await call('GET', '/v1/deliveries?limit=200'))['data']);
  const balance = balanceOf(
    accepted,
    deliveries.map((delivery) => text(delivery['state'])),
  );
  print(`${balance.text}\n`);
  if (!balance.even || invocations.length < accepted) {
    process.exitCode = 1;
    print('The books do not balance: this is a bug.\n');
  }
}

async function showOne(call: Client, invocation: JsonObject | undefined): Promise<void> {
  if (invocation === undefined) throw new Error('No invocation failed its validator, and one had to.');
  const whole = await call('GET', `/v1/invocations/${text(invocation['id'])}`);
  print(`\nOne invocation in full:\n\n${JSON.stringify(whole, null, 2)}\n\n`);
}

function items(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isObject(item)) : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function print(line: string): void {
  process.stdout.write(line);
}
