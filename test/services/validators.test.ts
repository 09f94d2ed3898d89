import assert from 'node:assert/strict';
import { isObject, writeExact } from '../../src/domain/json.ts';
import { readJson } from '../../src/domain/json-read.ts';
import type { TriedValidators } from '../../src/services/validators.ts';
import { tryValidators } from '../../src/services/validators.ts';

/** Tries validators as a request with this text would. */
function tried(text: string): TriedValidators {
  const reading = readJson(text);
  assert.ok(reading.ok, text);
  const value = reading.documents[0]?.value;
  assert.ok(isObject(value));
  return tryValidators(value);
}

function one(number: string, expected: string) {
  const rules = `[{"json_path":"$.data.n","expected_values":[${expected}]}]`;
  const result = tried(`{"response":{"data":{"n":${number}}},"response_validators":${rules}}`);
  assert.ok(result.ok);
  const [first] = result.results;
  assert.ok(first);
  return first;
}

describe('tryValidators', () => {
  const table: readonly (readonly [number: string, expected: string, passed: boolean])[] = [
    ['12345678901234567890', '"12345678901234567890"', true],
    ['12345678901234567890', '"12345678901234567000"', false],
    ['200.0', '"200.0"', true],
    ['200.0', '"200"', true],
    ['200.0', '200', true],
    ['200', '"200.0"', false],
    ['1e21', '"1e21"', true],
    ['1e21', '1e21', true],
    ['1e21', '"1E21"', false],
    ['200.0', '200.00', true],
  ];
  for (const [number, expected, passed] of table) {
    it(`${passed ? 'passes' : 'does not pass'} ${number} where ${expected} is expected, as a delivery does`, () => {
      const result = one(number, expected);
      assert.equal(result.passed, passed);
      assert.ok(result.actual.found === 'values');
      assert.equal(writeExact(result.actual.values), `[${number}]`);
    });
  }

  it('takes 200 for the status where none is given, and a status in any spelling', () => {
    const rules = '[{"json_path":"$.status","expected_values":[200]}]';
    for (const response of ['{}', '{"status":200}', '{"status":2e2}']) {
      const result = tried(`{"response":${response},"response_validators":${rules}}`);
      assert.equal(result.ok && result.results[0]?.passed, true, response);
    }
  });

  it('refuses what is no path, at its place', () => {
    const result = tried('{"response":{},"response_validators":[{"json_path":"$.a-b","expected_values":[1]}]}');
    assert.deepEqual(result.ok ? [] : result.faults.map((fault) => fault.pointer), [
      '/response_validators/0/json_path',
    ]);
  });

  const large = {
    'a body over 64 KiB as JSON': [{ data: Array.from({ length: 32_768 }, () => 1) }, '/response/data'],
    'a text over 64 KiB': [{ data: 'é'.repeat(32_769) }, '/response/data'],
    'headers over 16 KiB': [{ headers: { a: 'x'.repeat(16 * 1024) } }, '/response/headers'],
  } as const;
  for (const [what, [response, pointer]] of Object.entries(large)) {
    it(`refuses ${what}, beside what is wrong with the paths`, () => {
      const rules = [{ json_path: '$.a-b', expected_values: [1] }];
      const result = tried(JSON.stringify({ response, response_validators: rules }));
      assert.deepEqual(result.ok ? [] : result.faults.map((fault) => fault.pointer), [
        '/response_validators/0/json_path',
        pointer,
      ]);
    });
  }

  it('takes the largest sample that a response can be', () => {
    const rules = '[{"json_path":"$.data","expected_values":[1]}]';
    for (const data of [JSON.stringify(Array.from({ length: 32_767 }, () => 1)), `"${'x'.repeat(65_536)}"`]) {
      assert.equal(tried(`{"response":{"data":${data}},"response_validators":${rules}}`).ok, true);
    }
  });
});
