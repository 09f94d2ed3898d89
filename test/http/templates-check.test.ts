import assert from 'node:assert/strict';
import { applyPatch } from 'rfc6902';

import { newId } from '../store/fixtures.ts';
import { connectBelow } from '../support/app.ts';
import type { Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const MISSING_EVENT = 'evt_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d';
const MISSING_WEBHOOK = 'whk_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d';

interface Sample {
  readonly name: string;
  readonly body: string;
  readonly json: unknown;
  readonly bytes: number;
  readonly truncated: boolean;
}

interface Fault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
  readonly hint?: string;
  readonly position?: { readonly line: number; readonly column: number };
  readonly excerpt?: string;
}

describe('POST /v1/templates/check', () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  const check = (template: string, extra: Record<string, unknown> = {}) =>
    engine.call('POST', '/v1/templates/check', { body: { body_template: template, ...extra } });
  const codesOf = (faults: readonly Fault[]) => faults.map(({ pointer, code }) => `${pointer} ${code}`);
  const eventWith = (data: Record<string, unknown>) => ({ event_type: 'a.b', event_time: '1.5', data });

  it('shows what a template renders for each sample of the schema, and for hostile events', async () => {
    const answer = await check('{\n  "who": "{{data.actor_name}}", "meta": {{data.metadata}}\n}');
    assert.equal(answer.status, 200);
    const { valid, errors, samples, normalises_commas: commas, diff } = answer.body;
    assert.deepEqual([valid, errors, commas, diff], [true, [], false, null]);
    const own = (await engine.get('/v1/schemas/audit')).samples as { name: string; event: { data: unknown } }[];
    const names = (samples as Sample[]).map(({ name }) => name);
    assert.deepEqual(
      names.slice(0, own.length),
      own.map(({ name }) => name),
    );
    assert.ok(names.length > own.length, 'there are generated ones, too');
    assert.ok(names.includes('hostile'), names.join());
    for (const { name, body, json, bytes, truncated } of samples as Sample[]) {
      if (truncated) continue;
      assert.deepEqual(JSON.parse(body), json, name);
      assert.equal(Buffer.byteLength(body), bytes, name);
    }
  });

  it('lists the placeholders with their places, slots and types', async () => {
    const { body } = await check('{\n  "a": "{{data.actor_name}}",\n  "b": {{data.metadata}}\n}');
    const [name, metadata] = body.placeholders as Record<string, unknown>[];
    assert.deepEqual(
      [name?.['path'], name?.['line'], name?.['column'], name?.['slot'], name?.['known']],
      ['data.actor_name', 2, 9, 'string', true],
    );
    assert.deepEqual(
      [metadata?.['path'], metadata?.['line'], metadata?.['column'], metadata?.['slot']],
      ['data.metadata', 3, 8, 'value'],
    );
    assert.equal(body.placeholders.length, 2);
  });

  it('tells all errors at once, each with its place, an excerpt and a way out', async () => {
    const { status: code, body } = await check(
      '{\n  "a": "{{nope data.x}}",\n  "b": 1\n  "c": {{> part}},\n  {{data.k}}: 1,\n  "d": tru\n}',
    );
    assert.equal(code, 200);
    assert.equal(body.valid, false);
    assert.deepEqual(body.samples, []);
    const errors = body.errors as Fault[];
    assert.ok(errors.length >= 2, JSON.stringify(errors));
    for (const fault of errors) {
      assert.equal(fault.pointer, '/body_template');
      assert.match(fault.code, /^template_/);
      assert.ok(fault.position && fault.excerpt !== undefined && fault.hint !== undefined, fault.code);
    }
    const lines = errors.map(({ position }) => position?.line ?? 0);
    assert.deepEqual(
      lines,
      [...lines].sort((a, b) => a - b),
    );
  });

  it('warns of a field that the schema does not have, and names the one that was meant', async () => {
    const { body } = await check('{"a":"{{data.actor_nme}}"}');
    assert.equal(body.valid, true);
    const [warning] = body.warnings as Fault[];
    assert.equal(warning?.code, 'template_unknown_field');
    assert.match(`${warning.detail} ${warning.hint ?? ''}`, /data\.actor_name/);
  });

  it('says of unknown fields and of the structure in one answer', async () => {
    const { body } = await check('{\n  "a": "{{data.actor_nme}}"\n  "b": 1\n}');
    assert.equal(body.valid, false);
    assert.deepEqual(codesOf(body.errors), ['/body_template template_missing_comma']);
    assert.deepEqual(codesOf(body.warnings), ['/body_template template_unknown_field']);
    assert.equal(body.placeholders.length, 1);
  });

  it('says whether commas will be dropped', async () => {
    const { body } = await check('[{{#each data.metadata}}{{#if this}}"{{@key}}",{{/if}}{{/each}}]');
    assert.deepEqual([body.valid, body.normalises_commas], [true, true]);
  });

  it('renders a given event first, its numbers as they are spelled', async () => {
    const raw =
      '{"body_template":"[{{data.metadata}},\\"{{id}}\\",\\"{{event_time}}\\"]",' +
      '"event":{"event_type":"a","event_time":1763640000.250,"data":{"metadata":{"n":12345678901234567890,"m":1.50}}}}';
    const { status: code, body, text } = await engine.call('POST', '/v1/templates/check', { raw });
    assert.equal(code, 200, text);
    const [first] = body.samples as Sample[];
    assert.equal(first?.name, 'event');
    assert.equal(
      first.body,
      '[{"n":12345678901234567890,"m":1.50},"evt_00000000-0000-7000-8000-000000000000","1763640000.250"]',
    );
    assert.ok(text.includes('"json":[{"n":12345678901234567890,"m":1.50},'), 'also in json');
  });

  it('renders a recorded event, byte for byte as it was delivered', async () => {
    const receiver = engine.plan(status(200));
    const template =
      '{"id":"{{id}}","at":"{{received_at}}","time":"{{event_time}}","all":{{json data pretty=true}},"l":[{{#each data.metadata.l}}{{#if this}}"é{{this}}",{{/if}}{{/each}}]}';
    const { type } = await engine.webhook({ url: receiver.url, body_template: template });
    const data = { actor_name: 'Ünï "q"', metadata: { l: ['a', '', 'b', null] } };
    const eventId = await engine.post(type, { data });
    await engine.app.idle();
    const { body } = await check(template, { event_id: eventId });
    const [first] = body.samples as Sample[];
    assert.equal(first?.name, 'event');
    assert.equal(first.body, receiver.seen()[0]?.body);
    assert.ok(first.body.includes(eventId) && first.body.endsWith('"l":["éa","éb"]}'), first.body);
  });

  it('compares with what a webhook sends now, as JSON Patch', async () => {
    const current = '{"who":"{{data.actor_name}}","old":1,"n":{{data.metadata}}}';
    const { id } = await engine.webhook({ url: engine.plan(status(200)).url, body_template: current });
    const event = eventWith({ actor_name: 'Mara', metadata: { l: [1, 2] } });
    const edited = '{"who":"by {{data.actor_name}}","new":{"type":"{{event_type}}"},"n":{{data.metadata}}}';
    const { body } = await check(edited, { event, compare_with: id });
    const before = { who: 'Mara', old: 1, n: { l: [1, 2] } };
    assert.deepEqual(applyPatch(before, body.diff), [null, null, null]);
    assert.deepEqual(before, body.samples[0].json);
    assert.deepEqual((await check(current, { event, compare_with: id })).body.diff, []);
    const bySample = await check(edited, { compare_with: id });
    assert.ok(bySample.body.diff.some((step: { value?: unknown }) => step.value === `by Mara Lindqvist`));
  });

  it('compares with the default template where a webhook has none', async () => {
    const { id } = await engine.webhook({ url: engine.plan(status(200)).url });
    const { default_template: own } = await engine.get('/v1/schemas/audit');
    assert.deepEqual((await check(own, { compare_with: id })).body.diff, []);
  });

  it('says why two bodies cannot be compared', async () => {
    const { url } = engine.plan(status(200));
    const silent = await engine.webhook({ url, method: 'GET' });
    const without = (await check('[1]', { compare_with: silent.id })).body;
    assert.deepEqual([without.valid, without.diff], [true, null]);
    assert.deepEqual(codesOf(without.warnings), ['/compare_with not_compared']);
    const loud = await engine.webhook({ url, body_template: '{{data}}' });
    const event = eventWith({ text: 'x'.repeat(70_000) });
    const { body } = await check('{{data}}', { compare_with: loud.id, event });
    assert.deepEqual([body.diff, codesOf(body.warnings)], [null, ['/compare_with not_compared']]);
    assert.match(body.warnings[0].detail, /64 KiB/);
    const refused = (await check('[1', { compare_with: loud.id })).body;
    assert.deepEqual([refused.diff, codesOf(refused.warnings)], [null, ['/compare_with not_compared']]);
    assert.match(refused.warnings[0].detail, /edited template has errors/);
  });

  it('shows the start of a long body only', async () => {
    const event = eventWith({ actor_name: '😀'.repeat(50_000) });
    const { body } = await check('{"a":"{{data.actor_name}}","b":"{{data.actor_name}}"}', { event });
    const [first] = body.samples as Sample[];
    assert.deepEqual([first?.truncated, first?.json, first?.bytes], [true, null, 400_015]);
    assert.ok(first?.body.startsWith('{"a":"😀😀') && first.body.isWellFormed() && first.body.length >= 65_535);
  });

  it('warns where only the given event is too large to render', async () => {
    const event = eventWith({ metadata: { l: Array.from({ length: 20_001 }, () => 1) } });
    const { body } = await check('[{{#each data.metadata.l}}{{this}},{{/each}}]', { event });
    assert.equal(body.valid, true);
    assert.ok(codesOf(body.warnings).includes('/body_template template_renders_too_large'), JSON.stringify(body));
    assert.match(body.warnings.at(-1).detail, /"event"/);
    assert.notEqual(body.samples[0].name, 'event');
  });

  it('reports a template beyond the limits like any other fault', async () => {
    for (const template of ['x'.repeat(70_000), `[${'{{x}},'.repeat(10_000)}1]`, '{{#if a}}'.repeat(7000)]) {
      const { status: code, body } = await check(template);
      assert.deepEqual([code, body.valid], [200, false]);
      assert.ok(codesOf(body.errors).includes('/body_template template_limit_exceeded'), JSON.stringify(body.errors));
    }
    assert.equal((await check('x'.repeat(1_100_000))).status, 413);
  });

  it('refuses a request that is wrong itself, with everything that is wrong with it', async () => {
    const cases: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
      [{}, ['/body_template required']],
      [{ body_template: null }, ['/body_template wrong_type']],
      [{ body_template: '[1]', template: 'x' }, ['/template unknown_field']],
      [{ body_template: '[1]', event_id: 'evt_1' }, ['/event_id pattern']],
      [{ body_template: '[1', schema: 'audti' }, ['/schema unknown_schema']],
      [
        { body_template: '[1]', schema: 5, event: 'x', event_id: 1 },
        ['/schema wrong_type', '/event wrong_type', '/event_id wrong_type'],
      ],
      [
        { body_template: 5, schema: 'nope', event: { a: 1 }, compare_with: 3, zz: 1 },
        [
          '/body_template wrong_type',
          '/compare_with wrong_type',
          '/event/data required',
          '/event/event_time required',
          '/event/event_type required',
          '/schema unknown_schema',
          '/zz unknown_field',
        ],
      ],
      [
        { body_template: '[1]', schema: 'audti', event: { event_time: 'soon' }, event_id: MISSING_EVENT },
        [
          '/schema unknown_schema',
          '/event one_of_many',
          '/event/data required',
          '/event/event_time format',
          '/event/event_type required',
        ],
      ],
    ];
    for (const [body, expected] of cases) {
      const answer = await engine.call('POST', '/v1/templates/check', { body });
      assert.equal(answer.status, 422, answer.text);
      assert.deepEqual(codesOf(answer.body.errors).sort(), [...expected].sort());
    }
    const { body } = await check('[1]', { schema: 'audti' });
    assert.equal(body.errors[0].hint, 'Did you mean "audit"?');
  });

  it('refuses an event that intake would refuse for its size, and no smaller one', async () => {
    const sized = (bytes: number) => {
      const empty = JSON.stringify(eventWith({ text: '' })).length;
      return eventWith({ text: 'x'.repeat(bytes - empty) });
    };
    assert.equal((await check('[1]', { event: sized(256 * 1024) })).status, 200);
    const event = sized(256 * 1024 + 1);
    const posted = await engine.call('POST', '/v1/events', { body: event });
    const checked = await check('[1]', { event, schema: 'audti' });
    assert.deepEqual([checked.status, posted.status], [422, 422]);
    const [{ code, detail }] = posted.body.errors;
    assert.equal(code, 'event_too_large');
    assert.deepEqual(codesOf(checked.body.errors), ['/schema unknown_schema', '/event event_too_large']);
    assert.equal(checked.body.errors[1].detail, detail);
  });

  it('shows twenty warnings and errors of many, and says how many more there are', async () => {
    const many = (await check(`[${'"{{data.gone}}",'.repeat(30)}1]`)).body;
    assert.deepEqual([many.valid, many.warnings.length], [true, 21]);
    assert.deepEqual(codesOf(many.warnings.slice(20)), ['/body_template more_faults']);
    assert.match(many.warnings[20].detail, /10 more/);
    const { errors } = (await check(`[${'x,'.repeat(30)}1]`)).body;
    assert.deepEqual([errors.length, codesOf(errors.slice(20))], [21, ['/body_template more_faults']]);
    const { body } = await engine.call('POST', '/v1/webhooks?dry_run=true', {
      body: { name: 'n', url: engine.plan(status(200)).url, body_template: `[${'x,'.repeat(30)}1]` },
    });
    assert.match(body.detail, /^More than 20 things/);
    assert.deepEqual(body.errors, errors);
  });

  it('says of every error where it is', async () => {
    const event = eventWith({ metadata: { l: Array.from({ length: 20_001 }, () => 1) } });
    const { warnings } = (await check('[\n {{#each data.metadata.l}}{{this}},{{/each}}]', { event })).body;
    const fault = (warnings as Fault[]).find(({ code }) => code === 'template_renders_too_large');
    assert.deepEqual([fault?.position?.line, fault?.position?.column], [2, 2]);
    assert.match(fault?.excerpt ?? '', /#each data\.metadata\.l/);
    assert.match(fault?.hint ?? '', /20,000/);
  });

  it('does not know events and webhooks that are not there, or belong to somebody else', async () => {
    const { id, type } = await engine.webhook({ url: engine.plan(status(200)).url });
    const eventId = await engine.post(type);
    await engine.app.idle();
    assert.equal((await check('[1]', { event_id: eventId, compare_with: id })).status, 200);
    for (const extra of [{ event_id: MISSING_EVENT }, { compare_with: MISSING_WEBHOOK }]) {
      const answer = await check('[1]', extra);
      assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
    }
    const database = connectBelow(engine.dataDir);
    try {
      const other = newId('org');
      await database('organizations').insert({ id: other, name: 'other', created_at: '2026-01-01T00:00:00.000Z' });
      await database('events').where({ id: eventId }).update({ organization_id: other });
      await database('webhooks').where({ id }).update({ organization_id: other });
    } finally {
      await database.destroy();
    }
    assert.equal((await check('[1]', { event_id: eventId })).status, 404);
    assert.equal((await check('[1]', { compare_with: id })).status, 404);
  });

  it('is what saving asks, too: errors refuse it, warnings come back', async () => {
    const { url } = engine.plan(status(200));
    const broken = '{\n  "a": "{{data.actor_name}}"\n  "b": 1\n}';
    const { errors } = (await check(broken)).body;
    assert.equal(errors.length, 1);
    const { id } = await engine.webhook({ url, body_template: '[1]' });
    const settings = { name: 'n', url, body_template: broken };
    const saves = [
      await engine.call('POST', '/v1/webhooks', { body: settings }),
      await engine.call('POST', '/v1/webhooks?dry_run=true', { body: settings }),
      await engine.call('PUT', `/v1/webhooks/${id}`, { body: settings }),
      await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { body_template: broken } }),
    ];
    for (const { status: code, body } of saves) assert.deepEqual([code, body.errors], [422, errors]);
    const draft = await engine.call('POST', '/v1/webhooks/test', { body: { webhook: settings } });
    assert.deepEqual(draft.body.errors, [{ ...errors[0], pointer: '/webhook/body_template' }]);
    const doubtful = '{"a":"{{data.actor_nme}}"}';
    const { warnings } = (await check(doubtful)).body;
    assert.equal(warnings.length, 1);
    const saved = await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { body_template: doubtful } });
    assert.deepEqual([saved.status, saved.body.warnings], [200, warnings]);
    const restored = await engine.call('POST', `/v1/webhooks/${id}/versions/2/restore`, {});
    assert.deepEqual([restored.status, restored.body.warnings], [200, warnings]);
  });
});
