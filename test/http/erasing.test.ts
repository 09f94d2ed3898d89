// An event with a text of its own in every place, in everything that can be done with an event; then it is erased, and the
// text may be found nowhere.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { catalogueOf } from '../support/catalogues.ts';
import { POSTGRES } from '../../src/store/dialect/postgres.ts';
import { SQLITE } from '../../src/store/dialect/sqlite.ts';
import { connectBelow } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Answer, Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const CANARY = 'canary7xq-erased';
// What an index of words keeps of it, whatever word comes before.
const END_OF_WORD = 'nary7xq';
const SPELLINGS = [0, 1, 2].map((shift) =>
  Buffer.from(`${'-'.repeat(shift)}${CANARY}${'-'.repeat(2)}`)
    .toString('base64')
    .slice(4, -4),
);
const KEY = `the-key-of-${CANARY}`;

const EVENT = {
  event_time: '1763640000.5',
  idempotency_key: KEY,
  [`${CANARY}-member`]: 1,
  data: {
    timestamp: '1763640000.5',
    action: `${CANARY}-action`,
    actor_id: `${CANARY}-actor`,
    actor_name: `${CANARY}-name`,
    target_id: `${CANARY}-target`,
    metadata: { [`${CANARY}-key`]: `${CANARY}-value`, pages: `${CANARY}-page `.repeat(600) },
    current_target_object: { list: [`${CANARY}-list`] },
  },
};

const echo =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response, seen) => {
    response.writeHead(code, { 'content-type': 'application/json', [`x-${CANARY}`]: `${CANARY}-header`, ...headers });
    response.end(JSON.stringify({ heard: seen.body.slice(0, 20_000) }));
  };

/** An answer that is not given before `release`. */
function waiting(answer: Answer): { answer: Answer; arrived: Promise<void>; release: () => void } {
  let [release, arrive] = [(): void => undefined, (): void => undefined];
  const released = new Promise<void>((resolve) => (release = resolve));
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  return {
    answer: (response, seen) => {
      arrive();
      void released.then(() => answer(response, seen));
    },
    arrived,
    release: () => release(),
  };
}

function assertNone(text: string, where: string): void {
  for (const form of [CANARY, END_OF_WORD, ...SPELLINGS]) {
    const at = text.indexOf(form);
    assert.equal(at, -1, `${where}: ${text.slice(Math.max(0, at - 200), at + 200)}`);
  }
}

