// Finds all calls of helpers in a template, and where they stand in the author's text: the tree keeps the offset of each
// tag only.
import type { CallExpression, Expression, Node } from '../syntax/tree.ts';

/** A call, and the offset at which it begins: of its tag, or of its parenthesis. */
export interface LocatedCall {
  readonly call: CallExpression;
  readonly offset: number;
}

/** Every call, an outer one before those in its arguments, and tags in the order of the text. */
export function callsOf(text: string, nodes: readonly Node[]): LocatedCall[] {
  return nodes.flatMap((node) => callsOfNode(text, node));
}

function callsOfNode(text: string, node: Node): LocatedCall[] {
  switch (node.kind) {
    case 'text':
      return [];
    case 'placeholder':
      return callsIn(text, node.offset, node.expression);
    case 'if':
      return [...callsIn(text, node.offset, node.condition), ...callsOf(text, [...node.body, ...node.otherwise])];
    case 'each':
    case 'with':
      return [...callsIn(text, node.offset, node.over), ...callsOf(text, [...node.body, ...node.otherwise])];
  }
}

function callsIn(text: string, offset: number, expression: Expression): LocatedCall[] {
  const finder = new CallFinder(text, offset);
  finder.visit(expression);
  return finder.found;
}

class CallFinder {
  readonly found: LocatedCall[] = [];
  readonly #text: string;
  #at: number;

  constructor(text: string, offset: number) {
    this.#text = text;
    this.#at = offset;
  }

  // Calls follow each other as they were written. Text in quotes that reads like the next one is taken for it: then that
  // call is said to begin a little too early.
  visit(expression: Expression): void {
    if (expression.kind !== 'call') return;
    const { source, args, options } = expression;
    const offset = Math.max(this.#at, this.#text.indexOf(source, this.#at));
    this.found.push({ call: expression, offset });
    this.#at = offset + 1;
    for (const part of [...args, ...options.map(([, value]) => value)]) this.visit(part);
    this.#at = Math.max(this.#at, offset + source.length);
  }
}
