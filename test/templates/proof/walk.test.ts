import assert from 'node:assert/strict';
import { told } from './report/telling.ts';

// Each template with all that is said of it; nothing: it is accepted.
const TABLE: readonly (readonly [source: string, ...told: string[]])[] = [
  ['{{#if a}}1{{else}}2{{/if}}'],
  // What each event has.
  ['{{#with data}}{"a":"{{x}}"}{{/with}}'],
  ['[{{#each xs}}{{#if ../event_type}}{{#if @root.id}}1,{{/if}}{{/if}}{{/each}}]'],
  ['{{#if schema}}{{#if event_time}}{{#if received_at}}1{{/if}}{{/if}}{{/if}}'],
  ['{{#with xs}}{{#if data}}1{{/if}}{{else}}2{{/with}}', '1:51 no_body when xs is present or 0 & data is absent'],
  ['{{#if data.data}}1{{/if}}', '1:26 no_body when data.data is absent'],
  ['{{#if a}}1{{/if}}{{#if a}}{{else}}2{{/if}}'],
  ['{{#if a}}1{{/if}}{{#unless a}}2{{/unless}}'],
  ['{{#if a}}1{{/if}}{{#if a includeZero=true}}{{else}}2{{/if}}', '1:60 no_body when a is 0'],
  ['{{#if a includeZero=true}}1{{/if}}{{#unless a}}2{{/unless}}'],
  ['{{#if a}}1{{else if b}}2{{else}}3{{/if}}'],
  ['{{#if a}}1{{else if b}}2{{/if}}', '1:32 no_body when a is absent & b is absent'],
  ['{{#if a}}"x"{{else if b}}{{else}}3{{/if}}', '1:42 no_body when a is absent & b is present'],
  ['[{{#if a}}1{{/if}}{{#if b}}2{{/if}}]'],
  ['[{{#if a}}"x"{{else}}1{{/if}}{{#if a}},{{/if}}{{#unless a}},{{/unless}}2]'],
  ['{{#if (eq a "x")}}1{{/if}}{{#if (eq a "y")}}2{{/if}}', '1:53 no_body when a is not "x" & a is not "y"'],
  ['{{#if (eq a "x")}}1{{/if}}{{#if (ne a "x")}}2{{/if}}'],
  ['{{#if (eq a "x")}}1{{/if}}{{#if (eq a "y")}}2{{/if}}{{#if (not (in a "x" "y"))}}3{{/if}}'],
  ['{{#if (and a b)}}1{{/if}}{{#unless a}}2{{/unless}}{{#if a}}{{#unless b}}3{{/unless}}{{/if}}'],
  ['{{#if (or a b)}}{{#if a}}1{{else}}2{{/if}}{{else}}3{{/if}}'],
  ['{{#if a.b}}{{#if a}}1{{/if}}{{else}}2{{/if}}'],
  ['{{#if (sort a)}}[{{#each (sort a)}}1,{{/each}}]{{/if}}{{#each (sort a)}}{{else}}2{{/each}}'],
  ['{{#if (length a)}}1{{/if}}{{#each a}}{{else}}2{{/each}}', '1:56 no_body when (length a) is false & a has entries'],
  ['{{#if a}}{{#if a.b}}1{{/if}}{{else}}2{{/if}}', '1:45 no_body when a is present & a.b is absent'],
  ['{{#with a}}1{{else}}2{{/with}}'],
  ['{{#with a}}{{#if ../a}}1{{else}}0{{/if}}{{else}}2{{/with}}'],
  ['{{#with a}}{{#if this}}1{{/if}}{{else}}2{{/with}}', '1:50 no_body when a is present or 0 & this is absent'],
  ['{{#with a}}{{#if this includeZero=true}}1{{/if}}{{else}}2{{/with}}'],
  ['{{#with a as |v|}}{{#if v.b}}"x"{{/if}}{{#unless ../a.b}}"y"{{/unless}}{{else}}2{{/with}}'],
  ['{{#with 5}}1{{/with}}'],
  ['{{#with 0}}1{{else}}"a" "b"{{/with}}'],
  ['{{#with ""}}"a" "b"{{else}}1{{/with}}'],
  ['[{{#each xs}}{{this}}{{/each}}]', '1:14 misplaced_slot when in a later turn of {{#each xs}}'],
  ['[{{#each xs}}{{this}} {{/each}}]', '1:14 misplaced_slot when in a later turn of {{#each xs}}'],
  ['[{{#each xs}}"x"{{/each}}]', '1:14 missing_comma when in a later turn of {{#each xs}}'],
  ['[{{#each xs}}1{{else}}2{{/each}}]'],
  ['{{#each xs}}1{{else}}2{{/each}}'],
  ['{{#each xs}}{{#if @first}}1{{/if}}{{else}}2{{/each}}'],
  ['{{#each xs}}{{#if @last}}1{{/if}}{{else}}2{{/each}}'],
  ['{{#each xs}}{{#unless @index}}1{{/unless}}{{else}}2{{/each}}'],
  ['[{{#each xs}}{{#if (gt @index 0)}},{{/if}}{{this}}{{/each}}]'],
  ['[{{#each xs}}{{#unless (lt @index 1)}},{{/unless}}{{this}}{{/each}}]'],
  ['{{#each xs}}{{#if (eq @index 0)}}1{{/if}}{{else}}2{{/each}}'],
  ['{{#each xs}}{{#if (eq @index 1)}}1{{/if}}{{else}}2{{/each}}', '1:60 no_body when xs has entries'],
  [
    '{{#each xs}}{{#if @first}}{{#if @last}}1{{/if}}{{/if}}{{else}}2{{/each}}',
    '1:73 no_body when xs has several entries',
  ],
  ['{{#each xs}}{{#if @first}}[{{/if}}{{this}}{{#if @last}}]{{else}},{{/if}}{{else}}[]{{/each}}'],
  ['{{#each xs}}{{#if @first}}[{{/if}}{{this}},{{#if @last}}]{{/if}}{{else}}[]{{/each}}'],
  [
    '{{#each xs}}{{#if @first}}[{{/if}}{{this}}{{#if @last}}]{{/if}}{{else}}[]{{/each}}',
    '1:35 misplaced_slot when xs has several entries & in a middle turn of {{#each xs}}',
  ],
  ['{{#each xs}}{{#if @first}}[{{/if}}{{this}},{{else}}[]{{/each}}', '1:63 unclosed_bracket when xs has entries'],
  ['[{{#each xs}}[1 2{{/each}}]', '1:17 missing_comma when xs has entries'],
  ['[{{#each xs}}[{{/each}}]', '1:2 unbalanced_loop when xs has entries'],
  ['[{{#each xs}}1,{{#if a}}]{{/if}}{{/each}}]', '1:2 unbalanced_loop when xs has entries'],
  ['[{{#each xs}}{{#each ys}}[{{/each}}{{/each}}]', '1:14 unbalanced_loop when xs has entries & ys has entries'],
  [
    '[{{#each xs}}"{{/each}}]',
    '1:14 missing_comma when in a later turn of {{#each xs}}',
    '1:25 unclosed_string when xs has entries',
  ],
  ['"{{#each xs}}"{{else}}"{{/each}}', '1:14 more_text when in a later turn of {{#each xs}}'],
  ['"{{#each xs}}{{#unless @last}}{{this}}, {{/unless}}{{/each}}"'],
  ['[{{#each xs}}{{#if @last}}"b"{{else}}"a",{{/if}}{{/each}}]'],
  [
    '[{{#each xs}}{{#if @last}}{{#if @first}}"x" "y"{{/if}}{{/if}}{{/each}}]',
    '1:45 missing_comma when xs has one entry',
  ],
  [
    '[{{#each xs}}{{#if @last}}{{#unless @first}}"x" "y"{{/unless}}{{/if}}{{/each}}]',
    '1:49 missing_comma when xs has several entries & in the last turn of {{#each xs}}',
  ],
  [
    '[{{#each xs}}{{#unless @first}}{{#unless @last}}"x" "y"{{/unless}}{{/unless}}{{/each}}]',
    '1:53 missing_comma when xs has several entries & in a middle turn of {{#each xs}}',
  ],
  [
    '[{{#each xs}}{{#if @first}}{{#unless @last}}"x" "y"{{/unless}}{{/if}}{{/each}}]',
    '1:49 missing_comma when xs has several entries & in the first turn of {{#each xs}}',
  ],
  ['[{{#each xs}}{{#if @first}}"x" "y"{{/if}}{{/each}}]', '1:32 missing_comma when in the first turn of {{#each xs}}'],
  ['[{{#each xs}}{{#if @last}}"x" "y"{{/if}}{{/each}}]', '1:31 missing_comma when in the last turn of {{#each xs}}'],
  [
    '[{{#each xs}}{{#unless @first}}"x" "y"{{/unless}}{{/each}}]',
    '1:36 missing_comma when in a later turn of {{#each xs}}',
  ],
  [
    '[{{#each xs}}{{#unless @last}}"x" "y"{{/unless}}{{/each}}]',
    '1:35 missing_comma when in an earlier turn of {{#each xs}}',
  ],
  [
    '[{{#each xs}}{{#if a}}"x",{{else}}5{{/if}}{{/each}}]',
    '1:23 missing_comma when a is present & in a later turn of {{#each xs}}',
  ],
  ['[{{#each xs}}{{#if a}}"x",{{else}}5,{{/if}}{{/each}}]'],
  [
    '{"a":{{#if xs.length includeZero=true}}{{#if xs includeZero=true}}1{{/if}}{{else}}2{{/if}}}',
    '1:91 missing_value when xs.length is present or 0 & xs is absent',
  ],
  [
    '[{{#each xs}}{{#if ../a}}1{{else}}2{{/if}},{{/each}}{{#if a}}{{else}}3 4{{/if}}]',
    '1:72 missing_comma when ../a is absent',
  ],
  ['{{#each xs}}{{#if a}}{{/if}}{{/each}}{{#if a}}1{{else}}2{{/if}}'],
  ['[{{#each xs}}{{#if a}}1{{/if}}{{#if a}},{{/if}}{{/each}}]'],
  ['[{{#each xs}}{{#if a}}1{{/if}}{{/each}}{{#each xs}}{{#if a}},{{/if}}{{/each}}]'],
  ['[{{#each xs}}1,{{/each}}{{#each xs}}{{#if a}}1{{else}}2{{/if}},{{/each}}]'],
  ['{{#if xs}}[{{/if}}{{#each xs}}1,{{/each}}{{#if xs}}]{{else}}0{{/if}}'],
  [
    '{{#each xs}}{{#if @first}}1{{/if}}{{/each}}{{#if xs}}{{else}}2{{/if}}',
    '1:70 no_body when xs has no entries & xs is present',
  ],
  ['{{#each xs}}{{#if @first}}1{{/if}}{{else}}{{#if xs}}2{{else}}3{{/if}}{{/each}}'],
  ['[{{#each xs}}{{#each ys}}{{#if @../first}}{{#unless @first}},{{/unless}}{{this}}{{/if}}{{/each}}{{/each}}]'],
  [
    '[{{#each xs}}{{#each ys}}{{#unless @../first}}"x" "y"{{/unless}}{{/each}}{{/each}}]',
    '1:51 missing_comma when ys has entries & in a later turn of {{#each xs}}',
  ],
  [
    '[{{#each xs}}{{#each ys}}{{#unless @last}}"x" "y"{{/unless}}{{/each}}{{/each}}]',
    '1:47 missing_comma when xs has entries & in an earlier turn of {{#each ys}}',
  ],
  [
    '[{{#each xs}}{{#with a}}{{#if @first}}"x" "y"{{/if}}{{/with}}{{/each}}]',
    '1:43 missing_comma when a is present or 0 & in the first turn of {{#each xs}}',
  ],
  [
    '[{{#each xs}}{{#with a}}{{#unless @../last}}"x" "y"{{/unless}}{{/with}}{{/each}}]',
    '1:49 missing_comma when a is present or 0 & in an earlier turn of {{#each xs}}',
  ],
  ['{{#if a}}{{#unless a}}{{x}} {{y}} 1 2{{/unless}}1{{else}}2{{/if}}'],
  ['{{#each "abc"}}{{x}}{{/each}}1'],
  ['{{#if true}}1{{else}}{{x}}{{y}}{{/if}}'],
  ['{{#each xs}}{{#if @first}}{{#if @first}}1{{/if}}{{else}}{{#if @first}}{{x}}{{/if}}{{/if}}{{else}}2{{/each}}'],
];

describe('the walk through blocks', () => {
  for (const [source, ...expected] of TABLE) {
    it(`${expected.length === 0 ? 'accepts' : 'refuses'} ${source}`, () => {
      assert.deepEqual(told(source), expected);
    });
  }
});
