// Makes what failed small: a template and an event of which nothing can be left out without the failure going away.
import type { ExactJson, ExactJsonObject } from '../../../../src/domain/json.ts';
import { isList, isObject } from '../../../../src/domain/json.ts';
import { replace } from './growing/damage.ts';
import type { BlockNode, Expression, Node } from './tree.ts';
import { everyNode, joined, path, text } from './tree.ts';

/** The smallest tree that could be found that still fails; `fails` is asked at most `tries` times. */
export function shrinkTree(nodes: readonly Node[], fails: (nodes: readonly Node[]) => boolean, tries = 3000): Node[] {
  let left = tries;
  return descend<readonly Node[]>(joined(nodes), smallerTrees, (candidate) => {
    left -= 1;
    // Printing settles texts in place, so each candidate gets nodes of its own.
    return left > 0 && fails(joined(candidate));
  }).slice();
}

/** The smallest event that could be found that still fails. */
export function shrinkEvent(event: ExactJsonObject, fails: (event: ExactJsonObject) => boolean): ExactJsonObject {
  return descend(event, smallerObjects, fails);
}

// Takes the first smaller thing that still fails, again and again.
function descend<T>(start: T, smaller: (of: T) => Iterable<T>, fails: (candidate: T) => boolean): T {
  let best = start;
  for (;;) {
    let found: T | undefined;
    for (const candidate of smaller(best)) {
      if (!fails(candidate)) continue;
      found = candidate;
      break;
    }
    if (found === undefined) return best;
    best = found;
  }
}

function* smallerTrees(nodes: readonly Node[]): Generator<Node[]> {
  const all = [...everyNode(nodes)];
  for (const target of all) {
    yield replace(nodes, target, () => []);
    for (const smaller of smallerNodes(target)) yield replace(nodes, target, () => smaller);
  }
}

function* smallerNodes(node: Node): Generator<readonly Node[]> {
  if (node.kind === 'text') yield* smallerTexts(node.text);
  else if (node.kind === 'block') yield* smallerBlocks(node);
  else if (node.kind === 'slot') {
    for (const expression of smallerExpressions(node.expression)) yield [{ ...node, expression }];
  }
}

function* smallerTexts(of: string): Generator<readonly Node[]> {
  const { length } = of;
  if (length > 3) yield [text(of.slice(0, length >> 1))];
  if (length > 3) yield [text(of.slice(length >> 1))];
  for (let at = 0; at < length && length > 1; at += 1) yield [text(of.slice(0, at) + of.slice(at + 1))];
}

function* smallerBlocks(node: BlockNode): Generator<readonly Node[]> {
  yield node.body;
  yield node.otherwise ?? [];
  if (node.otherwise !== undefined) yield [{ ...node, otherwise: undefined, chained: false }];
  if (node.params.length > 0) yield [{ ...node, params: [] }];
  if (node.includeZero) yield [{ ...node, includeZero: false }];
  for (const argument of smallerExpressions(node.argument)) yield [{ ...node, argument }];
}

function* smallerExpressions(expression: Expression): Generator<Expression> {
  if (expression.kind === 'call') yield* expression.args;
  else if (expression.kind === 'path' && expression.text.length > 1) {
    const shorter = expression.text.replace(/^(?:\.\.\/|@root\.|this\.)/, '').replace(/\.[^.]*$/, '');
    if (shorter !== '' && shorter !== expression.text) yield path(shorter);
  }
}

function* smallerObjects(event: ExactJsonObject): Generator<ExactJsonObject> {
  for (const key of Object.keys(event)) {
    const others = Object.entries(event).filter(([name]) => name !== key);
    yield Object.fromEntries(others);
    for (const value of smallerValues(event[key] ?? null)) yield Object.fromEntries([...others, [key, value]]);
  }
}

function* smallerValues(value: ExactJson): Generator<ExactJson> {
  if (isList(value)) {
    for (const index of value.keys()) {
      yield value.toSpliced(index, 1);
      for (const item of smallerValues(value[index] ?? null)) yield value.toSpliced(index, 1, item);
    }
  } else if (isObject(value)) yield* smallerObjects(value);
  else if (typeof value === 'string' && value.length > 1) {
    yield value.slice(1);
    yield value.slice(0, -1);
  }
}
