// Calls a helper as rendering does, with the limits of one rendering.
import assert from 'node:assert/strict';
import { JsonNumber } from '../../../src/domain/json.ts';
import { HELPERS } from '../../../src/templates/helpers/index.ts';
import { Output } from '../../../src/templates/output.ts';

/** What a call gave, what it warned of, what it paid and the most room that it asked for. */
export interface Called {
  readonly result: unknown;
  readonly warnings: readonly string[];
  readonly steps: number;
  readonly room: number;
}

/** Calls a helper with any arguments. Throws what the helper throws. */
export function callHelper(
  name: string,
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>> = {},
): Called {
  const helper = HELPERS.get(name);
  assert.ok(helper, `there is no helper ${name}`);
  const output = new Output();
  const warnings: string[] = [];
  let [steps, room] = [0, 0];
  const result = helper.call(args, {
    options,
    warn: (detail) => warnings.push(detail),
    spend: (values) => {
      steps += values;
      output.spend(values);
    },
    isNew: (what) => output.isNew(what),
    room: (characters) => {
      room = Math.max(room, characters);
      output.room(characters);
    },
  });
  return { result, warnings, steps, room };
}

/** A case of a table: arguments, and the result, or `WARNED` for a missing one with a warning. */
export type Case = readonly [args: readonly unknown[], expected: unknown, options?: Readonly<Record<string, unknown>>];

/** Expected of a call whose result is missing, with exactly one warning. */
export const WARNED = Symbol('missing, with a warning');

/** Checks each case of a table, in which nothing but `WARNED` warns. */
export function checkTable(name: string, cases: readonly Case[]): void {
  for (const [args, expected, options = {}] of cases) {
    it(`${name} ${shown([...args, ...Object.entries(options).flat()])} gives ${shown([expected])}`, () => {
      const { result, warnings } = callHelper(name, args, options);
      assert.deepEqual(result, expected === WARNED ? undefined : expected);
      assert.equal(warnings.length, expected === WARNED ? 1 : 0, warnings.join('\n'));
      for (const warning of warnings) assert.match(warning, new RegExp(`^${name} .*\\.$`));
    });
  }
}

function shown(values: readonly unknown[]): string {
  return values.map(spelled).join(' ');
}

function spelled(value: unknown): string {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === 'symbol') return value.description ?? '';
  if (value === undefined || typeof value === 'function' || typeof value === 'number') return String(value);
  const text = JSON.stringify(value, (_key, item: unknown) => (item instanceof JsonNumber ? `#${item.text}` : item));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Numbers that doubles do not hold, or do not print. */
export const BIG = new JsonNumber('12345678901234567890');
export const PRICE = new JsonNumber('1.10');

/** Half a surrogate pair. */
export const HALF = '\ud83d';
