// Reads paths: binds them to their block, and says where one is read as something else than it looks like.
import { quoted } from '../findings.ts';
import { hintForArgument, hintForNumber } from './habits/hints.ts';
import { LONGEST_READ } from './habits/tokens.ts';
import type { Scope } from './names.ts';
import { bind } from './names.ts';
import { isPath } from './nodes.ts';
import type { Notes } from './notes.ts';
import { find, sourceOf, warn } from './notes.ts';
import { oddityMessage } from './oddities.ts';
import { LIMITS } from './structure.ts';
import type { Expression } from './tree.ts';

/** An expression that is missing for every event: it stands in for what was refused. */
export const NOTHING: Expression = { kind: 'literal', value: undefined };

/** Reads a path. `hintForBlanks` says how to write one that has blanks in it. */
export function readPath(
  notes: Notes,
  node: hbs.AST.PathExpression,
  scope: Scope,
  hintForBlanks: (written: string) => string | undefined = hintForArgument,
): Expression {
  const written = sourceOf(notes, node.loc);
  if (!isReadable(notes, node, written, hintForBlanks)) return NOTHING;
  const { path, oddity } = bind(node, scope, written);
  if (oddity !== undefined) {
    const { detail, hint } = oddityMessage(oddity, node, scope, written);
    warn(notes, oddity, node.loc, detail, hint);
  }
  return path;
}

function isReadable(
  notes: Notes,
  { parts: { length }, loc }: hbs.AST.PathExpression,
  written: string,
  hintForBlanks: (written: string) => string | undefined,
): boolean {
  if (length > LIMITS.names) {
    const detail = `This path has ${String(length)} names; at most ${String(LIMITS.names)} are allowed, as events are at most so deep.`;
    find(notes, 'limit_exceeded', loc, detail, 'Send less of the path, or what it leads through with json.');
    return false;
  }
  if (/\s/.test(withoutBrackets(written))) {
    const detail = `${quoted(written)} is read as one path, as if there were no blanks in it.`;
    find(notes, 'syntax', loc, detail, hintForBlanks(written) ?? withoutBlanks(written));
    return false;
  }
  const hint = hintForNumber(written);
  if (hint !== undefined) find(notes, 'syntax', loc, `${quoted(written)} is read as the name of a field.`, hint);
  return hint === undefined;
}

function withoutBrackets(path: string): string {
  return path.replace(/\[[^\]]*\]/g, '');
}

function withoutBlanks(path: string): string {
  if (path.length > LONGEST_READ || path !== withoutBrackets(path)) return 'Remove the blanks.';
  return `Write ${path.replace(/\s+/g, '')}.`;
}

/**
 * Notes a path with dots too many, and says whether there was one: Handlebars reads `data..action` as `data` with the
 * arguments `..` and `action`, and `data.` as `data` with the argument `.`.
 */
export function noteSplitPath(notes: Notes, nodes: readonly hbs.AST.Node[]): boolean {
  const split = nodes.find((node, index) => isContinued(notes, node, nodes[index + 1]));
  if (split === undefined) return false;
  const from = notes.offsetOf(split.loc.start);
  const written = /^[^\s}()]*/.exec(notes.text.slice(from, from + LONGEST_READ))?.[0] ?? '';
  const meant = written.replace(/\.{2,}/g, '.').replace(/\.$/, '');
  find(notes, 'syntax', split.loc, `The path ${quoted(written)} has a dot too many.`, `Did you mean ${quoted(meant)}?`);
  return true;
}

function isContinued(notes: Notes, node: hbs.AST.Node, next: hbs.AST.Node | undefined): boolean {
  if (next === undefined || !isPath(node) || !isPath(next) || !next.original.startsWith('.')) return false;
  return notes.offsetOf(node.loc.end) === notes.offsetOf(next.loc.start);
}
