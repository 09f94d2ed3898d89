// Commas: which ones are marked since they may be too many, and of which it is said that what follows may move.
import assert from 'node:assert/strict';
import { marked, told } from './report/telling.ts';

// The template, with a dot for each comma that is marked, and all that is said of it.
const TABLE: readonly (readonly [source: string, ...told: string[]])[] = [
  ['[1,2]'],
  ['[1,2·]'],
  ['[·1]', 'warns 1:2 shifts_positions'],
  ['[1··2]', 'warns 1:4 shifts_positions'],
  ['[·]', 'warns 1:2 shifts_positions'],
  ['{·}'],
  ['{"a":1·}'],
  ['{·"a":1}'],
  ['{"a":1··"b":2·}'],
  ['[{{#each xs}}{{this}}·{{/each}}]'],
  ['[{{#each xs}}{{this}} · {{/each}}]'],
  ['[{{#each xs}}·{{this}}{{/each}}]'],
  ['[{{#each xs}}{{this}}{{#unless @last}},{{/unless}}{{/each}}]'],
  ['[{{#each xs}}{{#unless @first}},{{/unless}}{{this}}{{/each}}]'],
  ['[{{#each xs}}{{#if ok}}{{this}}·{{/if}}{{/each}}]'],
  ['[{{#each xs}}{{#if ok}}{{this}}{{#unless @last}}·{{/unless}}{{/if}}{{/each}}]'],
  ['[{{#each xs}}{{this}},{{/each}}"end"]'],
  ['["start"{{#each xs}},{{this}}{{/each}}]'],
  ['["start"·{{#each xs}}{{this}}·{{/each}}]'],
  ['{ {{#if a}}"a":1,{{/if}}"b":2}'],
  ['{ {{#if a}}"a":1·{{/if}}{{#if b}}"b":2{{/if}} }'],
  ['{ {{#if a}}"a":1{{/if}}{{#if b}}·"b":2{{/if}} }'],
  ['{ {{#if a}}"a":1{{/if}}{{#if a}},{{/if}}"b":2}'],
  ['{"a":1{{#if a}},{{/if}}{{#if a}}"b":2{{/if}} }'],
  ['{"a":1{{#if a}}·{{/if}}{{#if b}}"b":2{{/if}} }', '1:33 missing_comma when a is absent & b is present'],
  ['[{{#if a}}1{{/if}}·2]', 'warns 1:19 shifts_positions when a is absent'],
  ['[1·{{#if a}}2{{/if}}·3]', 'warns 1:21 shifts_positions when a is absent'],
  ['[1{{#if a}}·{{/if}}·3]', 'warns 1:20 shifts_positions when a is present'],
  ['[[{{#if a}}1{{/if}}·2],{"k":[·3]}]', 'warns 1:20 shifts_positions when a is absent', 'warns 1:30 shifts_positions'],
  ['[{{#each xs}}[{{#if a}}1{{/if}}·2]·{{/each}}]', 'warns 1:32 shifts_positions when xs has entries & a is absent'],
  [
    '[{{#each xs}}{{#if @first}}[·{{/if}}1{{#if @last}}]{{/if}}·{{/each}}]',
    'warns 1:29 shifts_positions when xs has several entries & in the first turn of {{#each xs}}',
  ],
  ['{"a":[1·],"b":{"c":[·2]}·}', 'warns 1:21 shifts_positions'],
  ['["a,b",{{x}},"{{y}},"]'],
  ['[1{{! note }}·{{! other }}]'],
  ['{"a":[{{#each xs}}{{#each ys}}{{this}}·{{/each}}{{/each}}]}'],
  ['[{{#if a}}1·{{/if}}{{#if a}}2{{else}}{{#if b}}3{{/if}}{{/if}}]'],
  ['[1·{{#if a}}"x{{y}}"{{/if}}]'],
  ['[1·{{#if a}}{{x}}{{/if}}]'],
  ['[1·{{#if a}}[{{/if}}{{#if a}}]{{/if}}]'],
];

describe('commas in the proof', () => {
  for (const [source, ...expected] of TABLE) {
    it(`are marked where they may be too many: ${source}`, () => {
      const plain = source.replaceAll('·', ',');
      assert.equal(marked(plain), source);
      assert.deepEqual(told(plain), expected);
    });
  }
});
