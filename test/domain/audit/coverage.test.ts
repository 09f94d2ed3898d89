import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Classification } from '../../../src/domain/audit/areas.ts';
import { AREAS, AUDIT_LOG, EVENT_LEVELS, LEVELS, reaches } from '../../../src/domain/audit/areas.ts';
import { DEFAULT_LEVELS, exclusionBy, levelsBy, readLevels, rulesOf } from '../../../src/domain/audit/coverage.ts';
import type { ExactJson } from '../../../src/domain/json.ts';

const settingsWith = (levelByArea = DEFAULT_LEVELS, deniedActions: readonly string[] = []) => ({
  levelByArea,
  deniedActions,
});
const anyLevels = fc.tuple(...AREAS.map(() => fc.constantFrom(...LEVELS)));
const anyPlace = fc.record<Classification>({
  area: fc.constantFrom(...AREAS, AUDIT_LOG),
  level: fc.constantFrom(...EVENT_LEVELS),
});

describe('rulesOf', () => {
  it('gives none where everything is kept', () => {
    assert.equal(rulesOf(settingsWith()), undefined);
    assert.ok(rulesOf(settingsWith(DEFAULT_LEVELS, ['x'])));
    for (const area of AREAS) assert.ok(rulesOf(settingsWith({ ...DEFAULT_LEVELS, [area]: 'advanced' })), area);
  });
});

describe('exclusionBy', () => {
  const off = rulesOf(
    settingsWith(
      levelsBy(() => 'off'),
      [' Benutzer  angelegt', 'ＵＳＥＲ.created'],
    ),
  );
  assert.ok(off);

  it('keeps what is up to the level of its area, whatever the other areas are', () => {
    fc.assert(
      fc.property(anyLevels, anyPlace, (levels, place) => {
        const rules = rulesOf(
          settingsWith(
            levelsBy((area) => levels[AREAS.indexOf(area)] ?? 'off'),
            ['never'],
          ),
        );
        assert.ok(rules);
        const isKept = exclusionBy(rules, place, ['x']) === undefined;
        assert.equal(isKept, place.area === AUDIT_LOG || reaches(rules.levelByArea[place.area], place.level));
      }),
    );
  });

  it('always keeps what has no place, and what happens to the log, also where its action is not wanted', () => {
    assert.equal(exclusionBy(off, undefined, ['x']), undefined);
    assert.equal(exclusionBy(off, { area: AUDIT_LOG, level: 'full' }, ['user.created']), undefined);
  });

  it('leaves out an action by any of its names, and says it as the list does', () => {
    for (const name of ['user.created', ' User.Created ', 'benutzer  ANGELEGT']) {
      const found = exclusionBy(off, undefined, ['other', name]);
      assert.ok(found?.deniedAction !== undefined, name);
      assert.equal(found.deniedAction.includes('angelegt'), name.startsWith('b'));
    }
    for (const name of ['user', 'user.created2', 'user.*', ''])
      assert.equal(exclusionBy(off, undefined, [name]), undefined);
  });

  it('says which level was too high, before it looks at actions', () => {
    const classification: Classification = { area: 'security', level: 'base' };
    assert.deepEqual(exclusionBy(off, classification, ['user.created']), { classification, deniedAction: undefined });
  });
});

describe('readLevels', () => {
  const read = (wanted: Record<string, ExactJson>) => readLevels(wanted, { ...DEFAULT_LEVELS, security: 'off' }, '/l');

  it('lays what is given over what is there, in every spelling', () => {
    const reading = read({ USER_MANAGEMENT: 'Base', ecosystem: 'OFF' });
    const levels = { ...DEFAULT_LEVELS, security: 'off', 'user-management': 'base', ecosystem: 'off' };
    assert.deepEqual(reading, { ok: true, levels });
  });

  it('finds everything that is wrong', () => {
    const reading = read({ securty: 'full', permissions: 'some', security: 'off', SECURITY: 'full', 'AUDIT-LOG': 'x' });
    assert.deepEqual(reading.ok ? [] : reading.faults.map(({ pointer, code }) => `${pointer} ${code}`), [
      '/l/securty unknown_area',
      '/l/permissions unknown_level',
      '/l/SECURITY duplicate_key',
      '/l/AUDIT-LOG unknown_area',
      '/l/AUDIT-LOG unknown_level',
    ]);
  });
});
