import assert from 'node:assert/strict';
import { findDue } from '../../../src/templates/proof/due.ts';
import { Conditions } from '../../../src/templates/proof/logic/conditions.ts';
import { loopName } from '../../../src/templates/proof/logic/things.ts';
import type { Node } from '../../../src/templates/syntax/tree.ts';
import { bigBdd, NAMES, nodesOf } from './logic/asking.ts';

function blocksIn(nodes: readonly Node[]): Exclude<Node, { kind: 'text' | 'placeholder' }>[] {
  return nodes.flatMap((node) =>
    node.kind === 'text' || node.kind === 'placeholder'
      ? []
      : [node, ...blocksIn(node.body), ...blocksIn(node.otherwise)],
  );
}

// What is dropped behind each block, in the order in which the blocks begin.
function due(source: string): string[] {
  const bdd = bigBdd();
  const conditions = new Conditions(bdd, NAMES);
  const nodes = nodesOf(source);
  const found = findDue(bdd, conditions, NAMES, nodes);
  return blocksIn(nodes).map((node) =>
    [...(found.get(node) ?? [])]
      .sort((a, b) => a - b)
      .map((variable) => conditions.variable(variable)?.words[0].replace(/ is present$/, '') ?? '?')
      .join(', '),
  );
}

describe('findDue', () => {
  const table: readonly (readonly [source: string, ...due: string[]])[] = [
    ['{{#if a}}{{/if}}', 'a'],
    ['1{{#if a}}text{{x}}{{else}}{{y}}{{/if}}{{z}}', 'a'],
    ['{{#if a}}{{/if}}{{#if b}}{{/if}}', 'a', 'b'],
    ['{{#if a}}{{/if}}{{#if b}}{{/if}}{{#if a}}{{/if}}', '', 'b', 'a'],
    ['{{#if a}}{{#if b}}{{/if}}{{/if}}', 'a, b', 'b'],
    ['{{#if a}}{{#if b}}{{/if}}{{/if}}{{#if b}}{{/if}}', 'a', '', 'b'],
    ['{{#if a}}{{#if a}}{{/if}}{{/if}}', 'a', ''],
    ['{{#if a}}{{else}}{{#if b}}{{/if}}{{/if}}', 'a, b', 'b'],
    ['{{#if a}}{{else}}{{#if a}}{{/if}}{{/if}}{{#unless a}}{{/unless}}', '', '', 'a'],
    ['{{#if (and a b)}}{{/if}}{{#if (eq b "x")}}{{/if}}{{#if b}}{{/if}}', 'a', 'b is "x"', 'b'],
    ['{{#with a}}{{#if b}}{{/if}}{{/with}}{{#if a.b}}{{/if}}', 'a is present or 0', '', 'b'],
    // What is asked in a loop is asked again in its next turn.
    ['{{#each xs}}{{#if a}}{{/if}}{{/each}}', 'xs has entries, xs has one entry, a', ''],
    ['{{#each xs}}{{#if a}}{{/if}}{{/each}}{{#each xs}}{{/each}}', 'a', '', 'xs has entries, xs has one entry'],
    ['{{#each xs}}{{else}}{{#if a}}{{/if}}{{/each}}', 'xs has entries, xs has one entry, a', 'a'],
    ['{{#each xs}}{{#if ../a}}{{/if}}{{/each}}{{#if a}}{{/if}}', 'xs has entries, xs has one entry', '', '../a'],
    ['{{#each xs}}{{#if @first}}{{/if}}{{/each}}', 'xs has entries, xs has one entry, @first', ''],
  ];
  for (const [source, ...expected] of table) {
    it(`drops behind the blocks of ${source}: ${expected.map((names) => names || '-').join(' | ')}`, () => {
      assert.deepEqual(due(source), expected);
    });
  }

  it('asks the questions that the walk asks, so that it can drop them', () => {
    const bdd = bigBdd();
    const conditions = new Conditions(bdd, NAMES);
    const nodes = nodesOf('{{#each xs}}{{#if a}}{{/if}}{{/each}}');
    findDue(bdd, conditions, NAMES, nodes);
    const loop = loopName(nodes[0]?.offset ?? -1);
    assert.deepEqual(
      [...conditions.ofLoop(loop)].map((variable) => conditions.variable(variable)?.words[0]),
      ['a is present'],
    );
  });
});
