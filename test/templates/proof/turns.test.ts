import assert from 'node:assert/strict';
import { findAskedTurns } from '../../../src/templates/proof/turns.ts';
import { nodesOf } from './logic/asking.ts';

// What is asked of each loop, in the order of the loops.
function asked(source: string): string[] {
  const entries = [...findAskedTurns(nodesOf(source))].sort(([a], [b]) => a.offset - b.offset);
  return entries.map(
    ([, { first, last }]) => [first ? 'first' : '', last ? 'last' : ''].filter(Boolean).join('+') || '-',
  );
}

describe('findAskedTurns', () => {
  const table: readonly (readonly [source: string, ...asked: string[]])[] = [
    ['1'],
    ['{{#each xs}}{{this}}{{/each}}', '-'],
    ['{{#each xs}}{{@first}}{{@last}}{{@index}}{{/each}}', '-'],
    ['{{#each xs}}{{#if @first}}{{/if}}{{/each}}', 'first'],
    ['{{#each xs}}{{#if @last}}{{/if}}{{/each}}', 'last'],
    ['{{#each xs}}{{#if @index}}{{/if}}{{/each}}', 'first'],
    ['{{#each xs}}{{#if @key}}{{/if}}{{#if this}}{{/if}}{{#if a}}{{/if}}{{/each}}', '-'],
    ['{{#each xs}}{{#if @first}}{{/if}}{{#if a}}{{#unless @last}}{{/unless}}{{/if}}{{/each}}', 'first+last'],
    ['{{#each xs}}{{#if @last}}{{/if}}{{#if @first}}{{/if}}{{#if a}}{{/if}}{{/each}}', 'first+last'],
    ['{{#each xs}}{{#if a}}{{else}}{{#if @last}}{{/if}}{{/if}}{{/each}}', 'last'],
    ['{{#each xs}}{{else}}{{#if @first}}{{/if}}{{/each}}', '-'],
    ['{{#each xs}}{{#if (not (eq @index 0))}}{{/if}}{{/each}}', 'first'],
    ['{{#each xs}}{{#if (json a pretty=@last)}}{{/if}}{{/each}}', 'last'],
    ['{{#each xs}}{{#with @first}}{{/with}}{{/each}}', 'first'],
    ['{{#each xs}}{{#with a}}{{#if @last}}{{/if}}{{/with}}{{/each}}', 'last'],
    ['{{#each xs}}{{#with a}}{{#if @../first}}{{/if}}{{/with}}{{/each}}', 'first'],
    ['{{#each xs}}{{#each ys}}{{#if @first}}{{/if}}{{/each}}{{/each}}', '-', 'first'],
    ['{{#each xs}}{{#each ys}}{{#if @../first}}{{/if}}{{/each}}{{/each}}', 'first', '-'],
    ['{{#each xs}}{{#each ys}}{{#if @../last}}{{/if}}{{#if @last}}{{/if}}{{/each}}{{/each}}', 'last', 'last'],
    ['{{#each xs}}{{#each (slice ys @index)}}{{/each}}{{/each}}', 'first', '-'],
    ['{{#each xs}}{{#each ys}}{{else}}{{#if @last}}{{/if}}{{/each}}{{/each}}', 'last', '-'],
    ['{{#each xs}}{{/each}}{{#each ys}}{{#if @last}}{{/if}}{{/each}}', '-', 'last'],
    ['{{#each xs}}{{#each ys}}{{#if a}}{{#if @../first}}{{/if}}{{/if}}{{/each}}{{/each}}', 'first', '-'],
    ['{{#each xs}}{{#each ys}}{{#each zs}}{{#if @../first}}{{/if}}{{/each}}{{/each}}{{/each}}', '-', 'first', '-'],
    ['{{#if @first}}{{/if}}{{#each xs}}{{/each}}', '-'],
    ['{{#each xs}}{{#if @../first}}{{/if}}{{/each}}', '-'],
  ];
  for (const [source, ...expected] of table) {
    it(`finds in ${source} ${expected.join(', ') || 'no loop'}`, () => {
      assert.deepEqual(asked(source), expected);
    });
  }

  it('says of each loop both', () => {
    assert.deepEqual([...findAskedTurns(nodesOf('{{#each xs}}{{/each}}')).values()], [{ first: false, last: false }]);
  });
});
