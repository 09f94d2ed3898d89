import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HELPERS } from '../../../src/templates/helpers/index.ts';
import { writeExact } from '../../../src/domain/json.ts';
import { RenderLimitError } from '../../../src/templates/output.ts';
import { anyJson, anyText, render, tryRender } from '../harness.ts';
import { BIG, callHelper, checkTable, PRICE, WARNED } from './calling.ts';

describe('the helper json', () => {
  it('works as its example says', () => {
    const example = HELPERS.get('json')?.example ?? '';
    assert.equal(render(example, { metadata: { team: 'core' } }), '{"team":"core"}');
  });

  it('writes JSON in a value slot, and the same text escaped in a string', () => {
    assert.equal(render('[{{json data.x}}]', { x: 'a"' }), '["a\\""]');
    assert.equal(render('"{{json data.x}}"', { x: 'a"' }), '"\\"a\\\\\\"\\""');
    assert.equal(render('{{json data pretty=true}}', { a: [1] }), '{\n  "a": [\n    1\n  ]\n}');
    assert.equal(render('{{json data pretty=false}}', { a: [1] }), '{"a":[1]}');
    assert.equal(render('[{{json nope}},"{{json nope}}"]'), '[null,"null"]');
  });

  it('makes JSON inside JSON hold for every value', () => {
    fc.assert(
      fc.property(anyJson, (x) => {
        const outer = JSON.parse(render('"{\\"a\\":{{json data.x}}}"', { x }));
        assert.deepEqual(JSON.parse(outer), { a: JSON.parse(writeExact(x)) });
      }),
    );
  });

  it('gives a string to other helpers and to conditions', () => {
    assert.equal(render('{{json (json data)}}', [1]), '"[1]"');
    assert.equal(render('{{#if (json data)}}1{{else}}2{{/if}}', []), '1');
  });
});

describe('the room for JSON text', () => {
  it('is enough for every value that an event may hold', () => {
    fc.assert(
      fc.property(anyJson, fc.boolean(), (x, pretty) => {
        assert.equal(typeof callHelper('json', [x], { pretty }).result, 'string');
      }),
    );
  });

  it('is asked for before text is made that takes little memory as a value', () => {
    const text = 'x'.repeat(100_000);
    const items = Array.from({ length: 1000 }, () => text);
    assert.throws(() => callHelper('json', [items]), RenderLimitError);
    assert.throws(
      () => callHelper('json', [Object.fromEntries(items.map((item, index) => [index, item]))]),
      RenderLimitError,
    );
    // 20 lists of 20 lists of 20 lists … of one text.
    let twenty: unknown = [text];
    for (let times = 0; times < 4; times += 1) twenty = callHelper('concat', Array(20).fill(twenty)).result;
    assert.throws(() => callHelper('json', [twenty]), RenderLimitError);
  });

  it('counts the margins of pretty text', () => {
    let deep: unknown = Array.from({ length: 100_000 }, () => 1);
    for (let depth = 0; depth < 60; depth += 1) deep = [deep];
    assert.throws(() => callHelper('json', [deep], { pretty: true }), RenderLimitError);
    assert.equal(String(callHelper('json', [deep]).result).length, 200_121);
  });

  it('is not asked for without end where a value stands inside itself', () => {
    const ring: unknown[] = [];
    ring.push(ring);
    assert.equal(callHelper('json', [ring]).result, '[null]');
  });
});

describe('the helper parseJson', () => {
  checkTable('parseJson', [
    [['{"a": [1, true, null, "x"]}'], { a: [1, true, null, 'x'] }],
    [['{"id": 12345678901234567890, "price": 1.10}'], { id: BIG, price: PRICE }],
    [['"text"'], 'text'],
    [[' null '], null],
    [['\ufeff[]'], []],
    [[PRICE], PRICE],
    [[true], true],
    [['"😀שלום"'], '😀שלום'],
    [[''], WARNED],
    [['no'], WARNED],
    [['{"a": 1,}'], WARNED],
    [["{'a': 1}"], WARNED],
    [['[1] [2]'], WARNED],
    [['NaN'], WARNED],
    // JSON, but refused as in events.
    [['{"a": 1, "a": 2}'], WARNED],
    [['{"__proto__": {"a": 1}}'], WARNED],
    [['1e999'], WARNED],
    [['"\\u0000"'], WARNED],
    [['"\\ud83d"'], WARNED],
    [['"\ud83d"'], WARNED],
    [['['.repeat(64) + ']'.repeat(64)], nested(64)],
    [['['.repeat(65) + ']'.repeat(65)], WARNED],
    [[undefined], undefined],
    [[null], undefined],
    [[[1]], WARNED],
    [[{ a: 1 }], WARNED],
  ]);

  it('says where the text stops being JSON, and why it is refused', () => {
    assert.deepEqual(callHelper('parseJson', ['{\n"a": x}']).warnings, [
      'parseJson cannot use this text (line 2, column 6 of it): This is not JSON: a value is expected here.',
    ]);
    assert.deepEqual(callHelper('parseJson', ['{"a": 1, "a": 2}']).warnings, [
      'parseJson cannot use this text (line 1, column 10 of it): The key "a" stands twice in one object.',
    ]);
  });

  it('undoes json for every value that intake accepts', () => {
    fc.assert(
      fc.property(anyJson, (x) => {
        const text = callHelper('json', [x]).result;
        const { result, warnings } = callHelper('parseJson', [text]);
        if (warnings.length === 0) assert.equal(callHelper('json', [result]).result, text);
        else assert.equal(result, undefined);
      }),
    );
  });

  it('never fails, and gives what JSON.parse gives or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.json()), (text) => {
        const { result, warnings } = callHelper('parseJson', [text]);
        if (warnings.length === 0)
          assert.deepEqual(JSON.parse(String(callHelper('json', [result]).result)), JSON.parse(text));
      }),
    );
  });

  it('is shown as a warning on the invocation where it cannot read', () => {
    const result = tryRender('{"a": {{parseJson data.x}}}', { x: 'no' });
    assert.ok(result.ok);
    assert.equal(result.body, '{"a": null}');
    assert.deepEqual(
      result.warnings.map(({ code }) => code),
      ['helper_parseJson'],
    );
  });

  it('pays for what it reads', () => {
    assert.throws(() => callHelper('parseJson', [' '.repeat(4_100_000)]), RenderLimitError);
  });
});

function nested(depth: number): unknown {
  return depth === 1 ? [] : [nested(depth - 1)];
}
