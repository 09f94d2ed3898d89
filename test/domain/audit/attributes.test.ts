import assert from 'node:assert/strict';
import { extraAttributesOf } from '../../../src/domain/audit/attributes.ts';
import { statesOf } from '../../../src/domain/audit/changes.ts';
import type { LoggedEvent } from '../../../src/domain/audit/type.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { logged, withData } from './support.ts';

function attributes(value: ExactJson, event: LoggedEvent = logged()): string[][] {
  const { items } = extraAttributesOf(event, value, statesOf(value));
  return items.slice(4).map((one) => [one.nameI18nKey.replace('hookwright.audit.attribute.', ''), one.name, one.value]);
}

describe('extraAttributesOf', () => {
  const times: readonly (readonly [exact: string, shown: string])[] = [
    ['0.000000000', '1970-01-01T00:00:00.000000000Z'],
    ['-0.000000001', '1969-12-31T23:59:59.999999999Z'],
    ['253402300799.999999999', '9999-12-31T23:59:59.999999999Z'],
    ['253402300800.000000000', '253402300800.000000000'],
    ['-62167219200.000000001', '-62167219200.000000001'],
  ];
  for (const [exact, shown] of times) {
    it(`writes the event's time ${exact} as ${shown}`, () => {
      const { items } = extraAttributesOf(logged('x', { eventTimeExact: exact }), {}, undefined);
      assert.equal(items[3]?.value, shown);
    });
  }

  it('has the members of metadata by their paths', () => {
    const metadata = { ip: '::1', nested: { a: 1, b: { c: null }, d: {} }, list: [1, 'x'], 'a.b': true };
    assert.deepEqual(attributes(withData({ source: 'API', metadata })), [
      ['source', 'Source', 'API'],
      ['metadata.ip', 'ip', '::1'],
      ['metadata.nested.a', 'nested.a', '1'],
      ['metadata.nested.b.c', 'nested.b.c', ''],
      ['metadata.nested.d', 'nested.d', '{}'],
      ['metadata.list', 'list', '[1,"x"]'],
      ['metadata.a.b', '["a.b"]', 'true'],
    ]);
  });

  it('has what stands nowhere else in the entry, and nothing twice', () => {
    const data = {
      ...{ actor_id: 'a', actor_name: 'A', actor_type: 'user', target_id: 't', target_name: 'T', target_type: 'x' },
      ...{ action: 'updated', current_target_object: {}, previous_target_object: null, timestamp: '1795176000.042' },
      ...{ requester: { name: 'R' }, before: 1 },
    };
    const value = { ...withData(data), schema: 'audit', idempotency_key: 'k', area: 'x', level: 'y', tags: ['a'] };
    assert.deepEqual(attributes(value), [
      ['idempotency_key', 'Idempotency key', 'k'],
      ['data.requester.name', 'requester.name', 'R'],
      ['data.before', 'before', '1'],
      ['event.tags', 'tags', '["a"]'],
    ]);
  });

  it('has a time of data that is not that of the event', () => {
    assert.deepEqual(attributes(withData({ timestamp: '1' })), [['data.timestamp', 'timestamp', '1']]);
  });

  it('leaves out the two states that are compared, under whatever names', () => {
    assert.deepEqual(attributes(withData({ before: { a: 1 }, after: { a: 2 } })), []);
    assert.deepEqual(attributes({ event_type: 'x', previous: { a: 1 } }), []);
  });

  for (const [data, shown] of [
    ['x', ['data', 'data', 'x']],
    [[1], ['data', 'data', '[1]']],
    [{ metadata: 'x' }, ['metadata', 'metadata', 'x']],
  ] as const) {
    it(`shows data without members, such as ${JSON.stringify(data)}`, () => {
      const [found = []] = attributes(withData(data));
      assert.deepEqual([found[0]?.split('.')[0], ...found.slice(1)], shown);
    });
  }

  it('says of a search of the log what Jira says', () => {
    const metadata = { results_returned: 3, query: '', timestamp_range: 'a - b', id_range: '1 - 2', count: 7 };
    const event = logged('audit_log.searched', { origin: 'engine' });
    const jira = 'atlassian.audit.event.attribute.';
    assert.deepEqual(attributes(withData({ metadata }), event), [
      [`${jira}results`, 'Results returned', '3'],
      [`${jira}query`, 'Query', ''],
      [`${jira}timestamp`, 'Timestamp Range', 'a - b'],
      [`${jira}id`, 'ID Range', '1 - 2'],
      ['metadata.count', 'count', '7'],
    ]);
  });
});
