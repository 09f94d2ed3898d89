// Templates as the tests grow them: a tree of their own, so that nothing that is tested takes part in what is expected.

/** Whether a tag strips the blanks to its left and to its right. */
export type Strip = readonly [left: boolean, right: boolean];

/** Literal text, as it is rendered. */
export interface TextNode {
  readonly kind: 'text';
  text: string;
}

/** A placeholder: `{{x}}`, `{{{x}}}` or `{{&x}}`. */
export interface SlotNode {
  readonly kind: 'slot';
  readonly expression: Expression;
  readonly form: 'two' | 'three' | 'and';
  readonly strip: Strip;
}

/** A comment, short or with dashes. */
export interface CommentNode {
  readonly kind: 'comment';
  readonly text: string;
  readonly long: boolean;
  readonly strip: Strip;
}

/** A block. A chained `otherwise` holds one block, which is opened by `{{else if …}}`. */
export interface BlockNode {
  readonly kind: 'block';
  readonly name: 'if' | 'unless' | 'each' | 'with';
  readonly argument: Expression;
  readonly includeZero: boolean;
  readonly params: readonly string[];
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[] | undefined;
  readonly chained: boolean;
  readonly caret: boolean;
  readonly open: Strip;
  readonly middle: Strip;
  readonly close: Strip;
}

/** Something that a rule forbids, and the code under which it has to be refused. */
export interface OddNode {
  readonly kind: 'odd';
  readonly text: string;
  readonly code: string;
}

export type Node = TextNode | SlotNode | CommentNode | BlockNode | OddNode;

/** A path, a literal, or a call of a helper, as it is printed. */
export type Expression =
  | { readonly kind: 'path'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'call'; readonly helper: Helper; readonly args: readonly Expression[] };

/** The helpers that grown templates call. */
export type Helper = 'not' | 'and' | 'or' | 'eq' | 'ne' | 'json';

/** No stripping. */
export const NO_STRIP: Strip = [false, false];

/** A piece of literal text. */
export function text(of: string): TextNode {
  return { kind: 'text', text: of };
}

/** A path. */
export function path(of: string): Expression {
  return { kind: 'path', text: of };
}

/** A placeholder in its usual form. */
export function slot(of: string): SlotNode {
  return { kind: 'slot', expression: path(of), form: 'two', strip: NO_STRIP };
}

/** A block without options. */
export function block(
  name: BlockNode['name'],
  argument: Expression,
  body: readonly Node[],
  otherwise?: readonly Node[],
): BlockNode {
  return {
    kind: 'block',
    name,
    argument,
    includeZero: false,
    params: [],
    body,
    otherwise,
    chained: false,
    caret: false,
    open: NO_STRIP,
    middle: NO_STRIP,
    close: NO_STRIP,
  };
}

/** The same tree with neighbouring texts joined and empty ones removed, in nodes of its own. */
export function joined(nodes: readonly Node[]): Node[] {
  const result: Node[] = [];
  for (const node of nodes) {
    const before = result.at(-1);
    if (node.kind === 'block') result.push(joinedBlock(node));
    else if (node.kind !== 'text') result.push({ ...node });
    else if (node.text === '') continue;
    else if (before?.kind === 'text') before.text += node.text;
    else result.push(text(node.text));
  }
  return result;
}

function joinedBlock(node: BlockNode): BlockNode {
  const otherwise = node.otherwise === undefined ? undefined : joined(node.otherwise);
  const chained = node.chained && otherwise?.length === 1 && otherwise[0]?.kind === 'block';
  return { ...node, body: joined(node.body), otherwise, chained };
}

/** All nodes of a tree, in the order of the text. */
export function* everyNode(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    if (node.kind !== 'block') continue;
    yield* everyNode(node.body);
    yield* everyNode(node.otherwise ?? []);
  }
}
