import assert from 'node:assert/strict';
import Handlebars from 'handlebars';
import fc from 'fast-check';
import { JsonNumber } from '../../src/domain/json.ts';
import type { ExactJson } from '../../src/domain/json.ts';
import { compileTemplate } from '../../src/templates/index.ts';
import { compileTree } from '../../src/templates/compile.ts';
import { Output } from '../../src/templates/output.ts';
import { parseTemplate } from '../../src/templates/parse.ts';
import { foreign, placeholdersOf, render } from './harness.ts';

type Case = readonly [source: string, data: ExactJson, body: string];

function table(cases: readonly Case[]): void {
  for (const [source, data, body] of cases) {
    it(`renders ${JSON.stringify(source)} as ${body}`, () => {
      assert.equal(render(source, data), body);
    });
  }
}

describe('what a placeholder writes', () => {
  const odd = {
    s: 'a"\\\n<&\'>\u2028',
    n: 5,
    b: false,
    z: null,
    o: { k: ['v'] },
    big: new JsonNumber('12345678901234567890'),
  };
  table([
    ['"{{data.s}}"', odd, '"a\\"\\\\\\n<&\'>\u2028"'],
    ['{{data.s}}', odd, '"a\\"\\\\\\n<&\'>\u2028"'],
    ['"{{data.n}} {{data.b}} {{data.big}}"', odd, '"5 false 12345678901234567890"'],
    ['[{{data.n}},{{data.b}},{{data.big}}]', odd, '[5,false,12345678901234567890]'],
    ['"<{{data.z}}{{data.nope}}{{nope.deep}}>"', odd, '"<>"'],
    ['[{{data.z}},{{data.nope}},{{nope.deep}}]', odd, '[null,null,null]'],
    ['"{{data.o}}"', odd, '"{\\"k\\":[\\"v\\"]}"'],
    ['{{data.o}}', odd, '{"k":["v"]}'],
    ['{"{{data.s}}":1}', odd, '{"a\\"\\\\\\n<&\'>\u2028":1}'],
    ['[{{{data.s}}},{{&data.n}},"{{{data.n}}}","{{&data.s}}"]', { s: '<"', n: 1 }, '["<\\"",1,"1","<\\""]'],
    ['"{{data.s}}"', { s: '{{data.n}} {{#if' }, '"{{data.n}} {{#if"'],
    ['[{{data.f}},{{data.n}},{{data.i}}]', foreign({ f: () => 1, n: Number.NaN, i: -Infinity }), '[null,null,null]'],
    ['"{{data.f}}{{data.n}}"', foreign({ f: () => 1, n: Number.NaN }), '""'],
    ['[{{data.s}}]', foreign({ s: new Handlebars.SafeString('1],"x":[') }), '[{"string":"1],\\"x\\":["}]'],
  ]);
});

describe('braces and backslashes', () => {
  const data = { x: 'v', a: true };
  table([
    ['{"a":{"b":{{data.x}}}}', data, '{"a":{"b":"v"}}'],
    ['{"a":{"b":{"c":{{data.x}}}}}', data, '{"a":{"b":{"c":"v"}}}'],
    ['{"a":{{{data.x}}}}', data, '{"a":"v"}'],
    ['{"a":{{#if data.a}}{"b":1}{{else}}2{{/if}}}', data, '{"a":{"b":1}}'],
    ['{"a":{{#if data.nope}}{"b":{"c":1{{else}}{"b":{"c":2{{/if}}}}}', data, '{"a":{"b":{"c":2}}}'],
    ['{"a":{{#if data.nope}}{"b":1}{{else}}{}{{/if}}}', data, '{"a":{}}'],
    ['{"a":{{#if data.a}}{}{{else}}{"b":1}{{/if}}}', data, '{"a":{}}'],
    ['{"o":{{{#if data.a}}"b":1{{/if}}}}', data, '{"o":{"b":1}}'],
    ['{{{#if data.a}}"o":1{{else}}"o":2{{/if}}}', data, '{"o":1}'],
    ['{{#if data.nope}}{{{else}}{"a":1{{/if}}}', data, '{"a":1}'],
    ['{{{! a note }}"a":{{!-- }} --}}1}', data, '{"a":1}'],
    ['"\\{{DATE()}} {{data.x}}"', data, '"{{DATE()}} v"'],
    ['"\\{{a}}\\{{b}}{{data.x}}"', data, '"{{a}}{{b}}v"'],
    ['"\\{{{a}}}"', data, '"{{{a}}}"'],
    ['"C:\\\\{{data.x}}"', data, '"C:\\\\v"'],
    ['"\\\\\\\\{{data.x}}"', data, '"\\\\\\\\v"'],
    ['"\\\\{{{data.x}}}"', data, '"\\\\v"'],
    ['"\\n\\"{{data.x}}"', data, '"\\n\\"v"'],
    ['["{",{{data.x}},"}"]', data, '["{","v","}"]'],
  ]);
});

