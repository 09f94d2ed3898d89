import assert from 'node:assert/strict';
import Handlebars from 'handlebars';
import fc from 'fast-check';
import { JsonNumber, toPlain, writeExact } from '../../src/domain/json.ts';
import { entriesOf, isTruthy, jsonText, ownProperty, stringText } from '../../src/templates/values.ts';
import { anyJson } from './harness.ts';

const shared = { a: 1 };
const cyclic: Record<string, unknown> = { a: 1 };
cyclic['self'] = cyclic;

describe('jsonText and stringText', () => {
  const safe = new Handlebars.SafeString('{"raw":1}');
  const cases: readonly (readonly [value: unknown, json: string, text: string])[] = [
    ['a"\\\n', '"a\\"\\\\\\n"', 'a\\"\\\\\\n'],
    ["<&'>", '"<&\'>"', "<&'>"],
    ['\ud800', '"\\ud800"', '\\ud800'],
    ['', '""', ''],
    [5, '5', '5'],
    [0, '0', '0'],
    [new JsonNumber('12345678901234567890'), '12345678901234567890', '12345678901234567890'],
    [new JsonNumber('1.10'), '1.10', '1.10'],
    [1e21, '1e+21', '1e+21'],
    [true, 'true', 'true'],
    [false, 'false', 'false'],
    [null, 'null', ''],
    [undefined, 'null', ''],
    [() => 1, 'null', ''],
    [Symbol('s'), 'null', ''],
    [10n, 'null', ''],
    [Number.NaN, 'null', ''],
    [Number.POSITIVE_INFINITY, 'null', ''],
    [[], '[]', '[]'],
    [{}, '{}', '{}'],
    [{ a: ['x', undefined] }, '{"a":["x",null]}', '{\\"a\\":[\\"x\\",null]}'],
    [[shared, shared], '[{"a":1},{"a":1}]', '[{\\"a\\":1},{\\"a\\":1}]'],
    [{ 'a"\n': 'b\\' }, '{"a\\"\\n":"b\\\\"}', '{\\"a\\\\\\"\\\\n\\":\\"b\\\\\\\\\\"}'],
    [cyclic, '{"a":1,"self":null}', '{\\"a\\":1,\\"self\\":null}'],
    [safe, '{"string":"{\\"raw\\":1}"}', '{\\"string\\":\\"{\\\\\\"raw\\\\\\":1}\\"}'],
  ];
  for (const [value, json, text] of cases) {
    it(`write ${json}`, () => {
      assert.equal(jsonText(value), json);
      assert.equal(stringText(value), text);
    });
  }

  it('write what the event writer of the domain writes', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        assert.equal(jsonText(value), writeExact(value));
        assert.equal(jsonText(toPlain(value), '  '), JSON.stringify(toPlain(value), null, 2));
      }),
    );
  });
});

describe('isTruthy', () => {
  it('is Handlebars’ own truth for every JSON value, with and without includeZero', () => {
    const stock = Handlebars.compile('{{#if v}}t{{else}}f{{/if}}{{#if v includeZero=true}}t{{else}}f{{/if}}');
    const letter = (truth: boolean) => (truth ? 't' : 'f');
    fc.assert(
      fc.property(fc.oneof(anyJson, fc.constantFrom(0, -0, '', '0', [], [0], {}, false)), (value) => {
        assert.equal(letter(isTruthy(value, false)) + letter(isTruthy(value, true)), stock({ v: toPlain(value) }));
      }),
    );
  });

  it('sees the value of a number, not that it is spelled in a special way', () => {
    for (const text of ['0.0', '-0', '0e5']) {
      assert.equal(isTruthy(new JsonNumber(text), false), false);
      assert.equal(isTruthy(new JsonNumber(text), true), true);
    }
    assert.equal(isTruthy(new JsonNumber('1.0'), false), true);
  });

  it('is false for what JSON has no word for', () => {
    for (const value of [undefined, Number.NaN, Symbol('s'), () => 1]) assert.equal(isTruthy(value, true), false);
  });
});

describe('entriesOf', () => {
  it('goes through arrays with their holes and plain objects, and through nothing else', () => {
    // eslint-disable-next-line no-sparse-arrays -- the hole is what is tested
    assert.deepEqual(entriesOf([1, , 3]), [
      [0, 1],
      [1, undefined],
      [2, 3],
    ]);
    assert.deepEqual(entriesOf({ b: 1, a: 2 }), [
      ['b', 1],
      ['a', 2],
    ]);
    for (const value of ['abc', 5, true, null, undefined, new JsonNumber('1.0'), new Map([[1, 2]]), new Date(0)]) {
      assert.deepEqual(entriesOf(value), []);
    }
  });
});

describe('ownProperty', () => {
  it('finds own properties only, and none of numbers', () => {
    assert.equal(ownProperty({ a: 1 }, 'a'), 1);
    assert.equal(ownProperty(['x'], '0'), 'x');
    assert.equal(ownProperty(['x'], 'length'), 1);
    assert.equal(ownProperty('abc', 'length'), 3);
    for (const key of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      for (const value of [{}, [], 'a', 1, true, null, undefined]) assert.equal(ownProperty(value, key), undefined);
    }
    assert.equal(ownProperty(new JsonNumber('1.0'), 'text'), undefined);
    assert.equal(ownProperty(Object.create({ inherited: 1 }), 'inherited'), undefined);
    assert.equal(ownProperty({ text: 'own' }, 'text'), 'own');
  });
});
