import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/domain/json.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import type { StoredParts, WebhookCheckDeps } from '../../src/services/webhook-check.ts';
import { checkWebhook } from '../../src/services/webhook-check.ts';
import { schemas } from '../schemas/contract.ts';

const policy = createEgressPolicy({ allow: [], connect: [] });

function setup() {
  const checked: string[] = [];
  const deps: WebhookCheckDeps = {
    schemas,
    payloads: { names: ['audit'] },
    urlFaults: (url, pointer) => policy.urlFaults(url, pointer),
    checkTemplate: async (source, schema) => {
      checked.push(`${schema} ${source}`);
      const warnings = source.includes('doubt') ? [{ pointer: '/body_template', code: 'doubtful', detail: 'Hm.' }] : [];
      const faults = source.includes('bad') ? [{ pointer: '/body_template', code: 'broken', detail: 'No.' }] : [];
      return { faults, warnings };
    },
  };
  const check = (input: JsonObject, stored?: StoredParts) =>
    checkWebhook(deps, { name: 'n', url: 'https://hooks.example.com/', ...input }, stored);
  const faults = async (input: JsonObject) => {
    const result = await check(input);
    return result.ok ? [] : result.faults.map((fault) => `${fault.pointer} ${fault.code}`);
  };
  return { check, faults, checked };
}

describe('checkWebhook', () => {
  it('gives the settings that the schema and the rules approve', async () => {
    const result = await setup().check({ event_types: ['a.*'], timeout_in_sec: 3 });
    assert.ok(result.ok);
    assert.deepEqual([result.settings.eventTypes, result.settings.timeoutInSec], [['a.*'], 3]);
    assert.deepEqual(result.warnings, []);
  });

  it('tells faults of shape and of meaning together, and none twice', async () => {
    const all = await setup().faults({
      url: 'https://10.0.0.1/',
      timeout_in_sec: 'long',
      headers: { Host: 'x', 'X-A': 7 },
      event_types: ['fine', 'not\nfine'],
      filter: { $where: '1' },
      body_template: 'bad',
      response_validators: [{ json_path: '$.a-b', expected_values: [1] }],
      schema: 'audit',
    });
    for (const pointer of [
      '/url',
      '/timeout_in_sec',
      '/headers/Host',
      '/headers/X-A',
      '/event_types/1',
      '/filter/$where',
      '/body_template',
      '/response_validators/0/json_path',
    ]) {
      assert.ok(
        all.some((fault) => fault.startsWith(`${pointer} `)),
        `${pointer}: ${all.join()}`,
      );
    }
    assert.equal(new Set(all).size, all.length, all.join());
  });

  it('does not judge the meaning of what has the wrong shape', async () => {
    for (const input of [
      { url: 7 },
      { schema: 7 },
      { body_template: 7 },
      { filter: 'x' },
      { headers: 'x' },
    ] as JsonObject[]) {
      const [name] = Object.keys(input);
      const all = await setup().faults(input);
      assert.deepEqual(
        all.map((fault) => fault.split(' ')[0]),
        [`/${name ?? ''}`],
        all.join(),
      );
    }
  });

  it('gives no wrong numbers to items after one of the wrong type', async () => {
    const all = await setup().faults({
      event_types: [7, 'not fine'],
      response_validators: [7, { json_path: '$.a-b', expected_values: [1] }],
    });
    assert.ok(!all.some((fault) => fault.startsWith('/event_types/0 event_type_invalid')), all.join());
    assert.ok(!all.some((fault) => fault.startsWith('/response_validators/0/')), all.join());
  });

  it('refuses a payload schema that there is not, and checks the template all the same', async () => {
    const { check, faults, checked } = setup();
    assert.deepEqual(await faults({ schema: 'audti', body_template: 'bad' }), [
      '/schema unknown_schema',
      '/body_template broken',
    ]);
    assert.deepEqual(checked, ['audti bad']);
    const result = await check({ schema: 'audti' });
    assert.equal(result.ok ? '' : result.faults[0]?.hint, 'Did you mean "audit"?');
  });

  it('warns of what is doubtful, and lets it pass', async () => {
    const result = await setup().check({ method: 'GET', body_template: 'doubt' });
    assert.ok(result.ok);
    assert.deepEqual(
      result.warnings.map((one) => one.code),
      ['body_on_get', 'doubtful'],
    );
    const bare = await setup().check({ method: 'GET' });
    assert.ok(bare.ok && bare.warnings.length === 0);
  });

  it('refuses no change of something else for a template that is stored already, but warns', async () => {
    const stored = { template: { bodyTemplate: 'bad', schema: 'audit' } };
    const same = await setup().check({ body_template: 'bad', active: false }, stored);
    assert.ok(same.ok);
    assert.deepEqual(
      same.warnings.map((one) => one.code),
      ['broken'],
    );
    const edited = await setup().check({ body_template: 'bad, too' }, stored);
    const moved = await setup().check({ body_template: 'bad' }, { template: { ...stored.template, schema: 'other' } });
    assert.deepEqual([edited.ok, moved.ok], [false, false]);
  });

  it('does not judge a stored URL again', async () => {
    const url = 'https://10.0.0.1/';
    const [kept, fresh] = [await setup().check({ url }, { url }), await setup().check({ url })];
    assert.deepEqual([kept.ok, fresh.ok], [true, false]);
  });
});
