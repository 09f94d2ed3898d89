import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matchesType, matchWebhook } from '../../src/domain/match.ts';
import { compileFilter } from '../../src/domain/filter.ts';

/** Whether a pattern fits, by trying every length for each `*`. */
function fitsByTrial(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    return Array.from({ length: text.length + 1 }, (_, length) => text.slice(length)).some((rest) =>
      fitsByTrial(rest, pattern.slice(1)),
    );
  }
  return text.startsWith(pattern.slice(0, 1)) && fitsByTrial(text.slice(1), pattern.slice(1));
}

describe('matchesType', () => {
  const letters = fc.constantFrom('a', 'b', '.');
  it('fits a wildcard exactly where some text can stand for it', () => {
    const text = fc.string({ unit: letters, minLength: 1, maxLength: 7 });
    const pattern = fc.string({ unit: fc.oneof(letters, fc.constant('*')), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(text, pattern, (type, wanted) => {
        assert.equal(matchesType(type, 'api', [wanted]), fitsByTrial(type, wanted));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no other character for a wildcard', () => {
    for (const pattern of ['a.?', 'a.[a-z]', '(.*)', '^a', 'a.b$', 'a+b']) {
      assert.equal(matchesType('a.b', 'api', [pattern]), false, pattern);
    }
  });

  it('stays quick on a pattern full of wildcards', () => {
    assert.equal(matchesType('a'.repeat(5000), 'api', [`${'*a'.repeat(100)}*b`]), false);
  });

  const table: readonly (readonly [
    type: string,
    origin: 'api' | 'engine',
    patterns: readonly string[],
    fits: boolean,
  ])[] = [
    ['user.created', 'api', [], true],
    ['user.created', 'api', ['*'], true],
    ['user.created', 'api', ['user.*'], true],
    ['user.created', 'api', ['*.created'], true],
    ['user.created', 'api', ['bundle.*', 'user.created'], true],
    ['user.created', 'api', ['bundle.*'], false],
    ['user.created', 'api', ['User.*'], false],
    ['webhook.updated', 'engine', [], false],
    ['webhook.updated', 'engine', ['*'], false],
    ['webhook.updated', 'engine', ['*.updated'], false],
    ['webhook.updated', 'engine', ['web*'], false],
    ['webhook.updated', 'engine', ['webhook.*'], true],
    ['webhook.updated', 'engine', ['webhook.updated'], true],
    ['webhook.updated', 'engine', ['key.*', '*'], false],
    ['webhook.updated', 'api', ['*'], true],
    ['audit_log.searched', 'engine', ['audit_log.*', 'audit_log.searched'], false],
    ['audit_log.coverage_updated', 'engine', ['audit_log.*'], true],
    ['audit_log.searched', 'api', ['audit_log.*'], true],
  ];
  for (const [type, origin, patterns, fits] of table) {
    it(`${fits ? 'takes' : 'leaves'} ${type} of the ${origin} for ${JSON.stringify(patterns)}`, () => {
      assert.equal(matchesType(type, origin, patterns), fits);
    });
  }
});

describe('matchWebhook', () => {
  const event = {
    schema: 'audit',
    eventType: 'user.created',
    origin: 'api' as const,
    plain: { data: { source: 'API' } },
  };
  const webhook = { active: true, schema: 'audit', eventTypes: ['user.*'] };
  const filter = compileFilter({ 'data.source': 'UI' });

  it('says that everything accepts the event', () => {
    assert.deepEqual(matchWebhook(event, webhook, undefined), {
      matched: true,
      detail: 'Status, schema, type and filter accept the event.',
    });
  });

  const table = [
    ['inactive', { ...webhook, active: false, schema: 'other' }],
    ['schema', { ...webhook, schema: 'other', eventTypes: ['x'] }],
    ['event_type', { ...webhook, eventTypes: ['bundle.*', 'key.*'] }],
    ['filter', webhook],
  ] as const;
  for (const [reason, other] of table) {
    it(`names ${reason} as the first thing that stands against it`, () => {
      const result = matchWebhook(event, other, filter);
      assert.ok(!result.matched);
      assert.equal(result.reason, reason);
    });
  }

  it('names the patterns that do not fit', () => {
    const result = matchWebhook(event, { ...webhook, eventTypes: ['bundle.*', 'key.*'] }, undefined);
    assert.equal(result.detail, '"user.created" is none of "bundle.*", "key.*".');
  });

  it('explains why an event of the engine is for nobody who did not name it', () => {
    const own = { ...event, eventType: 'webhook.tested', origin: 'engine' as const };
    assert.match(matchWebhook(own, { ...webhook, eventTypes: [] }, undefined).detail, /event of the engine itself/);
  });
});
