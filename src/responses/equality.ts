// When a value that a receiver sent equals one that a validator expects.
import type { ExactJson } from '../domain/json.ts';
import { canonicalJson, JsonNumber } from '../domain/json.ts';
import type { Scalar } from '../domain/webhook.ts';

/**
 * Whether the value is one of the expected ones. An expected string equals a string with the same characters, and a
 * number, boolean or null whose JSON spelling it is (of a number: as received, or its shortest form). An expected
 * number, boolean or null equals only itself; numbers are compared as doubles.
 */
export function equalsAny(actual: ExactJson, expected: readonly Scalar[]): boolean {
  // A value is one in two ways at most: as itself, and as one of its spellings. Both are found out once.
  const itself = actual instanceof JsonNumber ? actual.valueOf() : actual;
  const spellings = spellingsOf(actual);
  return expected.some((wanted) => wanted === itself || (typeof wanted === 'string' && spellings.includes(wanted)));
}

function spellingsOf(actual: ExactJson): readonly string[] {
  if (actual instanceof JsonNumber) return [actual.text, ...shortestForm(actual)];
  return actual === null || typeof actual === 'number' || typeof actual === 'boolean' ? [JSON.stringify(actual)] : [];
}

// `1.10` and `1.1` are one number; the double nearest to `9007199254740993` is another one, and no spelling of it.
function shortestForm(number: JsonNumber): readonly string[] {
  const shortest = String(number.valueOf());
  return canonicalJson(number) === shortest ? [shortest] : [];
}

/** What `equalsAny` costs for a value, in steps of a `PathBudget`: the more is expected and the longer its text, the more. */
export function stepsToCompare(actual: ExactJson, expected: readonly Scalar[]): number {
  return 2 + (expected.length >> 4) + stepsForText(actual);
}

// The shortest form of a number is worked out, while texts are mostly told apart by their lengths.
function stepsForText(actual: ExactJson): number {
  if (actual instanceof JsonNumber) return 16 + (actual.text.length >> 2);
  return typeof actual === 'string' ? actual.length >> 6 : 0;
}
