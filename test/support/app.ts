// A whole engine on a temporary database, and a client that holds every answer against the contract.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import request from 'supertest';
import type { App } from '../../src/app.ts';
import { createApp } from '../../src/app.ts';
import { createProductSchemas } from '../../src/assembly/schemas.ts';
import type { AppOptions } from '../../src/assembly/tools.ts';
import type { Environment } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import { writeKey } from '../../src/domain/api-key.ts';
import { readProductFiles } from '../../src/product-files.ts';
import type { SecureContexts } from '../../src/egress/connector.ts';
import { isAuditingPath } from '../../src/http/jira-answer.ts';
import type { SuccessSpec } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { KeyPair } from '../../src/sandbox/index.ts';
import { makeCertificate, SANDBOX_HOST } from '../../src/sandbox/index.ts';
import { connectPostgres } from '../../src/store/dialect/postgres.ts';
import { connectSqlite } from '../../src/store/dialect/sqlite.ts';
import { assertView } from '../http/views/assert-view.ts';
import { createWorkshop } from '../../src/workshop/workshop.ts';
import { exact } from '../schemas/contract.ts';
import { createDatabase, currentKind, template } from './databases.ts';
import { assertByOpenApi } from './openapi-contract.ts';

/** The text of an admin key that a test chooses; another digit is another key. */
export function keyText(digit = '0', secret = 's'.repeat(43)): string {
  return writeKey(`key_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8${digit}`, secret);
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null` for none. */
  readonly key?: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // Tests look into it as deep as they like; its shape has been checked against the contract by then.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  readonly body: any;
}

// One thread for all engines of this process; it keeps nothing alive.
const SHARED_WORKSHOP = createWorkshop({ report: { jobFailed: ({ error }) => assert.fail(String(error)) } });

// Compiled once for all of them, each schema when it is first asked.
const SHARED_SCHEMAS = createProductSchemas(readProductFiles());

// Of all engines: making and reading certificates takes a good part of a start.
const SHARED_CONTEXTS: SecureContexts = new Map();
let certificate: Promise<KeyPair> | undefined;
const sandboxCertificate = (): Promise<KeyPair> => (certificate ??= makeCertificate(SANDBOX_HOST));

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

export interface TestApp {
  readonly app: App;
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
  /** Lines of the log so far. */
  readonly log: readonly string[];
  readonly call: Call;
  stop(): Promise<void>;
}

// Tests ask faster than anybody; and a thread that sends takes most of a start, so that few engines have one.
const UNLIMITED = { HOOKWRIGHT_RATE_LIMIT: '1000000', HOOKWRIGHT_SENDER_THREADS: '0' };

/** Starts an engine with a data folder of its own; `stop` removes it, unless it was given. */
export async function startApp(env: Environment = {}, options: AppOptions = {}): Promise<TestApp> {
  const dataDir = env['HOOKWRIGHT_DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'hookwright-test-')));
  const database = await databaseEnv(dataDir);
  const defaults = { HOOKWRIGHT_LISTEN: '127.0.0.1:0', HOOKWRIGHT_DATA_DIR: dataDir, ...database, ...UNLIMITED };
  const reading = readConfig({ ...defaults, ...env }, dataDir);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const log: string[] = [];
  const app = createApp(reading.config, {
    logSink: { write: (line) => void log.push(line) },
    // A test that moves the clock means that of leases, too.
    leasesFollowClock: options.clock !== undefined,
    workshop: SHARED_WORKSHOP,
    slowDown: () => Promise.resolve(),
    schemas: SHARED_SCHEMAS,
    secureContexts: SHARED_CONTEXTS,
    sandboxCertificate,
    ...options,
  });
  const { url, firstKey } = await startOrStop(app);
  const key = firstKey ?? env['HOOKWRIGHT_ADMIN_KEY'] ?? '';
  const stop = async (): Promise<void> => {
    await app.stop(1000);
    if (env['HOOKWRIGHT_DATA_DIR'] === undefined) await removeData(dataDir);
  };
  return { app, url, key, dataDir, log, call: createCall(url, key), stop };
}

const databases = new Map<string, Awaited<ReturnType<typeof createDatabase>>>();

/** The variables that name the database of a data folder: engines on the same folder share one, on whatever kind it is. */
export async function databaseEnv(dataDir: string): Promise<Environment> {
  if (currentKind() === 'SQLite') return {};
  const database = databases.get(dataDir) ?? (await createDatabase(await template()));
  databases.set(dataDir, database);
  return { HOOKWRIGHT_DATABASE_URL: database.url };
}

/** One connection to the database of a data folder, past everything that watches over it; close it with `destroy`. */
export function connectBelow(dataDir: string): Knex {
  const database = databases.get(dataDir);
  if (database === undefined) {
    const setup = 'PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF';
    return connectSqlite({ path: join(dataDir, 'hookwright.db'), setup });
  }
  const options = { name: 'test', most: 1, statementTimeoutMs: 0, readOnly: false };
  return connectPostgres({ ...options, url: `${database.url}?options=-c%20session_replication_role%3Dreplica` });
}

/** Removes a data folder and its database. */
export async function removeData(dataDir: string): Promise<void> {
  await databases.get(dataDir)?.drop();
  databases.delete(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}

// An app that could not start must not keep the process alive.
async function startOrStop(app: App): ReturnType<App['start']> {
  try {
    return await app.start();
  } catch (error) {
    await app.stop(0);
    throw error;
  }
}

function createCall(url: string, key: string): Call {
  return async (method, path, options = {}) => {
    const answer = await send(url, key, method, path, options);
    const result = {
      status: answer.status,
      headers: answer.headers as Record<string, string>,
      text: answer.text,
      body: answer.body as unknown,
    };
    holdToContract(method, path, result);
    return result;
  };
}

async function send(
  url: string,
  key: string,
  method: string,
  path: string,
  options: CallOptions,
): Promise<request.Response> {
  const sending = request(url)[method.toLowerCase() as 'get'](path).buffer(true);
  // Superagent's own parser would round numbers and hide malformed answers.
  sending.parse((response, done) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const isJson = /[/+]json\b/.test(String(response.headers['content-type']));
      Object.assign(response, { text });
      done(null, isJson ? JSON.parse(text) : text);
    });
  });
  const sentKey = options.key === undefined ? key : options.key;
  if (sentKey !== null) void sending.set('authorization', `Bearer ${sentKey}`);
  if (options.raw !== undefined || options.body !== undefined) void sending.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(options.headers ?? {})) void sending.set(name, value);
  if (options.raw !== undefined)
    return sending.serialize((body: unknown) => body as string).send(options.raw as string);
  return options.body === undefined ? sending : sending.send(JSON.stringify(options.body));
}

// Every answer of every API test is what the route table promises for it.
function holdToContract(method: string, path: string, answer: Answer): void {
  assert.notEqual(answer.status, 500, `${method} ${path}: ${answer.text}`);
  assert.match(answer.headers['x-request-id'] ?? '', /^req_/);
  if (answer.headers['content-type']?.startsWith('application/problem+json') === true) {
    assert.equal(answer.body.status, answer.status);
    assertView('problem', problemWithoutExtras(answer.text));
    return;
  }
  if (isJiraError(path, answer)) return;
  assertByOpenApi(method, path, answer.status, answer.headers['content-type'] ?? '', answer.body);
  const route = ROUTES.find((row) => row.method === method.toLowerCase() && matches(row.path, path));
  const specs = route === undefined ? [] : [route.success, ...(route.alternatives ?? [])];
  const spec = specs.find((one) => one.status === answer.status);
  assert.ok(spec, `${method} ${path} answered ${String(answer.status)}, which its route does not name: ${answer.text}`);
  if (spec.schema !== undefined && !isOtherForm(spec, answer)) assertView(spec.schema, exact(answer.text));
}

// Lines and tables are texts.
function isOtherForm({ alsoAs = [] }: SuccessSpec, { headers }: Answer): boolean {
  return alsoAs.some((type) => headers['content-type']?.startsWith(type));
}

// What is refused below /rest/auditing is said in Jira's shape.
function isJiraError(path: string, { status, text, body }: Answer): boolean {
  if (status < 400 || !isAuditingPath(path.split('?')[0] ?? '')) return false;
  assert.equal(body[0].status, status);
  assertView('auditing-errors', exact(text));
  return true;
}

// Refused intake carries the answer for each event besides the problem.
function problemWithoutExtras(text: string) {
  const { events, ...problem } = exact(text);
  if (events !== undefined) assertView('event-result', { events });
  return problem;
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = (path.split('?')[0] ?? '').split('/');
  const literalFirst = ROUTES.some((row) => row.path === given.join('/') && row.path !== pattern);
  return (
    !literalFirst &&
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith('{') || part === given[index])
  );
}
