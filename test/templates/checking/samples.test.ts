import assert from 'node:assert/strict';
import { renderSamples } from '../../../src/templates/checking/samples.ts';
import type { CompiledTemplate } from '../../../src/templates/index.ts';
import { compileTemplate } from '../../../src/templates/index.ts';
import { contextOf } from '../harness.ts';

function compiled(source: string): CompiledTemplate {
  const result = compileTemplate(source);
  assert.ok(result.ok);
  return result.template;
}

describe('renderSamples', () => {
  it('says of text that is not JSON that the fault is ours, since the template was proven', () => {
    const template: CompiledTemplate = {
      ...compiled('[{{data.x}}]'),
      write: (output) => output.write('[1', { kind: 'text', text: '[1', offset: 0 }),
    };
    const { samples, faults } = renderSamples(
      template,
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
      compiled('[{{#each data.list}}1,{{/each}}]'),
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
});
