import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonpath } from 'json-p3';
import parseByGrammar from 'jsonpath-rfc9535/parser';
import { parsePath, selectValues } from '../../../src/responses/jsonpath.ts';
import { PathError } from '../../../src/responses/path/cursor.ts';
import { parseQuery } from '../../../src/responses/path/parser.ts';
import { PathBudget } from '../../../src/responses/path/budget.ts';
import { complianceCases } from './compliance-suite.ts';

const CASES = complianceCases();

function refusal(path: string): PathError | undefined {
  try {
    parseQuery(path);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof PathError, `${path} made the parser throw something else: ${String(error)}`);
    return error;
  }
}

describe('the compliance suite of RFC 9535', () => {
  it('is there as a whole', () => {
    assert.ok(CASES.length >= 687);
    assert.ok(CASES.filter((test) => test.invalid_selector === true).length >= 245);
  });

  for (const test of CASES) {
    if (test.invalid_selector === true) {
      it(`refuses "${test.name}"`, () => assert.ok(refusal(test.selector), test.selector));
    } else if (/\b(?:match|search)\(/.test(test.selector)) {
      it(`refuses the regular expression of "${test.name}"`, () =>
        assert.equal(refusal(test.selector)?.code, 'jsonpath_regex_refused'));
    } else {
      it(`selects the same as "${test.name}"`, () => {
        const reading = parsePath(test.selector);
        if (!reading.ok) {
          assert.equal(reading.fault.code, 'jsonpath_too_complex', reading.fault.detail);
          return;
        }
        const selection = selectValues(reading.path, test.document ?? null, new PathBudget());
        assert.ok(selection.ok);
        const allowed = test.results ?? [test.result ?? []];
        const isAllowed = allowed.some((result) => JSON.stringify(result) === JSON.stringify(selection.values));
        assert.ok(isAllowed, `${test.selector} selected ${JSON.stringify(selection.values)}`);
      });
    }
  }

  it('is refused for its size in a handful of cases only', () => {
    const large = CASES.filter(({ selector }) => {
      const reading = parsePath(selector);
      return !reading.ok && reading.fault.code === 'jsonpath_too_complex';
    });
    assert.ok(large.length <= 8, large.map(({ name }) => name).join('; '));
  });
});

const PIECES = fc.constantFrom(
  ...Array.from('$@.*[](){}?!=<>&|,:;\'"\\/0123456789-+eE_abuDdZ \t\n\r^~`#%\u0000\u007f\u0080é\u2028\uffff\ufeff'),
  ...[
    '\ud800',
    '\udc00',
    '\u{1f600}',
    '\\u',
    '\\ud83d',
    '\\ude00',
    'true',
    'null',
    'count(',
    'length(',
    'value(',
    '@.a',
    '$.b',
    '@[0]',
  ],
  ...['==', '&&', '||', '1e3', '-0', '0.1', '..', '01', '[?', "['a']"],
);

const mutatedPath = fc
  .tuple(
    fc.constantFrom(...CASES.map(({ selector }) => selector).filter(({ length }) => length < 80)),
    fc.array(fc.tuple(fc.nat(80), fc.nat(2), PIECES), { minLength: 1, maxLength: 3 }),
  )
  .map(([selector, edits]) =>
    edits.reduce((text, [at, removed, piece]) => text.slice(0, at) + piece + text.slice(at + removed), selector),
  )
  // The grammar's parser takes exponential time on nested function calls.
  .filter((text) => text.split('(').length < 8);

function grammarAccepts(path: string): boolean {
  try {
    parseByGrammar(path);
    return true;
  } catch {
    return false;
  }
}

function typesAccepted(path: string): boolean {
  try {
    jsonpath.compile(path);
    return true;
  } catch (error) {
    return !(error instanceof jsonpath.JSONPathTypeError);
  }
}

describe('parseQuery', () => {
  it('accepts what the grammar of another implementation accepts, and nothing else', () => {
    const semantic = ['jsonpath_regex_refused', 'jsonpath_function_invalid', 'jsonpath_number_out_of_range'];
    fc.assert(
      fc.property(mutatedPath, (path) => {
        const refused = refusal(path);
        if (refused === undefined) assert.ok(grammarAccepts(path), 'accepted, but outside of the grammar');
        else if (!semantic.includes(refused.code)) assert.ok(!grammarAccepts(path), refused.message);
      }),
      { numRuns: 6000 },
    );
  });

  it('accepts no path whose functions are wrongly typed for another implementation', () => {
    fc.assert(
      fc.property(mutatedPath, (path) => {
        if (refusal(path) === undefined) assert.ok(typesAccepted(path));
      }),
      { numRuns: 3000 },
    );
  });

  for (const path of [
    '$.data.a-b',
    '$[?!2]',
    '$[1:5 2]',
    '$[?@.a==@.b==@.c]',
    '$[?(@.a)>=2]',
    '$[?@.a==-01]',
    '$[?@[ 0 ]==1]',
    '$["\ud800"]',
    '$.\ud800',
    '$[?length(@.*)>1]',
    '$[?count(@.a==1)>1]',
    '$[?!length(@.a)]',
    '$[?length(@.a]',
  ]) {
    it(`refuses ${JSON.stringify(path)}, which the suite does not hold`, () => assert.ok(refusal(path)));
  }

  for (const path of [
    '$[?@.a > 0.5]',
    '$[?@.a == -0.25e-2]',
    '$["\\u0010x"]',
    '$ [ "a" ] \n .b',
    '$[?( ! ( @.a ) ) ]',
    '$[?length(@[ 0 ]) == 2]',
  ]) {
    it(`accepts ${JSON.stringify(path)}, which the suite does not hold`, () => assert.equal(refusal(path), undefined));
  }

  it('ends fast on deep nesting of everything that nests', () => {
    const started = process.hrtime.bigint();
    for (const opening of ['(', '[?(', '!(', 'count(@[?', 'length(', '[?@[?', '[[', '..[', '@[?$[?']) {
      refusal(`$[?${opening.repeat(500 / opening.length)}`);
      refusal(`$[?${opening.repeat(500 / opening.length)}1`);
    }
    assert.ok(process.hrtime.bigint() - started < 1_000_000_000n);
  });
});
