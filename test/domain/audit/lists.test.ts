import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readGroupedList, readList, writeListValue } from '../../../src/domain/audit/lists.ts';

describe('readList', () => {
  const rows: readonly (readonly [text: string, values: readonly string[] | undefined])[] = [
    ['', undefined],
    [' , ,,', undefined],
    ['a', ['a']],
    [' a , b c ,,d', ['a', 'b c', 'd']],
    ['a;b', ['a;b']],
    ['"a, b",c', ['a, b', 'c']],
    [' "a" , " b " ', ['a', ' b ']],
    ['"a ""b"" c"', ['a "b" c']],
    ['a "b" c', ['a "b" c']],
    ['"",a,"  "', ['a']],
    ['a@b.example,key_1', ['a@b.example', 'key_1']],
  ];
  for (const [text, values] of rows) {
    it(`reads ${JSON.stringify(values ?? [])} in '${text}'`, () => {
      assert.deepEqual(readList(text), { ok: true, groups: values === undefined ? [] : [values] });
    });
  }

  for (const text of ['"a', '"a"b', '"a" b,c', 'a,"', '"a"";b', '  "a']) {
    it(`refuses '${text}'`, () => {
      assert.equal(readList(text).ok, false);
    });
  }

  it('reads what was written, whatever it is', () => {
    const value = fc
      .oneof(fc.string(), fc.string({ unit: fc.constantFrom(',', ';', '"', ' ', 'a') }))
      .filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const written = values.map(writeListValue).join(',');
        assert.deepEqual(readList(written), { ok: true, groups: [values] });
        assert.deepEqual(readGroupedList(`${written};${written}`), { ok: true, groups: [values, values] });
      }),
    );
  });

  it('stays quick on long texts that are wrong', () => {
    const started = process.cpuUsage();
    for (const text of [`${' '.repeat(50_000)}"`, `"${'""'.repeat(50_000)}`, '"a" '.repeat(20_000)]) {
      assert.equal(readList(text).ok, false);
    }
    assert.ok(process.cpuUsage(started).user < 1_000_000);
  });
});

describe('readGroupedList', () => {
  const rows: readonly (readonly [text: string, groups: readonly (readonly string[])[]])[] = [
    ['', []],
    [';;', []],
    ['user,1', [['user', '1']]],
    [
      'access flow, 1 ;bundle,2;',
      [
        ['access flow', '1'],
        ['bundle', '2'],
      ],
    ],
    ['user,"CN=a,DC=b";x', [['user', 'CN=a,DC=b'], ['x']]],
    ['"a;b",c', [['a;b', 'c']]],
  ];
  for (const [text, groups] of rows) {
    it(`reads ${JSON.stringify(groups)} in '${text}'`, () => {
      assert.deepEqual(readGroupedList(text), { ok: true, groups });
    });
  }
});