onEachDatabase('POST /v1/events/{event_id}/erase', (kind) => {
  let engine: Engine;
  let below: Knex;
  before(async () => {
    engine = await startEngine({ HOOKWRIGHT_AUDIT_FILE: 'on' });
    below = connectBelow(engine.dataDir);
  });
  after(async () => {
    await below.destroy();
    await engine.stop();
  });

  const erase = (id: string) => engine.call('POST', `/v1/events/${id}/erase`);
  const idsOf = async (path: string): Promise<string[]> =>
    ((await engine.get(path)) as { data: { id: string }[] }).data.map(({ id }) => id);
  const tables = async (): Promise<readonly (readonly [string, string])[]> => {
    const names = await catalogueOf({ dialect: kind === 'SQLite' ? SQLITE : POSTGRES, writer: below }).tables();
    const rows = async (name: string): Promise<string> => JSON.stringify(await below(name).select('*'));
    return Promise.all(names.map(async (name) => [name, await rows(name)] as const));
  };
  const assertNotStored = async (): Promise<void> => {
    await engine.app.idle();
    for (const [name, text] of await tables()) assertNone(text, name);
    // With PostgreSQL, what the server keeps is the server's.
    for (const file of files()) assertNone(readFileSync(file, 'latin1'), file);
  };
  const files = (): string[] =>
    readdirSync(engine.dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  /** Of the audit log file that names an event. */
  const linesBeside = (id: string): string[] => {
    const texts = files()
      .filter((file) => file.endsWith('.audit.log'))
      .map((file) => readFileSync(file, 'utf8'));
    return (
      texts
        .find((text) => text.includes(id))
        ?.split('\n')
        .slice(0, -1) ?? []
    );
  };
  const assertNotShown = async (): Promise<void> => {
    const paths = ['/v1/events', '/v1/deliveries', '/v1/invocations', '/v1/webhooks', '/v1/replays'];
    for (const list of paths) {
      assertNone((await engine.call('GET', `${list}?limit=200`)).text, list);
      for (const id of await idsOf(`${list}?limit=200`)) {
        assertNone((await engine.call('GET', `${list}/${id}`)).text, id);
        if (list !== '/v1/invocations') continue;
        for (const form of ['har', 'curl'])
          assertNone((await engine.call('GET', `${list}/${id}/${form}`)).text, `${id}/${form}`);
      }
    }
    assertNone((await engine.call('GET', '/v1/events?limit=200&origin=engine')).text, 'own events');
    assertNone((await engine.call('GET', '/v1/sandbox/requests?limit=200')).text, 'the sandbox');
    assertNone((await engine.call('GET', '/metrics')).text, 'metrics');
    assertNone(engine.log.join('\n'), 'the log');
  };

  const all = { body_template: '{"all":{{json data}},"more":{{json event_type}}}' };
  const noRetries = { retry_policy: { delays_in_sec: [], jitter: 0 } };
  const signing = { signing: { secret: `whsec_${Buffer.from('s'.repeat(32)).toString('base64')}` } };

  describe('of an event in every state', () => {
    let id: string;
    let webhooks: Readonly<Record<string, string>>;
    let before_: { readonly invocations: number; readonly lines: readonly string[] };
    const type = 'type.erased';
    const make = async (settings: Record<string, unknown>): Promise<string> =>
      (await engine.webhook({ ...all, event_types: [type], ...settings })).id;
    const post = async (extra: Record<string, unknown> = {}) =>
      (await engine.call('POST', '/v1/events', { body: { event_type: type, ...EVENT, ...extra } })).body.events[0];
    const deliveryTo = async (name: string) =>
      (await engine.get(`/v1/deliveries?event_id=${id}&webhook_id=${webhooks[name] ?? ''}`)).data.at(-1);

    before(async () => {
      const validators = { response_validators: [{ json_path: '$.data.heard', expected_values: ['else'] }] };
      webhooks = {
        delivered: await make({ url: engine.plan(echo(200)).url, ...signing }),
        failed: await make({ url: engine.plan(echo(200)).url, ...validators, ...noRetries }),
        pending: await make({ url: engine.plan(echo(503)).url }),
        held: await make({ url: engine.plan(echo(503)).url }),
        redirected: await make({
          url: engine.plan(echo(302, { location: `https://else.example/${CANARY}` })).url,
          ...noRetries,
        }),
        warned: await make({
          url: engine.plan(echo(200)).url,
          body_template: '{"raw":{{parseJson data.actor_name}},"who":"{{data.actor_name}}"}',
        }),
        sandboxed: await make({ url: 'https://sandbox.hookwright.test/echo' }),
      };
      id = (await post()).id;
      await engine.app.idle();
      await engine.call('PATCH', `/v1/webhooks/${webhooks['held'] ?? ''}`, { body: { active: false } });
      await engine.app.idle();
      const path = `/v1/webhooks/${webhooks['failed'] ?? ''}`;
      await engine.call('POST', `${path}/test`, { body: { event_id: id } });
      const draft = { name: 'draft', url: engine.plan(echo(200)).url, ...all };
      await engine.call('POST', '/v1/webhooks/test', { body: { event_id: id, webhook: draft } });
      const { id: delivered } = await deliveryTo('delivered');
      await engine.call('POST', `/v1/deliveries/${delivered as string}/redeliver`, { body: { same_bytes: true } });
      await engine.later(1);
      await engine.call('POST', '/v1/replays', { body: { webhook_id: webhooks['failed'], select: 'failed' } });
      await engine.app.idle();
      // Whoever asks for a word has the index brought up to date.
      await engine.get('/v1/events?text=nothing');
      const invocations = (await idsOf(`/v1/invocations?event_id=${id}&limit=200`)).length;
      before_ = { invocations, lines: linesBeside(id) };
    });

    it('begins with the text in many places', async () => {
      const holding = (await tables()).filter(([, text]) => text.includes(CANARY)).map(([name]) => name);
      assert.deepEqual(holding, ['events', 'invocation_bodies', 'invocations']);
      assert.ok((await engine.call('GET', '/v1/sandbox/requests')).text.includes(CANARY));
      assert.equal(before_.lines.filter((line) => line.includes(CANARY)).length, 1);
      const records = await Promise.all(
        (await idsOf(`/v1/invocations?event_id=${id}`)).map((one) => engine.get(`/v1/invocations/${one}`)),
      );
      const places = ['message', 'validators', 'request', 'response'].filter((place) =>
        records.some((record) => JSON.stringify(record[place]).includes(CANARY)),
      );
      assert.deepEqual(places, ['message', 'validators', 'request', 'response']);
      assert.ok(records.some(({ warnings }) => (warnings as unknown[]).length > 0));
    });

    it('says what is left, and what it came to', async () => {
      const { status: code, body } = await erase(id);
      assert.equal(code, 200);
      const { key } = await engine.get('/v1/me');
      const { event } = body;
      assert.deepEqual([event.id, event.erased_at, event.erased_by], [id, engine.now().toISOString(), key.id]);
      assert.deepEqual([event.event_type, event.idempotency_key], [type, null]);
      assert.deepEqual(event.body, { schema: 'audit', event_type: type, event_time: '1763640000.5', data: {} });
      assert.deepEqual([body.invocations, body.deliveries_cancelled], [before_.invocations, 2]);
    });

    it('leaves the text in no table and no file', assertNotStored);

    it('leaves a line of the same length in the audit log file, and all others as they were', () => {
      const after = linesBeside(id).slice(0, before_.lines.length);
      for (const [index, line] of after.entries()) {
        const before = before_.lines[index] ?? '';
        assert.equal(Buffer.byteLength(line), Buffer.byteLength(before));
        if (!before.includes(CANARY)) assert.equal(line, before);
        else assert.deepEqual(JSON.parse(line).extraAttributes[0].value, id);
      }
    });

    it('leaves the text in no answer and no line of the log', assertNotShown);

    it('leaves the skeleton of the record', async () => {
      const ids = await idsOf(`/v1/invocations?event_id=${id}&limit=200`);
      assert.equal(ids.length, before_.invocations);
      for (const one of ids) {
        const record = await engine.get(`/v1/invocations/${one}`);
        assert.equal(record.erased_at, engine.now().toISOString());
        assert.ok(record.response.status >= 200 && record.response.body_bytes > 0 && record.timings_ms.total >= 0);
        assert.ok(record.request.body_bytes > 0 && record.request.url.startsWith('https://'));
        assert.deepEqual([record.request.body, record.request.body_sha256, record.response.headers], [null, null, []]);
        const headers = Object.fromEntries(record.request.headers as [string, string][]);
        assert.deepEqual([headers['hookwright-event'], headers['webhook-signature']], [id, undefined]);
        for (const { found, actual, passed } of record.validators)
          assert.deepEqual([found, actual, passed], ['erased', null, false]);
      }
      const state = async (name: string) => {
        const delivery = await deliveryTo(name);
        return [delivery.state, delivery.reason];
      };
      assert.deepEqual(await state('delivered'), ['delivered', null]);
      assert.deepEqual(await state('failed'), ['exhausted', 'validation_failed']);
      assert.deepEqual(await state('pending'), ['cancelled', 'event_erased']);
      assert.deepEqual(await state('held'), ['cancelled', 'event_erased']);
      assert.ok((await engine.get('/v1/reconciliation')).balanced);
      const { webhooks: explained } = await engine.get(`/v1/events/${id}`);
      assert.ok(explained.length > 6);
    });

    it('is the same when it is asked for again, and changes nothing', async () => {
      const rows = await tables();
      const again = await erase(id);
      assert.deepEqual([again.body.invocations, again.body.deliveries_cancelled], [before_.invocations, 2]);
      assert.equal(again.body.event.erased_at, engine.now().toISOString());
      const kept = (all_: typeof rows) =>
        all_.filter(([name]) => !['api_keys', 'acceptance', 'job_runs'].includes(name));
      assert.deepEqual(kept(await tables()), kept(rows));
    });

    it('leaves nothing that could be sent, or tried out', async () => {
      const { id: delivered } = await deliveryTo('delivered');
      const [invocation] = await idsOf(`/v1/invocations?event_id=${id}`);
      const refused: readonly (readonly [string, string, unknown?])[] = [
        ['POST', `/v1/deliveries/${delivered as string}/redeliver`],
        ['POST', `/v1/webhooks/${webhooks['failed'] ?? ''}/test`, { event_id: id }],
        ['POST', '/v1/templates/check', { ...all, event_id: id }],
        ['GET', `/v1/invocations/${invocation ?? ''}/curl`],
      ];
      for (const [method, path, body] of refused) {
        const answer = await engine.call(method, path, body === undefined ? {} : { body });
        assert.deepEqual([answer.status, answer.body.code], [409, 'event_erased'], path);
        assert.ok(answer.body.hint);
      }
    });

    it('is skipped by replays, and counted', async () => {
      const wanted = { webhook_id: webhooks['delivered'], select: 'all', event_types: [type], filter: { 'data.x': 1 } };
      const dry = await engine.call('POST', '/v1/replays?dry_run=true', { body: wanted });
      assert.deepEqual([dry.body.progress.planned, dry.body.progress.skipped], [0, 1], dry.text);
      const { body } = await engine.call('POST', '/v1/replays', { body: wanted });
      await engine.app.idle();
      const { state, progress } = await engine.get(`/v1/replays/${body.id as string}`);
      assert.deepEqual([state, progress.planned, progress.skipped], ['finished', 0, 1]);
    });

    it('leaves the event its key: a repetition has the first answer, whatever it says, and goes nowhere', async () => {
      const planned = (await idsOf(`/v1/deliveries?event_id=${id}&limit=200`)).length;
      for (const extra of [{}, { data: { action: 'else' } }]) {
        const repeated = await post(extra);
        assert.deepEqual([repeated.id, repeated.duplicate], [id, true]);
      }
      await engine.app.idle();
      assert.equal((await idsOf(`/v1/deliveries?event_id=${id}&limit=200`)).length, planned);
      await assertNotStored();
    });
  });

  for (const [name, code, expected] of [
    ['fails', 503, ['cancelled', 'event_erased']],
    ['succeeds', 200, ['delivered', null]],
  ] as const) {
    it(`lets an attempt that is under way finish; where it ${name}, nothing of the text is stored`, async () => {
      const { answer, arrived, release } = waiting(echo(code));
      const receiver = engine.plan(answer);
      const { type } = await engine.webhook({ url: receiver.url, ...all });
      const id = await engine.post(type, { ...EVENT, idempotency_key: `under-way-${String(code)}` });
      await arrived;
      const { body } = await erase(id);
      assert.deepEqual([body.invocations, body.deliveries_cancelled], [1, 0]);
      const [sending] = (await engine.get(`/v1/deliveries?event_id=${id}`)).data;
      assert.deepEqual([sending.state, sending.reason], ['sending', 'event_erased']);
      release();
      await engine.later(7200);
      const ended = await engine.get(`/v1/deliveries/${sending.id as string}`);
      assert.deepEqual([ended.state, ended.reason], expected);
      assert.deepEqual([ended.invocations.length, receiver.seen().length], [1, 1]);
      assert.equal(ended.invocations[0].response.status, code);
      await assertNotStored();
    });
  }

  it('of an event that went nowhere leaves nothing else', async () => {
    const id = await engine.post('nobody.takes.this', EVENT.data);
    const { body } = await erase(id);
    assert.deepEqual([body.invocations, body.deliveries_cancelled], [0, 0]);
    assert.equal((await engine.get(`/v1/events/${id}`)).erased_at, engine.now().toISOString());
  });

  it('of what is not there, or belongs to somebody else, is a 404', async () => {
    assert.equal((await erase('evt_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d')).status, 404);
    const { body: theirs } = await engine.call('POST', '/v1/organizations', { body: { name: `Theirs ${kind}` } });
    const path = `/v1/organizations/${theirs.id as string}/api-keys`;
    const { body: made } = await engine.call('POST', path, { body: { name: 'their admin' } });
    const id = await engine.post('type.ours');
    const answer = await engine.call('POST', `/v1/events/${id}/erase`, { key: made.key as string });
    assert.equal(answer.status, 404);
    assert.equal((await engine.get(`/v1/events/${id}`)).erased_at, null);
  });

  it('is an event of the engine without a word of it', async () => {
    const audit = engine.plan(status(200));
    await engine.webhook({ url: audit.url, event_types: ['event.*'], body_template: '{"id":"{{data.target_id}}"}' });
    const id = await engine.post('type.told');
    await erase(id);
    await engine.app.idle();
    assert.deepEqual(
      audit.seen().map(({ body }) => JSON.parse(body) as unknown),
      [{ id }],
    );
  });
});