describe('commas that may be superfluous', () => {
  const list = ['a', '', 'b', ''];
  table([
    ['[{{#each data}}{{#if this}}"{{this}}",{{/if}}{{/each}}]', list, '["a","b"]'],
    ['[{{#each data}}{{#if this}}"😀, {{this}}", {{/if}}{{/each}}1,]', list, '["😀, a", "😀, b", 1]'],
    ['["😀😀",{{#each data}}"{{this}}",{{/each}}]', [], '["😀😀"]'],
  ]);
});

describe('whitespace control', () => {
  table([
    ['[ {{~data.x~}} ]', { x: 1 }, '[1]'],
    ['[ {{~{data.x}~}} ]', { x: 1 }, '[1]'],
    ['{ {{~#if data.x~}} "a" : 1 {{~else~}} "b" : 2 {{~/if~}} }', { x: 1 }, '{"a" : 1}'],
    ['[1\n  {{~! gone ~}}\n ]', {}, '[1]'],
    ['{\n  {{#if data.x}}\n  "a": 1\n  {{/if}}\n}\n', { x: 1 }, '{\n  "a": 1\n}\n'],
    ['[\n{{#each data}}\n  {{this}}{{#unless @last}},{{/unless}}\n{{/each}}\n]', [1, 2], '[\n  1,\n  2\n]'],
    ['"{ {{~data.x}} }"', { x: 1 }, '"{1 }"'],
  ]);
});

describe('blocks', () => {
  const list = '[{{#each data}}{{this}}{{#unless @last}},{{/unless}}{{else}}"none"{{/each}}]';
  table([
    [list, [1, null, 'a'], '[1,null,"a"]'],
    [list, [], '["none"]'],
    [list, { a: 1, b: 2 }, '[1,2]'],
    [list, {}, '["none"]'],
    [list, 'abc', '["none"]'],
    [list, 5, '["none"]'],
    [list, true, '["none"]'],
    [list, null, '["none"]'],
    [list, new JsonNumber('1.0'), '["none"]'],
    [
      '{{#each data}}{{#if @first}}[{{/if}}"{{@index}} {{@key}} {{@first}} {{@last}}"{{#if @last}}]{{else}},{{/if}}{{else}}0{{/each}}',
      { a: 1, b: 2 },
      '["0 a true false","1 b false true"]',
    ],
    ['["{{#each data}}{{@index}}{{@key}}{{/each}}"]', ['x'], '["00"]'],
    ['{{#with data}}"in {{this}}"{{else}}"out"{{/with}}', 0, '"in 0"'],
    ['{{#with data}}"in"{{else}}"out"{{/with}}', {}, '"in"'],
    ['{{#with data}}"in"{{else}}"out"{{/with}}', null, '"out"'],
    ['{{#with data}}"in"{{else}}"out"{{/with}}', '', '"out"'],
    ['{{#with data}}"in"{{else}}"out"{{/with}}', false, '"out"'],
    ['{{#with data}}"in"{{else}}"out"{{/with}}', [], '"out"'],
    ['{{#if data}}1{{else}}2{{/if}}', new JsonNumber('0.0'), '2'],
    ['{{#if data includeZero=true}}1{{else}}2{{/if}}', new JsonNumber('0.0'), '1'],
    ['{{#if data includeZero=false}}1{{else}}2{{/if}}', 0, '2'],
    ['{{#unless data}}1{{else}}2{{/unless}}', [], '1'],
    ['{{#unless data includeZero=true}}1{{else}}2{{/unless}}', 0, '2'],
    ['{{#if data.a}}1{{else if data.b}}2{{else unless data.c}}3{{else}}4{{/if}}', { b: 1 }, '2'],
    ['{{#if data.a}}1{{else if data.b}}2{{else unless data.c}}3{{else}}4{{/if}}', {}, '3'],
    ['{{#if data.a}}1{{else if data.b}}2{{else unless data.c}}3{{else}}4{{/if}}', { c: 1 }, '4'],
    [
      '{{#if data.a}}"1"{{else each data.l as |x|}}{{#if @first}}"{{/if}}{{x}}{{#if @last}}"{{/if}}{{else}}0{{/if}}',
      { l: [7] },
      '"7"',
    ],
    ['{{#if data.a}}1{{else with data.l}}{{x}}{{^}}0{{/if}}', { l: { x: 8 } }, '8'],
    ['[{{#each (json data)}}1{{else}}2{{/each}},{{#if "x"}}3{{/if}},{{#if null}}{{else}}4{{/if}}]', [1], '[2,3,4]'],
    [
      '[{{json 1.50}},{{json -0.0}},{{json 12345678901234567890}},{{json 007}},{{json "a\\"b"}},{{json true}},{{json undefined}}]',
      {},
      '[1.50,-0.0,12345678901234567890,7,"a\\"b",true,null]',
    ],
  ]);
});

