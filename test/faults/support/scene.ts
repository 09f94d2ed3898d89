// One experiment: a receiver, a database, engines and a client around them, and the judgement at the end.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../src/config.ts';
import type { Dump, Finding, Ledger } from './checker.ts';
import { check } from './checker.ts';
import type { FaultDatabase, FaultDatabaseKind } from './databases.ts';
import { ADMIN_KEY, Engine } from './engine.ts';
import { Poster } from './poster.ts';
import type { FaultReceiver } from './receiver.ts';
import { startFaultReceiver } from './receiver.ts';
import type { Dice } from './settings.ts';
import { diceFor, SEED } from './settings.ts';
import { until } from './time.ts';

/** What an experiment is set to. */
export interface SceneOptions {
  readonly name: string;
  readonly kind: FaultDatabaseKind;
  /** How many engines; more than one only where the database can be shared. */
  readonly engines?: number;
  /** Requests in flight of one engine. */
  readonly concurrency?: number;
  readonly env?: Environment;
  readonly preload?: readonly URL[];
  readonly lanes?: number;
  readonly pauseMs?: number;
}

/** What is judged at the end, beyond what the scene knows itself. */
export type Circumstances = Partial<Pick<Ledger, 'endStates' | 'earlier' | 'clockWasSet' | 'webhookIds'>> &
  Pick<Ledger, 'faults'>;

const DRAIN_LIMIT_MS = 600_000;
const UNFINISHED: readonly string[] = ['pending', 'sending', 'held'];

/** An experiment under way. `close` ends its processes and removes its files, however it went. */
export class Scene {
  readonly folder: string;
  readonly receiver: FaultReceiver;
  readonly database: FaultDatabase;
  readonly engines: readonly Engine[];
  readonly poster: Poster;
  readonly dice: Dice;
  readonly webhookIds: string[] = [];
  readonly #options: SceneOptions;

