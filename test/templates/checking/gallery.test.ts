// What the gallery's descriptions and notes promise beyond the one body that stands beside each template.
import assert from 'node:assert/strict';
import type { ExactJsonObject, JsonObject } from '../../../src/domain/json.ts';
import { isObject, toPlain } from '../../../src/domain/json.ts';
import { checkTemplate } from '../../../src/templates/checking/check.ts';
import { contextOf, standInEvent } from '../../../src/templates/index.ts';
import { exact, readText } from '../../schemas/contract.ts';

/** What a template of the gallery makes of its sample, with other data in it. */
function bodyOf(name: string, data: ExactJsonObject): JsonObject {
  const sample = exact(readText(`templates/gallery/${name}/sample.json`));
  const own = isObject(sample['data']) ? sample['data'] : {};
  const event = contextOf(standInEvent({ ...sample, data: { ...own, ...data } }));
  const source = readText(`templates/gallery/${name}/template.hbs`);
  const report = checkTemplate({ source, payload: { schema: {}, samples: [], generated: [] }, event });
  assert.deepEqual([report.errors, report.samples[0]?.warnings], [[], []]);
  const body = toPlain(exact(report.samples[0]?.body ?? ''));
  assert.ok(isObject(body));
  return body;
}

describe('the gallery template pagerduty-events-v2', () => {
  for (const [status, action, severity] of [
    ['Error', 'trigger', 'error'],
    ['Warning', 'trigger', 'warning'],
    ['Active', 'resolve', 'info'],
    ['Disabled', 'resolve', 'info'],
  ] as const) {
    it(`sends a ${action} for the status ${status}`, () => {
      const { event_action, payload } = bodyOf('pagerduty-events-v2', { current_target_object: { status } });
      assert.equal(event_action, action);
      assert.equal(isObject(payload) ? payload['severity'] : '', severity);
    });
  }

  it('resolves what was deleted, under the same key', () => {
    const failed = bodyOf('pagerduty-events-v2', {});
    const deleted = bodyOf('pagerduty-events-v2', { action: 'deleted', current_target_object: null });
    assert.deepEqual([failed['event_action'], deleted['event_action']], ['trigger', 'resolve']);
    assert.equal(deleted['dedup_key'], failed['dedup_key']);
  });
});

describe('the gallery template jira-issue', () => {
  it('keeps the summary on one line', () => {
    const { fields } = bodyOf('jira-issue', { target_id: 'a\nb\nc' });
    assert.equal(isObject(fields) ? fields['summary'] : '', 'Review: access_flow.updated a b c');
  });
});

describe('docs/api.md', () => {
  it('names every member of a sample that a check renders', () => {
    const schema = exact(readText('schemas/api/template-check-result.schema.json'));
    const { items } = memberOf(memberOf(schema, 'properties'), 'samples');
    const members = isObject(items) && Array.isArray(items['required']) ? items['required'] : [];
    assert.ok(members.includes('warnings'));
    const line =
      readText('docs/api.md')
        .split('\n')
        .find((one) => one.startsWith('- `samples`')) ?? '';
    for (const member of members) assert.ok(line.includes(`\`${String(member)}\``), String(member));
  });
});

function memberOf(object: ExactJsonObject, name: string): ExactJsonObject {
  const member = object[name];
  assert.ok(isObject(member));
  return member;
}
