import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson } from '../../src/domain/json.ts';
import { JsonNumber, writeExact } from '../../src/domain/json.ts';
import type { Scalar } from '../../src/domain/webhook.ts';
import { responseDocument, sampleDocument } from '../../src/responses/document.ts';
import type { SampleResponse } from '../../src/responses/document.ts';
import {
  checkPaths,
  checkValidators,
  compileValidators,
  readsBody,
  validatorFaults,
} from '../../src/responses/validators.ts';
import { anyDocument, anyPath } from './path/arbitraries.ts';
import { response } from './responses.ts';

function rule(jsonPath: string, ...expectedValues: readonly Scalar[]) {
  return { jsonPath, expectedValues };
}

function checkOne(jsonPath: string, expected: readonly Scalar[], sample: SampleResponse) {
  const [result] = checkPaths([{ jsonPath, expectedValues: expected }], sample);
  assert.ok(result);
  return result;
}

describe('validatorFaults', () => {
  it('finds nothing wrong with a good list', () => {
    assert.deepEqual(validatorFaults([rule('$.data.ok', true), rule('$.status', 200, '201', null)]), []);
  });

  it('reports every fault at once, each with its place', () => {
    const tooMany = Array.from({ length: 51 }, (_, index) => index);
    const faults = validatorFaults(
      [rule('$.data.a-b', 'x'), rule('$.ok'), rule('$.ok', ...tooMany), rule('ok', { a: 1 } as never, [] as never)],
      '/response_validators',
    );
    assert.deepEqual(
      faults.map(({ pointer, code }) => `${pointer} ${code}`),
      [
        '/response_validators/0/json_path jsonpath_invalid',
        '/response_validators/1/expected_values expected_values_count',
        '/response_validators/2/expected_values expected_values_count',
        '/response_validators/3/json_path jsonpath_invalid',
        '/response_validators/3/expected_values/0 expected_value_not_scalar',
        '/response_validators/3/expected_values/1 expected_value_not_scalar',
      ],
    );
    assert.ok(faults.every(({ hint, detail }) => hint !== undefined && detail !== ''));
  });

  it('refuses more than 20 validators', () => {
    const [fault, ...others] = validatorFaults(Array.from({ length: 21 }, () => rule('$.data.ok', true)));
    assert.deepEqual([fault?.pointer, fault?.code, others.length], ['/response_validators', 'too_many_validators', 0]);
  });

  it('looks no further than the limits into lists that are longer', () => {
    const objects = Array.from({ length: 1000 }, () => ({})) as unknown as readonly Scalar[];
    const faults = validatorFaults(Array.from({ length: 1000 }, () => rule('a b', ...objects)));
    // One for the list; for each of 20 validators its path, its count and 50 values.
    assert.equal(faults.length, 1 + 20 * (1 + 1 + 50));
  });
});

