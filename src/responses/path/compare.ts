// How RFC 9535 §2.3.5.2.2 compares values. Values keep the spelling of their numbers; comparisons see the double.
import type { ExactJson, ExactJsonObject } from '../../domain/json.ts';
import { isList, isObject, JsonNumber } from '../../domain/json.ts';
import type { Comparison } from './model.ts';

/** A value, or `undefined` for the RFC's `Nothing`: what a path that selects nothing is worth in a comparison. */
export type Comparable = ExactJson | undefined;

/** Told of each unit of work, so that comparing large values counts against the budget of an evaluation. */
export type Spend = (steps: number) => void;

/** Whether the comparison holds. */
export function holds(left: Comparable, operator: Comparison, right: Comparable, spend: Spend): boolean {
  switch (operator) {
    case '==':
      return equals(left, right, spend);
    case '!=':
      return !equals(left, right, spend);
    case '<':
      return isLess(left, right, spend);
    case '>':
      return isLess(right, left, spend);
    case '<=':
      return isLess(left, right, spend) || equals(left, right, spend);
    case '>=':
      return isLess(right, left, spend) || equals(left, right, spend);
  }
}

function equals(left: Comparable, right: Comparable, spend: Spend): boolean {
  spend(1);
  if (isList(left)) return isList(right) && equalItems(left, right, spend);
  if (isObject(left)) return isObject(right) && equalMembers(left, right, spend);
  if (typeof left === 'string' && typeof right === 'string') spendText(left, spend);
  return plain(left) === plain(right);
}

function equalItems(left: readonly ExactJson[], right: readonly ExactJson[], spend: Spend): boolean {
  return left.length === right.length && left.every((item, index) => equals(item, right[index], spend));
}

function equalMembers(left: ExactJsonObject, right: ExactJsonObject, spend: Spend): boolean {
  const names = Object.keys(left);
  spend(names.length);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && equals(left[name], right[name], spend))
  );
}

function isLess(left: Comparable, right: Comparable, spend: Spend): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    spendText(left, spend);
    return comesBefore(left, right);
  }
  const [a, b] = [plain(left), plain(right)];
  return typeof a === 'number' && typeof b === 'number' && a < b;
}

// Strings are ordered by Unicode scalar values, where JavaScript orders UTF-16 units.
function comesBefore(left: string, right: string): boolean {
  let at = 0;
  while (at < left.length && left.charCodeAt(at) === right.charCodeAt(at)) at += 1;
  const [a, b] = [left.codePointAt(at), right.codePointAt(at)];
  return b !== undefined && (a === undefined || a < b);
}

function spendText(text: string, spend: Spend): void {
  spend(text.length >> 4);
}

function plain(value: Comparable): Comparable {
  return value instanceof JsonNumber ? value.valueOf() : value;
}
