// What an organization keeps, as a collector or an auditor sets it, and what that does to the events that come.
import assert from 'node:assert/strict';
import { AREAS, LEVELS } from '../../src/domain/audit/areas.ts';
import type { Answer } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';

const ROOT = '/rest/auditing/1.0/configuration';
const FULL = Object.fromEntries(AREAS.map((area) => [area, 'full']));

onEachDatabase('the audit configuration', () => {
  let engine: Engine;
  let auditor: string;
  before(async () => {
    engine = await startEngine();
    auditor = (await engine.call('POST', '/v1/api-keys', { body: { name: 'auditor', role: 'auditor' } })).body.key;
  });
  after(() => engine.stop());

  const basic = () => ({
    key: null,
    headers: { authorization: `Basic ${Buffer.from(`any:${auditor}`).toString('base64')}` },
  });
  const get = (path: string) => engine.call('GET', `${ROOT}${path}`, basic());
  const put = (path: string, body: unknown) => engine.call('PUT', `${ROOT}${path}`, { ...basic(), body });
  const set = async (path: string, body: unknown): Promise<Answer['body']> => {
    const answer = await put(path, body);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual((await get(path)).body, answer.body);
    return answer.body;
  };
  const ownEvents = async (type: string): Promise<Answer['body']['data'][]> =>
    (await engine.get(`/v1/events?event_type=${type}`)).data.map((one: Answer['body']) => one.body.data);
  const coverage = (levelByArea: Record<string, string>) => set('/coverage', { levelByArea });

  afterEach(async () => {
    await coverage(FULL);
    await set('/denylist', { actions: [] });
  });

  it('is what it is by default until somebody sets it', async () => {
    assert.deepEqual((await get('/coverage')).body, { levelByArea: FULL });
    assert.deepEqual((await get('/denylist?unknown=1&unknown=2')).body, { actions: [] });
    assert.deepEqual((await get('/retention')).body, { period: { years: 10, months: 0, days: 0 } });
    assert.deepEqual((await get('/retention/file')).body, { maxFileCount: 100 });
  });

  it('takes levels for some areas in every spelling, and tells of a change once', async () => {
    const levels = { 'user-management': 'base', SECURITY: 'Off', end_user_activity: 'advanced' };
    const after = { ...FULL, 'user-management': 'base', security: 'off', 'end-user-activity': 'advanced' };
    assert.deepEqual(await coverage(levels), { levelByArea: after });
    assert.deepEqual(await coverage({}), { levelByArea: after });
    assert.deepEqual(await coverage({ security: 'OFF' }), { levelByArea: after });
    const events = await ownEvents('audit_log.coverage_updated');
    assert.equal(events.length, 1);
    const { actor_name, target_type, current_target_object, previous_target_object } = events[0];
    assert.deepEqual([actor_name, target_type], ['auditor', 'audit_log']);
    assert.deepEqual(
      [previous_target_object, current_target_object],
      [{ level_by_area: FULL }, { level_by_area: after }],
    );
  });

  it('takes excluded actions, each once, and replaces those before', async () => {
    const actions = [' User.Login', 'user.login', 'Benutzer angelegt'];
    assert.deepEqual(await set('/denylist', { actions }), { actions: ['User.Login', 'Benutzer angelegt'] });
    assert.deepEqual(await set('/denylist', { actions: ['x'] }), { actions: ['x'] });
    const [latest, first] = await ownEvents('audit_log.denylist_updated');
    assert.deepEqual(latest.previous_target_object, first.current_target_object);
    assert.deepEqual(latest.current_target_object, { actions: ['x'] });
  });

  it('takes periods and a number of files', async () => {
    assert.deepEqual(await set('/retention', { period: { months: 6 } }), { period: { years: 0, months: 6, days: 0 } });
    assert.deepEqual(await set('/retention/file', { maxFileCount: 1000 }), { maxFileCount: 1000 });
    const [period] = await ownEvents('audit_log.retention_updated');
    assert.deepEqual(period.previous_target_object, { events: { years: 10, months: 0, days: 0 } });
    const [files] = await ownEvents('audit_log.file_updated');
    assert.deepEqual(files.current_target_object, { max_file_count: 1000 });
  });

  it('is refused in the shape that Jira has, with everything that is wrong, and stays as it is', async () => {
    const bad: readonly [path: string, body: unknown, keys: readonly string[]][] = [
      [
        '/coverage',
        { levelByArea: { securty: 'full', ecosystem: 'some' } },
        ['levelByArea.securty', 'levelByArea.ecosystem'],
      ],
      ['/coverage', { levelByArea: { 'audit-log': 'off' } }, ['levelByArea.audit-log']],
      ['/coverage', { levelByArea: { security: null } }, ['levelByArea.security']],
      ['/coverage', { levelByArea: [], x: 1 }, ['levelByArea', 'x']],
      [
        '/coverage',
        { levelByArea: { security: 'sometimes', permissions: null, foo: 'full' }, x: 1 },
        ['levelByArea.permissions', 'x', 'levelByArea.security', 'levelByArea.foo'],
      ],
      ['/coverage', {}, ['levelByArea']],
      ['/denylist', { actions: 'x' }, ['actions']],
      ['/denylist', { actions: ['', ' ', 7, 'x'.repeat(201)] }, ['actions.0', 'actions.1', 'actions.2', 'actions.3']],
      ['/retention', { period: {} }, ['period']],
      ['/retention', { period: { years: 0, days: 0.0 } }, ['period']],
      [
        '/retention',
        { period: { years: -1, months: 1.5, days: '1', weeks: 2 } },
        ['period.days', 'period.months', 'period.weeks', 'period.years'],
      ],
      ['/retention', { period: { years: 0, months: 0, days: 0 }, x: 1 }, ['x', 'period']],
      ['/retention', { period: { years: 101 } }, ['period.years']],
      ['/retention', { period: { years: 100, months: 1200, days: 36_500 } }, ['period']],
      ['/retention/file', { maxFileCount: 0 }, ['maxFileCount']],
      ['/retention/file', { maxFileCount: 1001 }, ['maxFileCount']],
      ['/retention/file', 7, ['wrong_type']],
    ];
    for (const [path, body, keys] of bad) {
      const before = (await get(path)).text;
      const answer = await put(path, body);
      const found = answer.body[0].errors.map(({ key }: { key: string }) => key);
      assert.deepEqual([answer.status, found], [400, keys], JSON.stringify(body));
      assert.equal((await get(path)).text, before);
    }
    const raw = (text: string, type = 'application/json') =>
      engine.call('PUT', `${ROOT}/coverage`, { raw: text, headers: { 'content-type': type } });
    for (const [answer, status, key] of [
      [await raw('{"levelByArea"'), 400, ''],
      [await raw('{"levelByArea":{"security":"off","security":"off"}}'), 400, 'levelByArea.security'],
      [await raw('{}', 'text/plain'), 415, 'unsupported_content_type'],
      [await engine.call('POST', `${ROOT}/coverage`), 405, 'method_not_allowed'],
      [await engine.call('PUT', '/rest/auditing/1.0/event', basic()), 404, 'unknown_path'],
      [
        await engine.call('PUT', `${ROOT}/coverage`, {
          ...basic(),
          headers: { ...basic().headers, 'hookwright-hop': '1' },
        }),
        400,
        'loop_detected',
      ],
    ] as const) {
      assert.equal(answer.status, status, answer.text);
      if (key !== '') assert.equal(answer.body[0].errors[0].key, key, answer.text);
      assert.equal(answer.headers['allow'] !== undefined, status === 405);
    }
  });

  it('decides of posted events what is kept and delivered, says so, and counts it', async () => {
    const { id, type } = await engine.webhook({ url: engine.plan().url });
    await coverage({ security: 'advanced', 'end-user-activity': 'off' });
    await set('/denylist', { actions: ['Not.Wanted'] });
    const event = (event_type: string, extra = {}) => ({ event_type, event_time: '1.0', data: {}, ...extra });
    const uncovered = { id: null, deliveries: 0, duplicate: false, covered: false };
    const before = engine.log.length;
    const list = [
      event(type, { area: 'SECURITY', level: 'advanced' }),
      event(type, { area: 'security', level: 'FULL', idempotency_key: 'audit-1' }),
      event('report.made'),
      event('not.wanted', { area: 'permissions' }),
      event(type),
    ];
    const { status, body } = await engine.call('POST', '/v1/events', { body: list });
    assert.equal(status, 202);
    const [first, ...others] = body.events;
    const last = others.pop();
    assert.deepEqual(others, [
      { ...uncovered, area: 'security', level: 'full' },
      { ...uncovered, area: 'end-user-activity', level: 'full' },
      { ...uncovered, area: 'permissions', level: 'base', denied_action: 'Not.Wanted' },
    ]);
    for (const one of [first, last]) assert.deepEqual([one.deliveries, one.covered], [1, true]);
    await engine.app.idle();
    assert.equal((await engine.get(`/v1/deliveries?webhook_id=${id}`)).data.length, 2);
    assert.deepEqual((await engine.get('/v1/events?event_type=not.wanted')).data, []);
    const line = engine.log.slice(before).find((one) => one.includes('"events accepted"')) ?? '{}';
    const { count, notCovered, refused }: Record<string, unknown> = JSON.parse(line);
    assert.deepEqual([count, notCovered, refused], [2, 3, 0]);
    const metrics = (await engine.call('GET', '/metrics')).text;
    assert.match(metrics, /^hookwright_events_received_total\{result="not_covered"\} 3$/m);
    const alone = await engine.call('POST', '/v1/events?atomic=true', { body: event('not.wanted') });
    assert.deepEqual([alone.status, alone.body.events], [202, [{ ...uncovered, denied_action: 'Not.Wanted' }]]);
    const wrong = await engine.call('POST', '/v1/events', { body: [event('not.wanted'), event('a', { area: 'x' })] });
    assert.deepEqual([wrong.status, wrong.body.events[1].error.errors[0].code], [202, 'unknown_area']);
    const none = await engine.call('POST', '/v1/events', { body: event('a', { level: 'off' }) });
    assert.deepEqual([none.status, none.body.errors[0].code], [422, 'unknown_level']);
  });

  it('holds for the events of the engine, save those of the log itself', async () => {
    await coverage(Object.fromEntries(AREAS.map((area) => [area, LEVELS[0]])));
    await set('/denylist', { actions: ['audit_log.denylist_updated', 'audit_log.coverage_updated'] });
    const before = (await ownEvents('webhook.created')).length;
    await engine.webhook({ url: engine.wire.url });
    assert.equal((await ownEvents('webhook.created')).length, before);
    const told = (await ownEvents('audit_log.denylist_updated')).length;
    await set('/denylist', { actions: [] });
    assert.equal((await ownEvents('audit_log.denylist_updated')).length, told + 1);
  });
});
