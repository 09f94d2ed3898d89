// Text that lacks its quotes in a tag is read as the path to a field: `(eq data.action deleted)`.
import { quoted } from '../findings.ts';
import type { Expression, PathExpression } from '../syntax/tree.ts';

/** What a path in a call may be instead: a text of the author's, or the name of a member. */
export type Unquoted = 'text' | 'name';

// From their second argument on these take names of members.
const NAMING: ReadonlySet<string> = new Set(['lookup', 'omit', 'pick', 'pluck']);

/** The paths of an expression that may be texts without quotes: single names, as arguments and options of helpers. */
export function unquotedIn(expression: Expression): ReadonlyMap<PathExpression, Unquoted> {
  const found = new Map<PathExpression, Unquoted>();
  note(expression, found);
  return found;
}

function note(expression: Expression, found: Map<PathExpression, Unquoted>): void {
  if (expression.kind !== 'call') return;
  const isNaming = NAMING.has(expression.helper);
  const parts = [...expression.args, ...expression.options.map(([, value]) => value)];
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'path' && isName(part)) found.set(part, isNaming && index > 0 ? 'name' : 'text');
    else note(part, found);
  }
}

function isName({ up, start, keys, source }: PathExpression): boolean {
  return up === 0 && start === 'this' && keys.length === 1 && !source.startsWith('this');
}

const OTHER_QUOTES = /^[\u2018-\u201f]|[\u2018-\u201f]$/g;

/** How to write such a text, where the field that it names is not there; `undefined` where a field must be meant. */
export function hintForUnquoted({ source }: PathExpression, unquoted: Unquoted | undefined): string | undefined {
  const text = source.replace(OTHER_QUOTES, '');
  if (text !== source) return `Text stands in straight quotes: "${quoted(text)}".`;
  if (unquoted === undefined) return undefined;
  return unquoted === 'name'
    ? `The name of a member stands in quotes: "${quoted(text)}".`
    : `If a text is meant, put it in quotes: "${quoted(text)}".`;
}
