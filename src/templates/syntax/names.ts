// Names are bound to the block that they stand in when the template is read, not when it is rendered: then the same
// name means the same thing for every event (TEMPLATES.md section 1, "Names").
import type { PathExpression, PathStart } from './tree.ts';

/** The block that a name stands in. Each `each` and `with` makes a scope, `if` makes none; the event is the outermost. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly loop: boolean;
  /** Block parameters: the item and, for `each`, its key or index. */
  readonly params: readonly string[];
}

/** A path as the parser gives it: `@`, number of `../`, names, and the text. */
export interface WrittenPath {
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
}

/** What a path is bound to, and what is odd about it. */
export interface Binding {
  readonly path: PathExpression;
  readonly oddity: 'above_root' | 'unknown_variable' | undefined;
}

type Place = Pick<PathExpression, 'up' | 'start' | 'keys'> & Pick<Binding, 'oddity'>;

/** The variables that start with `@`. */
export const VARIABLES = ['root', 'index', 'key', 'first', 'last'] as const;

/** The scope of the event itself. */
export const ROOT_SCOPE: Scope = { parent: undefined, loop: false, params: [] };

/** Binds a path, written as `source`. A path that leads nowhere is missing for every event, and odd. */
export function bind(written: WrittenPath, scope: Scope, source: string): Binding {
  const { up, start, keys, oddity } = resolve(written, scope);
  return { path: { kind: 'path', up, start, keys, source }, oddity };
}

function resolve(written: WrittenPath, scope: Scope): Place {
  if (written.data) return bindVariable(written, scope);
  const param = isScoped(written) ? undefined : bindParameter(written, scope);
  if (param !== undefined) return param;
  if (written.depth > heightOf(scope)) return nowhere('above_root');
  return path(written.depth, 'this', written.parts);
}

function bindVariable(written: WrittenPath, scope: Scope): Place {
  const [name, ...keys] = written.parts;
  if (name === 'root') return path(heightOf(scope), 'this', keys);
  if (name !== 'index' && name !== 'key' && name !== 'first' && name !== 'last') return nowhere('unknown_variable');
  const from = ancestor(scope, written.depth);
  if (from === undefined) return nowhere('above_root');
  return isInLoop(from) ? path(written.depth, name, keys) : nowhere('unknown_variable');
}

function bindParameter(written: WrittenPath, scope: Scope): Place | undefined {
  const [name, ...keys] = written.parts;
  if (written.depth > 0 || name === undefined) return undefined;
  let up = 0;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const index = at.params.indexOf(name);
    if (index >= 0) return path(up, index === 0 ? 'this' : 'key', keys);
    up += 1;
  }
  return undefined;
}

// `this.name` and `./name` mean the field, also where a block parameter has its name.
function isScoped(written: WrittenPath): boolean {
  return /^(?:\.|this\b)/.test(written.original);
}

function ancestor(scope: Scope, up: number): Scope | undefined {
  let at: Scope | undefined = scope;
  for (let step = 0; step < up; step += 1) at = at?.parent;
  return at;
}

/** How many levels are around a scope: the event has none. */
export function heightOf(scope: Scope): number {
  let height = 0;
  for (let at = scope.parent; at !== undefined; at = at.parent) height += 1;
  return height;
}

/** Whether a scope, or one around it, is that of an `each`. */
export function isInLoop(scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) if (at.loop) return true;
  return false;
}

function nowhere(oddity: 'above_root' | 'unknown_variable'): Place {
  return { ...path(0, 'nothing', []), oddity };
}

function path(up: number, start: PathStart, keys: readonly string[]): Place {
  return { up, start, keys, oddity: undefined };
}
