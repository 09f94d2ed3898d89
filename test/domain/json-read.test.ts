import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_JSON_DEPTH, readJson, readJsonItems } from '../../src/domain/json-read.ts';
import type { JsonReading } from '../../src/domain/json-read.ts';
import type { Json } from '../../src/domain/json.ts';
import { toPlain, writeExact } from '../../src/domain/json.ts';

/** The one document of a reading that must have worked. */
function only(reading: JsonReading) {
  assert.ok(reading.ok, JSON.stringify(reading));
  const [document] = reading.documents;
  assert.ok(document);
  return document;
}

function codes(text: string): string[] {
  const reading = readJson(text);
  return reading.ok ? only(reading).faults.map((fault) => fault.code) : [reading.fault.code];
}

/** What `JSON.parse` makes of a text; `undefined` where it refuses. */
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const BLANKS = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 });
const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

describe('readJson', () => {
  it('gives the value that JSON.parse gives, for any JSON text', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), BLANKS, (text, indent, blanks) => {
        const spread = `${blanks}${JSON.stringify(JSON.parse(text), null, indent)}${blanks}`;
        const document = only(readJson(spread));
        if (document.faults.length > 0) return;
        assert.deepEqual(toPlain(document.value), JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('accepts a damaged text exactly where JSON.parse does, apart from what it refuses by name', () => {
    const damage = fc.record({
      text: fc.json(),
      at: fc.nat(),
      cut: fc.nat(3),
      put: fc.constantFrom(
        '',
        ',',
        '"',
        '{',
        '}',
        '[',
        ']',
        ':',
        '0',
        '-',
        '.',
        'e',
        '\\',
        '\\u00',
        ' ',
        '\n',
        't',
        '\u0001',
      ),
    });
    fc.assert(
      fc.property(damage, ({ text, at, cut, put }) => {
        const place = at % (text.length + 1);
        const damaged = text.slice(0, place) + put + text.slice(place + cut);
        const reading = readJson(damaged);
        const expected = parsed(damaged);
        assert.equal(reading.ok, expected !== undefined, damaged);
        if (!reading.ok || only(reading).faults.length > 0) return;
        assert.deepEqual(toPlain(only(reading).value), expected);
      }),
      { numRuns: 3000 },
    );
  });

  const refusedTexts: readonly (readonly [why: string, text: string, line: number, column: number])[] = [
    ['nothing at all', '', 1, 1],
    ['blanks only', '  \n ', 2, 2],
    ['two values', '1 2', 1, 3],
    ['a comma at the end of a list', '[1,]', 1, 4],
    ['a comma at the end of an object', '{"a":1,\n}', 2, 1],
    ['a missing comma', '[1 2]', 1, 4],
    ['a missing colon', '{"a" 1}', 1, 6],
    ['a name without quotes', '{a:1}', 1, 2],
    ['single quotes', "{'a':1}", 1, 2],
    ['a comment', '{} // no', 1, 4],
    ['a leading zero', '012', 1, 2],
    ['a leading plus', '+1', 1, 1],
    ['a number without digits before the point', '.5', 1, 1],
    ['a number without digits after the point', '5.', 1, 2],
    ['a minus alone', '-', 1, 1],
    ['an exponent without digits', '1e', 1, 2],
    ['NaN', 'NaN', 1, 1],
    ['Infinity', '-Infinity', 1, 1],
    ['a word of another language', 'True', 1, 1],
    ['an open string', '"abc', 1, 5],
    ['a line break in a string', '"a\nb"', 1, 3],
    ['an unknown escape', '"\\x41"', 1, 2],
    ['a short unicode escape', '"\\u12"', 1, 2],
    ['an open list', '[1', 1, 3],
    ['an open object', '{"a":1', 1, 7],
    ['a value missing', '{"a":}', 1, 6],
    ['brackets that do not match', '[1}', 1, 3],
    ['a blank that JSON does not know', '[1,\u00a02]', 1, 4],
  ];
  for (const [why, text, line, column] of refusedTexts) {
    it(`refuses ${why}, and says where`, () => {
      const reading = readJson(text);
      assert.ok(!reading.ok);
      assert.equal(parsed(text), undefined, 'JSON.parse refuses it, too');
      assert.equal(reading.fault.code, 'malformed_json');
      assert.deepEqual([reading.fault.position?.line, reading.fault.position?.column], [line, column]);
      assert.match(reading.fault.detail, /^This is not JSON: .+\.$/);
    });
  }

  it('keeps the spelling of numbers that a double would print differently', () => {
    const text = '[12345678901234567890,1.10,1e2,-0,0.1,100,1E+2]';
    assert.equal(writeExact(only(readJson(text)).value), text);
  });

  it('reads a text after a byte order mark, which JSON.parse refuses', () => {
    assert.deepEqual(only(readJson('\ufeff{"a":1}')).value, { a: 1 });
  });

  it('says where its value starts and ends', () => {
    const document = only(readJson(' \n {"a": 1} '));
    assert.deepEqual([document.start, document.end], [3, 11]);
  });

  const refusedValues: readonly (readonly [code: string, text: string, pointer: string, column: number])[] = [
    ['duplicate_key', '{"a":1,"b":{"c":1,"c":2}}', '/b/c', 19],
    ['duplicate_key', '{"a":1,"\\u0061":2}', '/a', 8],
    ['forbidden_key', '{"__proto__":{"admin":true}}', '/__proto__', 2],
    ['forbidden_key', '{"\\u005f_proto__":1}', '/__proto__', 2],
    ['number_out_of_range', '[1, 1e400]', '/1', 5],
    ['number_out_of_range', '{"a/b~c": -1e309}', '/a~1b~0c', 11],
    ['number_out_of_range', '[1e-400]', '/0', 2],
    ['number_out_of_range', '[-0.0001e-330]', '/0', 2],
    ['number_out_of_range', `[1e-${'9'.repeat(200_000)}]`, '/0', 2],
    ['number_out_of_range', `[0, ${'1'.repeat(1001)}]`, '/1', 5],
    ['number_out_of_range', `[0.${'0'.repeat(999)}]`, '/0', 2],
    ['nul_character', '{"a":"x\\u0000"}', '/a', 6],
    ['lone_surrogate', '{"a":["\\ud83d"]}', '/a/0', 7],
    ['lone_surrogate', '{"\\udc00":1}', '', 2],
    [
      'json_too_deep',
      `{"a":${nested(MAX_JSON_DEPTH)}}`,
      `/a${'/0'.repeat(MAX_JSON_DEPTH - 1)}`,
      6 + MAX_JSON_DEPTH - 1,
    ],
  ];
  for (const [code, text, pointer, column] of refusedValues) {
    it(`refuses ${code} in ${text.slice(0, 30)}, though it is JSON`, () => {
      assert.notEqual(parsed(text), undefined);
      const [fault] = only(readJson(text)).faults;
      assert.ok(fault);
      assert.deepEqual([fault.code, fault.pointer, fault.position?.column], [code, pointer, column]);
      assert.ok(fault.hint);
    });
  }

  it('takes every spelling of zero, the smallest double, and numbers of up to a thousand characters', () => {
    const tokens = ['0', '-0', '0.000', '0e-999', '0.0E+5', '5e-324', '1'.repeat(300), `0.${'1'.repeat(998)}`];
    for (const token of tokens) {
      assert.deepEqual(codes(`[${token}]`), [], token);
      assert.equal(writeExact(only(readJson(token)).value), token);
    }
  });

  it('never lets a __proto__ key reach a prototype', () => {
    const { value } = only(readJson('{"__proto__":{"polluted":true},"a":{"__proto__":1}}'));
    assert.deepEqual(value, { a: {} });
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  it('reads whole surrogate pairs, as characters and as escapes', () => {
    assert.deepEqual(only(readJson('["😀","\\ud83d\\ude00"]')).value, ['😀', '😀']);
  });

  it('nests to the limit and no deeper', () => {
    assert.deepEqual(codes(nested(MAX_JSON_DEPTH)), []);
    assert.deepEqual(codes(nested(MAX_JSON_DEPTH + 1)), ['json_too_deep']);
  });

  it('lists all faults of a value, up to twenty', () => {
    assert.deepEqual(codes('{"a":1e999,"a":"\\u0000","__proto__":1}'), [
      'number_out_of_range',
      'duplicate_key',
      'nul_character',
      'forbidden_key',
    ]);
    assert.equal(codes(`[${'1e999,'.repeat(100)}1]`).length, 20);
  });

  it('answers a monstrous key with a short fault', () => {
    const key = 'k'.repeat(100_000);
    const [fault] = only(readJson(`{"${key}":1,"${key}":2}`)).faults;
    assert.ok(fault && JSON.stringify(fault).length < 2000);
  });
});

describe('readJsonItems', () => {
  it('makes one document of a single value', () => {
    const reading = readJsonItems('{"a":1}');
    assert.ok(reading.ok);
    assert.equal(reading.isArray, false);
    assert.deepEqual(only(reading).value, { a: 1 });
  });

  it('gives each item of an array its own text and its own faults', () => {
    const text = '[ {"a":1} , {"a":1e999,"b":{"b":1,"b":2}} ,3 ]';
    const reading = readJsonItems(text);
    assert.ok(reading.ok && reading.isArray);
    assert.deepEqual(
      reading.documents.map(({ start, end }) => text.slice(start, end)),
      ['{"a":1}', '{"a":1e999,"b":{"b":1,"b":2}}', '3'],
    );
    assert.deepEqual(
      reading.documents.map(({ faults }) => faults.map((fault) => fault.pointer)),
      [[], ['/a', '/b/b'], []],
    );
  });

  it('lets an item nest as deep as a value that stands alone', () => {
    const reading = readJsonItems(`[${nested(MAX_JSON_DEPTH)},${nested(MAX_JSON_DEPTH + 1)}]`);
    assert.ok(reading.ok);
    assert.deepEqual(
      reading.documents.map(({ faults }) => faults.length),
      [0, 1],
    );
  });

  it('gives no documents for an empty array', () => {
    const reading = readJsonItems(' [ ] ');
    assert.ok(reading.ok && reading.isArray);
    assert.deepEqual(reading.documents, []);
  });

  it('reads nothing of an array that is not JSON to its end', () => {
    assert.equal(readJsonItems('[{"a":1},{"a":]').ok, false);
    assert.equal(readJsonItems('[1] 2').ok, false);
  });
});

describe('the time that reading takes', () => {
  const SIZE = 5 * 1024 * 1024;
  const fill = (unit: string, size = SIZE): string => unit.repeat(Math.floor(size / unit.length));
  const hostile: readonly (readonly [what: string, text: string])[] = [
    ['one long string', `"${fill('a')}"`],
    ['a string of escapes', `"${fill('\\u0041')}"`],
    ['a number with five million digits', `0.${fill('1')}`],
    ['a number out of range', fill('9')],
    ['open brackets', fill('[')],
    ['open objects', fill('{"a":')],
    ['tens of thousands of faulty items', `[${fill('{"a":1e999,"a":"\\u0000"},\n', SIZE / 4)}1]`],
    ['many faults in long items', `[${fill(`{"p":"${'x'.repeat(5000)}",${'"a":1e999,'.repeat(20)}"b":1},`)}1]`],
    ['a long key above many faults', `{"${'k'.repeat(SIZE / 2)}":[${'1e999,'.repeat(400_000)}1]}`],
    ['many keys', `{${Array.from({ length: 100_000 }, (_, index) => `"k${String(index)}":0`).join(',')}}`],
    ['blanks', fill(' \n')],
    ['deep objects inside a deep list', `[${fill(`${nested(70)},`, SIZE / 4)}1]`],
  ];
  for (const [what, text] of hostile) {
    it(`stays in proportion to the text: ${what}`, () => {
      const started = process.cpuUsage();
      readJsonItems(text);
      const { user } = process.cpuUsage(started);
      // A linear reading takes a fraction of this; a quadratic one minutes.
      assert.ok(user < 4_000_000, `${String(user / 1000)} ms`);
    });
  }
});
