// What one body has become in another, as JSON Patch (RFC 6902), in bounded time and space whatever the bodies hold.
import type { Pointer } from 'rfc6902';
import { createPatch } from 'rfc6902';
import { isObject, JsonNumber } from '../../domain/json.ts';
import type { ExactJson } from '../../domain/json.ts';
import { readJson } from '../../domain/json-read.ts';
import { jsonText } from '../values.ts';

/**
 * The JSON text of a patch that turns `from` into `to`, both JSON texts: `[]` where they hold the same, numbers in the
 * same spelling. Where bodies differ too much for small steps to tell anything, one step replaces the whole.
 */
export function patchBetween(from: string, to: string): string {
  const [before, after] = [valueOf(from), valueOf(to)];
  const steps = before === undefined || after === undefined ? undefined : smallSteps(before, after);
  if (steps !== undefined) return jsonText(steps);
  return from === to ? '[]' : `[{"op":"replace","path":"","value":${to}}]`;
}

// A rendered body is JSON, and may be nested deeper than an event. `undefined` where an object in it cannot be taken apart.
function valueOf(body: string): ExactJson | undefined {
  const reading = readJson(body, Number.POSITIVE_INFINITY);
  if (!reading.ok) throw new Error('A rendered body is not readable JSON.');
  const [document] = reading.documents;
  return document?.faults.some(({ code }) => code === 'forbidden_key') === true ? undefined : document?.value;
}

class TooDifferent extends Error {}

type Step = ReturnType<typeof createPatch>[number];

// Each pair of values that is looked at costs one, and what its paths would be long in the patch.
const MOST_COST = 1_000_000;
// Lists are aligned item by item, which takes the product of their lengths.
const LONGEST_ALIGNED = 100;

function smallSteps(before: ExactJson, after: ExactJson): readonly Step[] | undefined {
  let cost = 0;
  const compare = (from: unknown, to: unknown, at: Pointer): Step[] | undefined => {
    cost += 1 + (1 + sizeOf(from) + sizeOf(to)) * pathLength(at);
    if (cost > MOST_COST) throw new TooDifferent();
    return shortCut(from, to, at);
  };
  try {
    return createPatch(before, after, compare);
  } catch (error) {
    if (error instanceof TooDifferent) return undefined;
    throw error;
  }
}

function shortCut(from: unknown, to: unknown, at: Pointer): Step[] | undefined {
  const isExact = from instanceof JsonNumber || to instanceof JsonNumber;
  const isLong = Array.isArray(from) && Array.isArray(to) && Math.max(from.length, to.length) > LONGEST_ALIGNED;
  if (!isExact && !isLong) return undefined;
  return jsonText(from) === jsonText(to) ? [] : [{ op: 'replace', path: at.toString(), value: to }];
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : 0;
}

function pathLength({ tokens }: Pointer): number {
  return tokens.reduce((sum, token) => sum + token.length + 1, 0);
}
