// Two organizations with the same data: every route is walked with the key of each and the ids of the other.
import assert from 'node:assert/strict';
import { ROUTES } from '../../src/http/routes.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Answer } from '../support/app.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';

type Ids = Readonly<Record<string, string>>;

const HOOK = { name: 'Same name', event_types: ['same.type'] };
const EVENT = { event_type: 'same.type', event_time: '1', data: {}, idempotency_key: 'same-key' };

// What a route is sent besides the ids in its path. Every route with a body that names another organization's things.
const BODIES: Readonly<Record<string, (ids: Ids) => unknown>> = {
  replaceWebhook: () => ({ ...HOOK, url: 'https://sandbox.hookwright.test/echo' }),
  patchWebhook: () => ({ active: false }),
  testWebhook: () => ({}),
  patchApiKey: () => ({ name: 'stolen' }),
  patchOrganization: () => ({ name: 'stolen' }),
  createFirstAdminKey: () => ({}),
  createReplay: ({ webhook_id }) => ({ webhook_id }),
};

// Routes that name nothing of an organization's: they answer the same to everybody, or only about the caller.
const NAMELESS: readonly string[] = [
  'createWebhook testDraft checkTemplate checkValidators postEvents createApiKey createOrganization readMe',
  'listSchemas readSchema listTemplates readTemplate readReconciliation livez readyz metrics version openapi',
].flatMap((names) => names.split(' '));

