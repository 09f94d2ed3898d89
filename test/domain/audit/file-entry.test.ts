import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fileEntryOf, fileLineOf } from '../../../src/domain/audit/file-entry.ts';
import { anyEventValue, anyLogged, logged, withData } from './support.ts';

const PLACE = { system: 'https://audit.example.com' };

describe('fileEntryOf', () => {
  it('has the members of a file of a real server, in their order', () => {
    const value = withData({
      ...{ actor_id: 'a', actor_name: 'A', target_id: 't', target_name: 'T', target_type: 'project' },
      ...{ metadata: { ip: '10.0.0.1' }, previous_target_object: { name: 'S' }, current_target_object: { name: 'T' } },
    });
    const entry = fileEntryOf(logged('project.updated'), value, PLACE, {
      area: 'local-config-and-administration',
      level: 'base',
    });
    const attribute = 'hookwright.audit.attribute';
    assert.equal(
      JSON.stringify({ ...entry, extraAttributes: entry.extraAttributes.slice(0, 1) }, null, 1),
      JSON.stringify(
        {
          affectedObjects: [{ id: 't', name: 'T', type: 'project' }],
          auditType: {
            action: 'Project updated',
            actionI18nKey: 'hookwright.audit.action.project.updated',
            area: 'LOCAL_CONFIG_AND_ADMINISTRATION',
            category: 'Project',
            categoryI18nKey: 'hookwright.audit.category.project',
            level: 'BASE',
          },
          author: { id: 'a', name: 'A', type: 'ApplicationUser', uri: '/rest/auditing/1.0/events?userIds=a' },
          changedValues: [{ from: 'S', i18nKey: 'hookwright.audit.field.name', key: 'name', to: 'T' }],
          extraAttributes: [{ name: 'Event ID', nameI18nKey: `${attribute}.event_id`, value: logged().id }],
          method: 'Browser',
          source: '10.0.0.1',
          system: 'https://audit.example.com',
          timestamp: { epochSecond: 1795176001, nano: 5000000 },
          version: '1.0',
        },
        null,
        1,
      ),
    );
  });

  it('has no members for what is not known', () => {
    const entry = fileEntryOf(logged(), null, { ...PLACE, node: 'n' }, undefined);
    assert.deepEqual(entry.author, { id: '-2', name: 'Anonymous', type: 'user' });
    assert.deepEqual(Object.keys(entry.auditType), ['action', 'actionI18nKey', 'category', 'categoryI18nKey']);
    assert.deepEqual([entry.node, 'source' in entry], ['n', false]);
  });
});

describe('fileLineOf', () => {
  const classification = fc.option(
    fc.record({ area: fc.constantFrom('END_USER_ACTIVITY', 'security'), level: fc.constantFrom('full', 'BASE') }),
    { nil: undefined },
  );

  it('is one line of JSON for whatever an event holds', () => {
    fc.assert(
      fc.property(anyLogged, anyEventValue, classification, (event, value, classified) => {
        const line = fileLineOf(event, value, PLACE, classified);
        assert.doesNotMatch(line, /[\r\n\v\f\u0085\u2028\u2029]/);
        const { timestamp, ...entry } = JSON.parse(line) as Record<string, object>;
        assert.deepEqual({ timestamp, ...entry }, fileEntryOf(event, value, PLACE, classified));
        assert.deepEqual(Object.keys(timestamp ?? {}), ['epochSecond', 'nano']);
        const texts = (part: unknown): unknown[] =>
          typeof part === 'object' && part !== null ? Object.values(part).flatMap(texts) : [part];
        for (const text of texts(entry)) assert.equal(typeof text, 'string');
      }),
      { numRuns: 300 },
    );
  });
});
