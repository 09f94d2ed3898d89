import assert from 'node:assert/strict';
import { parseTemplate } from '../../../src/templates/parse.ts';

function warningsOf(source: string): string[] {
  const parsed = parseTemplate(source);
  assert.ok(parsed.ok, source);
  return parsed.warnings.map(({ code, hint }) => `${code} ${hint}`);
}

describe('warnings of paths that lead nowhere', () => {
  const cases: readonly (readonly [source: string, ...warnings: string[]])[] = [
    ['{{#if x}}{{../data.x}}{{else}}1{{/if}}', 'above_root Remove ../: write data.x.'],
    ['[{{#each xs}}{{#if x}}{{../../id}}{{/if}},{{/each}}]', 'above_root Remove ../: write ../id.'],
    ['[{{../../../id}}]', 'above_root Remove ../../../: write id.'],
    ['[{{..}}]', 'above_root Remove ../: write this.'],
    ['[{{#each xs}}{{../..}},{{/each}}]', 'above_root Remove ../: write ../this.'],
    ['[{{#each xs}}{{@../../index}},{{/each}}]', 'above_root Remove ../: write @../index.'],
    ['[{{#each xs}}{{@Last}},{{/each}}]', 'unknown_variable Did you mean @last?'],
    ['[{{@Root.data.x}}]', 'unknown_variable Did you mean @root.data.x?'],
    ['[{{@data.action}}]', 'unknown_variable Write @root.data.action.'],
    ['[{{#each xs}}{{@../event_type}},{{/each}}]', 'unknown_variable Write @root.event_type.'],
    ['[{{@name}}]', 'unknown_variable If a field is meant, remove the @: name.'],
    ['[{{@index}}]', 'unknown_variable Write it inside of an {{#each …}}, or remove it.'],
    ['[{{#each xs}}{{@../index}},{{/each}}]', 'unknown_variable Write @index: the block that it climbs to is no each.'],
    ['[{{#each xs}}{{../id}},{{@index}},{{@root.id}},{{.}},{{..}},{{/each}}]'],
  ];
  for (const [source, ...warnings] of cases) {
    it(`say for ${source} ${warnings.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(warningsOf(source), warnings);
    });
  }

  it('say which levels there are', () => {
    const parsed = parseTemplate('[{{../id}}]');
    const detail = '../id leads above the event: only each and with are a level, if and unless are none.';
    assert.deepEqual(parsed.ok ? parsed.warnings.map((warning) => warning.detail) : [], [detail]);
  });
});