describe('names', () => {
  const data = {
    a: { b: 1, 'c d': 2, this: 3 },
    l: [
      { v: 1, w: [10, 20] },
      { v: 2, w: [] },
    ],
    json: 4,
    if: 5,
    first: 6,
  };
  table([
    ['[{{data.json}},{{data.if}},{{data.first}}]', data, '[4,5,6]'],
    ['{{#with data}}[{{json}},{{if}},{{first}},{{this.json}},{{./first}}]{{else}}0{{/with}}', data, '[4,5,6,4,6]'],
    [
      '[{{data.a.b}},{{data/a/b}},{{data.a.[c d]}},{{data.a.[this]}},{{data.l.0.v}},{{data.l.[1].v}},{{data.l.length}}]',
      data,
      '[1,1,2,3,1,2,2]',
    ],
    [
      '[{{data.constructor}},{{data.__proto__}},{{data.l.map}},{{constructor.name}},{{@root.constructor}}]',
      data,
      '[null,null,null,null,null]',
    ],
    ['[{{data.n.text}},{{data.s.length}}]', { n: new JsonNumber('1.0'), s: 'abc' }, '[null,3]'],
    [
      '{{#with data.a}}[{{b}},{{../data.json}},{{@root.data.if}},{{#if b}}{{../id}}{{/if}}]{{else}}0{{/with}}',
      data,
      '[1,4,5,"evt_018f"]',
    ],
    [
      '[{{#each data.l}}{{#each w}}"{{this}} {{../v}} {{@../index}} {{@index}} {{../../schema}}",{{/each}}{{/each}}]',
      data,
      '["10 1 0 0 audit","20 1 0 1 audit"]',
    ],
    ['[{{#each data.l}}{{#with w}}"{{@index}} {{@../index}} {{../v}}",{{/with}}{{/each}}]', data, '["0 0 1"]'],
    [
      '[{{#each data.l as |item at|}}{{#each item.w as |x|}}"{{x}} {{item.v}} {{at}}",{{/each}}{{/each}}]',
      data,
      '["10 1 0","20 1 0"]',
    ],
    ['{{#with data.a as |x|}}[{{x.b}},{{this.x}},{{../x}},{{b}}]{{else}}0{{/with}}', data, '[1,null,null,1]'],
    ['{{#each data.a as |v k|}}{{#if @first}}{"{{k}}":{{v}}}{{/if}}{{else}}{{k}}{{/each}}', data, '{"b":1}'],
    ['[{{../data}},{{../../x}},{{@index}},{{@nope}},{{@root.id}}]', data, '[null,null,null,null,"evt_018f"]'],
    ['[{{#each data}}{{#if this}}{{else}}{{this}},{{../schema}},{{/if}}{{/each}}]', [null], '[null,"audit"]'],
    ['[{{#each data}}{{#with this}}{{../x}},{{/with}}{{/each}}]', [{ x: 1 }], '[1]'],
    [
      '[{{this.id}},{{./schema}},{{event_type}},{{event_time}},{{received_at}}]',
      {},
      '["evt_018f","audit","access_flow.updated","1732104000.123456789","2024-11-20T12:00:01.000Z"]',
    ],
  ]);

  it('means the parent by ../ also where an item equals it', () => {
    const shared = foreign({ v: 1 });
    assert.equal(
      render('[{{#with data}}{{#with this}}{{#with this}}{{../../../id}}{{/with}}{{/with}}{{/with}}]', shared),
      '["evt_018f"]',
    );
  });
});

