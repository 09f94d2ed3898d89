import assert from 'node:assert/strict';
import { callsOf } from '../../../src/templates/checking/calls.ts';
import { draftTemplate } from '../../../src/templates/plan.ts';

/** The calls of a template, as `helper @ what stands there`. */
function calls(source: string): string[] {
  const drafted = draftTemplate(source);
  assert.ok(drafted.ok, JSON.stringify(drafted));
  const { text, nodes } = drafted.draft;
  return callsOf(text, nodes).map(({ call, offset }) => `${call.helper} @ ${text.slice(offset, offset + 12)}`);
}

describe('callsOf', () => {
  it('finds calls in placeholders and blocks, in the order of the text', () => {
    const source =
      '[{{#if (eq data.a 1)}}{{upper data.b}},{{else if (ne data.a 2)}}"{{lower data.b}}"{{else}}{{json data}}{{/if}},' +
      '{{#each (sort data.c)}}{{trim this}},{{/each}}{{#with (pick data "d")}}{{add d 1}}{{else}}{{round data.d}}{{/with}}]';
    assert.deepEqual(calls(source), [
      'eq @ (eq data.a 1',
      'upper @ {{upper data',
      'ne @ (ne data.a 2',
      'lower @ {{lower data',
      'json @ {{json data}',
      'sort @ (sort data.c',
      'trim @ {{trim this}',
      'pick @ (pick data "',
      'add @ {{add d 1}}{',
      'round @ {{round data',
    ]);
  });

  it('tells equal calls in one tag apart, and finds those in options', () => {
    const source =
      '"{{concat (trim data.a) (upper (trim data.a)) (truncate data.b 9 end=(trim data.a))}}{{trim data.a}}"';
    const drafted = draftTemplate(source);
    assert.ok(drafted.ok);
    const found = callsOf(source, drafted.draft.nodes).filter(({ call }) => call.helper === 'trim');
    const expected = [...source.matchAll(/[({]{1,2}trim/g)].map((match) => match.index);
    assert.deepEqual(
      found.map(({ offset }) => offset),
      expected,
    );
    assert.equal(expected.length, 4);
  });

  it('finds calls next to braces of JSON and in tags that swallow blanks', () => {
    assert.deepEqual(calls('{"a":{{{#if (not data.a)}}"b":{{~upper data.b~}} {{/if}}}}'), [
      'not @ (not data.a)',
      'upper @ {{~upper dat',
    ]);
  });

  it('finds none in text, paths and literals', () => {
    assert.deepEqual(calls('{"a (upper b)": "{{data.a}}", "b": {{data}}}'), []);
  });
});
