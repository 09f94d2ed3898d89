// What may stand inside a tag: paths, literals and calls of known helpers; everything else is refused with what was
// probably meant.
import { nearestName } from '../../domain/text.ts';
import { quoted } from '../findings.ts';
import type { Helper } from '../helpers/helper.ts';
import { HELPERS } from '../helpers/index.ts';
import { hintForArgument, hintForHelper, hintForMeant } from './habits/hints.ts';
import { isPartOfBlock } from './habits/blocks.ts';
import { tagAt } from './habits/tags.ts';
import type { Scope } from './names.ts';
import { hashOf, isBoolean, isNumber, isPath, isSimple, isSubExpression, isText } from './nodes.ts';
import type { Notes } from './notes.ts';
import { find, sourceOf, warn } from './notes.ts';
import { noteSplitPath, NOTHING, readPath } from './read-path.ts';
import { LIMITS } from './structure.ts';
import type { CallExpression, Expression, LiteralExpression } from './tree.ts';

/** The blocks that templates may use. */
export const BLOCKS = ['if', 'unless', 'each', 'with'] as const;

interface Call {
  readonly path: hbs.AST.Node;
  readonly params: readonly hbs.AST.Expression[];
  readonly hash: hbs.AST.Hash | undefined;
  readonly loc: hbs.AST.SourceLocation;
  /** Whether it is all that a tag holds. */
  readonly alone: boolean;
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
    const detail = `{{${name}}} is the field ${name}; the helper needs an argument.`;
    warn(notes, 'shadows_helper', mustache.loc, detail, 'If this is what you mean, nothing has to change.');
  }
  return readPath(notes, mustache.path, scope, () => hintInTag(notes, mustache.loc));
}

// How to mend a tag whose name or call makes no sense. Where a block is meant, what follows on it cannot be judged.
function hintInTag(notes: Notes, loc: hbs.AST.SourceLocation): string | undefined {
  const [start, end] = [notes.offsetOf(loc.start), notes.offsetOf(loc.end)];
  const standing = tagAt(notes.text, start, end);
  if (isPartOfBlock(standing.tag)) notes.blockLike.add(start);
  return hintForMeant(standing);
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

function readCall(notes: Notes, call: Call, scope: Scope): Expression {
  const helper = helperOf(notes, call);
  // What is no call has no arguments either.
  if (helper === undefined && (!isHelperName(call.path) || notes.blockLike.has(notes.offsetOf(call.loc.start))))
    return NOTHING;
  const args = call.params.map((param) => readExpression(notes, param, scope));
  const pairs = call.hash?.pairs ?? [];
  const options = pairs.map((pair) => [pair.key, readExpression(notes, pair.value, scope)] as const);
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

function isHelperName(path: hbs.AST.Node): path is hbs.AST.PathExpression {
  return isPath(path) && isSimple(path);
}

function helperOf(notes: Notes, call: Call): Helper | undefined {
  const { path, loc } = call;
  if (noteSplitPath(notes, [path, ...call.params])) return undefined;
  const helper = isHelperName(path) ? HELPERS.get(path.original) : undefined;
  if (helper !== undefined) return helper;
  const hint = call.alone ? hintInTag(notes, loc) : hintForArgument(sourceOf(notes, loc));
  if (isHelperName(path)) {
    const name = path.original;
    find(notes, 'unknown_helper', loc, `There is no helper ${quoted(name)}.`, hint ?? hintForUnknown(name));
  } else {
    const detail = `${isPath(path) ? quoted(path.original) : 'This'} has arguments, but it is no helper's name.`;
    find(
      notes,
      'scoped_call',
      loc,
      detail,
      hint ?? 'Call a helper by its bare name; look a field up without arguments.',
    );
  }
  return undefined;
}

function hintForUnknown(name: string): string {
  const isBlock = BLOCKS.some((block) => block === name);
  return isBlock ? `As a block it is {{#${name} …}} … {{/${name}}}.` : hintForHelper(name);
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

function callOf(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression): Call {
  return { path: node.path, params: node.params, hash: hashOf(node), loc: node.loc, alone: !isSubExpression(node) };
}
