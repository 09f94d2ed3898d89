import assert from 'node:assert/strict';
import fc from 'fast-check';
import { retryAfterMs } from '../../src/responses/retry-after.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const DAY_MS = 86_400_000;

function pause(...values: readonly string[]): number | undefined {
  return retryAfterMs(
    values.map((value) => ['Retry-After', value] as const),
    NOW,
  );
}

describe('retryAfterMs', () => {
  const table: [value: string, milliseconds: number | undefined][] = [
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0005', 5_000],
    ['999999999999', DAY_MS],
    ['9'.repeat(400), DAY_MS],
    ['-1', undefined],
    ['+1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['1e309', undefined],
    ['0x10', undefined],
    ['', undefined],
    ['soon', undefined],
    ['NaN', undefined],
    ['1, 2', undefined],
    ['١٢', undefined],
    ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['Sat, 20 Nov 2027 12:00:00 GMT', DAY_MS],
    ['Friday, 20-Nov-26 12:00:30 GMT', 30_000],
    ['Friday, 20-Nov-99 12:00:30 GMT', 0],
    ['Fri Nov 20 12:00:10 2026', 10_000],
    ['Sun Nov  1 12:00:10 2026', 0],
    ['Fri, 20 Nov 2026 12:01:00 UTC', undefined],
    ['Fri, 20 Nov 2026 12:01:00', undefined],
    ['fri, 20 nov 2026 12:01:00 gmt', undefined],
    ['Mon, 31 Feb 2026 12:01:00 GMT', undefined],
    ['Fri, 20 Nov 2026 24:01:00 GMT', undefined],
    ['Fri, 20 Nov 2026 12:60:00 GMT', undefined],
    ['2026-11-20T12:01:00Z', undefined],
  ];
  for (const [value, milliseconds] of table) {
    it(`reads ${JSON.stringify(value.slice(0, 40))} as ${String(milliseconds)}`, () => {
      assert.equal(pause(value), milliseconds);
    });
  }

  it('takes no header, or two, for none', () => {
    assert.equal(pause(), undefined);
    assert.equal(pause('1', '1'), undefined);
    assert.equal(
      retryAfterMs(
        [
          ['retry-after', '1'],
          ['RETRY-AFTER', '2'],
        ],
        NOW,
      ),
      undefined,
    );
  });

  it('is undefined or from 0 to 24 hours, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.integer().map(String),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (text) => {
          const milliseconds = pause(text);
          assert.ok(milliseconds === undefined || (milliseconds >= 0 && milliseconds <= DAY_MS));
        },
      ),
    );
  });

  it('reads every date that JavaScript writes as an HTTP date', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_000 }), (seconds) => {
        assert.equal(pause(new Date(NOW.getTime() + seconds * 1000).toUTCString()), seconds * 1000);
      }),
    );
  });
});
