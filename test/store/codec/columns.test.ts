import assert from 'node:assert/strict';
import fc from 'fast-check';
import { writeInstant, writeOptionalInstant } from '../../../src/store/codec/columns.ts';

describe('writeInstant', () => {
  it('writes what toISOString writes, however many instants there were before, and the same ones again', () => {
    const instant = fc.date({ noInvalidDate: true });
    fc.assert(
      fc.property(fc.array(instant, { minLength: 1, maxLength: 20 }), (instants) => {
        for (const one of [...instants, ...instants]) assert.equal(writeInstant(one), one.toISOString());
      }),
      { numRuns: 200 },
    );
  });

  it('tells instants apart that are a millisecond apart, and writes -0 as 0', () => {
    const all = [0, -0, 1, -1].map((ms) => writeInstant(new Date(ms)));
    const [zero, one, before] = ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.001Z', '1969-12-31T23:59:59.999Z'];
    assert.deepEqual(all, [zero, zero, one, before]);
  });

  it('goes by what a date says now', () => {
    const date = new Date(5);
    writeInstant(date);
    date.setTime(6);
    assert.equal(writeInstant(date), '1970-01-01T00:00:00.006Z');
  });

  it('refuses a date that is none, each time', () => {
    for (let time = 0; time < 2; time += 1) assert.throws(() => writeInstant(new Date(Number.NaN)), RangeError);
  });
});

describe('writeOptionalInstant', () => {
  it('writes null where there is none', () => {
    assert.equal(writeOptionalInstant(undefined), null);
    assert.equal(writeOptionalInstant(new Date(0)), '1970-01-01T00:00:00.000Z');
  });
});
