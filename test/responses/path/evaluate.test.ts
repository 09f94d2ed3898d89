import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonpath } from 'json-p3';
import type { JSONValue } from 'json-p3';
import { query as queryByGrammar } from 'jsonpath-rfc9535';
import type { JsonValue } from 'jsonpath-rfc9535';
import type { ExactJson } from '../../../src/domain/json.ts';
import { JsonNumber } from '../../../src/domain/json.ts';
import { PathBudget, PathBudgetError } from '../../../src/responses/path/budget.ts';
import { evaluateQuery } from '../../../src/responses/path/evaluate.ts';
import { parseQuery } from '../../../src/responses/path/parser.ts';
import { anyDocument, anyPath } from './arbitraries.ts';

function select(path: string, document: ExactJson): readonly ExactJson[] {
  return evaluateQuery(parseQuery(path), document, new PathBudget());
}

// json-p3 is right except for comparing arrays with objects, and for order and length of texts beyond the BMP.
const p3 = new jsonpath.JSONPathEnvironment({ maxRecursionDepth: 1000 });

describe('evaluateQuery', () => {
  it('selects what json-p3 selects, on random paths and documents', () => {
    fc.assert(
      fc.property(anyPath({ filters: 'literals' }), anyDocument(), (path, document) => {
        const expected = p3.query(path, document as JSONValue).values();
        assert.deepEqual(select(path, document), expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('selects what jsonpath-rfc9535 selects, on random paths and documents', () => {
    fc.assert(
      fc.property(anyPath({ filters: 'names' }), anyDocument(), (path, document) => {
        const expected = [...queryByGrammar(document as JsonValue, path)];
        // Its order of descendants differs where the RFC leaves the order open.
        const sorted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort();
        assert.deepEqual(sorted(select(path, document)), sorted(expected));
      }),
      { numRuns: 3000 },
    );
  });

  const cases: [path: string, document: ExactJson, selected: readonly ExactJson[]][] = [
    [
      '$[?@.a && @.b == 2 && @.c]',
      [
        { a: 1, b: 1, c: 1 },
        { a: 1, b: 2, c: 1 },
      ],
      [{ a: 1, b: 2, c: 1 }],
    ],
    ['$[?@[0] == 1]', [[1], [2]], [[1]]],
    ['$[?@ == $[1]]', [1, 1], [1, 1]],
    ['$[?@.a == @.b]', [{ a: {}, b: [] }], []],
    ['$[?@.a == @.b]', [{ a: { toString: {} }, b: { x: 1 } }], []],
    ['$[?@.a == @.b]', [{ a: { x: [1] }, b: { x: [1] } }], [{ a: { x: [1] }, b: { x: [1] } }]],
    ['$[?length(@) == 1]', ['\u{1f600}', 'ab'], ['\u{1f600}']],
    ['$[?@.a < @.b]', [{ a: '\uffff', b: '\u{1f600}' }], [{ a: '\uffff', b: '\u{1f600}' }]],
    ['$[?@ > 0.5]', [0.4, 0.6, '0.7'], [0.6]],
    ['$.length', [1, 2], []],
    ['$[0]', 'text', []],
    ['$[0]', { 0: 'zero' }, []],
    ["$['0']", ['zero'], []],
    ['$.constructor', {}, []],
    ['$[::0]', [1, 2], []],
    ['$[0:0]', [1, 2], []],
    ['$[::-1]', [1, 2, 3], [3, 2, 1]],
    ['$[-1:-9:-2]', [1, 2, 3, 4], [4, 2]],
    ['$[?@ == @.absent]', [1], []],
    ['$[?@.absent == $.other]', [1], [1]],
    ['$[?value(@.*) == 1]', [{ a: 1 }, { a: 1, b: 1 }, {}], [{ a: 1 }]],
    ['$[?count(@.*) == 2]', [{ a: 1, b: 1 }, [1]], [{ a: 1, b: 1 }]],
    ['$[?length(@.x) < 1]', [{}, { x: 5 }, { x: [] }], [{ x: [] }]],
  ];
  for (const [path, document, selected] of cases) {
    it(`evaluates ${path} on ${JSON.stringify(document)}`, () => {
      assert.deepEqual(select(path, document), selected);
    });
  }

  it('gives numbers back as they were spelled, and compares them as doubles', () => {
    const price = new JsonNumber('1.10');
    assert.deepEqual(select('$[?@.p == 1.1].p', [{ p: price }]), [price]);
    assert.deepEqual(select('$..text', { a: price }), []);
    assert.deepEqual(select('$..*', [price]), [price]);
  });

  it('reads a document of the deepest nesting', () => {
    let document: ExactJson = 'end';
    for (let depth = 0; depth < 64; depth += 1) document = { d: document };
    assert.deepEqual(select('$..[?@ == "end"]', document), ['end']);
  });

  it('gives up, and fast, where path and document multiply', () => {
    const wide = Array.from({ length: 32_000 }, () => 0);
    let deep: ExactJson = wide.slice(0, 31_000);
    for (let depth = 0; depth < 62; depth += 1) deep = [deep];
    const objects = Array.from({ length: 5_000 }, (_, id) => ({ id, s: 'x' }));
    const text = 'x'.repeat(60_000);
    const started = process.hrtime.bigint();
    for (const [path, document] of [
      ['$..*..*', deep],
      ['$[?count($..*) > 1]', wide],
      ['$[?@ == 1 || $[?@ == 1]]', wide],
      ['$.o[?length($.t) > 1]', { o: objects, t: text }],
      ['$.o[?$.o == $.p]', { o: objects, p: structuredClone(objects) }],
      [`$${'[0,1,2,3,4,5,6,7]'.repeat(8)}`, nested(8, 8)],
    ] as const) {
      assert.throws(() => select(path, document), PathBudgetError, path);
    }
    assert.ok(process.hrtime.bigint() - started < 2_000_000_000n);
  });

  it('pays for each member in brackets that it looks for, found or not, at every value', () => {
    const query = parseQuery("$..['a','b','c']");
    const document = [{ x: 1 }, { x: 1 }];
    const values = 5;
    assert.deepEqual(evaluateQuery(query, document, new PathBudget(3 * values)), []);
    assert.throws(() => evaluateQuery(query, document, new PathBudget(3 * values - 1)), PathBudgetError);
  });

  it('has budget enough for one pass over the largest body', () => {
    const wide = Array.from({ length: 32_000 }, () => 0);
    assert.equal(select('$..*', wide).length, 32_000);
    assert.equal(select('$[?@ == 0]', wide).length, 32_000);
  });
});

// The same array at every place: each level multiplies what a union selects.
function nested(width: number, depth: number): ExactJson {
  const inner: ExactJson = depth === 0 ? 0 : nested(width, depth - 1);
  return Array.from({ length: width }, () => inner);
}
