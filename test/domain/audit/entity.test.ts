import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_SHOWN } from '../../../src/domain/audit/bounds.ts';
import { entityOf } from '../../../src/domain/audit/entity.ts';
import { MAX_TEXT } from '../../../src/domain/audit/values.ts';
import { countCodePoints } from '../../../src/domain/code-points.ts';
import { writeOwnEvent } from '../../../src/domain/own-events.ts';
import { anyEventValue, anyLogged, exact, EVENT_ID, logged, sample, withData } from './support.ts';

const PLACE = { system: 'https://audit.example.com/hookwright' };

function leavesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];
}

describe('entityOf', () => {
  it('makes of a change what a real server would answer, member by member', () => {
    const event = logged('access_flow.updated', { eventTimeExact: '1763643871.009310042' });
    const entity = entityOf(event, sample('access flow updated'), PLACE);
    const log = 'https://audit.example.com/hookwright/rest/auditing/1.0/events';
    const target = 'access%20flow,5e0c7b1d-2f64-4b7e-9a0d-6c1e84f3b210';
    const key = 'hookwright.audit.';
    const changed = (path: string, values: object): object => ({
      key: path,
      i18nKey: `${key}field.${path}`,
      ...values,
    });
    const expected = {
      timestamp: '2026-11-20T12:00:01.005Z',
      author: {
        name: 'Tomás Ferreira',
        type: 'ApplicationUser',
        id: 'tomas.ferreira@northwind.example',
        uri: `${log}?userIds=tomas.ferreira%40northwind.example`,
        avatarUri: '',
      },
      type: {
        categoryI18nKey: `${key}category.access_flow`,
        category: 'Access flow',
        actionI18nKey: `${key}action.access_flow.updated`,
        action: 'Access flow updated',
      },
      affectedObjects: [
        {
          name: 'Orders database, read only',
          type: 'access flow',
          uri: `${log}?affectedObject=${target}`,
          id: '5e0c7b1d-2f64-4b7e-9a0d-6c1e84f3b210',
        },
      ],
      changedValues: [
        changed('trigger.timeframe.start_of_day_time_in_seconds', { to: '28800' }),
        changed('trigger.timeframe.end_of_day_time_in_seconds', { to: '64800' }),
        changed('trigger.timeframe.days_in_week', { to: '["MONDAY","TUESDAY","WEDNESDAY","THURSDAY","FRIDAY"]' }),
        changed('trigger.timeframe.time_zone', { to: 'Europe/Lisbon' }),
        changed('revoke_after_in_sec', { from: '14400', to: '3600' }),
      ],
      system: 'https://audit.example.com/hookwright',
      method: 'Browser',
      extraAttributes: [
        { nameI18nKey: `${key}attribute.event_id`, name: 'Event ID', value: EVENT_ID },
        { nameI18nKey: `${key}attribute.event_type`, name: 'Event type', value: 'access_flow.updated' },
        { nameI18nKey: `${key}attribute.schema`, name: 'Schema', value: 'audit' },
        { nameI18nKey: `${key}attribute.event_time`, name: 'Event time', value: '2025-11-20T13:04:31.009310042Z' },
        { nameI18nKey: `${key}attribute.source`, name: 'Source', value: 'Terraform' },
        { nameI18nKey: `${key}attribute.metadata.terraform_version`, name: 'terraform_version', value: '1.9.8' },
        { nameI18nKey: `${key}attribute.metadata.workspace`, name: 'workspace', value: 'platform-prod' },
      ],
    };
    // Not only the same members, but in the same order.
    assert.equal(JSON.stringify(entity, null, 1), JSON.stringify(expected, null, 1));
  });

  it('has address and node between the changes and the system, where they are known', () => {
    const entity = entityOf(logged(), sample('access flow created'), { ...PLACE, node: 'node-1' });
    assert.deepEqual([entity.source, entity.node], ['203.0.113.24', 'node-1']);
    const own = { data: { node_id: 'n-2', metadata: { node: ' n-1 ' } } };
    assert.equal(entityOf(logged(), own, PLACE).node, 'n-1');
    assert.equal(entityOf(logged(), { data: { node_id: 'n-2', metadata: { node: null } } }, PLACE).node, 'n-2');
    assert.deepEqual(Object.keys(entity), [
      ...['timestamp', 'author', 'type', 'affectedObjects', 'changedValues'],
      ...['source', 'system', 'node', 'method', 'extraAttributes'],
    ]);
  });

  it('names nobody as Jira does, and has no link to what that did', () => {
    const { author, affectedObjects } = entityOf(logged(), withData(null), PLACE);
    assert.equal(JSON.stringify(author), '{"name":"Anonymous","type":"user","id":"-2","avatarUri":""}');
    assert.deepEqual(affectedObjects, []);
  });

  it('takes from an event of the engine all that it says', () => {
    const value = writeOwnEvent(
      {
        type: 'key.created',
        action: 'created',
        actor: { keyId: 'key_1', keyName: 'ci', organizationId: 'org_1' },
        targetId: 'key_2',
        targetName: 'collector',
        metadata: { role: 'auditor' },
        current: { id: 'key_2', expires_at: null },
        previous: undefined,
      },
      new Date(0),
    );
    const entity = entityOf(logged('key.created', { origin: 'engine' }), value, PLACE);
    assert.equal(entity.type.action, 'Key created');
    assert.deepEqual([entity.author.id, entity.author.type, entity.method], ['key_1', 'api_key', 'Browser']);
    assert.deepEqual(
      entity.changedValues.map(({ key, from, to }) => [key, from, to]),
      [
        ['id', undefined, 'key_2'],
        ['expires_at', undefined, ''],
      ],
    );
    assert.deepEqual(entity.extraAttributes.at(-1)?.value, 'auditor');
  });

  it('is an entry for whatever an event holds, with nothing but texts in it', () => {
    fc.assert(
      fc.property(anyLogged, anyEventValue, (event, value) => {
        const entity = entityOf(event, value, PLACE);
        for (const leaf of leavesOf(entity)) assert.ok(typeof leaf === 'string' && leaf.isWellFormed());
        assert.ok(entity.author.id !== '' && entity.author.name !== '' && entity.author.type !== '');
        assert.ok(entity.type.category !== '' && entity.type.action !== '');
        assert.deepEqual(JSON.parse(JSON.stringify(entity)), entity);
      }),
      { numRuns: 500 },
    );
  });

  it('shows so much of a large event, and says how much it leaves out', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`m${String(index)}`, index]));
    const long = '😀'.repeat(MAX_TEXT + 1);
    const value = withData({ actor_id: long, metadata: many, current_target_object: { long, ...many } });
    const { author, changedValues, extraAttributes } = entityOf(logged(), value, PLACE);
    assert.deepEqual([changedValues.length, extraAttributes.length], [MAX_SHOWN['changed values'], 201]);
    for (const text of [author.id, changedValues[0]?.to ?? '']) {
      assert.ok(countCodePoints(text) === MAX_TEXT && text.endsWith('😀…'));
    }
    assert.deepEqual(extraAttributes.at(-1), {
      nameI18nKey: 'hookwright.audit.attribute.cut',
      name: 'Left out',
      value:
        '200 of 1001 changed values are shown. Texts of changed values that were shortened: 1. ' +
        `200 of 1004 extra attributes are shown. The whole event: /v1/events/${EVENT_ID}`,
    });
  });

  it('says nothing of the kind where all is shown', () => {
    const long = '😀'.repeat(MAX_TEXT);
    const { changedValues, extraAttributes } = entityOf(logged(), withData({ current_target_object: { long } }), PLACE);
    assert.equal(changedValues[0]?.to, long);
    assert.equal(extraAttributes.length, 4);
  });

  it('keeps numbers as they were spelled', () => {
    const value = withData(exact('{"current_target_object":{"id":12345678901234567890,"share":1.10},"n":1e2}'));
    const { changedValues, extraAttributes } = entityOf(logged(), value, PLACE);
    assert.deepEqual(
      changedValues.map(({ to }) => to),
      ['12345678901234567890', '1.10'],
    );
    assert.equal(extraAttributes.at(-1)?.value, '1e2');
  });
});
