import assert from 'node:assert/strict';
import type { TriedTemplate } from '../../../src/templates/checking/samples.ts';
import { renderSamples } from '../../../src/templates/checking/samples.ts';
import type { CompiledTemplate } from '../../../src/templates/index.ts';
import { compilePlan, planTemplate } from '../../../src/templates/index.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { contextOf } from '../harness.ts';

function tried(source: string): TriedTemplate {
  const planned = planTemplate(source);
  assert.ok(planned.ok, JSON.stringify(planned));
  return { plan: planned.plan, template: compilePlan(planned.plan) };
}

describe('renderSamples', () => {
  it('says of text that is not JSON that the fault is ours, since the template was proven', () => {
    const { plan, template: own } = tried('[{{data.x}}]');
    const template: CompiledTemplate = {
      ...own,
      write: (output) => output.write('[1', { kind: 'text', text: '[1', offset: 0 }),
    };
    const { samples, faults } = renderSamples(
      { plan, template },
      [
        { name: 'one', context: contextOf({}) },
        { name: 'two', context: contextOf({}) },
      ],
      100,
    );
    assert.deepEqual(samples, []);
    const [fault, ...more] = faults;
    assert.deepEqual(more, []);
    assert.equal(fault?.code, 'template_renders_invalid_json');
    assert.equal(fault.pointer, '/body_template');
    assert.match(fault.detail, /^With the sample "one": The rendered text is not JSON/);
    assert.match(fault.hint ?? '', /fault of Hookwright.*report it/);
    assert.ok(fault.position && fault.excerpt);
  });

  it('gives one fault for each kind of failure, and the other samples', () => {
    const context = (list: number) => contextOf({ list: Array.from({ length: list }, () => 1) });
    const { samples, faults } = renderSamples(
      tried('[{{#each data.list}}1,{{/each}}]'),
      [
        { name: 'long', context: context(20_001) },
        { name: 'short', context: context(2) },
        { name: 'longer', context: context(20_002) },
      ],
      100,
    );
    assert.deepEqual(
      faults.map(({ code, detail }) => [code, /"(\w+)"/.exec(detail)?.[1]]),
      [['template_renders_too_large', 'long']],
    );
    assert.deepEqual(
      samples.map(({ name, body }) => [name, body]),
      [['short', '[1,1]']],
    );
  });

  const items = (count: number) => Array.from({ length: count }, () => 1);
  const stops: readonly (readonly [limit: string, source: string, data: ExactJson, place: string, hint: RegExp])[] = [
    [
      '1 MiB of output',
      '{\n  "a": "{{data.a}}",\n  "b": "{{data.b}}"\n}',
      { a: 'x', b: 'é'.repeat(525_000) },
      '3:9',
      /1 MiB/,
    ],
    ['20,000 loop turns', '[\n  {{#each data}}"{{this}}",{{/each}}\n]', items(20_001), '2:3', /20,000 turns/],
    [
      '20,000 loop turns',
      '[{{#each data}}\n  {{#each @root.data}}1,{{/each}}\n{{/each}}]',
      items(150),
      '2:3',
      /20,000 turns/,
    ],
    ['1,000,000 steps', '[{{#each data}}\n  {{json @root.data}},\n{{/each}}]', items(2000), '2:3', /1,000,000/],
    [
      '4 MiB of text',
      '[{{#each data.l}}\n  {{#if (json @root.data.x)}}1,{{/if}}{{/each}}]',
      { l: items(100), x: 'a'.repeat(100_000) },
      '2:3',
      /4 MiB/,
    ],
  ];
  for (const [limit, source, data, place, hint] of stops) {
    it(`says where rendering stopped at ${limit}: ${source.replace(/\s+/g, ' ')}`, () => {
      const { faults } = renderSamples(tried(source), [{ name: 'one', context: contextOf(data) }], 100);
      const [fault, ...more] = faults;
      assert.ok(fault && more.length === 0);
      const { position = { line: 0, column: 0 }, excerpt = '?' } = fault;
      assert.equal(fault.code, 'template_renders_too_large');
      assert.ok(fault.detail.includes(`Rendering was stopped: more than ${limit}`), fault.detail);
      assert.equal(`${String(position.line)}:${String(position.column)}`, place);
      assert.ok(source.split('\n').some((line) => line.includes(excerpt)));
      assert.match(String(fault.hint), hint);
    });
  }
});
