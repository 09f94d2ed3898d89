import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readJson } from '../../src/domain/json-read.ts';
import type { ExactJson, Json } from '../../src/domain/json.ts';
import { canonicalJson, isList, isObject, JsonNumber, toPlain, writeExact } from '../../src/domain/json.ts';

function exact(text: string): ExactJson {
  const reading = readJson(text);
  assert.ok(reading.ok, text);
  const value = reading.documents[0]?.value;
  assert.ok(value !== undefined);
  return value;
}

const jsonValue = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<Json>;

describe('isObject and isList', () => {
  const table: readonly (readonly [value: unknown, object: boolean, list: boolean])[] = [
    [{}, true, false],
    [[], false, true],
    [null, false, false],
    [undefined, false, false],
    ['{}', false, false],
    [new JsonNumber('1.0'), false, false],
  ];
  for (const [value, object, list] of table) {
    it(`tell what ${JSON.stringify([value])} is`, () => {
      assert.deepEqual([isObject(value), isList(value as Json)], [object, list]);
    });
  }
});

describe('toPlain', () => {
  it('turns every exact number into the double that JSON.parse gives', () => {
    const text = '{"a":[1.10,12345678901234567890,{"b":1e2}],"c":"1.10"}';
    assert.deepEqual(toPlain(exact(text)), JSON.parse(text));
  });

  it('gives back the same tree where no number had to change', () => {
    const value = exact('{"a":[1,{"b":"x"}],"c":null}');
    assert.equal(toPlain(value), value);
  });
});

describe('writeExact', () => {
  it('writes what JSON.stringify writes, for values without special numbers', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        assert.deepEqual(JSON.parse(writeExact(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('keeps numbers as they were spelled, at any depth', () => {
    const text = '{"id":20241120123456789012,"list":[1.50,{"x":-0}]}';
    assert.equal(writeExact(exact(text)), text);
  });
});

describe('canonicalJson', () => {
  const same: readonly (readonly [string, string])[] = [
    ['{"a":1,"b":2}', '{ "b": 2, "a": 1 }'],
    ['[1.0]', '[1]'],
    ['1e2', '100'],
    ['1E+2', '100.00'],
    ['-0', '0'],
    ['0.000', '0e7'],
    ['1e-7', '0.0000001'],
    ['1e21', '1000000000000000000000'],
    ['12345678901234567890.0', '12345678901234567890'],
    ['123456789012345678901e1', '1234567890123456789010'],
    ['"\\u0041"', '"A"'],
  ];
  for (const [left, right] of same) {
    it(`gives one text for ${left} and ${right}`, () => {
      assert.equal(canonicalJson(exact(left)), canonicalJson(exact(right)));
    });
  }

  const different: readonly (readonly [string, string])[] = [
    ['12345678901234567890', '12345678901234567891'],
    ['0.1', '0.1000000000000000055511151231257827'],
    ['5e-324', '4.9e-324'],
    ['1e-300', '1e-301'],
    ['1', '-1'],
    ['1', '"1"'],
    ['null', '"null"'],
    ['[]', '{}'],
    ['["a","b"]', '["b","a"]'],
    ['{"a":null}', '{}'],
  ];
  for (const [left, right] of different) {
    it(`tells ${left} and ${right} apart`, () => {
      assert.notEqual(canonicalJson(exact(left)), canonicalJson(exact(right)));
    });
  }

  it('does not depend on the order of keys, blanks, or the spelling of a double', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), jsonValue),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (value, number) => {
          const forwards = { ...value, number };
          const backwards = Object.fromEntries(Object.entries(forwards).reverse());
          assert.equal(canonicalJson(forwards), canonicalJson(backwards));
          assert.equal(canonicalJson(exact(number.toExponential())), canonicalJson(exact(JSON.stringify(number))));
        },
      ),
    );
  });

  // What is stored was made by it, so it may never change.
  it('sorts the members by code units, and writes everything else as JSON.stringify does', () => {
    const written = (value: unknown): string => {
      if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
      if (!isObject(value)) return JSON.stringify(value);
      const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
      return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${written(item)}`).join(',')}}`;
    };
    const names = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('é', '"', '\\', '\n', '\u2028', '10', '9', ''),
    );
    fc.assert(
      fc.property(fc.dictionary(names, jsonValue), names, (value, text) => {
        const both = { ...value, text };
        assert.equal(canonicalJson(both), written(both));
      }),
    );
  });

  it('is JSON, and the same value', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('stays quick on a number with a long run of zeros inside', () => {
    const started = process.cpuUsage();
    canonicalJson(new JsonNumber(`1${'0'.repeat(250_000)}1`));
    assert.ok(process.cpuUsage(started).user < 2_000_000);
  });
});
