// What holds of every helper, whoever wrote it, and for values that no event holds as well.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { JsonNumber } from '../../../src/domain/json.ts';
import type { Helper } from '../../../src/templates/helpers/helper.ts';
import { HELPERS } from '../../../src/templates/helpers/index.ts';
import { RenderLimitError } from '../../../src/templates/output.ts';
import { anyJson, anyText, isNumber } from '../harness.ts';
import { callHelper } from './calling.ts';

function ring(): unknown {
  const list: unknown[] = [1];
  list.push(list, { list });
  return list;
}

/** What events hold, and what helpers are given where something is missing. */
const anyGiven: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: anyJson },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 20 }) },
  { weight: 2, arbitrary: fc.array(fc.oneof(anyJson, anyText), { maxLength: 5 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '2024-11-20T12:00:00.123456789Z',
      '1732104000.000000001',
      'Europe/Paris',
      'YYYY-MM-DD',
      '{"a": [1]}',
      '1e400',
      new JsonNumber('1.10'),
      new JsonNumber('1e308'),
    ),
  },
);

/** Anything that JavaScript has. */
const anyForeign: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
  }),
  fc.anything({ withBoxedValues: true, withSparseArray: true, withObjectString: true }),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    Symbol('x'),
    Symbol.iterator,
    Math.max,
    Map,
    /x/,
    new Error('x'),
  ),
  fc.constantFrom(new JsonNumber('x'), new JsonNumber(''), new JsonNumber('1e999'), new Date(Number.NaN)),
  fc.constant(undefined).map(ring),
);

interface Arguments {
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** As many arguments as the helper takes, and some of its options. */
function argumentsOf(helper: Helper, value: fc.Arbitrary<unknown>): fc.Arbitrary<Arguments> {
  const { min, max } = helper.arity;
  const named = helper.options.map((option) => [option, fc.oneof(value, fc.boolean())] as const);
  return fc.record({
    args: fc.array(value, { minLength: min, maxLength: Math.min(max, min + 3) }),
    options: fc.record(Object.fromEntries(named), { requiredKeys: [] }).map((options) => ({ ...options })),
  });
}

type Answer = { readonly result: unknown; readonly warnings: readonly string[] } | 'stopped';

/** What a call gives. A limit may stop it, nothing else may. */
function answer(helper: Helper, { args, options }: Arguments): Answer {
  try {
    return callHelper(helper.name, args, options);
  } catch (error) {
    if (error instanceof RenderLimitError) return 'stopped';
    throw error;
  }
}

/** Whether a value is JSON as events hold it: plain lists and objects, numbers with their spelling. */
function isExactJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (isNumber(value)) return Number.isFinite(Number(value)) && isSpelled(value);
  if (Array.isArray(value)) return Array.from(value).every(isExactJson);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(isExactJson);
}

function isSpelled(value: unknown): boolean {
  return !(value instanceof JsonNumber) || isNumber(JSON.parse(value.text));
}

/** A copy to compare with afterwards, which keeps what is no JSON as it is. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, copied);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item)]));
}

for (const helper of HELPERS.values()) {
  describe(`the helper ${helper.name}, whatever it is given,`, () => {
    it('gives JSON or nothing for JSON, without changing it, and the same each time', () => {
      fc.assert(
        fc.property(argumentsOf(helper, anyGiven), (given) => {
          const before = copied([given.args, given.options]);
          const first = answer(helper, given);
          const second = answer(helper, given);
          assert.deepEqual(copied([given.args, given.options]), before);
          assert.deepEqual(first, second);
          assert.notEqual(first, 'stopped', 'so little must not be too much');
          if (first === 'stopped') return;
          for (const warning of first.warnings) assert.match(warning, /^\w[\s\S]+\.$/);
          if (first.result === undefined) return;
          assert.ok(isExactJson(first.result), 'the result is no JSON');
          if (helper.returns === 'json') assert.doesNotThrow(() => JSON.parse(String(first.result)));
        }),
        { numRuns: 120 },
      );
    });

    it('never throws, not even for what no event holds', () => {
      const mixed = fc.oneof(anyForeign, anyGiven);
      fc.assert(
        fc.property(argumentsOf(helper, mixed), (given) => {
          const first = answer(helper, given);
          const second = answer(helper, given);
          assert.ok(isDeepStrictEqual(first, second));
        }),
        { numRuns: 80 },
      );
    });

    it('can use its stand-ins', () => {
      for (const standIns of helper.standIns) {
        for (const count of [helper.arity.min, helper.arity.max]) {
          const args = Array.from({ length: count }, (_, index) => standIns[Math.min(index, standIns.length - 1)]);
          const { result, warnings } = callHelper(helper.name, args);
          assert.deepEqual(warnings, []);
          assert.ok(result !== undefined || MAY_FIND_NOTHING.has(helper.name));
        }
      }
    });

    for (const flag of helper.flags) {
      it(`takes nothing but true and false as ${flag}, which it can do without`, () => {
        const [args = []] = helper.standIns;
        const called = (value: unknown): unknown => callHelper(helper.name, args.slice(0, 1), { [flag]: value });
        assert.ok(helper.options.includes(flag));
        for (const missing of [undefined, null, false]) assert.deepEqual(called(missing), called(undefined));
        fc.assert(
          fc.property(anyGiven, (value) => {
            const { result, warnings } = callHelper(helper.name, args.slice(0, 1), { [flag]: value });
            if (value === undefined || value === null || typeof value === 'boolean') {
              assert.deepEqual(warnings, []);
              assert.notEqual(result, undefined);
            } else {
              assert.equal(result, undefined);
              assert.match(
                warnings.join(' '),
                new RegExp(`^${helper.name} takes true or false as its option ${flag}; it was given .+\\.$`),
              );
            }
          }),
        );
      });
    }

    it('does not warn where nothing was given', () => {
      const nothing = Array.from({ length: helper.arity.min }, () => undefined);
      assert.deepEqual(callHelper(helper.name, nothing).warnings, []);
    });

    it('warns where a result is missing although nothing was', () => {
      const scalar = fc.oneof(anyText, fc.boolean(), fc.integer());
      const whole = fc.oneof(scalar, fc.array(scalar), fc.dictionary(fc.string(), scalar));
      fc.assert(
        fc.property(argumentsOf({ ...helper, options: [] }, whole), (given) => {
          const first = answer(helper, given);
          if (first === 'stopped' || first.result !== undefined || MAY_FIND_NOTHING.has(helper.name)) return;
          assert.ok(first.warnings.length > 0, 'missing without a warning');
        }),
        { numRuns: 60 },
      );
    });
  });
}

// These look for something that may not be there.
const MAY_FIND_NOTHING: ReadonlySet<string> = new Set(['first', 'last', 'lookup']);
