// Comparisons that need no event: numbers of the template, and the index of a turn, which is 0 in the first and at least
// 1 in all others.
import { JsonNumber } from '../../../domain/json.ts';
import type { Operand } from './things.ts';

type Comparison = (a: Range, b: Range) => boolean | undefined;

interface Range {
  readonly least: number;
  readonly most: number;
}

const below: Comparison = (a, b) => (a.most < b.least ? true : a.least >= b.most ? false : undefined);
const atMost: Comparison = (a, b) => (a.most <= b.least ? true : a.least > b.most ? false : undefined);

// As helpers/logic.ts compares numbers: by their doubles.
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  lt: below,
  lte: atMost,
  gt: (a, b) => below(b, a),
  gte: (a, b) => atMost(b, a),
};

/** What a helper that compares gives for every event; `undefined` where the event decides, or it is no such helper. */
export function compareForSure(helper: string, operands: readonly Operand[]): boolean | undefined {
  const compare = COMPARISONS[helper];
  const [a, b] = operands.map(rangeOf);
  return compare === undefined || a === undefined || b === undefined ? undefined : compare(a, b);
}

function rangeOf(operand: Operand): Range | undefined {
  if (operand.kind === 'thing') return operand.thing.isLaterIndex === true ? { least: 1, most: Infinity } : undefined;
  const { value } = operand;
  if (typeof value !== 'number' && !(value instanceof JsonNumber)) return undefined;
  return { least: Number(value), most: Number(value) };
}
