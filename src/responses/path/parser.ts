// Text → JSONPath, by the grammar of RFC 9535 and nothing besides. Written here because the two RFC 9535 libraries
// for Node were measured to accept paths that the RFC refuses and to refuse or misread ones it allows; the tests
// hold this parser against both of them and against the compliance suite.
import { nearestName } from '../../domain/text.ts';
import { PathCursor, PathError } from './cursor.ts';
import type { Comparison, PathCondition, PathOperand, PathQuery, PathSegment, PathSelector } from './model.ts';
import { isSingular } from './model.ts';

const OPERATORS: readonly Comparison[] = ['==', '!=', '<=', '>=', '<', '>'];
const FUNCTIONS = ['length', 'count', 'value'] as const;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Parses a path. Throws a `PathError` at the first place where it is not RFC 9535, or calls `match` or `search`. */
export function parseQuery(text: string): PathQuery {
  const cursor = new PathCursor(text);
  if (!cursor.takes('$')) cursor.fail('A path starts with $, which stands for the response document.');
  const query: PathQuery = { from: '$', segments: segments(cursor), at: 0 };
  if (cursor.at < text.length) cursor.fail(`A path goes on with . or [, but ${cursor.found()} here.`);
  return query;
}

function segments(cursor: PathCursor): PathSegment[] {
  const found: PathSegment[] = [];
  for (;;) {
    const start = cursor.at;
    cursor.skipBlanks();
    if (!cursor.seesAnyOf('.[')) {
      cursor.at = start;
      return found;
    }
    found.push(segment(cursor));
  }
}

function segment(cursor: PathCursor): PathSegment {
  const at = cursor.at;
  const descendant = cursor.takes('..');
  if (cursor.sees('[')) return { descendant, at, ...bracketed(cursor) };
  if (!descendant) cursor.takes('.');
  if (cursor.takes('*')) return { descendant, at, tight: true, selectors: [{ kind: 'wildcard' }] };
  const name = cursor.name();
  if (name === undefined) {
    return cursor.fail(
      `A name or * is expected after the dot, but ${cursor.found()} here.`,
      "A name after a dot starts with a letter or _; write others in brackets: $['1st'].",
    );
  }
  return { descendant, at, tight: true, selectors: [{ kind: 'name', name }] };
}

function bracketed(cursor: PathCursor): Pick<PathSegment, 'selectors' | 'tight'> {
  cursor.takes('[');
  const inside = cursor.at;
  const selectors: PathSelector[] = [];
  do {
    cursor.skipBlanks();
    selectors.push(selector(cursor));
  } while (cursor.takesAfterBlanks(','));
  const tight = !/[ \t\n\r]/.test(cursor.text.charAt(inside)) && cursor.sees(']');
  if (!cursor.takesAfterBlanks(']')) cursor.fail(`A comma or ] is expected, but ${cursor.found()} here.`);
  return { selectors, tight };
}

function selector(cursor: PathCursor): PathSelector {
  if (cursor.takes('*')) return { kind: 'wildcard' };
  if (cursor.takes('?')) {
    cursor.skipBlanks();
    return { kind: 'filter', condition: anyOf(cursor) };
  }
  const name = cursor.string();
  if (name !== undefined) return { kind: 'name', name };
  const number = cursor.integer();
  if (cursor.takesAfterBlanks(':')) return slice(cursor, number);
  if (number !== undefined) return { kind: 'index', index: number };
  return cursor.fail(
    `A name in quotes, an index, a slice, * or a filter is expected, but ${cursor.found()} here.`,
    "Names in brackets stand in quotes: $.data['state']. An index is a number without leading zero.",
  );
}

function slice(cursor: PathCursor, start: number | undefined): PathSelector {
  cursor.skipBlanks();
  const end = cursor.integer();
  if (!cursor.takesAfterBlanks(':')) return { kind: 'slice', start, end, step: undefined };
  cursor.skipBlanks();
  return { kind: 'slice', start, end, step: cursor.integer() };
}

function anyOf(cursor: PathCursor): PathCondition {
  return joined(cursor, 'any', '||', allOf);
}

function allOf(cursor: PathCursor): PathCondition {
  return joined(cursor, 'all', '&&', basic);
}

function joined(
  cursor: PathCursor,
  kind: 'any' | 'all',
  operator: string,
  part: (cursor: PathCursor) => PathCondition,
): PathCondition {
  const first = part(cursor);
  const parts = [first];
  while (cursor.takesAfterBlanks(operator)) {
    cursor.skipBlanks();
    parts.push(part(cursor));
  }
  return parts.length === 1 ? first : { kind, parts };
}

function basic(cursor: PathCursor): PathCondition {
  if (!cursor.takes('!')) return cursor.sees('(') ? parenthesised(cursor) : testOrComparison(cursor);
  cursor.skipBlanks();
  if (cursor.sees('(')) return { kind: 'not', part: parenthesised(cursor) };
  if (cursor.seesAnyOf('@$')) return { kind: 'not', part: { kind: 'exists', query: filterQuery(cursor) } };
  const at = cursor.at;
  return mustBeCompared(operand(cursor), at);
}