onEachDatabase('the border between organizations', () => {
  let engine: Engine;
  const keys: string[] = [];
  const ids: Ids[] = [];

  const as = (side: number, method: string, path: string, body?: unknown): Promise<Answer> =>
    engine.call(method, path, { key: keys[side] ?? '', ...(body === undefined ? {} : { body }) });

  const fill = async (side: number): Promise<Ids> => {
    const url = 'https://sandbox.hookwright.test/echo';
    const webhook = (await as(side, 'POST', '/v1/webhooks', { ...HOOK, url })).body.id as string;
    const event = (await as(side, 'POST', '/v1/events', EVENT)).body.events[0];
    assert.equal(event.duplicate, false, 'the other organization has the same idempotency key');
    await engine.app.idle();
    const delivery = (await as(side, 'GET', '/v1/deliveries')).body.data[0].id as string;
    await as(side, 'POST', `/v1/deliveries/${delivery}/redeliver`);
    const replay = (await as(side, 'POST', '/v1/replays', { webhook_id: webhook, select: 'all' })).body.id as string;
    await as(side, 'POST', '/v1/api-keys', { name: 'same', role: 'operator' });
    await engine.app.idle();
    const invocation = (await as(side, 'GET', '/v1/invocations')).body.data[0].id as string;
    const me = (await as(side, 'GET', '/v1/me')).body;
    return {
      webhook_id: webhook,
      event_id: event.id,
      delivery_id: delivery,
      invocation_id: invocation,
      replay_id: replay,
      key_id: me.key.id,
      organization_id: me.organization.id,
      version: '1',
    };
  };

  before(async () => {
    engine = await startEngine();
    for (const name of ['One', 'Two']) {
      const { body } = await engine.call('POST', '/v1/organizations', { body: { name } });
      keys.push((await engine.call('POST', `/v1/organizations/${body.id as string}/api-keys`)).body.key as string);
    }
    for (const side of [0, 1]) ids.push(await fill(side));
  });
  after(() => engine.stop());

  const others = (side: number): Ids => ids[1 - side] ?? {};
  const assertNothingOf = (foreign: Ids, answer: Answer, what: string): void => {
    for (const [name, id] of Object.entries(foreign)) {
      if (name !== 'version') assert.equal(answer.text.includes(id), false, `${what} shows ${name} of the other`);
    }
  };

  for (const route of ROUTES) {
    if (NAMELESS.includes(route.id)) continue;
    // eslint-disable-next-line complexity -- the walk is one sentence for each kind of route
    it(`stands at ${route.id}`, async () => {
      for (const side of [0, 1]) {
        const foreign = others(side);
        const body = BODIES[route.id]?.(foreign);
        if (route.path.includes('{') || body !== undefined) {
          const path = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => foreign[name] ?? assert.fail(name));
          const { status, body: answer } = await as(side, route.method, path, body);
          const seen = answer.errors?.[0]?.code ?? answer.code;
          assert.ok(status === 404 || (route.id === 'createReplay' && status === 422), `${path} ${String(status)}`);
          assert.match(seen, /not_found|unknown/, path);
          continue;
        }
        // A list: only one's own, also by the other's ids and with the other's cursor.
        assertNothingOf(foreign, await as(side, 'GET', route.path), route.id);
        const own = await as(1 - side, 'GET', `${route.path}?limit=1`);
        const cursor = own.body.next_cursor as string | null;
        if (cursor !== null) {
          const list = await as(side, 'GET', `${route.path}?limit=200&cursor=${cursor}`);
          assertNothingOf(foreign, list, `${route.id} with a cursor`);
        }
        for (const name of Object.keys(route.query).filter((one) => foreign[one] !== undefined)) {
          const list = await as(side, 'GET', `${route.path}?${name}=${foreign[name] ?? ''}`);
          assert.deepEqual(list.body.data, [], `${route.id} by ${name}`);
        }
      }
    });
  }

  it('is not crossed by an event that a test or a check of a template names', async () => {
    for (const side of [0, 1]) {
      const { event_id, webhook_id } = others(side);
      const mine = ids[side] ?? {};
      const answers = [
        await as(side, 'POST', `/v1/webhooks/${mine['webhook_id'] ?? ''}/test`, { event_id }),
        await as(side, 'POST', '/v1/templates/check', { template: '{}', event_id }),
        await as(side, 'POST', '/v1/templates/check', { template: '{}', webhook_id }),
      ];
      for (const { status } of answers) assert.ok(status === 404 || status === 422, String(status));
    }
  });

  it('is not crossed by an idempotency key', async () => {
    const conflicting = await as(0, 'POST', '/v1/events', { ...EVENT, data: { other: true } });
    assert.equal(conflicting.status, 409);
    const same = (await as(0, 'POST', '/v1/events', EVENT)).body.events[0];
    assert.deepEqual([same.id, same.duplicate], [ids[0]?.['event_id'], true]);
  });

  it('is not crossed by reconciliation, and metrics name no organization', async () => {
    const totals = [0, 1].map(async (side) => (await as(side, 'GET', '/v1/reconciliation')).text);
    for (const [side, text] of (await Promise.all(totals)).entries()) {
      assert.equal(text.includes(others(side)['webhook_id'] ?? ''), false);
    }
    const { text } = await engine.call('GET', '/metrics', { key: null });
    for (const one of ids) for (const id of Object.values(one)) if (id !== '1') assert.equal(text.includes(id), false);
    assert.doesNotMatch(text, /org_[0-9a-f]|"One"|"Two"|Same name/);
    // What all do together is for the first organization alone.
    for (const side of [0, 1]) {
      const { status, body } = await as(side, 'GET', '/metrics');
      assert.deepEqual([status, body.code], [403, 'first_organization_only']);
    }
  });

  it('holds for the admins of the installation, too: they see that organizations exist, and nothing in them', async () => {
    for (const route of ROUTES.filter(({ path, method }) => method === 'get' && path.startsWith('/v1/'))) {
      if (NAMELESS.includes(route.id) || route.id.endsWith('Organizations') || route.id === 'readOrganization')
        continue;
      const path = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => ids[0]?.[name] ?? '');
      const answer = await engine.call('GET', path);
      if (route.path.includes('{')) assert.equal(answer.status, 404, path);
      else
        for (const name of ['webhook_id', 'event_id', 'delivery_id', 'invocation_id', 'replay_id']) {
          assert.equal(answer.text.includes(ids[0]?.[name] ?? ''), false, path);
        }
    }
  });
});
