// The parts of a JSONPath (RFC 9535), as the parser builds them and the evaluator walks them.
import type { Scalar } from '../../domain/webhook.ts';

/** A query: from the whole document (`$`) or, in a filter, from the value under test (`@`). */
export interface PathQuery {
  readonly from: '$' | '@';
  readonly segments: readonly PathSegment[];
  /** Offset of `$` or `@` in the text. */
  readonly at: number;
}

/** One step of a query (RFC 9535 §2.5). */
export interface PathSegment {
  readonly descendant: boolean;
  readonly selectors: readonly PathSelector[];
  readonly at: number;
  /** Brackets without blanks inside: the only spelling that a comparison takes (`singular-query` in RFC 9535 §2.3.5.1). */
  readonly tight: boolean;
}

/** What a segment picks from a value (RFC 9535 §2.3). */
export type PathSelector =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | {
      readonly kind: 'slice';
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number | undefined;
    }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'filter'; readonly condition: PathCondition };

/** A condition of a filter (RFC 9535 §2.3.5). */
export type PathCondition =
  | { readonly kind: 'any' | 'all'; readonly parts: readonly PathCondition[] }
  | { readonly kind: 'not'; readonly part: PathCondition }
  | { readonly kind: 'exists'; readonly query: PathQuery }
  | {
      readonly kind: 'compare';
      readonly left: PathOperand;
      readonly operator: Comparison;
      readonly right: PathOperand;
    };

export type Comparison = '==' | '!=' | '<=' | '>=' | '<' | '>';

/** A side of a comparison, or the argument of `length`. Queries here are singular. */
export type PathOperand =
  | { readonly kind: 'literal'; readonly value: Scalar }
  | { readonly kind: 'query'; readonly query: PathQuery }
  | { readonly kind: 'length'; readonly of: PathOperand }
  | { readonly kind: 'count' | 'value'; readonly of: PathQuery };

/** Whether a query can select at most one value (RFC 9535 §1.1, "Singular Query"). */
export function isSingular(query: PathQuery): boolean {
  return query.segments.every(
    ({ descendant, selectors: [first, ...others] }) =>
      !descendant && others.length === 0 && (first?.kind === 'name' || first?.kind === 'index'),
  );
}

/** All queries in a query: itself and those in its filters, however deep. */
export function allQueries(query: PathQuery): PathQuery[] {
  const inner = query.segments.flatMap(({ selectors }) =>
    selectors.flatMap((selector) => (selector.kind === 'filter' ? queriesIn(selector.condition) : [])),
  );
  return [query, ...inner.flatMap(allQueries)];
}

function queriesIn(condition: PathCondition): PathQuery[] {
  switch (condition.kind) {
    case 'any':
    case 'all':
      return condition.parts.flatMap(queriesIn);
    case 'not':
      return queriesIn(condition.part);
    case 'exists':
      return [condition.query];
    case 'compare':
      return [condition.left, condition.right].flatMap(operandQueries);
  }
}

function operandQueries(operand: PathOperand): PathQuery[] {
  switch (operand.kind) {
    case 'literal':
      return [];
    case 'query':
      return [operand.query];
    case 'length':
      return operandQueries(operand.of);
    case 'count':
    case 'value':
      return [operand.of];
  }
}
