// The audit log of the engine itself: what every writing route writes, or why it writes nothing; and that no change is
// made of which nothing can be written. A route that is added and not named here fails.
import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { parseKey } from '../../src/domain/api-key.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { connectBelow } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Case, Found, Told } from './audit-cases.ts';
import { SETTINGS_CASES } from './audit-settings-cases.ts';
import { CASES, HEADER_SECRET, nothing, SIGNING_SECRET, SILENT } from './audit-cases.ts';
import type { Engine, Planned } from './engine.ts';
import { startEngine, status } from './engine.ts';

const ALL_CASES = [...CASES, ...SETTINGS_CASES];

const TABLES = [
  'organizations api_keys webhooks webhook_versions webhook_health events deliveries replays idempotency_keys',
  'invocations invocation_bodies audit_settings',
].flatMap((names) => names.split(' '));

onEachDatabase('the audit of the engine itself', (kind) => {
  let engine: Engine;
  let below: Knex;
  let all: Planned;
  let answer = 500;
  let posted = 0;
  let ids: Record<string, string> = {};
  const known = new Set<string>();

  before(async () => {
    engine = await startEngine();
    below = connectBelow(engine.dataDir);
    const { url } = engine.plan((response, seen) => status(answer)(response, seen));
    // Takes everything that is posted, and nothing of what the engine says of itself.
    all = engine.plan(status(200));
    await engine.webhook({ name: 'all', url: all.url, event_types: [] });
    const { organization: own, key: admin } = await engine.get('/v1/me');
    ids = { url, own: own.id, adminKeyId: admin.id, version: '2', adminKeyName: admin.name };
    await told();
  });
  after(async () => {
    await below.destroy();
    await engine.stop();
  });

  // The engine's new events of one organization, oldest first.
  const told = async (key = engine.key): Promise<Found[]> => {
    const { data } = (await engine.call('GET', '/v1/events?limit=200', { key })).body;
    // That somebody looks here is told of as well.
    const fresh = data.filter(
      ({ id, origin, event_type }: Found) =>
        origin === 'engine' && event_type !== 'audit_log.searched' && !known.has(id),
    );
    for (const { id } of fresh) known.add(id);
    return fresh.toReversed().map(({ body }: Found) => body);
  };
  const target = ({ route, path = '' }: Case): [string, string] => {
    const row = ROUTES.find(({ id }) => id === route) ?? assert.fail(route);
    const name = (_all: string, parameter: string): string => ids[parameter] ?? assert.fail(parameter);
    return [row.method.toUpperCase(), `${row.path.replaceAll(/\{(\w+)\}/g, name)}${path}`];
  };
  const bodyOf = ({ body }: Case) => (body === undefined ? {} : { body: body(ids) });
  const keyOf = ({ by }: Case): string => (by === undefined ? engine.key : (ids[by] ?? ''));
  const post = (): Promise<string> => {
    posted += 1;
    return engine.post('work.done');
  };
  // Cancelling needs a delivery that waits, and a replay that is under way more than one second's events.
  const ready = async ({ route, tells }: Case): Promise<void> => {
    if (route === 'createReplay' && tells !== nothing) {
      answer = 200;
      for (let n = 0; n < 3; n += 1) await post();
      await engine.later(1);
    }
    if (route !== 'cancelDelivery') return;
    const eventId = await post();
    await engine.app.idle();
    const { data } = await engine.get(`/v1/deliveries?event_id=${eventId}&webhook_id=${ids['webhook_id'] ?? ''}`);
    ids = { ...ids, event_id: eventId, delivery_id: data[0].id };
  };

  const actor = (one: Case, isTheirs: boolean): Found =>
    isTheirs && one.by === undefined
      ? ['installation_admin', 'Installation admin', 'installation_admin', 'API']
      : [parseKey(keyOf(one))?.id, one.by === undefined ? ids['adminKeyName'] : 'first admin key', 'api_key', 'API'];
  const hold = (expected: readonly Told[], found: readonly Found[], by: Found, what: string): void => {
    assert.deepEqual(
      found.map(({ event_type }) => event_type),
      expected.map(({ type }) => type),
      what,
    );
    for (const [index, one] of expected.entries()) {
      const { data } = found[index];
      const { current_target_object: current, previous_target_object: previous } = data;
      assert.deepEqual([data.actor_id, data.actor_name, data.actor_type, data.source], by, what);
      assert.deepEqual([data.target_id, data.action], [one.target, one.type.split('.')[1]], what);
      assert.deepEqual([data.target_type, data.target_name], [one.type.split('.')[0], one.name ?? one.target], what);
      assert.deepEqual(data.metadata, one.metadata, what);
      const has = { neither: [false, false], current: [false, true], previous: [true, false], both: [true, true] };
      assert.deepEqual([previous !== null, current !== null], has[one.shows], what);
      for (const [member, change] of Object.entries(one.changes ?? {})) {
        assert.deepEqual([previous?.[member], current?.[member]], change, `${what}: ${member}`);
      }
    }
  };

  // From now on nothing can be put into the log of events.
  const breakLog = async (): Promise<void> => {
    if (kind === 'SQLite') {
      await below.raw("create trigger no_events before insert on events begin select raise(abort, 'no events'); end");
      return;
    }
    await below.raw(
      "create function no_events() returns trigger language plpgsql as $$ begin raise exception 'no events'; end $$",
    );
    await below.raw('create trigger no_events before insert on events for each row execute function no_events()');
  };
  const mendLog = async (): Promise<void> => {
    await below.raw(kind === 'SQLite' ? 'drop trigger no_events' : 'drop function no_events cascade');
  };
  const everything = async (): Promise<readonly string[]> => {
    const rows: Found[] = [];
    for (const table of TABLES) rows.push(...(await below(table).select('*')));
    const but = (name: string, value: unknown) => (name === 'last_used_at' ? undefined : value);
    return rows.map((row) => JSON.stringify(row, but)).sort();
  };

  it('is said of every route that writes', () => {
    const writing = ROUTES.filter(({ method }) => method !== 'get').map(({ id }) => id);
    const named = [...ALL_CASES.map(({ route }) => route), ...Object.keys(SILENT)];
    assert.deepEqual([...new Set(named)].sort(), writing.sort());
  });

  for (const one of ALL_CASES) {
    it(`${one.route}${one.what === undefined ? '' : `, ${one.what}`}`, async () => {
      await ready(one);
      await engine.app.idle();
      const [method, path] = target(one);
      const writes = one.tells !== nothing || one.tellsThem !== undefined;
      if (writes) {
        const before = await everything();
        await breakLog();
        try {
          const headers = { authorization: `Bearer ${keyOf(one)}`, 'content-type': 'application/json' };
          const body = one.body === undefined ? {} : { body: JSON.stringify(one.body(ids)) };
          const refused = await fetch(`${engine.url}${path}`, { method, headers, ...body });
          const problem = (await refused.json()) as Found;
          const code = Array.isArray(problem) ? problem[0].errors[0].key : problem.code;
          assert.deepEqual([refused.status, code], [500, 'internal_error']);
          assert.equal(JSON.stringify(problem).includes('no events'), false);
          await engine.app.idle();
        } finally {
          await mendLog();
        }
        assert.deepEqual(await everything(), before, 'nothing was changed');
      }
      const answer = await engine.call(method, path, { ...bodyOf(one), key: keyOf(one) });
      assert.equal(answer.status, one.status, answer.text);
      for (const [name, member] of Object.entries(one.keeps ?? {})) ids[name] = answer.body[member];
      hold(one.tells(ids, answer.body), await told(), actor(one, false), 'our log');
      if (ids['theirKey'] === undefined) return;
      hold(one.tellsThem?.(ids, answer.body) ?? [], await told(ids['theirKey']), actor(one, true), 'their log');
    });
  }

  it('goes nowhere where no webhook names it, and where one does, to that one', async () => {
    const receiver = engine.plan(status(200));
    await engine.webhook({ url: receiver.url, event_types: ['key.created', '*.updated'] });
    const { id } = (await engine.call('POST', '/v1/api-keys', { body: { name: 'seen', role: 'source' } })).body;
    await engine.call('PATCH', `/v1/api-keys/${id as string}`, { body: { name: 'not seen' } });
    await engine.app.idle();
    assert.deepEqual(
      receiver.seen().map(({ body }) => JSON.parse(body).event_type),
      ['key.created'],
    );
    assert.equal(all.seen().length, posted, 'who names nothing gets what was posted, and nothing else');
  });

  it('tells of refused keys and exceeded roles when it can, and they are answered also when it cannot', async () => {
    const source = await engine.call('POST', '/v1/api-keys', { body: { name: 'narrow', role: 'source' } });
    const { id, key: narrow } = source.body;
    const revoked = ids['operatorKey'] ?? '';
    const asked = async (key: string): Promise<number> => (await engine.call('GET', '/v1/webhooks', { key })).status;
    await told();
    await breakLog();
    try {
      assert.deepEqual([await asked(narrow), await asked(revoked), await asked(`${revoked}x`)], [403, 401, 401]);
      await engine.app.idle();
      assert.deepEqual([await asked(narrow), await asked(revoked), await asked(`${revoked}x`)], [403, 401, 401]);
    } finally {
      await mendLog();
    }
    await engine.app.idle();
    const found = (await told()).map(({ event_type: type, data }) => {
      const { reason, permission, route, role, count, address } = data.metadata;
      assert.deepEqual([data.current_target_object, data.previous_target_object], [null, null]);
      const said = [reason ?? [role, permission, route], count, address];
      return [type, data.actor_id, data.actor_type, data.target_id, data.target_name, ...said];
    });
    const [here, engineItself] = ['127.0.0.1', ['hookwright', 'engine']];
    const exceeded = ['source', 'webhooks:read', 'GET /v1/webhooks'];
    const expected = [
      ['key.exceeded_role', id, 'api_key', id, 'narrow', exceeded, 2, here],
      ['key.refused', ...engineItself, ids['key_id'], 'other', 'revoked', 2, here],
      ['key.refused', ...engineItself, null, 'unknown key', 'malformed', 2, here],
    ];
    assert.deepEqual(found.sort(), expected.sort());
  });

  it('has no secret and no hash in it', async () => {
    const texts: string[] = [];
    for (const key of [engine.key, ids['theirKey'] ?? '']) {
      const page = await engine.call('GET', '/v1/events?limit=200', { key });
      assert.equal(page.body.next_cursor, null);
      texts.push(page.text);
    }
    const hashes = (await below('api_keys').select('secret_sha256')).map(({ secret_sha256 }: Found) => secret_sha256);
    assert.equal(hashes.length, 5);
    const keys = [engine.key, ids['theirKey'] ?? '', ids['operatorKey'] ?? ''].map(
      (text) => parseKey(text)?.secret ?? '',
    );
    for (const secret of [...hashes, ...keys, HEADER_SECRET, SIGNING_SECRET.slice(6), ids['rotated'] ?? '']) {
      assert.ok(secret.length > 20, secret);
      for (const text of texts) assert.equal(text.includes(secret), false, secret);
    }
  });
});
