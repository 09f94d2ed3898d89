// When a value that a receiver sent equals one that a validator expects.
import type { ExactJson } from '../domain/json.ts';
import { canonicalJson, JsonNumber } from '../domain/json.ts';
import type { Scalar } from '../domain/webhook.ts';

/**
 * Whether the value is the expected one. An expected string equals a string with the same characters, and a number,
 * boolean or null whose JSON spelling it is (of a number: as received, or its shortest form). An expected number,
 * boolean or null equals only itself; numbers are compared as doubles.
 */
export function equalsExpected(actual: ExactJson, expected: Scalar): boolean {
  if (typeof expected === 'string')
    return typeof actual === 'string' ? actual === expected : isSpelling(actual, expected);
  return actual instanceof JsonNumber ? actual.valueOf() === expected : actual === expected;
}

function isSpelling(actual: ExactJson, text: string): boolean {
  if (actual instanceof JsonNumber) return actual.text === text || shortestForm(actual) === text;
  return (actual === null || typeof actual !== 'object') && JSON.stringify(actual) === text;
}

// `1.10` and `1.1` are one number; the double nearest to `9007199254740993` is another one, and no spelling of it.
function shortestForm(number: JsonNumber): string | undefined {
  const shortest = String(number.valueOf());
  return canonicalJson(number) === shortest ? shortest : undefined;
}