describe('checkValidators', () => {
  const table: [path: string, expected: readonly Scalar[], sample: SampleResponse, passed: boolean, message: string][] =
    [
      ['$.data.ok', [true], { data: { ok: true } }, true, '$.data.ok selected true, as expected.'],
      ['$.data.state', ['ok'], { data: { state: 'failed' } }, false, '$.data.state selected "failed", expected "ok".'],
      ['$.status', ['200', 201], { status: 500 }, false, '$.status selected 500, expected one of "200", 201.'],
      ['$.data.ok', [true], { data: {} }, false, '$.data.ok selected nothing; expected true.'],
      ['$.data.ok', [true], {}, false, '$.data.ok selected nothing, because the body is empty; expected true.'],
      ['$.data.length', [2], { data: 'ok' }, false, '$.data.length selected nothing; expected 2.'],
      ['$.data[0]', ['o'], { data: 'ok' }, false, '$.data[0] selected nothing; expected "o".'],
      ['$.data', ['ok'], { data: 'ok' }, true, '$.data selected "ok", as expected.'],
      ['$.status', [200], {}, true, '$.status selected 200, as expected.'],
      ["$.headers['x-a']", ['b'], { headers: { 'X-A': 'b' } }, true, '$.headers[\'x-a\'] selected "b", as expected.'],
      ['$.data.*', [1, 2], { data: [1, 2, 1] }, true, '$.data.* selected 3 values, all as expected.'],
      [
        '$.data.*',
        [1],
        { data: [1, 2, 3] },
        false,
        '$.data.* selected 3 values, 2 of them not as expected; the first is 2, expected 1.',
      ],
      [
        '$.data',
        [1, 2, 3, 4, 5, 6, 7],
        { data: 8 },
        false,
        '$.data selected 8, expected one of 1, 2, 3, 4, 5 and 2 more.',
      ],
      ['$.data', ['x'], { data: { a: [1] } }, false, '$.data selected {"a":[1]}, expected "x".'],
      ['$.data.a', [null], { data: { a: null } }, true, '$.data.a selected null, as expected.'],
    ];
  for (const [path, expected, sample, passed, message] of table) {
    it(`says: ${message}`, () => {
      const result = checkOne(path, expected, sample);
      assert.deepEqual({ passed: result.passed, message: result.message }, { passed, message });
    });
  }

  it('tells nothing from null', () => {
    assert.deepEqual(checkOne('$.data.a', [1], { data: {} }).actual, { found: 'nothing' });
    assert.deepEqual(checkOne('$.data.a', [1], { data: { a: null } }).actual, { found: 'values', values: [null] });
  });

  it('passes exactly where something is selected and all of it is expected', () => {
    fc.assert(
      fc.property(
        anyPath({ filters: 'literals' }),
        anyDocument(),
        fc.constantFrom<Scalar>('a', 1, null, true),
        (path, data, expected) => {
          const found = checkOne(path, ['\u0000'], { data });
          const values = found.actual.found === 'values' ? found.actual.values : [];
          fc.pre(values.length < 20);
          const isExpected = (value: unknown): boolean =>
            value === expected || (typeof expected === 'string' && JSON.stringify(value) === expected);
          assert.equal(checkOne(path, [expected], { data }).passed, values.length > 0 && values.every(isExpected));
        },
      ),
    );
  });

  it('shows a number that a double cannot hold as it came', () => {
    const [result] = checkValidators(
      compileValidators([rule('$.data.id', '12345678901234567890')]),
      responseDocument(response(200, '{"id":12345678901234567890,"n":1.10}')),
    );
    assert.equal(result?.passed, true);
    assert.deepEqual(result.actual, { found: 'values', values: [new JsonNumber('12345678901234567890')] });
  });

  it('keeps every number as it was spelled, and the text of one that is spelled too long', () => {
    const long = `0.${'1'.repeat(300)}`;
    const [result] = checkValidators(
      compileValidators([rule('$.data.*', 1)]),
      responseDocument(response(200, `{"a":1.10,"b":[1e2],"c":${long},"d":12345678901234567890}`)),
    );
    assert.ok(result?.actual.found === 'values');
    const [short, list, cut, id] = result.actual.values;
    assert.deepEqual(
      [short, list, id].map((value) => writeExact(value ?? null)),
      ['1.10', '[1e2]', '12345678901234567890'],
    );
    assert.equal(cut, `${long.slice(0, 256)}…`);
  });

  it('keeps a small record of large values', () => {
    const long = 'x'.repeat(60_000);
    const many = { data: Array.from({ length: 500 }, () => ({ long, list: [long] })) };
    const results = checkPaths([rule('$.data[*]', 'a'), rule('$.data[*].long', 'a'), rule('$', 'a')], many);
    assert.ok(JSON.stringify(results).length < 20_000);
    assert.ok(results.every(({ passed }) => !passed));
  });

  it('cuts no character in half', () => {
    const result = checkOne('$.data', ['a'], { data: `${'x'.repeat(255)}\u{1f600}\u{1f600}` });
    assert.ok(JSON.stringify(result).isWellFormed());
    assert.deepEqual(result.actual, { found: 'values', values: [`${'x'.repeat(255)}…`] });
  });

  it('hides secrets before it cuts', () => {
    const secret = 's3cret-'.repeat(20);
    const sample = sampleDocument({ data: { text: `${'x'.repeat(200)}${secret}`, list: [secret] } });
    const results = checkValidators(compileValidators([rule('$.data.text', 1), rule('$.data', 1)]), sample, (text) =>
      text.replaceAll(secret, '***'),
    );
    assert.ok(!JSON.stringify(results).includes('s3cret'));
  });

  it('puts a large value into words once, however many validators select it', () => {
    const sample = sampleDocument({ data: { list: Array.from({ length: 5000 }, () => 1) } });
    let written = 0;
    const rules = Array.from({ length: 20 }, () => rule('$.data.list', 'x'));
    const results = checkValidators(compileValidators(rules), sample, (text) => {
      if (text.length > 5000) written += 1;
      return text;
    });
    assert.equal(results.length, 20);
    assert.equal(written, 1);
  });

  it('fails a validator that cannot be evaluated, and never passes it', () => {
    const [broken] = checkPaths([rule('$.data.a-b', null)], { data: { 'a-b': null } });
    assert.equal(broken?.passed, false);
    assert.match(broken.message, /could not be evaluated: .*column 9/);
    const wide = Array.from({ length: 30_000 }, () => 0);
    const [costly] = checkPaths([rule('$.data[?count($..*) > 0]', 0)], { data: wide });
    assert.equal(costly?.passed, false);
    assert.match(costly.message, /too many steps/);
  });

  // What people write on what receivers answer stays far below the budget; a tenth of the largest body is much already.
  it('has budget enough for 20 validators that look through 6 KiB', () => {
    const items = Array.from({ length: 300 }, () => ({ id: 12345, state: 'ok' }));
    const rules = Array.from({ length: 20 }, () => rule('$..state', 'ok'));
    assert.ok(checkPaths(rules, { data: { items } }).every(({ passed }) => passed));
  });

  const unevaluated = (jsonPath: string, expected: readonly Scalar[], data: ExactJson): readonly boolean[] =>
    checkPaths(
      Array.from({ length: 20 }, () => ({ jsonPath, expectedValues: expected })),
      { data },
    ).map(({ passed, message }) => {
      assert.ok(!passed || !message.includes('too many steps'));
      return /could not be evaluated: the paths of the validators take too many steps/.test(message);
    });
  const ones = Array.from({ length: 32_000 }, () => 1);
  const names = Array.from({ length: 63 }, (_none, index) => `'${String.fromCodePoint(0x4e00 + index)}'`).join(',');
  const fifty = Array.from({ length: 50 }, (_none, index) => index);
  const attacks: readonly (readonly [path: string, expected: readonly Scalar[], data: ExactJson, most: number])[] = [
    ['$.data[0:]', [1], ones, 7],
    ['$.data[0:]', fifty, ones, 3],
    ['$..*..*', [0], [[[[ones]]]], 0],
    [`$..*..[${names}]`, [1], Array.from({ length: 7900 }, () => ({ a: 1 })), 0],
    ['$.data[0:,1:,2:]', fifty, Array.from({ length: 2600 }, () => new JsonNumber('1.1000000000000000000001')), 3],
    [`$.data[0:64]${'[0:1]'.repeat(28)}`, [1], [[[1]]], 10],
  ];
  for (const [path, expected, data, most] of attacks) {
    it(`shares one budget among 20 validators ${path.slice(0, 30)} that expect ${String(expected.length)}`, () => {
      const given = unevaluated(path, expected, data);
      const evaluated = given.indexOf(true);
      assert.ok(evaluated >= 0 && evaluated <= most, `${String(evaluated)} were evaluated`);
      // What is spent stays spent: none after it begins anew.
      assert.ok(given.slice(evaluated).every(Boolean));
    });
  }
});

describe('readsBody', () => {
  it('is true where one of the paths can depend on the body', () => {
    assert.equal(readsBody(compileValidators([rule('$.status', 200), rule('$.data.ok', true)])), true);
    assert.equal(readsBody(compileValidators([rule('$..ok', true)])), true);
  });

  it('is false for paths that read status and headers only, and for none', () => {
    assert.equal(readsBody(compileValidators([rule('$.status', 200), rule("$.headers['x']", 'a')])), false);
    assert.equal(readsBody([]), false);
  });
});
