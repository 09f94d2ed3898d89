import assert from 'node:assert/strict';
import { parsePath, readsMember, selectValues } from '../../src/responses/jsonpath.ts';
import { PathBudget } from '../../src/responses/path/budget.ts';
import type { JsonPath } from '../../src/responses/jsonpath.ts';

function accepted(text: string): JsonPath {
  const reading = parsePath(text);
  assert.ok(reading.ok, text);
  return reading.path;
}

describe('parsePath', () => {
  const refused: [path: string, code: string, column: number, hint: RegExp][] = [
    ['$.data.a-b', 'jsonpath_invalid', 9, /^Did you mean \$\.data\['a-b'\]\?$/],
    ['data.ok', 'jsonpath_invalid', 1, /^Did you mean \$\.data\.ok\?$/],
    ['', 'jsonpath_invalid', 1, /RFC 9535/],
    ['$.data.[0]', 'jsonpath_invalid', 8, /\$\.data\[0\]\?/],
    ['$.data[[', 'jsonpath_invalid', 8, /quotes/],
    ['$.data[state]', 'jsonpath_invalid', 8, /\$\.data\['state'\]\?/],
    ['$.data^', 'jsonpath_invalid', 7, /RFC 9535/],
    ['$.data~', 'jsonpath_invalid', 7, /RFC 9535/],
    ['$.data.`x', 'jsonpath_invalid', 8, /quot|bracket/],
    ['$.data[(@.length-1)]', 'jsonpath_invalid', 8, /\$\.data\[-1\]\?/],
    ['$.data[?(@.a=1)]', 'jsonpath_invalid', 13, /@\.a==1/],
    ['$.data ', 'jsonpath_invalid', 7, /\$\.data\?/],
    ['$.data[01]', 'jsonpath_invalid', 9, /RFC 9535/],
    ['$[?@.* == 1]', 'jsonpath_invalid', 4, /names and indexes only/],
    ["$[?match(@.a, '(a+)+')]", 'jsonpath_regex_refused', 4, /expected_values/],
    ["$[?@.x && !search(@.a, 'a')]", 'jsonpath_regex_refused', 12, /expected_values/],
    ['$[?lenght(@.a) > 1]', 'jsonpath_function_invalid', 4, /length/],
    ['$[?count(@.a)]', 'jsonpath_function_invalid', 4, /length\(@\.items\) > 0/],
    ['$[9007199254740992]', 'jsonpath_number_out_of_range', 3, /9007199254740991/],
    [`$.${'a'.repeat(511)}`, 'jsonpath_too_complex', 513, /validators/],
    [`$${'.a'.repeat(33)}`, 'jsonpath_too_complex', 66, /directly/],
    [`$[?${Array.from({ length: 17 }, () => '@.a.b').join('||')}]`, 'jsonpath_too_complex', 112, /directly/],
    ['$..a..b..c', 'jsonpath_too_complex', 8, /directly/],
    ['$..a[?@..b && @..c]', 'jsonpath_too_complex', 16, /directly/],
    [`$${'[0,1,2,3]'.repeat(4)}`, 'jsonpath_too_complex', 29, /several/],
    [`$${'[0,0,0,0]'.repeat(10)}`, 'jsonpath_too_complex', 2, /one of them/],
    ['$[\'a\', "a"]', 'jsonpath_too_complex', 2, /one of them/],
    ['$[?@.a,?@.a]', 'jsonpath_too_complex', 2, /one of them/],
  ];
  for (const [path, code, column, hint] of refused) {
    it(`refuses ${path.slice(0, 40)} at column ${String(column)}, with a hint`, () => {
      const reading = parsePath(path, '/response_validators/0/json_path');
      assert.ok(!reading.ok);
      const { fault } = reading;
      assert.deepEqual(
        { pointer: fault.pointer, code: fault.code, column: fault.position?.column },
        { pointer: '/response_validators/0/json_path', code, column },
      );
      assert.match(fault.hint ?? '', hint);
      assert.match(fault.detail, new RegExp(`column ${String(column)}: `));
    });
  }

  it('accepts what stands at the limits', () => {
    for (const path of [
      `$.${'a'.repeat(510)}`,
      `$${'.a'.repeat(32)}`,
      '$..a..b',
      `$${'[0,1,2,3]'.repeat(3)}`,
      '$[0::-1, ::-1]',
    ]) {
      accepted(path);
    }
  });

  it('counts lines of a path that has some', () => {
    const reading = parsePath('$\n.data\n.a-b');
    assert.ok(!reading.ok);
    assert.deepEqual(reading.fault.position, { line: 3, column: 3, offset: 10 });
  });

  it('gives plain paths to jsonpath-plus and all others to the evaluator of RFC 9535', () => {
    assert.equal(accepted('$.data.ok').engine, 'jsonpath-plus');
    assert.equal(accepted('$.data.items[0].id').engine, 'jsonpath-plus');
    assert.equal(accepted('$.data.items[*].id').engine, 'rfc9535');
    assert.equal(accepted("$.data['^']").engine, 'rfc9535');
  });
});

describe('selectValues', () => {
  it('says why it gave up instead of selecting a part', () => {
    let deep: readonly unknown[] = Array.from({ length: 30_000 }, () => 0);
    for (let depth = 0; depth < 60; depth += 1) deep = [deep];
    const selection = selectValues(accepted('$..*..*'), JSON.parse(JSON.stringify(deep)) as never, new PathBudget());
    assert.deepEqual(selection, {
      ok: false,
      reason: 'the paths of the validators take too many steps on this response',
    });
  });
});

describe('readsMember', () => {
  for (const path of [
    '$',
    '$.data',
    "$['data'].a",
    '$..a',
    '$.*',
    '$[?@.a]',
    "$['status','data']",
    '$.headers[?@ == $.data.a]',
  ]) {
    it(`says that ${path} can depend on data`, () => assert.ok(readsMember(accepted(path), 'data')));
  }
  for (const path of [
    '$.status',
    "$.headers['content-type']",
    '$.headers[?@.data]',
    '$[0]',
    '$[0:5]',
    '$.headers.*',
    '$.headers..data',
  ]) {
    it(`says that ${path} cannot`, () => assert.ok(!readsMember(accepted(path), 'data')));
  }
});
