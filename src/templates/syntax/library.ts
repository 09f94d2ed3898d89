// The one place that calls Handlebars' parser, and that knows where it keeps the position of a syntax error.
import Handlebars from 'handlebars';
import { isObject } from '../../domain/json.ts';

/** A line (from 1) and a column (from 0), as Handlebars counts them. */
export interface LibraryPosition {
  readonly line: number;
  readonly column: number;
}

/** The tree, after whitespace control, or where and at which word parsing stopped. */
export type LibraryResult =
  | { readonly ok: true; readonly program: hbs.AST.Program }
  | { readonly ok: false; readonly at: LibraryPosition | undefined; readonly word: string; readonly message: string };

/** Parses a string, and only a string: Handlebars takes a tree for a template that was parsed before (CVE-2026-33937). */
export type LibraryParser = (masked: string) => LibraryResult;

/** A parser on an environment of its own. */
export function createLibraryParser(): LibraryParser {
  const environment = Handlebars.create();
  return (masked) => {
    if (typeof masked !== 'string') throw new TypeError('Only strings are parsed as templates.');
    try {
      return { ok: true, program: environment.parse(masked) };
    } catch (error) {
      return { ok: false, ...placeOf(error, environment) };
    }
  };
}

// Errors about names carry their place. Those of the grammar have it in their text only, and roughly; but the lexer
// still stands on the word that could not be taken, so nothing has to be patched to learn it.
function placeOf(
  error: unknown,
  environment: unknown,
): { at: LibraryPosition | undefined; word: string; message: string } {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
  const line = member(error, 'lineNumber');
  const column = member(error, 'column');
  if (typeof line === 'number' && typeof column === 'number') return { at: { line, column }, word: '', message };
  const lexer = member(member(environment, 'Parser'), 'lexer');
  const location = member(lexer, 'yylloc');
  const firstLine = member(location, 'first_line');
  const firstColumn = member(location, 'first_column');
  const word = member(lexer, 'match');
  const known = typeof firstLine === 'number' && typeof firstColumn === 'number';
  return {
    at: known ? { line: firstLine, column: firstColumn } : undefined,
    word: typeof word === 'string' ? word : '',
    message: '',
  };
}

function member(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}
