// What may stand inside a tag: paths, literals and calls of known helpers; everything else is refused with what was
// probably meant.
import { nearestName } from '../../domain/text.ts';
import type { Finding, FindingCode } from '../findings.ts';
import { quoted } from '../findings.ts';
import type { Helper } from '../helpers/helper.ts';
import { HELPERS } from '../helpers/index.ts';
import type { LibraryPosition } from './library.ts';
import { hintForHelper, hintForNumber } from './habits.ts';
import { bind, VARIABLES } from './names.ts';
import type { Scope } from './names.ts';
import { LIMITS } from './structure.ts';
import type { CallExpression, Expression, LiteralExpression } from './tree.ts';

/** The blocks that templates may use. */
export const BLOCKS = ['if', 'unless', 'each', 'with'] as const;

/** Collects what is found while the tree is built. */
export interface Notes {
  readonly text: string;
  readonly findings: Finding[];
  readonly warnings: Finding[];
  offsetOf(position: LibraryPosition): number;
}

/** An expression that is missing for every event: it stands in for what was refused. */
export const NOTHING: Expression = { kind: 'literal', value: undefined };

interface Call {
  readonly path: hbs.AST.Node;
  readonly params: readonly hbs.AST.Expression[];
  readonly hash: hbs.AST.Hash | undefined;
  readonly loc: hbs.AST.SourceLocation;
}

/** Reads what a placeholder holds: a bare name is a field, a name with arguments is a call. */
export function readPlaceholder(notes: Notes, mustache: hbs.AST.MustacheStatement, scope: Scope): Expression {
  if (mustache.params.length > 0 || hashOf(mustache) !== undefined) return readCall(notes, callOf(mustache), scope);
  if (!isPath(mustache.path)) {
    const hint = 'Write the value into the template without braces; a field with such a name is {{this.[name]}}.';
    find(notes, 'literal_placeholder', mustache.loc, 'A placeholder holds a path or a helper, not a value.', hint);
    return NOTHING;
  }
  const name = mustache.path.original;
  if (HELPERS.has(name)) {
    warn(notes, 'shadows_helper', mustache.loc, `{{${name}}} is the field ${name}; the helper needs an argument.`);
  }
  return readPath(notes, mustache.path, scope);
}

/** Reads an argument. */
export function readExpression(notes: Notes, node: hbs.AST.Expression, scope: Scope): Expression {
  if (isPath(node)) return readPath(notes, node, scope);
  if (isSubExpression(node)) return readCall(notes, callOf(node), scope);
  if (isNumber(node)) return exactNumber(notes, node);
  return {
    kind: 'literal',
    value: isText(node) || isBoolean(node) ? node.value : node.type === 'NullLiteral' ? null : undefined,
  };
}

function readPath(notes: Notes, node: hbs.AST.PathExpression, scope: Scope): Expression {
  if (!isReadable(notes, node)) return NOTHING;
  const { path, oddity } = bind(node, scope, sourceOf(notes, node.loc));
  if (oddity === 'above_root') {
    warn(
      notes,
      oddity,
      node.loc,
      `${node.original} leads above the event: only each and with are a level, if is none.`,
    );
  }
  if (oddity === 'unknown_variable') {
    const known = VARIABLES.map((name) => `@${name}`).join(', ');
    warn(
      notes,
      oddity,
      node.loc,
      `${node.original} has no value here. There are ${known}; all but @root need an each.`,
    );
  }
  return path;
}

function isReadable(notes: Notes, node: hbs.AST.PathExpression): boolean {
  const { length } = node.parts;
  if (length > LIMITS.names) {
    const detail = `This path has ${String(length)} names; at most ${String(LIMITS.names)} are allowed, as events are at most so deep.`;
    find(notes, 'limit_exceeded', node.loc, detail, 'Send less of the path, or what it leads through with json.');
    return false;
  }
  const written = sourceOf(notes, node.loc);
  const hint = hintForNumber(written);
  if (hint !== undefined) find(notes, 'syntax', node.loc, `${quoted(written)} is read as the name of a field.`, hint);
  return hint === undefined;
}

function readCall(notes: Notes, call: Call, scope: Scope): Expression {
  const args = call.params.map((param) => readExpression(notes, param, scope));
  const pairs = call.hash?.pairs ?? [];
  const options = pairs.map((pair) => [pair.key, readExpression(notes, pair.value, scope)] as const);
  const helper = helperOf(notes, call);
  if (helper === undefined) return NOTHING;
  checkArguments(notes, call, helper);
  return {
    kind: 'call',
    helper: helper.name,
    args,
    options,
    source: sourceOf(notes, call.loc),
  } satisfies CallExpression;
}

function helperOf(notes: Notes, call: Call): Helper | undefined {
  const { path } = call;
  if (noteSplitPath(notes, [path, ...call.params])) return undefined;
  if (!isPath(path) || !isSimple(path)) {
    const written = isPath(path) ? path.original : 'This';
    const hint = 'Call a helper by its bare name; look a field up without arguments.';
    find(notes, 'scoped_call', call.loc, `${written} has arguments, but it is no helper's name.`, hint);
    return undefined;
  }
  const helper = HELPERS.get(path.original);
  if (helper === undefined) {
    const args = notes.text.slice(
      notes.offsetOf(path.loc.end),
      notes.offsetOf(call.params.at(-1)?.loc.end ?? path.loc.end),
    );
    find(notes, 'unknown_helper', call.loc, ...unknownHelper(path.original, quoted(args.trim())));
  }
  return helper;
}

