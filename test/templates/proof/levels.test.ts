// Duplicate keys: refused where both are certain, warned of where both may be.
import assert from 'node:assert/strict';
import { told, warnings, refusals } from './report/telling.ts';

const TABLE: readonly (readonly [source: string, ...told: string[]])[] = [
  ['{"a":1,"b":2}'],
  ['{"a":1,"a":2}', '1:8 duplicate_key'],
  ['{"a":1,"\\u0061":2}', '1:8 duplicate_key'],
  ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}'],
  ['{"b":{"a":2,"a":3}}', '1:13 duplicate_key'],
  ['[{"a":1,"a":1},{"a":1}]', '1:9 duplicate_key'],
  ['{"a":1,"a":2,"a":3}', '1:8 duplicate_key', '1:14 duplicate_key'],
  ['{"a":1{{#if x}},"a":2{{/if}} }', 'warns 1:17 duplicate_key when x is present'],
  ['{ {{#if x}}"a":1{{else}}"a":2{{/if}} }'],
  ['{ {{#if x}}"a":1,{{/if}}{{#unless x}}"a":2{{/unless}} }'],
  ['{ {{#if x}}"a":1,{{/if}}{{#if y}}"a":2{{/if}} }', 'warns 1:34 duplicate_key when x is present & y is present'],
  [
    '{ {{#if x}}"a":1,{{/if}}{{#if y}}"b":1,{{/if}}{{#if x}}"a":2{{/if}} }',
    'warns 1:56 duplicate_key when x is present',
  ],
  ['{{#if x}}{"a":1,"a":2}{{else}}0{{/if}}', '1:17 duplicate_key when x is present'],
  ['{ {{#if x}}"a":1,{{/if}}{{#if x}}"b":1,{{else}}"a":2,{{/if}}"c":3}'],
  ['{ {{#if x}}"a":1,{{else}}"a":2,{{/if}}"a":3}', '1:39 duplicate_key'],
  ['{ {{#if x}}"a":1,{{/if}}{{#unless x}}"a":2,{{/unless}}"a":3}', '1:55 duplicate_key'],
  ['{ {{#if x}}"b":1,{{/if}}"a":2{{#if x}},"b":3{{/if}} }', 'warns 1:40 duplicate_key when x is present'],
  ['{"a{{x}}":1,"a{{x}}":2,"a":3}'],
  ['{"{{x}}":1,"{{x}}":2}'],
  ['{ {{#each xs}}"a":1,{{/each}} }', 'warns 1:15 duplicate_key when xs has entries'],
  [
    '{ {{#each xs}}"a":1{{#unless @last}},{{/unless}}{{/each}} }',
    'warns 1:15 duplicate_key when in an earlier turn of {{#each xs}}',
  ],
  ['{ {{#each xs}}{{#if @first}}"a":1,{{/if}}{{/each}} }'],
  ['{ {{#each xs}}{{#if @last}}"a":1{{/if}}{{/each}} }'],
  [
    '{ {{#each xs}}{{#unless @first}}"a":1,{{/unless}}{{/each}} }',
    'warns 1:33 duplicate_key when in a later turn of {{#each xs}}',
  ],
  [
    '{ {{#each xs}}{{#unless @last}}"a":1,{{/unless}}{{/each}} }',
    'warns 1:32 duplicate_key when in an earlier turn of {{#each xs}}',
  ],
  ['{ {{#each xs}}"{{@key}}":1,{{/each}} }'],
  ['[{{#each xs}}{"a":1,"b":2},{{/each}}]'],
  ['[{{#each xs}}{"a":1,"a":2},{{/each}}]', '1:21 duplicate_key when xs has entries'],
  [
    '[{{#each xs}}{"a":1{{#if b}},"a":2{{/if}} },{{/each}}]',
    'warns 1:30 duplicate_key when xs has entries & b is present',
  ],
  [
    '{ {{#each xs}}{{#each ys}}"a":1,{{/each}}{{/each}} }',
    'warns 1:27 duplicate_key when xs has entries & ys has entries',
  ],
  [
    '[{{#each xs}}{ {{#each ys}}"a":1,{{/each}} },{{/each}}]',
    'warns 1:28 duplicate_key when xs has entries & ys has entries',
  ],
  ['[{{#each xs}}{ {{#each ys}}{{#if @first}}"a":1,{{/if}}{{/each}} },{{/each}}]'],
  [
    '{ {{#each xs}}{{#if @first}}{{#each ys}}"a":1,{{/each}}{{/if}}{{/each}} }',
    'warns 1:41 duplicate_key when ys has entries & in the first turn of {{#each xs}}',
  ],
  [
    '{ {{#each xs}}{{#each ys}}{{#if @first}}"a":1,{{/if}}{{/each}}{{/each}} }',
    'warns 1:41 duplicate_key when xs has entries & in the first turn of {{#each ys}}',
  ],
  ['{"a":1,"b":[{{#each xs}}{"a":1},{{/each}}],"a":2}', '1:44 duplicate_key'],
  ['{{#with o}}{"a":1}{{else}}{"a":2}{{/with}}'],
  ['{"o":{{#if x}}{"a":1{{else}}{"b":1{{/if}},"a":2}}', 'warns 1:43 duplicate_key when x is present'],
  ['{"o":{{#if x}}{"b":1{{else}}{"a":1{{/if}},"a":2}}', 'warns 1:43 duplicate_key when x is absent'],
  ['{"o":{{#if x}}{"a":1{{else}}{"b":1{{/if}}},"o":2}', '1:44 duplicate_key'],
  ['{"o":{{#if x}}{"a":1{{else}}{"a":2{{/if}},"a":3}}', '1:43 duplicate_key'],
  [
    '{"o":{{#if x}}{"a":1{{else if y}}{"b":1{{else}}{"c":1{{/if}}{{#if z}},"c":2{{/if}},"b":3}}',
    'warns 1:71 duplicate_key when x is absent & y is absent & z is present',
    'warns 1:84 duplicate_key when x is absent & y is present',
  ],
  [
    '[{{#if x}}{"a":1{{else}}{"b":{"a":1}{{/if}} },{"a":1,{{#if x}}"a":2{{/if}} }]',
    'warns 1:63 duplicate_key when x is present',
  ],
  ['{ {{#if (eq x 1)}}"a":1,{{/if}}{{#if (eq x 2)}}"a":2{{/if}} }'],
  ['{ {{#if x.y}}"a":1,{{/if}}{{#if x}}"a":2{{/if}} }', 'warns 1:36 duplicate_key when x.y is present'],
  [
    '{ {{#if x}}"a":1,{{/if}}{{#if x.y}}"b":1,{{/if}}"c":1{{#if x}},"a":2{{/if}} }',
    'warns 1:64 duplicate_key when x is present',
  ],
  ['{{#if x}}{"a":1{{#if x}},"a":2{{/if}}}{{else}}0{{/if}}', '1:26 duplicate_key when x is present'],
  ['{{#if x.y}}{"a":1{{#if x}},"a":2{{/if}}}{{else}}0{{/if}}', '1:28 duplicate_key when x.y is present'],
];

describe('keys in the proof', () => {
  for (const [source, ...expected] of TABLE) {
    it(`are compared in ${source}`, () => {
      assert.deepEqual(told(source), expected);
    });
  }

  it('are named in what is said of them', () => {
    const once = 'Remove one of them, or give it another name.';
    const [certain] = refusals('{"a\\"b":1,"a\\u0022b":2}');
    assert.equal(certain?.detail, 'The key "a\\"b" is in this object twice; most receivers keep the last one only.');
    assert.equal(certain.hint, once);
    const [sometimes] = warnings('{"a":1{{#if x}},"a":2{{/if}} }');
    assert.equal(
      sometimes?.detail,
      'The key "a" is sometimes in this object twice; most receivers keep the last one only.',
    );
    assert.equal(sometimes.hint, once);
    const [repeated] = warnings('{ {{#each xs}}"a":1,{{/each}} }');
    assert.equal(repeated?.detail, 'The key "a" is written into the same object in every turn of the loop.');
    assert.equal(
      repeated.hint,
      'Open an object in the loop, in a list, or make a part of the key different: "{{@key}}".',
    );
  });
});