function parenthesised(cursor: PathCursor): PathCondition {
  cursor.takes('(');
  cursor.skipBlanks();
  const condition = anyOf(cursor);
  if (!cursor.takesAfterBlanks(')')) {
    cursor.skipBlanks();
    cursor.fail(`A closing parenthesis is expected, but ${cursor.found()} here.`);
  }
  return condition;
}

function testOrComparison(cursor: PathCursor): PathCondition {
  const at = cursor.at;
  const query = cursor.seesAnyOf('@$') ? filterQuery(cursor) : undefined;
  const left = query === undefined ? operand(cursor) : undefined;
  const operator = comparison(cursor);
  if (operator === undefined) {
    return query === undefined ? mustBeCompared(left, at) : { kind: 'exists', query };
  }
  cursor.skipBlanks();
  return { kind: 'compare', left: left ?? comparable(cursor, query, at), operator, right: operand(cursor) };
}

// RFC 9535 §2.4.3: what gives a value is no condition.
function mustBeCompared(operand: PathOperand | undefined, at: number): never {
  throw new PathError(
    operand?.kind === 'literal' ? 'jsonpath_invalid' : 'jsonpath_function_invalid',
    at,
    'A value by itself is no condition; it must be compared.',
    'For example length(@.items) > 0.',
  );
}

function comparison(cursor: PathCursor): Comparison | undefined {
  return OPERATORS.find((operator) => cursor.takesAfterBlanks(operator));
}

function filterQuery(cursor: PathCursor): PathQuery {
  const at = cursor.at;
  const from = cursor.takes('@') ? '@' : '$';
  if (from === '$') cursor.takes('$');
  return { from, at, segments: segments(cursor) };
}

function operand(cursor: PathCursor): PathOperand {
  const at = cursor.at;
  if (cursor.seesAnyOf('@$')) return comparable(cursor, filterQuery(cursor), at);
  const literal = cursor.string() ?? cursor.number();
  if (literal !== undefined) return { kind: 'literal', value: literal };
  refuseRegex(cursor);
  const word = cursor.functionName();
  if (word !== undefined && cursor.takes('(')) return call(cursor, word, at);
  const value = word === undefined ? undefined : WORDS.get(word);
  if (value !== undefined) return { kind: 'literal', value };
  cursor.at = at;
  return cursor.fail(
    `A path from @ or $, a text in quotes, a number, true, false, null or a function is expected, but ${cursor.found()} here.`,
  );
}

function comparable(cursor: PathCursor, query: PathQuery | undefined, at: number): PathOperand {
  if (query === undefined || !isSingular(query) || !query.segments.every(({ tight }) => tight)) {
    return cursor.fail(
      'A path that is compared must name one value.',
      'Use names and indexes only, without blanks in brackets: no *, no .., no slice, no filter.',
      at,
    );
  }
  return { kind: 'query', query };
}

function call(cursor: PathCursor, name: string, at: number): PathOperand {
  const known = FUNCTIONS.find((candidate) => candidate === name);
  if (known === undefined) {
    const near = nearestName(name, FUNCTIONS);
    const hint = near === undefined ? 'There are length, count and value.' : `Did you mean ${near}?`;
    throw new PathError('jsonpath_function_invalid', at, `There is no function ${name}.`, hint);
  }
  cursor.skipBlanks();
  const result = known === 'length' ? lengthOf(cursor, at) : nodesOf(cursor, known, at);
  if (!cursor.takesAfterBlanks(')')) {
    throw new PathError(
      'jsonpath_function_invalid',
      cursor.at,
      `${name} takes one argument and a closing parenthesis.`,
    );
  }
  return result;
}

// RFC 9535 §2.4.4: the argument is a value, so a path given to it must be singular.
function lengthOf(cursor: PathCursor, at: number): PathOperand {
  if (cursor.seesAnyOf('()!')) {
    throw new PathError('jsonpath_function_invalid', at, 'length takes a value.', 'For example length(@.items) > 0.');
  }
  if (!cursor.seesAnyOf('@$')) return { kind: 'length', of: operand(cursor) };
  const query = filterQuery(cursor);
  if (isSingular(query)) return { kind: 'length', of: { kind: 'query', query } };
  throw new PathError(
    'jsonpath_function_invalid',
    at,
    'length takes a path that names one value.',
    'Use count for many.',
  );
}

// RFC 9535 §2.4.5, §2.4.8: the argument is the list of nodes that a path selects.
function nodesOf(cursor: PathCursor, kind: 'count' | 'value', at: number): PathOperand {
  if (cursor.seesAnyOf('@$')) return { kind, of: filterQuery(cursor) };
  throw new PathError('jsonpath_function_invalid', at, `${kind} takes a path.`, `For example ${kind}(@.items[*]).`);
}

function refuseRegex(cursor: PathCursor): void {
  const word = /^(?:match|search)\(/.exec(cursor.text.slice(cursor.at, cursor.at + 8));
  if (word === null) return;
  throw new PathError(
    'jsonpath_regex_refused',
    cursor.at,
    `${word[0].slice(0, -1)} is not available: a regular expression can take for ever on what a receiver sends.`,
    'Compare whole values with == and list the allowed ones in expected_values.',
  );
}