/**
 * Notes a path with dots too many, and says whether there was one: Handlebars reads `data..action` as `data` with the
 * arguments `..` and `action`, and `data.` as `data` with the argument `.`.
 */
export function noteSplitPath(notes: Notes, nodes: readonly hbs.AST.Node[]): boolean {
  const split = nodes.find((node, index) => isContinued(notes, node, nodes[index + 1]));
  if (split === undefined) return false;
  const from = notes.offsetOf(split.loc.start);
  const written = /^[^\s}()]*/.exec(notes.text.slice(from, from + MAX_SHOWN_PATH))?.[0] ?? '';
  const meant = written.replace(/\.{2,}/g, '.').replace(/\.$/, '');
  find(notes, 'syntax', split.loc, `The path ${quoted(written)} has a dot too many.`, `Did you mean ${quoted(meant)}?`);
  return true;
}

function isContinued(notes: Notes, node: hbs.AST.Node, next: hbs.AST.Node | undefined): boolean {
  if (next === undefined || !isPath(node) || !isPath(next) || !next.original.startsWith('.')) return false;
  return notes.offsetOf(node.loc.end) === notes.offsetOf(next.loc.start);
}

const MAX_SHOWN_PATH = 200;

function unknownHelper(name: string, args: string): [detail: string, hint: string] {
  const detail = `There is no helper ${name}.`;
  if (BLOCKS.some((block) => block === name)) return [detail, `As a block it is {{#${name} …}} … {{/${name}}}.`];
  const known = [...HELPERS.keys()];
  const hint = hintForHelper(name, args, known);
  const meant = hint === undefined ? '' : `${hint} `;
  return [detail, `${meant}Helpers are ${known.join(', ')}; a field is written without arguments.`];
}

function checkArguments(notes: Notes, call: Call, helper: Helper): void {
  const { min, max } = helper.arity;
  const given = call.params.length;
  if (given < min || given > max) {
    const wanted = min === max ? String(min) : `${String(min)} to ${String(max)}`;
    const detail = `${helper.name} takes ${wanted} argument${wanted === '1' ? '' : 's'}; here it has ${String(given)}.`;
    find(notes, 'helper_arguments', call.loc, detail, `Write it like ${helper.example}.`);
  }
  for (const pair of call.hash?.pairs ?? []) {
    if (helper.options.includes(pair.key)) continue;
    const near = nearestName(pair.key, helper.options);
    const hint = near === undefined ? `Write it like ${helper.example}.` : `Did you mean ${near}?`;
    find(notes, 'helper_arguments', pair.loc, `${helper.name} has no option ${pair.key}.`, hint);
  }
}

const NO_NUMBER: LiteralExpression = { kind: 'literal', value: undefined };

// A literal keeps its spelling, as the numbers of the event do.
function exactNumber(notes: Notes, node: hbs.AST.NumberLiteral): LiteralExpression {
  const [written = ''] = /^-?\d+(?:\.\d+)?/.exec(sourceOf(notes, node.loc)) ?? [];
  if (written.length > LIMITS.digits || !Number.isFinite(node.value)) {
    const detail = `A number has at most ${String(LIMITS.digits)} characters, and lies within the range of a double.`;
    find(notes, 'limit_exceeded', node.loc, detail, 'Write fewer digits, or put them in quotes to send text.');
    return NO_NUMBER;
  }
  const spelling = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.exec(written)?.[0];
  const same = spelling === undefined || spelling === String(node.value) || Number(spelling) !== node.value;
  return { kind: 'literal', value: node.value, ...(same ? {} : { spelling }) };
}

function sourceOf(notes: Notes, loc: hbs.AST.SourceLocation): string {
  return notes.text.slice(notes.offsetOf(loc.start), notes.offsetOf(loc.end));
}

/** Notes what refuses the template, at a place of Handlebars' tree. */
export function find(notes: Notes, code: FindingCode, loc: hbs.AST.SourceLocation, detail: string, hint: string): void {
  notes.findings.push({ code, offset: notes.offsetOf(loc.start), detail, hint });
}

function warn(notes: Notes, code: FindingCode, loc: hbs.AST.SourceLocation, detail: string): void {
  const hint = 'If this is what you mean, nothing has to change.';
  notes.warnings.push({ code, offset: notes.offsetOf(loc.start), detail, hint });
}

function callOf(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression): Call {
  return { path: node.path, params: node.params, hash: hashOf(node), loc: node.loc };
}

/** The named options of a tag. The library's types promise them always; its parser leaves them out. */
export function hashOf(node: { readonly hash: hbs.AST.Hash | undefined }): hbs.AST.Hash | undefined {
  return node.hash;
}

/** Whether a node is a path. */
export function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === 'PathExpression';
}

/** Whether a path is one bare name. */
export function isSimple(path: hbs.AST.PathExpression): boolean {
  return !path.data && path.depth === 0 && path.parts.length === 1 && path.parts[0] === path.original;
}

function isSubExpression(node: hbs.AST.Node): node is hbs.AST.SubExpression {
  return node.type === 'SubExpression';
}

function isText(node: hbs.AST.Node): node is hbs.AST.StringLiteral {
  return node.type === 'StringLiteral';
}

/** Whether a node is `true` or `false`. */
export function isBoolean(node: hbs.AST.Node): node is hbs.AST.BooleanLiteral {
  return node.type === 'BooleanLiteral';
}

function isNumber(node: hbs.AST.Node): node is hbs.AST.NumberLiteral {
  return node.type === 'NumberLiteral';
}
