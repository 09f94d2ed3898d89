import assert from 'node:assert/strict';
import { ENTITY_CSV_HEADER, entityCsvRow, EVENT_CSV_HEADER, eventCsvRow } from '../../../src/domain/audit/csv-rows.ts';
import { entityOf } from '../../../src/domain/audit/entity.ts';
import type { Event } from '../../../src/domain/event.ts';
import { EVENT_ID, exact, logged } from './support.ts';

const BODY = `{"event_type":"user.updated", "event_time":0,
 "data":{"actor_id":"=cmd","target_id":"u","target_type":"user","metadata":{"ip":"::1"}}}`;

describe('the tables of the log', () => {
  it('have a row for an entry, with its lists as JSON', () => {
    const entity = entityOf(logged('user.updated'), exact(BODY), { system: 'https://a.example', node: 'n' });
    assert.equal(
      ENTITY_CSV_HEADER,
      'timestamp,author_id,author_name,author_type,category,category_i18n_key,action,action_i18n_key,' +
        'affected_objects,changed_values,extra_attributes,method,source,node,system\r\n',
    );
    const quoted = (value: unknown): string => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
    assert.equal(
      entityCsvRow(entity),
      "2026-11-20T12:00:01.005Z,'=cmd,'=cmd,ApplicationUser,User,hookwright.audit.category.user,User updated," +
        `hookwright.audit.action.user.updated,${quoted(entity.affectedObjects)},[],${quoted(entity.extraAttributes)},` +
        'Browser,::1,n,https://a.example\r\n',
    );
  });

  it('have a row for an event, with its body as it came', () => {
    const event: Event = {
      ...{ ...logged('user.updated'), organizationId: 'org_1', eventTime: '0', hop: 0, body: BODY },
      ...{ idempotencyKey: undefined, valueSha256: undefined },
    };
    assert.equal(
      EVENT_CSV_HEADER,
      'timestamp,id,event_type,event_time,schema,origin,actor_id,actor_name,actor_type,' +
        'target_id,target_name,target_type,category,action,source,body\r\n',
    );
    assert.equal(
      eventCsvRow(event, exact(BODY)),
      `2026-11-20T12:00:01.005Z,${EVENT_ID},user.updated,1795176000.042000001,audit,api,'=cmd,'=cmd,ApplicationUser,` +
        `u,u,user,User,User updated,::1,"${BODY.replaceAll('"', '""')}"\r\n`,
    );
  });
});
