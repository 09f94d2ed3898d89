import assert from 'node:assert/strict';
import {
  areaNamed,
  AREAS,
  AUDIT_LOG,
  EVENT_LEVELS,
  eventLevelNamed,
  levelNamed,
  LEVELS,
  reaches,
  upperName,
} from '../../../src/domain/audit/areas.ts';

describe('areas and levels', () => {
  it('are known by the names of REST and of the audit file, in any case', () => {
    for (const area of AREAS) {
      for (const name of [area, upperName(area), ` ${area.toUpperCase()} `, area.replaceAll('-', '_')]) {
        assert.equal(areaNamed(name), area, name);
      }
    }
    assert.equal(upperName('global-config-and-administration'), 'GLOBAL_CONFIG_AND_ADMINISTRATION');
    assert.equal(upperName(AUDIT_LOG), 'AUDIT_LOG');
    assert.deepEqual(['Base', 'ADVANCED', 'full '].map(eventLevelNamed), EVENT_LEVELS);
    assert.deepEqual(['Off', 'base', 'advanced', 'FULL'].map(levelNamed), LEVELS);
  });

  it('are no others: what happens to the log cannot be chosen, and no event is off', () => {
    for (const name of ['', 'audit-log', 'AUDIT_LOG', 'permission', 'user management', 'constructor']) {
      assert.equal(areaNamed(name), undefined, name);
      assert.equal(levelNamed(name), undefined, name);
    }
    assert.equal(eventLevelNamed('off'), undefined);
  });

  it('include the levels before them', () => {
    assert.deepEqual(
      LEVELS.map((to) => EVENT_LEVELS.filter((level) => reaches(to, level))),
      [[], ['base'], ['base', 'advanced'], ['base', 'advanced', 'full']],
    );
  });
});
