// An engine with a clock that only moves when it is told to, and a receiver whose answers are planned path by path.
import type { ServerResponse } from 'node:http';
import type { Environment } from '../../src/config.ts';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import type { Seen, Wire } from '../support/wire.ts';
import { startWire } from '../support/wire.ts';

export type Answer = (response: ServerResponse, seen: Seen) => void;

/** A planned receiver: its URL, and the requests that it got. */
export interface Planned {
  readonly url: string;
  readonly path: string;
  seen(): readonly Seen[];
}

export interface Engine extends TestApp {
  readonly wire: Wire;
  readonly now: () => Date;
  /** A receiver of its own that gives these answers one after the other, and the last one for ever. */
  plan(...answers: readonly Answer[]): Planned;
  /** Makes a webhook that takes the events of one type only; gives it and that type. */
  webhook(settings: Record<string, unknown>): Promise<{ readonly id: string; readonly type: string }>;
  /** Posts an event of this type; gives its id. */
  post(type: string, extra?: Record<string, unknown>): Promise<string>;
  /** Posts an event and waits until nothing is due; gives the id of its one delivery. */
  deliver(type: string, extra?: Record<string, unknown>): Promise<string>;
  /** Moves the clock and waits until nothing is due. */
  later(seconds: number): Promise<void>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the contract has been checked by `call`
  get(path: string): Promise<any>;
}

/** Starts both; chance stands in the middle, so that jitter changes nothing. */
export async function startEngine(env: Environment = {}): Promise<Engine> {
  const plans = new Map<string, Answer[]>();
  const wire = await startWire((response, seen) => {
    const answers = plans.get(seen.path.split('?')[0] ?? '') ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    (answer ?? status(200))(response, seen);
  });
  let now = Date.parse('2026-11-20T12:00:00.250Z');
  const app = await startApp({ ...wire.env, ...env }, { clock: () => new Date(now), chance: () => 0.5 });
  let count = 0;
  const get = async (path: string) => (await app.call('GET', path)).body;
  const engine: Engine = {
    ...app,
    wire,
    now: () => new Date(now),
    plan(...answers) {
      count += 1;
      const path = `/p${String(count)}`;
      plans.set(path, [...answers]);
      const seen = () => wire.seen.filter((one) => one.path.split('?')[0] === path);
      return { url: `${wire.url}${path}`, path, seen };
    },
    async webhook(settings) {
      count += 1;
      const type = `type.n${String(count)}`;
      const body = { name: `hook ${String(count)}`, event_types: [type], ...settings };
      const made = await app.call('POST', '/v1/webhooks', { body });
      if (made.status !== 201) throw new Error(made.text);
      return { id: made.body.id, type };
    },
    async post(type, extra = {}) {
      const event = { event_type: type, event_time: '1763640000.5', data: { action: 'updated' }, ...extra };
      const posted = await app.call('POST', '/v1/events', { body: event });
      if (posted.status !== 202) throw new Error(posted.text);
      return posted.body.events[0].id;
    },
    async deliver(type, extra) {
      const eventId = await engine.post(type, extra);
      await app.app.idle();
      const { data } = await get(`/v1/deliveries?event_id=${eventId}`);
      if (data.length !== 1) throw new Error(`${eventId} has ${String(data.length)} deliveries.`);
      return data[0].id;
    },
    async later(seconds) {
      now += seconds * 1000;
      await app.app.idle();
    },
    get,
    async stop() {
      await app.stop();
      await wire.close();
    },
  };
  return engine;
}

/** Answers with a status, headers and a body. */
export function status(code: number, body = '{}', headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}
