// Paths that have run code or stopped the process in libraries for JSONPath: here each is refused with its column, or
// selects what RFC 9535 says, and nothing happens.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { ExactJson } from '../../../src/domain/json.ts';
import { parsePath, selectValues } from '../../../src/responses/jsonpath.ts';
import { PathBudget } from '../../../src/responses/path/budget.ts';
import { checkPaths, validatorFaults } from '../../../src/responses/validators.ts';

const SRC = new URL('../../../src/', import.meta.url);
const RUN = 'globalThis.PWNED = 1';

// The first word is the code of the refusal; `null` where the path is good RFC 9535 and selects nothing.
const SHAPES: Readonly<Record<string, readonly (readonly [code: string | null, path: string])[]>> = {
  // CVE-2024-21534: jsonpath-plus before 10.2.0 ran filters in Node's vm.
  'code in filters and expressions': [
    ['jsonpath_function_invalid', `$[?(eval('${RUN}'))]`],
    ['jsonpath_invalid', `$[?(''.constructor.constructor('${RUN}')())]`],
    ['jsonpath_invalid', `$..[?(' '.constructor.constructor('${RUN}')())]`],
    ['jsonpath_invalid', `$.data[(this.constructor.constructor('${RUN}')())]`],
    ['jsonpath_invalid', `$[(console.log(this.process.mainModule.require('child_process').execSync('id')))]`],
    ['jsonpath_invalid', `$[?(var _$_root=[].constructor.constructor('${RUN}')();@root)]`],
    ['jsonpath_invalid', '$[?(@.length > (() => { for (;;); })())]'],
    ['jsonpath_invalid', `$[?(@['constructor']['constructor']('${RUN}')())]`],
    ['jsonpath_invalid', '$[?(`${globalThis.PWNED = 1}`)]'],
    ['jsonpath_invalid', '$[?(new Function("return 1")())]'],
  ],
  // CVE-2025-1302 (before 10.3.0), and what got past its mending.
  'ways around a list of forbidden names': [
    ['jsonpath_invalid', `$[?(p="${RUN}";a=''[['constructor']][['constructor']](p);a())]`],
    ['jsonpath_invalid', `$[?([['constructor']][['constructor']]('${RUN}')())]`],
    ['jsonpath_invalid', `$[?(''.__lookupGetter__('__proto__').call.constructor('${RUN}')())]`],
    ['jsonpath_invalid', '$[?(con = constructor; dp = con.defineProperty; f = dp(con, "x", {}); f)]'],
    ['jsonpath_invalid', `$[?(@.constructor[(@.constructor('${RUN}')())])]`],
    ['jsonpath_invalid', `$[?(?(@.constructor('${RUN}')()))]`],
    ['jsonpath_invalid', `$[?(@.l.push.call(@.l, 99))]`],
    ['jsonpath_invalid', `$[?(@.l.push.apply(@.l, [99]))]`],
    ['jsonpath_invalid', `$[?(@.l.push.bind(@.l)(99))]`],
    ['jsonpath_invalid', `$[?((async () => {}).constructor('${RUN}')())]`],
    ['jsonpath_invalid', `$[?((function* () {}).constructor('${RUN}')().next())]`],
  ],
  'changing the document or the prototypes': [
    ['jsonpath_invalid', '$[?(@.l.push(99))]'],
    ['jsonpath_invalid', '$.data[?(@.a = 1)]'],
    ['jsonpath_invalid', '$.data[?(@.__proto__.polluted = 1)]'],
    ['jsonpath_invalid', '$.data[?(delete @.l)]'],
    [null, '$.__proto__.polluted'],
    [null, "$['__proto__']['constructor']['prototype']"],
    [null, '$.constructor.constructor'],
    [null, '$.data.toString'],
    [null, '$.data.l.length'],
    [null, "$..['__proto__']"],
    [null, '$[?@.__proto__.polluted == 1]'],
    [null, '$..[?@.hasOwnProperty]'],
  ],
  'operators of other dialects': [
    ['jsonpath_invalid', '$.data^'],
    ['jsonpath_invalid', '$.data~'],
    ['jsonpath_invalid', '$.data.`this`'],
    ['jsonpath_invalid', '$.data@string()'],
    ['jsonpath_invalid', '$.data.l[(@.length-1)]'],
    ['jsonpath_invalid', '$[?(@root.data)]'],
    ['jsonpath_invalid', '$[?(@property == "data")]'],
    ['jsonpath_invalid', '$[?(@path)]'],
    ['jsonpath_invalid', 'data.l'],
    ['jsonpath_invalid', '$;data'],
  ],
  'expressions that take for ever': [
    ['jsonpath_invalid', '$[?(/(a+)+$/.test(@.s))]'],
    ['jsonpath_invalid', '$[?(@.s.match(/(a+)+$/))]'],
    ['jsonpath_regex_refused', "$..[?match(@.s, '(a+)+b')]"],
    ['jsonpath_regex_refused', "$..[?search(@.s, '(a|a)*$')]"],
    ['jsonpath_invalid', "$[?(@.s.padEnd(1e9).split(''))]"],
    ['jsonpath_invalid', '$[?(@.s.repeat(1e9))]'],
    ['jsonpath_function_invalid', '$[?(while(true);)]'],
  ],
  bombs: [
    ['jsonpath_too_complex', `$.data.l${'[0,0,0,0]'.repeat(10)}`],
    ['jsonpath_too_complex', `$.data.l${'[0,1,2,3]'.repeat(10)}`],
    ['jsonpath_too_complex', `$.data.l[${Array.from({ length: 65 }, (_none, index) => index).join(',')}]`],
    ['jsonpath_too_complex', `$.data.l[${Array.from({ length: 200_000 }, (_none, index) => index).join(',')}]`],
    ['jsonpath_too_complex', `$${'..[?(@)]'.repeat(4)}`],
    ['jsonpath_too_complex', `$${'..*'.repeat(3)}`],
    ['jsonpath_too_complex', '$..a[?$..b]..c'],
    ['jsonpath_too_complex', `$[?${'@.a[?'.repeat(40)}@${']'.repeat(40)}]`],
    ['jsonpath_too_complex', `$${'.a'.repeat(33)}`],
    ['jsonpath_too_complex', `$${'.a'.repeat(100_000)}`],
    ['jsonpath_too_complex', `$${'[0]'.repeat(100_000)}`],
    ['jsonpath_too_complex', `$${'['.repeat(100_000)}`],
    ['jsonpath_too_complex', `$[?${'!'.repeat(100_000)}@]`],
    ['jsonpath_invalid', `$[?${'('.repeat(400)}@`],
    ['jsonpath_number_out_of_range', '$.data.l[9007199254740992]'],
    ['jsonpath_number_out_of_range', '$.data.l[::-99999999999999999999]'],
  ],
};

