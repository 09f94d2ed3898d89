// What the tests of the logic share: expressions and frames from the text that authors write, and big enough diagrams.
import assert from 'node:assert/strict';
import { parseTemplate } from '../../../../src/templates/parse.ts';
import { Bdd } from '../../../../src/templates/proof/logic/bdd.ts';
import type { Condition, Conditions } from '../../../../src/templates/proof/logic/conditions.ts';
import type { ProofFrame } from '../../../../src/templates/proof/logic/things.ts';
import { eventFrame, Names } from '../../../../src/templates/proof/logic/things.ts';
import type { Expression, Node } from '../../../../src/templates/syntax/tree.ts';

/** The names of all tests. */
export const NAMES = new Names();

/** The frame of the event. */
export const EVENT_FRAME = eventFrame(NAMES);

/** A diagram with room. */
export function bigBdd(): Bdd {
  return new Bdd({ nodes: 100_000, operations: 1_000_000 });
}

/** The tree of a text that can be read. */
export function nodesOf(source: string): readonly Node[] {
  const parsed = parseTemplate(source);
  assert.ok(parsed.ok && parsed.findings.length === 0, source);
  return parsed.nodes;
}

/** An expression as it stands in an `if`. */
export function expression(source: string): Expression {
  const [node] = nodesOf(`{{#if ${source}}}{{/if}}`);
  assert.ok(node?.kind === 'if');
  return node.condition;
}

/** Asks in an `if` whether an expression is true. */
export function ask(
  conditions: Conditions,
  source: string,
  frame: ProofFrame = EVENT_FRAME,
  includeZero = false,
): Condition {
  return conditions.truth(expression(source), frame, includeZero);
}
