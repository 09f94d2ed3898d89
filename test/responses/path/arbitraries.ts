// Random documents and paths over few names, so that they meet often.
import fc from 'fast-check';
import type { ExactJson } from '../../../src/domain/json.ts';

const NAMES = [
  'a',
  'b',
  'data',
  'length',
  '0',
  '^',
  '~',
  '*',
  '..',
  '$',
  '@',
  '`a',
  '-1',
  '1:2',
  'a,b',
  '?(@)',
  "it's",
  "'",
  '"',
  '\\',
  '__proto__',
  'constructor',
  'toString',
  'é',
  '\u{1f600}',
  '',
];
const scalar = fc.constantFrom<ExactJson>(null, true, false, 0, 1, -1, 1.5, '', 'a', 'text', '0');

/** A document of scalars, arrays and objects, with names that other dialects take for operators. */
export function anyDocument(): fc.Arbitrary<ExactJson> {
  return fc.letrec<{ value: ExactJson }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4 }),
    ),
  })).value;
}

/** Which filters a path may have: comparisons with literals, or of names with each other. */
export interface PathOptions {
  readonly filters: 'literals' | 'names' | 'none';
}

/** A valid path. */
export function anyPath(options: PathOptions): fc.Arbitrary<string> {
  const bracket = fc.array(selector(options), { minLength: 1, maxLength: 2 }).map((inside) => `[${inside.join(', ')}]`);
  const step = fc.oneof(
    fc.constantFrom('.a', '.b', '.data', '.length', '.__proto__', '.constructor', '.*', '..a', '..*'),
    bracket,
    bracket,
  );
  return fc.array(step, { maxLength: 4 }).map((steps) => `$${steps.join('')}`);
}

function selector(options: PathOptions): fc.Arbitrary<string> {
  const simple = fc.oneof(
    fc.constantFrom(...NAMES).map(quoted),
    fc.integer({ min: -3, max: 4 }).map(String),
    anySlice(options.filters === 'names' ? 0 : -4),
  );
  if (options.filters === 'none') return simple;
  const filter = (options.filters === 'literals' ? literalTest() : nameTest()).map((test) => `?${test}`);
  return fc.oneof(simple, fc.constant('*'), filter);
}

/** A slice with any of its parts left out. */
export function anySlice(min = -4): fc.Arbitrary<string> {
  const part = fc.option(fc.integer({ min, max: 4 }), { nil: '' });
  return fc.tuple(part, part, part).map((parts) => parts.join(':'));
}

function quoted(name: string): string {
  return `'${name.replaceAll(/['\\]/g, '\\$&')}'`;
}

const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');

function literalTest(): fc.Arbitrary<string> {
  const literal = fc.constantFrom('null', 'true', 'false', '1', '-1', '1.5', "'a'", '"text"', "''");
  const one = fc.oneof(
    fc.constantFrom('@.a', '!@.b', '@[0]', '@..a', '$.data', '@[1:]', '!@[?@.a]'),
    fc
      .tuple(
        fc.constantFrom('@', '@.a', '@[0]', '@[-1]', '$.a', 'count(@.*)', 'value(@..a)', 'length(@.a)'),
        operator,
        literal,
      )
      .map((parts) => parts.join(' ')),
  );
  return fc.oneof(
    one,
    fc.array(one, { minLength: 2, maxLength: 3 }).map((tests) => tests.join(' && ')),
    fc.array(one, { minLength: 2, maxLength: 3 }).map((tests) => tests.join(' || ')),
    one.map((test) => `!(${test})`),
  );
}

// jsonpath-rfc9535 is wrong about indexes in comparisons, about more than two conditions joined by &&, and about
// slices that begin before the first item.
function nameTest(): fc.Arbitrary<string> {
  const side = fc.constantFrom('@', '@.a', '@.b', "@['data']", '$.a', '$', '1', "'a'");
  const one = fc.oneof(
    fc.constantFrom('@.a', '!@.b', '@..a', '$.data'),
    fc.tuple(side, operator, side).map((parts) => parts.join(' ')),
  );
  return fc.oneof(
    one,
    fc.tuple(one, one).map((tests) => tests.join(' && ')),
    fc.array(one, { minLength: 2, maxLength: 3 }).map((tests) => tests.join(' || ')),
  );
}
