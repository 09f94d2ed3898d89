import assert from 'node:assert/strict';
import { typeOf } from '../../../src/domain/audit/type.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { withData } from './support.ts';

const api = (eventType: string) => ({ eventType, origin: 'api' as const });
const engine = (eventType: string) => ({ eventType, origin: 'engine' as const });

describe('typeOf', () => {
  const texts: readonly (readonly [eventType: string, data: ExactJson, category: string, action: string])[] = [
    ['access_flow.updated', { target_type: 'access flow', action: 'updated' }, 'Access flow', 'Access flow updated'],
    ['access_flow.updated', {}, 'Access flow', 'Access flow updated'],
    ['access_flow.updated', null, 'Access flow', 'Access flow updated'],
    ['access_flow.updated', { target_type: null, action: null }, 'Access flow', 'Access flow updated'],
    [
      'integration.updated',
      { target_type: 'integration', action: 'status changed' },
      'Integration',
      'Integration status changed',
    ],
    ['user.updated', { target_type: 'user', action: 'Deactivated' }, 'User', 'User deactivated'],
    ['user.updated', { target_type: 'user', action: 'MFA enabled' }, 'User', 'User MFA enabled'],
    ['user.updated', { target_type: 'user', action: 'User\n added to  group' }, 'User', 'User added to group'],
    ['user.updated', { target_type: 'user', action: 'user.updated' }, 'User', 'User updated'],
    ['key.used', { action: 'keyword found' }, 'Key', 'Key keyword found'],
    ['key.exceeded_role', { action: 'exceeded_role' }, 'Key', 'Key exceeded role'],
    ['com.acme.user.created', {}, 'Com acme user', 'Com acme user created'],
    ['jira:issue_updated', {}, 'Jira issue updated', 'Jira issue updated'],
    ['login', { action: 'failed' }, 'Login', 'Login failed'],
    ['login', {}, 'Login', 'Login'],
    ['.', {}, '.', '.'],
    ['x.', {}, 'X', 'X'],
    ['.x', {}, 'X', 'X'],
    ['éclair.vendu', {}, 'Éclair', 'Éclair vendu'],
    ['user.updated', { target_type: 7, action: ['a', 1] }, '7', '7 ["a",1]'],
    ['group.changed', { attributes: { action: 'user_added_to_group' } }, 'Group', 'Group user added to group'],
  ];
  for (const [eventType, data, category, action] of texts) {
    it(`calls ${eventType} with ${JSON.stringify(data)} "${action}"`, () => {
      const type = typeOf(api(eventType), withData(data));
      assert.deepEqual([type.category, type.action], [category, action]);
    });
  }

  const keys: readonly (readonly [eventType: string, data: ExactJson, category: string, action: string])[] = [
    ['access_flow.updated', { target_type: 'access flow', action: 'renamed' }, 'access_flow', 'access_flow.updated'],
    ['Access-Flow.Updated', {}, 'access_flow', 'access_flow.updated'],
    [' a  (b) ', {}, 'a_b', 'a_b'],
    ['日本.語', {}, '日本', '日本.語'],
    ['!!', {}, '_', '_'],
  ];
  for (const [eventType, data, category, action] of keys) {
    it(`makes the keys of "${eventType}" with ${JSON.stringify(data)}`, () => {
      const { categoryI18nKey, actionI18nKey } = typeOf(api(eventType), withData(data));
      assert.equal(categoryI18nKey, `hookwright.audit.category.${category}`);
      assert.equal(actionI18nKey, `hookwright.audit.action.${action}`);
    });
  }

  it('has the words of Jira for what the engine says of the log itself', () => {
    const search = typeOf(engine('audit_log.searched'), withData({ target_type: 'audit_log', action: 'searched' }));
    assert.equal(
      JSON.stringify(search),
      JSON.stringify({
        categoryI18nKey: 'atlassian.audit.event.category.audit',
        category: 'Auditing',
        actionI18nKey: 'atlassian.audit.event.action.audit.search',
        action: 'Audit Log search performed',
      }),
    );
    const data = { target_type: 'audit_log', action: 'coverage_updated' };
    const coverage = typeOf(engine('audit_log.coverage_updated'), withData(data));
    assert.deepEqual([coverage.category, coverage.action], ['Auditing', 'Audit log coverage updated']);
  });

  it('has none of them for what somebody posted', () => {
    const { category, action } = typeOf(api('audit_log.searched'), withData({}));
    assert.deepEqual([category, action], ['Audit log', 'Audit log searched']);
  });
});
