// Evaluates a parsed JSONPath by RFC 9535, with a budget: a path that a person wrote meets a document that a stranger
// sent, and their product must not hold the process up.
import type { ExactJson } from '../../domain/json.ts';
import { isList, isObject } from '../../domain/json.ts';
import type { PathBudget } from './budget.ts';
import type { Comparable, Spend } from './compare.ts';
import { holds } from './compare.ts';
import type { PathCondition, PathOperand, PathQuery, PathSegment, PathSelector } from './model.ts';

/** The values that the path selects, in the RFC's order, duplicates included. Throws a `PathBudgetError`. */
export function evaluateQuery(query: PathQuery, document: ExactJson, budget: PathBudget): readonly ExactJson[] {
  return new Evaluation(document, budget.spend).select(query, document);
}

class Evaluation {
  readonly #root: ExactJson;
  readonly #spend: Spend;

  constructor(root: ExactJson, spend: Spend) {
    this.#root = root;
    this.#spend = spend;
  }

  select(query: PathQuery, current: ExactJson): readonly ExactJson[] {
    let selected: readonly ExactJson[] = [query.from === '$' ? this.#root : current];
    for (const segment of query.segments) {
      const next: ExactJson[] = [];
      for (const value of selected) this.#apply(segment, value, next);
      selected = next;
    }
    return selected;
  }

  // RFC 9535 §2.5.2.2: a value comes before its descendants, array items in order.
  #apply(segment: PathSegment, value: ExactJson, into: ExactJson[]): void {
    // A selector that finds nothing was looked for all the same.
    this.#spend(segment.selectors.length);
    for (const selector of segment.selectors) {
      const picked = this.#picked(selector, value);
      this.#spend(picked.length);
      for (const item of picked) into.push(item);
    }
    if (!segment.descendant) return;
    for (const child of children(value)) this.#apply(segment, child, into);
  }

  #picked(selector: PathSelector, value: ExactJson): readonly ExactJson[] {
    switch (selector.kind) {
      case 'name':
        return isObject(value) && Object.hasOwn(value, selector.name) ? present(value[selector.name]) : [];
      case 'index':
        return isList(value) ? present(value.at(selector.index)) : [];
      case 'slice':
        return isList(value) ? sliced(value, selector) : [];
      case 'wildcard':
        return children(value);
      case 'filter':
        return children(value).filter((child) => this.#meets(selector.condition, child));
    }
  }

  #meets(condition: PathCondition, current: ExactJson): boolean {
    this.#spend(1);
    switch (condition.kind) {
      case 'any':
        return condition.parts.some((part) => this.#meets(part, current));
      case 'all':
        return condition.parts.every((part) => this.#meets(part, current));
      case 'not':
        return !this.#meets(condition.part, current);
      case 'exists':
        return this.select(condition.query, current).length > 0;
      case 'compare':
        return holds(
          this.#valueOf(condition.left, current),
          condition.operator,
          this.#valueOf(condition.right, current),
          this.#spend,
        );
    }
  }

  #valueOf(operand: PathOperand, current: ExactJson): Comparable {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'query':
        return this.select(operand.query, current)[0];
      case 'length':
        return this.#lengthOf(this.#valueOf(operand.of, current));
      case 'count':
        return this.select(operand.of, current).length;
      case 'value': {
        const [first, ...others] = this.select(operand.of, current);
        return others.length === 0 ? first : undefined;
      }
    }
  }

  // RFC 9535 §2.4.4: a string's length is counted in Unicode scalar values.
  #lengthOf(value: Comparable): number | undefined {
    if (isList(value)) return value.length;
    if (isObject(value)) return this.#counted(Object.keys(value));
    return typeof value === 'string' ? this.#counted(Array.from(value)) : undefined;
  }

  #counted(list: readonly unknown[]): number {
    this.#spend(list.length);
    return list.length;
  }
}

// RFC 9535 §2.3.4.2.2. A negative step walks from the end.
function sliced(items: readonly ExactJson[], slice: Extract<PathSelector, { kind: 'slice' }>): readonly ExactJson[] {
  const step = slice.step ?? 1;
  const { length } = items;
  if (step === 0 || length === 0) return [];
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const [first, last] = step > 0 ? [lowest, highest] : [highest, lowest];
  const bound = (index: number): number => Math.min(Math.max(index < 0 ? index + length : index, lowest), highest);
  const from = slice.start === undefined ? first : bound(slice.start);
  const to = slice.end === undefined ? last : bound(slice.end);
  return every(items, from, to, step);
}

function every(items: readonly ExactJson[], from: number, to: number, step: number): readonly ExactJson[] {
  // Nearly all slices are of this kind, and the largest ones are what costs.
  if (step === 1) return items.slice(from, to);
  const picked: ExactJson[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) picked.push(...present(items[at]));
  return picked;
}

function present(value: ExactJson | undefined): readonly ExactJson[] {
  return value === undefined ? [] : [value];
}

function children(value: ExactJson): readonly ExactJson[] {
  if (isList(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}