// Good paths that ask for much: of a document of 64 KiB and 64 levels each ends fast, with values or with a reason.
const COSTLY = [
  '$..*',
  '$..*..*',
  '$..[?@..*]',
  '$..[?count(@..*) > 1]',
  '$.data.l[0:9007199254740991]',
  '$.data.l[-9007199254740991:9007199254740991:1]',
  '$.data.l[9007199254740991:-9007199254740991:-1]',
  '$.data.l[::9007199254740991]',
  '$.data.l[?@ == 2 || $.data.l[?@ == 2]]',
  '$.data.l[?count($.data.l[*]) == count($.data.l[*])]',
  '$.data.l[?$.data == $.data]',
  '$.data.l[:,1:,2:,3:,4:,5:,6:,7:]',
  `$.data.l[${Array.from({ length: 64 }, (_none, index) => `${String(index)}:`).join(',')}]`,
];

function documentOf(): ExactJson {
  let deep: ExactJson = 'end';
  for (let depth = 0; depth < 61; depth += 1) deep = { d: deep };
  return { status: 200, headers: {}, data: { l: Array.from({ length: 30_000 }, () => 1), s: 'a'.repeat(40), deep } };
}

function pwned(): boolean {
  return 'PWNED' in globalThis || 'polluted' in Object.prototype;
}

describe('published attacks by JSONPath', () => {
  const whole = documentOf();
  const before = JSON.stringify(whole);
  let startedAt: bigint;
  beforeEach(() => void (startedAt = process.hrtime.bigint()));
  afterEach(() => {
    assert.equal(pwned(), false);
    assert.ok(process.hrtime.bigint() - startedAt < 2_000_000_000n, 'it took longer than two seconds');
    assert.equal(JSON.stringify(whole), before);
  });

  for (const [what, shapes] of Object.entries(SHAPES)) {
    for (const [code, path] of shapes) {
      it(`${what}: ${path.slice(0, 80)} ${code === null ? 'selects nothing' : `is ${code}`}`, () => {
        const reading = parsePath(path);
        if (reading.ok) {
          assert.equal(code, null, 'it was accepted');
          assert.deepEqual(selectValues(reading.path, whole, new PathBudget()), { ok: true, values: [] });
        } else {
          assert.equal(reading.fault.code, code, reading.fault.detail);
          assert.match(reading.fault.detail, /^This JSONPath is refused at column \d+: /);
          assert.ok((reading.fault.position?.column ?? 0) >= 1 && reading.fault.hint);
        }
        const rule = { jsonPath: path, expectedValues: [true] };
        assert.deepEqual(
          validatorFaults([rule], '').map((fault) => fault.code),
          code === null ? [] : [code],
        );
        if (code === null) assert.equal(checkPaths([rule], { data: { l: [1] } })[0]?.passed, false);
      });
    }
  }

  for (const path of COSTLY) {
    it(`what asks for much ends: ${path.slice(0, 80)}`, () => {
      const reading = parsePath(path);
      assert.ok(reading.ok, path);
      const selection = selectValues(reading.path, whole, new PathBudget());
      if (!selection.ok) assert.match(selection.reason, /too many steps/);
    });
  }

  it('fails a validator on JSON that nests 20,000 deep, and reads it no further', () => {
    const body = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const [result] = checkPaths([{ jsonPath: '$..*', expectedValues: [1] }], { body });
    assert.equal(result?.passed, false);
    assert.match(result.message, /deeper than 64 levels|selected/);
  });
});

describe('the source', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

  it('asks jsonpath-plus in one place only, with evaluation off', () => {
    const asking = files.filter((name) => readFileSync(new URL(name, SRC), 'utf8').includes("'jsonpath-plus'"));
    const importing = asking.filter((name) => /from 'jsonpath-plus'/.test(readFileSync(new URL(name, SRC), 'utf8')));
    assert.deepEqual(importing, ['responses/path/jsonpath-plus.ts']);
    const source = readFileSync(new URL('responses/path/jsonpath-plus.ts', SRC), 'utf8');
    assert.equal(source.match(/\bJSONPath\(/g)?.length, 1);
    assert.deepEqual(source.match(/\beval:.*/g), ['eval: false,']);
    assert.doesNotMatch(source, /autostart|sandbox|new JSONPath|toPathString|\.vm\b/);
  });

  it('makes no code of text anywhere', () => {
    for (const name of files) {
      const source = readFileSync(new URL(name, SRC), 'utf8').replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
      assert.doesNotMatch(source, /\beval\(|\bnew Function\b|\bFunction\(|from 'node:vm'/, name);
    }
  });
});
