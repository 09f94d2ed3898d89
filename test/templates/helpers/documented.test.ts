// docs/helpers.md against the helpers, in both directions: what the page lacks fails, and what it has too much.
import assert from 'node:assert/strict';
import type { ExactJson } from '../../../src/domain/json.ts';
import { isObject, JsonNumber } from '../../../src/domain/json.ts';
import { readJson } from '../../../src/domain/json-read.ts';
import { HELPER_GROUPS, HELPERS } from '../../../src/templates/helpers/index.ts';
import { compileTemplate, contextOf, renderTemplate, standInEvent } from '../../../src/templates/index.ts';
import { code, codeBlocks, codes, readText, tableRows } from '../../support/markdown.ts';
import { callHelper } from './calling.ts';

const PAGE = readText('docs/helpers.md');
const ROWS = tableRows(PAGE);
// A row with a template in its second cell is an example; the others say what a helper takes: `truncate text n end=`.
const EXAMPLES = ROWS.filter(([, second = '']) => second.startsWith('`') && second.includes('{{'));
const SIGNATURES = ROWS.filter((row) => !EXAMPLES.includes(row)).map(([first]) => code(first));

// What `…` stands for.
const MANY = 20;

function eventOfPage(): Readonly<Record<string, ExactJson>> {
  const [block = ''] = codeBlocks(PAGE, 'json');
  const reading = readJson(block);
  assert.ok(reading.ok);
  const value = reading.documents[0]?.value;
  assert.ok(isObject(value));
  return value;
}

/** What a signature promises: `text [n] with=` takes one or two arguments and knows the option `with`. */
function promised(signature: string): unknown {
  const words = signature.split(' ').slice(1);
  const options = words.filter((word) => word.endsWith('=')).map((word) => word.slice(0, -1));
  const needed = words.filter((word) => /^\w+$/.test(word)).length;
  const optional = words.filter((word) => word.startsWith('[')).length;
  return { min: needed, max: words.includes('…') ? MANY : needed + optional, options: options.sort() };
}

describe('docs/helpers.md', () => {
  it('says of every helper once what it takes, and of no other', () => {
    const named = SIGNATURES.map((signature) => signature.split(' ')[0] ?? '');
    assert.deepEqual(named.toSorted(), [...HELPERS.keys()].sort());
  });

  it('has an example of every helper, and of no other', () => {
    const named = new Set(EXAMPLES.map(([name]) => code(name)));
    assert.deepEqual([...named].sort(), [...HELPERS.keys()].sort());
  });

  for (const signature of SIGNATURES) {
    it(`says how many arguments and which options there are: ${signature}`, () => {
      const helper = HELPERS.get(signature.split(' ')[0] ?? '');
      assert.ok(helper);
      assert.deepEqual(promised(signature), { ...helper.arity, options: helper.options.toSorted() });
    });
  }

  for (const [name, template, body] of EXAMPLES) {
    it(`renders ${code(template)} as it says`, () => {
      assert.match(code(template), new RegExp(`(?:\\{\\{|\\(|#\\w+ )${code(name)} `));
      const compiled = compileTemplate(code(template));
      assert.ok(compiled.ok, JSON.stringify(compiled.ok ? '' : compiled.faults));
      const event = eventOfPage();
      const result = renderTemplate(compiled.template, contextOf(standInEvent(event)));
      assert.equal(result.ok ? result.body : result.message, code(body));
    });
  }
});

describe('what documents say of helpers', () => {
  for (const file of ['README.md', 'CHANGELOG.md']) {
    it(`is their number in ${file}`, () => {
      const said = [...readText(file).matchAll(/(\d+) (?:template helpers|\[helpers\])/g)].map(([, count]) => count);
      assert.deepEqual(said, [String(HELPERS.size)]);
    });
  }

  it('is which options are true or false', () => {
    const sentence = /((?:`\w+=`(?:, | and )?)+) take `true` or `false`/.exec(PAGE)?.[1];
    const said = codes(sentence).map((option) => option.slice(0, -1));
    const flags = new Set([...HELPERS.values()].flatMap((helper) => helper.flags));
    assert.deepEqual(said.toSorted(), [...flags].sort());
  });

  it('is how many digits of numbers are told apart', () => {
    const said = [...PAGE.matchAll(/(\d+) digits (?:the|by the|that is by|,)/g)].map(([, digits]) => Number(digits));
    assert.ok(said.length >= 3);
    const compared = (digits: number): unknown =>
      callHelper('eq', [new JsonNumber('9'.repeat(digits)), new JsonNumber(`${'9'.repeat(digits - 1)}8`)]).result;
    for (const digits of said) assert.equal(compared(digits), false);
    const [a, b] = codes(/different numbers can count as the same, as (.*?) do/.exec(PAGE)?.[1]).map(
      (digits) => new JsonNumber(digits),
    );
    assert.equal(a?.text.length, Math.max(...said) + 1);
    for (const helper of ['eq', 'lte', 'gte', 'in']) assert.equal(callHelper(helper, [a, b]).result, true, helper);
    assert.equal(callHelper('contains', [[a], b]).result, true);
  });

  it('is that a time that was posted as a number is text', () => {
    const said = /for `([\d.]+)`, `(\{.*?\}\})\}` gives `(\{.*?\})`/.exec(readText('docs/templates.md'));
    const [, posted = '', template = '', body] = said ?? [];
    const reading = readJson(`{"schema":"audit","event_type":"a.b","event_time":${posted},"data":{}}`);
    const event = reading.ok ? reading.documents[0]?.value : undefined;
    const compiled = compileTemplate(`${template}}`);
    assert.ok(isObject(event) && compiled.ok);
    const result = renderTemplate(compiled.template, contextOf(standInEvent(event)));
    assert.equal(result.ok ? result.body : result.message, body);
  });
});

describe('every helper', () => {
  it('has a name of its own', () => {
    assert.equal(HELPER_GROUPS.flat().length, HELPERS.size);
  });

  for (const helper of HELPERS.values()) {
    it(`has an example that can be saved: ${helper.name}`, () => {
      assert.ok(helper.example.includes(helper.name));
      const compiled = compileTemplate(`{"a": ${helper.example}}`);
      assert.ok(compiled.ok, JSON.stringify(compiled.ok ? '' : compiled.faults));
    });
  }
});
