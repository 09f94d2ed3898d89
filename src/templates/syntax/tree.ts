// The tree that proof and compiler share: Handlebars' tree after whitespace control, reduced to what
// templates may use, with every name resolved and every offset pointing into the author's text. Plain data, so that it
// can be sent from one thread to another.

/** Literal text; character i of `text` stands at `offset + i`. */
export interface TextNode {
  readonly kind: 'text';
  readonly text: string;
  readonly offset: number;
}

/** `{{expression}}`. */
export interface PlaceholderNode {
  readonly kind: 'placeholder';
  readonly expression: Expression;
  readonly offset: number;
  /** The tag as written, for messages. */
  readonly source: string;
}

/** `{{#if}}` and `{{#unless}}` (`negated`). */
export interface IfNode {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly negated: boolean;
  readonly includeZero: boolean;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
  readonly offset: number;
}

/** `{{#each}}`; `otherwise` is written where there is nothing to go through. */
export interface EachNode {
  readonly kind: 'each';
  readonly over: Expression;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
  readonly offset: number;
}

/** `{{#with}}`. */
export interface WithNode {
  readonly kind: 'with';
  readonly over: Expression;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
  readonly offset: number;
}

export type Node = TextNode | PlaceholderNode | IfNode | EachNode | WithNode;

/** What a path starts from, in the frame that it climbs to. `nothing` is always missing. */
export type PathStart = 'this' | 'key' | 'index' | 'first' | 'last' | 'nothing';

/** A path: `up` frames outwards (each `each` and `with` makes one), then a start, then own properties. */
export interface PathExpression {
  readonly kind: 'path';
  readonly up: number;
  readonly start: PathStart;
  readonly keys: readonly string[];
  /** The path as written, for messages. */
  readonly source: string;
}

/** A value written in the template itself. */
export interface LiteralExpression {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null | undefined;
  /** The spelling of a number that its double does not give back. */
  readonly spelling?: string;
}

/** A helper with its arguments. */
export interface CallExpression {
  readonly kind: 'call';
  /** The helper's name; it is known. */
  readonly helper: string;
  readonly args: readonly Expression[];
  readonly options: readonly (readonly [name: string, value: Expression])[];
  /** The call as written, for messages. */
  readonly source: string;
}

export type Expression = PathExpression | LiteralExpression | CallExpression;
