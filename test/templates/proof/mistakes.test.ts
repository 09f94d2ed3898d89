// The sixteen mistakes that break JSON bodies elsewhere, by the numbers of the project's catalogue: what happens here
// instead. Either the template is accepted and right for hostile values, or it is refused with a place.
import assert from 'node:assert/strict';
import { JsonNumber } from '../../../src/domain/json.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { compileTemplate, renderTemplate } from '../../../src/templates/index.ts';
import { contextOf, faultsOf, foreign, placesOf, render } from '../harness.ts';

/** The body, parsed. */
function value(source: string, data: ExactJson): unknown {
  return JSON.parse(render(source, data));
}

describe('the sixteen mistakes', () => {
  it('M1: a quote in a value is escaped, in strings and as a value', () => {
    const s = 'Tim "The Admin" O\'Neil","role":"admin';
    assert.deepEqual(value('{"by":"{{data.s}}","as":{{data.s}},"x {{data.s}}":1}', { s }), {
      by: s,
      as: s,
      [`x ${s}`]: 1,
    });
  });

  it('M2: line ends, tabs, backslashes and control characters in a value are escaped', () => {
    const s = 'C:\\apps\\portal\nline 2\r\t\u0000\u0001\u001f\u2028\u2029';
    assert.deepEqual(value('{"s":"<{{data.s}}>","t":"C:\\\\{{data.s}}"}', { s }), { s: `<${s}>`, t: `C:\\${s}` });
  });

  it('M3: nothing is escaped for HTML', () => {
    const s = 'Ann & Bob <b> "x" \'y\' `z` =';
    assert.deepEqual(value('["{{data.s}}",{{data.s}}]', { s }), [s, s]);
  });

  it('M4: there is no raw output to inject members with', () => {
    const s = 'x","role":"admin';
    for (const tag of ['{{{data.s}}}', '{{&data.s}}', '{{data.s}}']) {
      assert.deepEqual(value(`{"title":"${tag}","role":"user"}`, { s }), { title: s, role: 'user' });
    }
    const safe = { toHTML: () => '1],"x":[', toString: () => '1],"x":[' };
    assert.deepEqual(value('[{{data.s}}]', foreign({ s: safe })), [{ toHTML: null, toString: null }]);
  });

  it('M5: an object or a list is JSON as a value, and JSON text in a string', () => {
    const o = { k: ['s"1', 's2'], n: null };
    assert.deepEqual(value('{"o":{{data.o}},"t":"{{data.o}}","l":"{{data.o.k}}"}', { o }), {
      o,
      t: JSON.stringify(o),
      l: '["s\\"1","s2"]',
    });
  });

  it('M6: superfluous commas of loops and optional members are dropped, also where items are filtered', () => {
    const items = [{ ok: true, v: 1 }, { v: 2 }, { ok: 1, v: ',' }, { ok: false, v: 4 }];
    for (const data of [{ items }, { items: [] }, { items: items.slice(0, 1) }, {}, { items: 'none' }]) {
      const ok = 'items' in data && Array.isArray(data.items) ? data.items.filter((item) => item.ok) : [];
      const expected = ok.map(({ v }) => v);
      assert.deepEqual(value('[{{#each data.items}}{{#if ok}}{{v}},{{/if}}{{/each}}]', data), expected);
      const last = '[{{#each data.items}}{{#if ok}}{{v}}{{#unless @last}},{{/unless}}{{/if}}{{/each}}]';
      assert.deepEqual(value(last, data), expected);
    }
    const optional = '{ {{#if data.a}}"a":1,{{/if}} {{#if data.b}}"b":2{{/if}} }';
    assert.deepEqual(
      [{}, { a: 1 }, { b: 1 }, { a: 1, b: 1 }].map((data) => value(optional, data)),
      [{}, { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    );
    assert.deepEqual(placesOf('[{{#each data.items}}{{v}}{{/each}}]'), ['1:22 misplaced_slot']);
    assert.deepEqual(placesOf('{"a":1\n"b":2}'), ['2:1 missing_comma']);
  });

  it('M7: the type is kept without quotes, and becomes text within', () => {
    const data = { n: 0, b: false, z: null };
    assert.deepEqual(value('[{{data.n}},{{data.b}},{{data.z}},"{{data.n}}","{{data.b}}","{{data.z}}"]', data), [
      0,
      false,
      null,
      '0',
      'false',
      '',
    ]);
  });

  it('M8: what is missing is null as a value and empty in a string, never the placeholder itself', () => {
    assert.deepEqual(value('{"a":{{data.no}},"b":"<{{data.no.deep}}>","c":{{no}}}', {}), { a: null, b: '<>', c: null });
  });

  it('M9: templates that are no JSON before they are rendered are accepted', () => {
    const source = '{"n":{{data.n}},{{#if data.a}}"a":[{{#each data.l}}{{this}},{{/each}}],{{/if}}}';
    assert.deepEqual(value(source, { n: 1, a: true, l: [1, 2] }), { n: 1, a: [1, 2] });
    assert.deepEqual(value(source, {}), { n: null });
  });

  it('M10: what some event would break is refused before the first event', () => {
    const [fault] = faultsOf('{\n  "a": {{#if data.a}}1{{/if}},\n  "b": 2\n}');
    assert.equal(fault?.code, 'template_missing_value');
    assert.deepEqual([fault.position?.line, fault.position?.column], [2, 30]);
    assert.deepEqual(placesOf('{"a":1}\n{"b":2}'), ['2:1 more_text']);
    assert.deepEqual(placesOf(''), ['1:1 empty']);
  });

  it('M11: big numbers and dates keep the spelling in which they came', () => {
    const numbers = ['12345678901234567890', '1e21', '1.10', '-0.00'].map((text) => new JsonNumber(text));
    assert.equal(
      render('[{{#each data.l}}{{this}},"{{this}}",{{/each}}{{data.d}}]', { l: numbers, d: '2024-11-20T12:00:00Z' }),
      '[12345678901234567890,"12345678901234567890",1e21,"1e21",1.10,"1.10",-0.00,"-0.00","2024-11-20T12:00:00Z"]',
    );
  });

  it('M12: a placeholder may end minified JSON', () => {
    const data = { x: 'v', a: true };
    assert.deepEqual(value('{"a":{"b":{{data.x}}}}', data), { a: { b: 'v' } });
    assert.deepEqual(value('{"a":{{{data}}}}', data), { a: data });
    assert.deepEqual(value('{"o":{{{#if data.a}}"b":{{data.x}}{{/if}}}}', data), { o: { b: 'v' } });
  });

  it('M13: the same template and event give the same body each time', () => {
    const compiled = compileTemplate('{"s":"{{data.s}}","l":[{{#each data.l}}{{this}},{{/each}}]}');
    assert.ok(compiled.ok);
    const context = contextOf({ s: '"', l: [1, '\u0001'] });
    const first = renderTemplate(compiled.template, context);
    assert.deepEqual(renderTemplate(compiled.template, context), first);
    assert.ok(first.ok);
    assert.equal(first.body, '{"s":"\\"","l":[1,"\\u0001"]}');
  });

  it('M14: a helper that is not there, or is called wrongly, is refused with its place', () => {
    assert.deepEqual(placesOf('{"a":{{jsno data}}}'), ['1:6 unknown_helper']);
    assert.match(faultsOf('{"a":{{jsno data}}}')[0]?.hint ?? '', /Did you mean json\?/);
    assert.deepEqual(placesOf('{"a":{{json}},"b":{{json data.a data.b}}}'), ['1:19 helper_arguments']);
    assert.deepEqual(placesOf('{"a":{{if data.a}}}'), ['1:6 unknown_helper']);
    assert.deepEqual(placesOf('{"a":{{ data.x }'), ['1:6 unclosed_tag']);
  });

  it('M15: nothing is escaped twice, and no value is read again', () => {
    const s = '\\n {{data.t}} \\u0041 ${t} "';
    assert.deepEqual(value('["{{data.s}}",{{data.s}},"{{data.o}}"]', { s, t: 'T', o: { s } }), [
      s,
      s,
      JSON.stringify({ s }),
    ]);
  });

  it('M16: only text is compiled, and no template leaves the event', () => {
    const tree = { type: 'Program', body: [{ type: 'MustacheStatement' }] };
    assert.throws(() => compileTemplate(foreign(tree) as string));
    const source = '[{{data.constructor}},{{data.__proto__}},{{constructor.constructor}},"{{data.s.constructor}}"]';
    assert.deepEqual(value(source, { s: 'x' }), [null, null, null, '']);
    assert.deepEqual(placesOf('[{{constructor.constructor "return 1"}}]'), ['1:2 scoped_call']);
    assert.deepEqual(placesOf('[{{#with data}}{{> x}}{{/with}}]'), ['1:16 partial']);
    assert.deepEqual(placesOf('[{{log data}}]'), ['1:2 unknown_helper']);
  });
});
