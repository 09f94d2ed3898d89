import assert from 'node:assert/strict';
import type { ExactJson } from '../../src/domain/json.ts';
import { compileTemplate, trialFaults } from '../../src/templates/index.ts';
import { contextOf } from './harness.ts';

function faults(source: string, samples: Readonly<Record<string, ExactJson>> = { plain: {} }) {
  const compiled = compileTemplate(source);
  assert.ok(compiled.ok, source);
  const trials = Object.entries(samples).map(([name, data]) => ({ name, context: contextOf(data) }));
  return trialFaults(compiled.template, trials);
}

describe('trialFaults', () => {
  it('finds nothing where every sample renders', () => {
    assert.deepEqual(faults('{"a":"{{data.x}}"}', { one: { x: 1 }, two: {} }), []);
  });

  it('refuses a missing comma, naming the sample and the place in the template', () => {
    assert.deepEqual(faults('{\n  "a": 1\n  "b": 2\n}', { 'access flow updated': {}, other: {} }), [
      {
        pointer: '/body_template',
        code: 'template_renders_invalid_json',
        detail:
          'With the sample "access flow updated" the template renders text that is not JSON: a comma or "}" is expected here.',
        hint: 'End the member before this one with a comma.',
        position: { line: 3, column: 3, offset: 13 },
        excerpt: '  "b": 2',
      },
    ]);
  });

  it('names the first sample that fails', () => {
    const [fault, ...more] = faults('{"a":1{{#if data.x}}"b":2{{/if}}}', {
      without: {},
      with: { x: 1 },
      again: { x: 2 },
    });
    assert.match(fault?.detail ?? '', /"with"/);
    assert.deepEqual(more, []);
  });

  it('gives one fault for each kind of failure', () => {
    const source = '[{{#each data.l}}{{/each}}{{#if data.x}},{{/if}}]';
    const many = Array.from({ length: 20_001 }, () => 1);
    assert.deepEqual(
      faults(source, { long: { l: many }, comma: { x: 1 }, long2: { l: many } }).map(({ code }) => code),
      ['template_renders_too_large', 'template_renders_invalid_json'],
    );
  });

  const hints: readonly (readonly [source: string, hint: RegExp])[] = [
    ['{"index":{}}\n{"a":1}', /NDJSON/],
    ['[1,2,]', /Remove the last comma/],
    ['{"a" 1}', /excerpt shows/],
    ['{"a":1', /comma/],
  ];
  for (const [source, hint] of hints) {
    it(`hints ${String(hint)} for ${JSON.stringify(source)}`, () => {
      assert.match(faults(source)[0]?.hint ?? '', hint);
    });
  }
});
