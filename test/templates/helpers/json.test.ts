import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HELPERS } from '../../../src/templates/helpers/index.ts';
import { writeExact } from '../../../src/domain/json.ts';
import { anyJson, render } from '../harness.ts';

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