  private constructor(options: SceneOptions, folder: string, receiver: FaultReceiver, database: FaultDatabase) {
    this.#options = options;
    this.folder = folder;
    this.receiver = receiver;
    this.database = database;
    this.dice = diceFor(`${options.name} ${options.kind.name}`);
    this.engines = Array.from({ length: options.engines ?? 1 }, (_none, index) => this.#engine(index));
    this.poster = new Poster({
      urls: () => this.engines.flatMap(({ url }) => url ?? []),
      dice: this.dice,
      logFile: join(folder, 'client.ndjson'),
      lanes: options.lanes ?? 8,
      pauseMs: options.pauseMs ?? 10,
    });
  }

  /** Sets the scene up; no engine runs yet. */
  static async open(options: SceneOptions): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'hookwright-faults-'));
    const receiver = await startFaultReceiver(folder);
    const database = await options.kind.open(join(folder, 'data'));
    return new Scene(options, folder, receiver, database);
  }

  /** Requests in flight of one engine, at most. */
  get concurrency(): number {
    return this.#options.concurrency ?? 16;
  }

  /** The first engine. */
  get engine(): Engine {
    return this.engines[0] ?? assert.fail();
  }

  #engine(index: number): Engine {
    // Engines that share a database need the same key file.
    const dataDir = join(this.folder, 'data');
    mkdirSync(dataDir, { mode: 0o700, recursive: true });
    return new Engine({
      env: {
        HOOKWRIGHT_LISTEN: '127.0.0.1:0',
        HOOKWRIGHT_DATA_DIR: dataDir,
        HOOKWRIGHT_ADMIN_KEY: ADMIN_KEY,
        HOOKWRIGHT_SANDBOX: 'off',
        // The checker reads everything there is.
        HOOKWRIGHT_RATE_LIMIT: '1000000',
        HOOKWRIGHT_LOG_LEVEL: 'warn',
        HOOKWRIGHT_CONCURRENCY: String(this.concurrency),
        HOOKWRIGHT_WEBHOOK_CONCURRENCY: String(this.concurrency),
        ...this.receiver.env,
        ...this.database.env,
        ...this.#options.env,
      },
      logFile: join(this.folder, `engine-${String(index)}.log`),
      preload: this.#options.preload ?? [],
    });
  }

  /** Makes a webhook to a path of the receiver; events match it from now on. Gives its id. */
  async webhook(path: string, settings: object = {}): Promise<string> {
    const answer = await this.engine.call('POST', '/v1/webhooks', {
      name: `to ${path.replace(/[^a-z0-9]+/g, ' ').trim()}`,
      url: this.receiver.url(path),
      timeout_in_sec: 1,
      retry_policy: { delays_in_sec: Array.from({ length: 20 }, () => 1), jitter: 0 },
      ...settings,
    });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    this.webhookIds.push(answer.body.id);
    return answer.body.id;
  }

  /** Waits until nothing waits, nothing is held and nothing is under way. */
  async drain(limitMs = DRAIN_LIMIT_MS): Promise<void> {
    await until('everything is delivered', limitMs, async () => {
      const counts = await Promise.all(
        UNFINISHED.map((state) => this.engine.call('GET', `/v1/deliveries?state=${state}&limit=1`)),
      );
      const isQuiet = counts.every(({ status, body }) => status === 200 && body.data.length === 0);
      return isQuiet && (await this.#isDrained());
    });
  }

  // One statement sees each delivery once: one that is rescued between two answers of the API is in neither.
  async #isDrained(): Promise<boolean> {
    const { deliveries } = await this.database.dump();
    return deliveries.every(({ state }) => !UNFINISHED.includes(state));
  }

  /** Stops what runs, and judges. Fails with what was promised and not kept. */
  async judge(circumstances: Circumstances): Promise<Finding & { readonly dump: Dump }> {
    await this.poster.stop();
    const acknowledged = this.poster.acknowledged();
    const seen = this.receiver.seen();
    const dump = await this.database.dump();
    const { webhookIds } = this;
    // With those that were answered and whose results are not stored yet.
    const inFlight = this.concurrency * 8;
    const finding = check({ acknowledged, seen, dump, webhookIds, inFlight, ...circumstances });
    const { name, kind } = this.#options;
    const figures = [
      `${String(acknowledged.length)} acknowledged`,
      `${String(seen.length)} requests`,
      `${String(finding.duplicates)} duplicates of at most ${String(finding.duplicateBound)}`,
      `${String(finding.violations.length)} promises broken`,
    ];
    process.stdout.write(`      ${name} on ${kind.name}: ${figures.join(', ')} (TEST_SEED=${String(SEED)})\n`);
    const first = [...new Set(finding.violations.map(({ rule }) => rule))].flatMap((name) =>
      finding.violations.filter(({ rule }) => rule === name).slice(0, 5),
    );
    const broken = first.map(({ rule, detail }) => `${rule}: ${detail}`).join('\n');
    assert.equal(broken, '', `${broken}\n${repeatedOf(dump)}`);
    assert.deepEqual(this.poster.unexpected.slice(0, 5), []);
    return { ...finding, dump };
  }

  /** Ends every process of the experiment and removes its files. */
  async close(): Promise<void> {
    for (const engine of this.engines) await engine.kill();
    await this.poster.abandon();
    await this.receiver.stop();
    await this.database.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// Deliveries that took more than one attempt, for whoever looks into a failure.
function repeatedOf({ invocations }: Dump): string {
  const repeated = new Set(invocations.filter(({ attempt }) => attempt > 1).map(({ deliveryId }) => deliveryId));
  return invocations
    .filter(({ deliveryId }) => repeated.has(deliveryId))
    .slice(0, 20)
    .map((one) => JSON.stringify(one))
    .join('\n');
}

/** Runs an experiment from its scene to its end; what it leaves running ends with it. */
export async function perform(options: SceneOptions, play: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await Scene.open(options);
  try {
    await play(scene);
  } catch (error) {
    process.stdout.write(
      `      repeat with TEST_SEED=${String(SEED)}; the engine said last:\n${scene.engine.tail()}\n`,
    );
    throw error;
  } finally {
    await scene.close();
  }
}
