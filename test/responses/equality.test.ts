import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson } from '../../src/domain/json.ts';
import { JsonNumber } from '../../src/domain/json.ts';
import { readJson } from '../../src/domain/json-read.ts';
import type { Scalar } from '../../src/domain/webhook.ts';
import { equalsAny } from '../../src/responses/equality.ts';

function received(token: string): ExactJson {
  const reading = readJson(token);
  assert.ok(reading.ok);
  return reading.documents[0]?.value ?? null;
}

describe('equalsAny', () => {
  const table: [token: string, expected: Scalar, equal: boolean][] = [
    ['"ok"', 'ok', true],
    ['"ok"', 'OK', false],
    ['"ok"', '"ok"', false],
    ['200', '200', true],
    ['200', 200, true],
    ['"200"', 200, false],
    ['"200"', '200', true],
    ['true', 'true', true],
    ['true', true, true],
    ['"true"', true, false],
    ['true', 1, false],
    ['null', 'null', true],
    ['null', null, true],
    ['"null"', null, false],
    ['false', null, false],
    ['0', false, false],
    ['0', '', false],
    ['1.10', '1.10', true],
    ['1.10', '1.1', true],
    ['1.10', '1.100', false],
    ['1.10', 1.1, true],
    ['1e2', '1e2', true],
    ['1e2', '100', true],
    ['1E2', '1e2', false],
    ['100', '1e2', false],
    ['-0', '-0', true],
    ['-0', '0', true],
    ['-0', 0, true],
    ['12345678901234567890', '12345678901234567890', true],
    ['12345678901234567890', '12345678901234567000', false],
    ['12345678901234567890', '1234567890123456789e1', false],
    ['9007199254740993', '9007199254740992', false],
    ['9007199254740993', '9007199254740993', true],
    ['{}', '{}', false],
    ['[1]', '[1]', false],
    ['[1]', '1', false],
    ['[]', '', false],
  ];
  for (const [token, expected, equal] of table) {
    it(`says that ${token} ${equal ? 'equals' : 'does not equal'} the expected ${JSON.stringify(expected)}`, () => {
      assert.equal(equalsAny(received(token), [expected]), equal);
    });
  }

  it('lets every scalar equal itself and its JSON spelling, and only strings equal another type', () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(scalar, scalar, (a, b) => {
        assert.ok(equalsAny(a, [b, a]));
        if (typeof a !== 'string') assert.ok(equalsAny(received(JSON.stringify(a)), [JSON.stringify(a)]));
        if (typeof a !== typeof b && typeof b !== 'string') assert.ok(!equalsAny(a, [b]));
      }),
    );
  });

  it('finds out the spellings of a number once, however many values are expected', () => {
    let reads = 0;
    class CountedNumber extends JsonNumber {
      override valueOf(): number {
        reads += 1;
        return super.valueOf();
      }
    }
    const expected = Array.from({ length: 50 }, (_, index) => `v${String(index)}`);
    assert.equal(equalsAny(new CountedNumber('1.10'), expected), false);
    assert.ok(reads <= 2, `${String(reads)} readings`);
  });
});
