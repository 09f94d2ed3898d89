// Which loops are asked for their first or last turn. Where nobody asks, all turns are alike, and fewer ways have to be
// followed.
import type { EachNode, Expression, Node, PathExpression } from '../syntax/tree.ts';

/** Whether conditions inside of a loop ask for its first turn (`@first`, `@index`), and for its last (`@last`). */
export interface AskedTurns {
  readonly first: boolean;
  readonly last: boolean;
}

/** What is asked of each loop of a tree. */
export function findAskedTurns(nodes: readonly Node[]): ReadonlyMap<EachNode, AskedTurns> {
  const asked = new Map<EachNode, AskedTurns>();
  visit(nodes, [], asked);
  return asked;
}

// One entry for each frame, innermost last: the loop whose turn it is in, if any.
type Loops = readonly (EachNode | undefined)[];

function visit(nodes: readonly Node[], loops: Loops, asked: Map<EachNode, AskedTurns>): void {
  for (const node of nodes) {
    if (node.kind === 'text' || node.kind === 'placeholder') continue;
    if (node.kind === 'each') asked.set(node, asked.get(node) ?? { first: false, last: false });
    noteAsked(node.kind === 'if' ? node.condition : node.over, loops, asked);
    visit(node.body, inside(node, loops), asked);
    visit(node.otherwise, loops, asked);
  }
}

function inside(node: Exclude<Node, { kind: 'text' | 'placeholder' }>, loops: Loops): Loops {
  if (node.kind === 'if') return loops;
  return [...loops, node.kind === 'each' ? node : loops.at(-1)];
}

function noteAsked(expression: Expression, loops: Loops, asked: Map<EachNode, AskedTurns>): void {
  if (expression.kind === 'call') {
    for (const arg of expression.args) noteAsked(arg, loops, asked);
    for (const [, value] of expression.options) noteAsked(value, loops, asked);
  }
  if (expression.kind === 'path') notePath(expression, loops, asked);
}

function notePath({ start, up }: PathExpression, loops: Loops, asked: Map<EachNode, AskedTurns>): void {
  const loop = loops.at(-1 - up);
  if (loop === undefined) return;
  const before = asked.get(loop) ?? { first: false, last: false };
  const first = before.first || start === 'first' || start === 'index';
  asked.set(loop, { first, last: before.last || start === 'last' });
}
