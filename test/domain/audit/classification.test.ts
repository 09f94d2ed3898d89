import assert from 'node:assert/strict';
import { AUDIT_LOG } from '../../../src/domain/audit/areas.ts';
import { classify, FAMILIES, OWN_EVENTS, placeFaults } from '../../../src/domain/audit/classification.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { readProductFiles } from '../../../src/product-files.ts';
import { code, codes, readText, section, tableRows } from '../../support/markdown.ts';
import { createCatalogue } from '../../../src/services/catalogue.ts';

const posted = (eventType: string, value: ExactJson = {}, schema = 'audit') =>
  classify({ schema, eventType, origin: 'api' }, value);
const said = (found: ReturnType<typeof classify>) => (found === undefined ? '' : `${found.area} ${found.level}`);

describe('classify', () => {
  it('goes by the type of a posted event, whose case does not count', () => {
    for (const [type, expected] of [
      ['access_flow.updated', 'permissions base'],
      ['Access_Flow.updated', 'permissions base'],
      ['user.login.failed', 'user-management base'],
      ['login', 'security advanced'],
      ['activity_report.created', 'end-user-activity full'],
      ['users.created', ''],
      ['something', ''],
      ['constructor.x', ''],
      ['audit_log.coverage_updated', ''],
      ['key.created', ''],
    ] as const) {
      assert.equal(said(posted(type)), expected, type);
    }
    assert.equal(posted('user.created', {}, 'another'), undefined);
    assert.equal(posted('user.created', {}, 'constructor'), undefined);
  });

  it('believes what an event says itself, and its type of what it leaves out', () => {
    for (const [value, expected] of [
      [{ area: 'SECURITY', level: 'Full' }, 'security full'],
      [{ area: 'security' }, 'security full'],
      [{ level: 'advanced' }, 'end-user-activity advanced'],
      [{ area: 7, level: null }, 'end-user-activity full'],
      [{}, 'end-user-activity full'],
      [[], 'end-user-activity full'],
    ] as const) {
      assert.equal(said(posted('report.made', value)), expected, JSON.stringify(value));
    }
    assert.equal(said(posted('x', { area: 'end_user_activity' })), 'end-user-activity base');
    assert.equal(posted('x', { level: 'full' }), undefined);
  });

  it('has a place for each event of the engine, whatever it says', () => {
    for (const [type, place] of Object.entries(OWN_EVENTS)) {
      assert.deepEqual(classify({ schema: 'audit', eventType: type, origin: 'engine' }, { area: 'security' }), place);
      const isOfLog = type.startsWith('audit_log.') || type === 'event.erased';
      assert.equal(place.area === AUDIT_LOG, isOfLog, type);
    }
    assert.equal(classify({ schema: 'audit', eventType: 'user.x', origin: 'engine' }, {}), undefined);
  });

  it('has a place for every sample that we ship', () => {
    const catalogue = createCatalogue(readProductFiles().payloads);
    for (const name of catalogue.names) {
      for (const { text } of catalogue.schema(name)?.samples ?? []) {
        const value: { event_type: string } = JSON.parse(text);
        assert.ok(posted(value.event_type, value, name), value.event_type);
      }
    }
  });
});

describe('docs/audit-log.md', () => {
  const page = section(readText('docs/audit-log.md'), '### Areas and levels');
  const rows = tableRows(page).map(([area, level, types]) => [code(area), code(level), ...codes(types)].join(' '));
  const said = (area: string, level: string, names: readonly string[]) => [area, level, ...names].join(' ');

  it('has every family of types, and every event of the engine, where it belongs', () => {
    const places = new Set(Object.values(OWN_EVENTS).map(({ area, level }) => `${area} ${level}`));
    const own = [...places].map((at) => {
      const types = Object.entries(OWN_EVENTS).filter(([, { area, level }]) => `${area} ${level}` === at);
      return [at, ...types.map(([type]) => type)].join(' ');
    });
    const posted = (FAMILIES['audit'] ?? []).map(([area, level, names]) => said(area, level, names));
    assert.deepEqual(rows.toSorted(), [...posted, ...own].sort());
  });
});

describe('placeFaults', () => {
  const codes = (value: Record<string, ExactJson>) =>
    placeFaults(value).map(({ pointer, code, hint }) => `${pointer} ${code} ${hint ?? ''}`);

  it('finds what is no area and no level, and lists those that there are', () => {
    assert.deepEqual(codes({ area: 'PERMISSIONS', level: 'base' }), []);
    assert.deepEqual(codes({}), []);
    const [area = '', level = ''] = codes({ area: 'permision', level: 'off' });
    assert.match(area, /^\/area unknown_area Did you mean "permissions"\? Known: global-config.*, ecosystem\.$/);
    assert.match(level, /^\/level unknown_level Known: base, advanced, full\.$/);
    assert.match(codes({ area: 'AUDIT_LOG' })[0] ?? '', /^\/area unknown_area/);
    assert.equal(codes({ area: 'x'.repeat(100_000) }).length, 1);
  });
});
