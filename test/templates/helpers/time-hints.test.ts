import assert from 'node:assert/strict';
import { FORMAT_PARTS } from '../../../src/domain/date-format.ts';
import { createTimeZones } from '../../../src/domain/time-zone.ts';
import { hintForFormat, hintForZone } from '../../../src/templates/helpers/time-hints.ts';
import { callHelper } from './calling.ts';

describe('hintForFormat', () => {
  for (const [format, meant] of [
    ['yyyy-MM-dd', 'YYYY-MM-DD'],
    ['dd.MM.yy', 'DD.MM.YYYY'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 'YYYY-MM-DDTHH:mm:ss.SSSZ'],
    ["EEEE, d MMMM y 'at' h:mm a", 'dddd, D MMMM YYYY [at] h:mm A'],
    ['yyyy-MM-ddTHH:mm:ss.fffzzz', 'YYYY-MM-DDTHH:mm:ss.SSSZ'],
    ['YY', 'YYYY'],
    ['MMMM Do', 'MMMM D'],
    ['h:mm a', 'h:mm A'],
    ['[dd] dd', '[dd] DD'],
    ['%Y-%m-%d', 'YYYY-MM-DD'],
    ['%Y-%m-%dT%H:%M:%SZ', 'YYYY-MM-DDTHH:mm:ss[Z]'],
    ['%a %e %b, %-I:%M %p', 'ddd D MMM, h:mm A'],
    ['%F on %T', 'YYYY-MM-DD [on] HH:mm:ss'],
  ] as const) {
    it(`tells that ${format} means ${meant}`, () => {
      assert.equal(hintForFormat(format), `Did you mean "${meant}"?`);
      assert.deepEqual(callHelper('formatDate', ['0', format]).result, undefined);
      assert.deepEqual(callHelper('formatDate', ['0', meant]).warnings, []);
    });
  }

  for (const format of ['date', 'YYYY at HH', '%y', '[open', 'QQ', '']) {
    it(`lists all parts for ${format}`, () => {
      const hint = hintForFormat(format);
      assert.ok(hint.startsWith('A format is made of YYYY MMMM '));
      for (const part of FORMAT_PARTS.keys()) assert.ok(hint.includes(` ${part}`), part);
    });
  }
});

describe('hintForZone', () => {
  const zones = createTimeZones();
  const isKnown = (zone: string): boolean => zones.offsetAt(zone, 0) !== undefined;

  for (const [zone, meant] of [
    ['Berlin', 'Europe/Berlin'],
    ['berlin', 'Europe/Berlin'],
    ['new york', 'America/New_York'],
    ['Kolkata', 'Asia/Kolkata'],
    ['Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Europe/Berln', 'Europe/Berlin'],
  ] as const) {
    it(`tells that ${zone} means ${meant}`, () => {
      const hint = hintForZone(zone, isKnown);
      assert.ok(hint.startsWith('Did you mean "') && hint.includes(`"${meant}"`), hint);
      assert.ok(!isKnown(zone) && isKnown(meant));
    });
  }

  for (const [offset, zone] of [
    ['+02:00', 'Etc/GMT-2'],
    ['-0500', 'Etc/GMT+5'],
    ['UTC+1', 'Etc/GMT-1'],
  ] as const) {
    it(`knows a zone for ${offset}`, () => {
      assert.equal(
        hintForZone(offset, isKnown),
        `For ${offset} all year round write "${zone}", whose sign is the other way round.`,
      );
      assert.ok(isKnown(zone));
    });
  }

  it('writes whole hours east of Greenwich as the database does', () => {
    assert.equal(zones.offsetAt('Etc/GMT-2', 0), 7200);
  });

  for (const zone of ['', 'CEST', '+05:30', '+23:00', '/', 'x'.repeat(60_000)]) {
    it(`says what a zone is for ${zone.slice(0, 20)}`, () => {
      assert.equal(
        hintForZone(zone, isKnown),
        'Leave the time zone out for UTC, or write an IANA name such as "Europe/Berlin".',
      );
    });
  }
});