describe('compileTemplate', () => {
  it('gives the source, its hash and what to warn of', () => {
    const compiled = compileTemplate('\ufeff[{{json}}]');
    assert.ok(compiled.ok);
    assert.equal(compiled.template.source, '\ufeff[{{json}}]');
    assert.equal(compiled.template.text, '[{{json}}]');
    assert.match(compiled.template.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(
      compiled.template.warnings.map(({ code, position }) => [code, position?.column]),
      [['template_shadows_helper', 2]],
    );
  });

  it('renders as stock Handlebars does wherever stock renders plain text into strings', () => {
    const leaf = fc.constantFrom(
      '{{a}}',
      '{{b.c}}',
      '{{this.a}}',
      '{{@index}}',
      '{{@key}}',
      '{{@first}}',
      ' ',
      '\n',
      '\n  ',
      'text',
      '{{~a}}',
      '{{a~}} ',
      '{{! note }}',
      '{{~! note ~}}',
    );
    const tree = fc.letrec<{ node: string; nodes: string }>((tie) => ({
      nodes: fc.array(tie('node'), { maxLength: 3 }).map((parts) => parts.join('')),
      node: fc.oneof(
        { depthSize: 'small', maxDepth: 4 },
        leaf,
        fc
          .tuple(
            fc.constantFrom('if', 'unless'),
            fc.constantFrom('a', 'b', 'l', 'e', '@first', 'this'),
            tie('nodes'),
            tie('nodes'),
          )
          .map(([block, name, yes, no]) => `{{#${block} ${name}}}${yes}{{else}}${no}{{/${block}}}`),
        fc
          .tuple(fc.constantFrom('l', 'o', 'e'), tie('nodes'), tie('nodes'))
          .map(([name, body, none]) => `{{~#each ${name}}}\n${body}{{else}}\n${none}\n{{/each}}\n`),
        fc
          .tuple(fc.constantFrom('b', 'e', 'o'), tie('nodes'), tie('nodes'))
          .map(([name, body, none]) => `{{#with ${name}}}${body}{{~else~}}${none}{{/with}}`),
        fc.tuple(tie('nodes'), tie('nodes')).map(([one, two]) => `{{#if a}}${one}{{else if b}}\n${two}\n{{/if}}`),
      ),
    })).nodes;
    const data = {
      a: 'A',
      b: { c: 'C', a: 'BA' },
      l: [
        { a: 'x', b: { c: 'y' } },
        { a: '', l: [{ a: 'z' }] },
      ],
      o: { k: { a: 'ok' } },
      e: [],
    };
    fc.assert(
      fc.property(tree, (source) => {
        // None of the values has a character that stock would escape.
        const stock = Handlebars.compile(source)(data);
        const parsed = parseTemplate(source);
        assert.ok(parsed.ok || /^\s*$|(?:each[^]*){4}/.test(source), source);
        if (!parsed.ok) return;
        const output = new Output();
        const slots = new Map(placeholdersOf(parsed.nodes).map(({ offset }) => [offset, 'string' as const]));
        compileTree(parsed.nodes, { slots, marks: new Set() })(output, data);
        assert.equal(output.text(), stock);
      }),
      { numRuns: 60 },
    );
  });
});
