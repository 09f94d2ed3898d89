import assert from 'node:assert/strict';
import { acceptEvent } from '../../src/domain/event.ts';
import { isObject, toPlain } from '../../src/domain/json.ts';
import type { ExactJsonObject } from '../../src/domain/json.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import { documents, exact, readText, schemas } from './contract.ts';

const event = { event_type: 'access_flow.updated', event_time: '1732104000.123456789', data: {} };

function codes(value: unknown): string[] {
  return schemas.faults('audit', value as ExactJsonObject).map(({ pointer, code }) => `${pointer} ${code}`);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const samples =
  createCatalogue({
    payloadSchemas: { audit: readText('schemas/payloads/audit.schema.json') },
    samples: { audit: readText('schemas/payloads/audit.samples.json') },
    templates: { audit: readText('templates/audit/default.hbs') },
  }).schema('audit')?.samples ?? [];

describe('the payload schema audit', () => {
  it("has exactly the fields of Apono's payload, in its order", () => {
    const data = (documents['audit']?.['properties'] as Record<string, Record<string, object>>)['data'];
    assert.deepEqual(Object.keys(data?.['properties'] ?? {}), [
      'timestamp',
      'action',
      'actor_id',
      'actor_name',
      'actor_type',
      'source',
      'target_id',
      'target_type',
      'target_name',
      'metadata',
      'current_target_object',
      'previous_target_object',
    ]);
  });

  it('requires event_type, event_time and data, and nothing more', () => {
    assert.deepEqual(codes({}), ['/data required', '/event_time required', '/event_type required']);
    assert.deepEqual(codes(event), []);
  });

  it('lets every other field be null, and keeps unknown ones', () => {
    const names = Object.keys(
      (documents['audit']?.['properties'] as Record<string, Record<string, object>>)['data']?.['properties'] ?? {},
    );
    const data = Object.fromEntries([...names, 'tenant'].map((name) => [name, null]));
    assert.deepEqual(codes({ ...event, data, extra: [1] }), []);
  });

  const table: readonly [string, unknown, readonly string[]][] = [
    ['an RFC 3339 time', { ...event, event_time: '2024-11-20T12:00:00.5+01:00' }, []],
    ['a time as a number', { ...event, event_time: 1732104000 }, []],
    ['a time without nanoseconds', { ...event, event_time: '1732104000' }, []],
    ['a time in words', { ...event, event_time: 'yesterday' }, ['/event_time format']],
    ['a day that does not exist', { ...event, event_time: '2024-02-30T00:00:00Z' }, ['/event_time format']],
    ['a time that is true', { ...event, event_time: true }, ['/event_time wrong_type']],
    ['no time', { ...event, event_time: null }, ['/event_time wrong_type']],
    ['a timestamp in words', { ...event, data: { timestamp: 'now' } }, ['/data/timestamp format']],
    ['a timestamp that is null', { ...event, data: { timestamp: null } }, []],
    ['a wildcard as type', { ...event, event_type: 'access_flow.*' }, ['/event_type pattern']],
    ['an empty type', { ...event, event_type: '' }, ['/event_type too_short']],
    ['a type of 200 characters', { ...event, event_type: '😀'.repeat(200) }, []],
    ['a type of 201 characters', { ...event, event_type: 'x'.repeat(201) }, ['/event_type too_long']],
    ['an actor that is a number', { ...event, data: { actor_id: 7 } }, ['/data/actor_id wrong_type']],
    ['metadata that is a list', { ...event, data: { metadata: [] } }, ['/data/metadata wrong_type']],
    ['data that is a list', { ...event, data: [] }, ['/data wrong_type']],
    ['a key', { ...event, idempotency_key: 'a'.repeat(255) }, []],
    ['a key that is too long', { ...event, idempotency_key: 'a'.repeat(256) }, ['/idempotency_key pattern']],
    ['a key with a blank', { ...event, idempotency_key: 'a b' }, ['/idempotency_key pattern']],
    ['an empty key', { ...event, idempotency_key: '' }, ['/idempotency_key pattern']],
  ];
  for (const [what, value, expected] of table) {
    it(`${expected.length === 0 ? 'takes' : 'refuses'} ${what}`, () => {
      assert.deepEqual(codes(value), expected);
    });
  }

  it('judges times that come as numbers by their spelling', () => {
    const timed = (token: string): string[] =>
      codes(exact(`{"event_type":"a","event_time":${token},"data":{"timestamp":${token}}}`));
    assert.deepEqual(timed('1732104000.123456789'), []);
    assert.deepEqual(timed('1732104000.1'), []);
    for (const token of ['1e3', '1732104000.1234567891', '1234567890123', '1e21']) {
      assert.deepEqual(timed(token), ['/data/timestamp format', '/event_time format'], token);
    }
  });
});

describe('the sample events of audit', () => {
  it('are at least nine, each with a name of its own', () => {
    assert.ok(samples.length >= 9);
    assert.equal(new Set(samples.map(({ name }) => name)).size, samples.length);
  });

  for (const { name, event: sample, text } of samples) {
    it(`${name}: is accepted, and its text is the same event`, () => {
      assert.deepEqual(codes(sample), []);
      assert.deepEqual(exact(text), sample);
      const acceptance = {
        id: 'evt_1',
        organizationId: 'org_1',
        receivedAt: new Date(0),
        origin: 'api',
        idempotencyKey: undefined,
        hop: 0,
      } as const;
      assert.match(acceptEvent(sample, text, acceptance).eventTimeExact, /^\d+\.\d{9}$/);
    });
  }

  it('come from several actors and sources, about every kind of object, with times of both kinds', () => {
    const all = samples.map(({ event: sample }) => toPlain(sample)).filter((sample) => isObject(sample));
    const of = (field: string): Set<unknown> =>
      new Set(all.map((sample) => (isObject(sample['data']) ? sample['data'][field] : undefined)));
    assert.ok(of('actor_id').size >= 6);
    for (const source of ['API', 'integration', 'Terraform', 'web application'])
      assert.ok(of('source').has(source), source);
    for (const type of [
      'access flow',
      'bundle',
      'integration',
      'user',
      'webhook',
      'account settings',
      'activity report',
    ]) {
      assert.ok(of('target_type').has(type), type);
    }
    const types = all.map((sample) => text(sample['event_type']));
    for (const type of ['access_flow.created', 'access_flow.updated', 'access_flow.deleted'])
      assert.ok(types.includes(type), type);
    assert.ok(all.some((sample) => /T.*[Z+]/.test(text(sample['event_time']))));
    assert.ok(all.some((sample) => /^\d+\.\d{9}$/.test(text(sample['event_time']))));
  });
});
