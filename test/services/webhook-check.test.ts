import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/domain/json.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import type { WebhookCheckDeps } from '../../src/services/webhook-check.ts';
import { checkWebhook } from '../../src/services/webhook-check.ts';
import { schemas } from '../schemas/contract.ts';

const policy = createEgressPolicy({ allow: [], connect: [] });

function setup() {
  const checked: string[] = [];
  const deps: WebhookCheckDeps = {
    schemas,
    payloads: { names: ['audit'] },
    urlFaults: (url, pointer) => policy.urlFaults(url, pointer),
    checkTemplate: (source, schema) => {
      checked.push(`${schema} ${source}`);
      const warnings = source.includes('doubt') ? [{ pointer: '/body_template', code: 'doubtful', detail: 'Hm.' }] : [];
      const faults = source.includes('bad') ? [{ pointer: '/body_template', code: 'broken', detail: 'No.' }] : [];
      return { faults, warnings };
    },
  };
  const check = (input: JsonObject) => checkWebhook(deps, { name: 'n', url: 'https://hooks.example.com/', ...input });
  const faults = (input: JsonObject) => {
    const result = check(input);
    return result.ok ? [] : result.faults.map((fault) => `${fault.pointer} ${fault.code}`);
  };
  return { check, faults, checked };
}

describe('checkWebhook', () => {
  it('gives the settings that the schema and the rules approve', () => {
    const result = setup().check({ event_types: ['a.*'], timeout_in_sec: 3 });
    assert.ok(result.ok);
    assert.deepEqual([result.settings.eventTypes, result.settings.timeoutInSec], [['a.*'], 3]);
    assert.deepEqual(result.warnings, []);
  });

  it('tells faults of shape and of meaning together, and none twice', () => {
    const all = setup().faults({
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

  it('does not judge the meaning of what has the wrong shape', () => {
    for (const input of [
      { url: 7 },
      { schema: 7 },
      { body_template: 7 },
      { filter: 'x' },
      { headers: 'x' },
    ] as JsonObject[]) {
      const [name] = Object.keys(input);
      const all = setup().faults(input);
      assert.deepEqual(
        all.map((fault) => fault.split(' ')[0]),
        [`/${name ?? ''}`],
        all.join(),
      );
    }
  });

  it('gives no wrong numbers to items after one of the wrong type', () => {
    const all = setup().faults({
      event_types: [7, 'not fine'],
      response_validators: [7, { json_path: '$.a-b', expected_values: [1] }],
    });
    assert.ok(!all.some((fault) => fault.startsWith('/event_types/0 event_type_invalid')), all.join());
    assert.ok(!all.some((fault) => fault.startsWith('/response_validators/0/')), all.join());
  });

  it('refuses a payload schema that there is not, and checks the template all the same', () => {
    const { check, faults, checked } = setup();
    assert.deepEqual(faults({ schema: 'audti', body_template: 'bad' }), [
      '/schema unknown_schema',
      '/body_template broken',
    ]);
    assert.deepEqual(checked, ['audti bad']);
    const result = check({ schema: 'audti' });
    assert.equal(result.ok ? '' : result.faults[0]?.hint, 'Did you mean "audit"?');
  });

  it('warns of what is doubtful, and lets it pass', () => {
    const result = setup().check({ method: 'GET', body_template: 'doubt' });
    assert.ok(result.ok);
    assert.deepEqual(
      result.warnings.map((one) => one.code),
      ['body_on_get', 'doubtful'],
    );
    const bare = setup().check({ method: 'GET' });
    assert.ok(bare.ok && bare.warnings.length === 0);
  });
});
