// Handlebars' tree → ours: an allow-list. What it does not know, it refuses; nothing gets through by being overlooked.
import type { FindingCode } from '../findings.ts';
import { quoted } from '../findings.ts';
import { BLOCKS, readExpression, readPlaceholder } from './expressions.ts';
import { hintForBlock, hintForMeant } from './habits/hints.ts';
import type { StandingTag } from './habits/tags.ts';
import { tagAt } from './habits/tags.ts';
import { ROOT_SCOPE } from './names.ts';
import type { Scope } from './names.ts';
import { hashOf, isBoolean, isPath, isSimple } from './nodes.ts';
import type { Notes } from './notes.ts';
import { find } from './notes.ts';
import { noteSplitPath, NOTHING } from './read-path.ts';
import type { Scan, Tag } from './scan.ts';
import type { Expression, Node, TextNode } from './tree.ts';

/** Builds the tree. `broken` are starts of tags whose inside was blanked because it could not be parsed. */
export function buildTree(notes: Notes, scan: Scan, broken: ReadonlySet<number>, program: hbs.AST.Program): Node[] {
  return new Builder(notes, scan, broken).program(program, ROOT_SCOPE);
}

type Block = (typeof BLOCKS)[number];

const REFUSED: Readonly<Record<string, readonly [FindingCode, string]>> = {
  PartialStatement: ['partial', 'Partials cannot be used: a template is one text.'],
  PartialBlockStatement: ['partial', 'Partials cannot be used: a template is one text.'],
  Decorator: ['decorator', 'Decorators cannot be used.'],
  DecoratorBlock: ['decorator', 'Decorators and inline partials cannot be used.'],
};

const MOST_PARAMETERS: Readonly<Record<Block, number>> = { if: 0, unless: 0, with: 1, each: 2 };

// Handlebars' statements come in the order of the tags that the scan found, and between two tags there is at most one
// piece of text. Walking both together gives every node its exact place, without counting lines and columns.
class Builder {
  readonly #notes: Notes;
  readonly #scan: Scan;
  readonly #broken: ReadonlySet<number>;
  #next = 0;

  constructor(notes: Notes, scan: Scan, broken: ReadonlySet<number>) {
    this.#notes = notes;
    this.#scan = scan;
    this.#broken = broken;
  }

  program(program: hbs.AST.Program | undefined, scope: Scope): Node[] {
    return (program?.body ?? []).flatMap((statement) => this.#statement(statement, scope));
  }

  #statement(statement: hbs.AST.Statement, scope: Scope): readonly Node[] {
    if (isContent(statement)) return this.#text(statement);
    if (isBlock(statement)) return this.#block(statement, scope);
    if (isMustache(statement)) return this.#placeholder(statement, scope);
    const tag = this.#takeTag();
    if (statement.type === 'CommentStatement') return [];
    return this.#refused(statement, tag, scope);
  }

  #takeTag(): Tag {
    const tag = this.#scan.tags[this.#next];
    if (tag === undefined) throw new Error('Handlebars saw a tag that the scan did not.');
    this.#next += 1;
    return tag;
  }

  #text(content: hbs.AST.ContentStatement): TextNode[] {
    const from = this.#scan.tags[this.#next - 1]?.end ?? 0;
    const first = content.value.search(/\S/);
    if (first === -1) return content.value === '' ? [] : [{ kind: 'text', text: content.value, offset: from }];
    const gap = this.#scan.masked.slice(from, this.#scan.tags[this.#next]?.start);
    const stripped = gap.search(/\S/) - first;
    return this.#literal(from + stripped, from + stripped + content.value.length);
  }

  // The author's own text, less the backslashes that only make a mustache literal.
  #literal(from: number, to: number): TextNode[] {
    const inside = this.#scan.dropped.filter((offset) => offset >= from && offset < to);
    const starts = [from, ...inside.map((offset) => offset + 1)];
    const ends = [...inside, to];
    return starts
      .map((offset, index): TextNode => ({ kind: 'text', text: this.#notes.text.slice(offset, ends[index]), offset }))
      .filter((node) => node.text !== '');
  }

  #placeholder(mustache: hbs.AST.MustacheStatement, scope: Scope): readonly Node[] {
    const tag = this.#takeTag();
    const source = this.#notes.text.slice(tag.start, tag.end);
    const expression = this.#broken.has(tag.start) ? NOTHING : readPlaceholder(this.#notes, mustache, scope);
    return [{ kind: 'placeholder', expression, offset: tag.start, source }];
  }

  // Inside of what is refused there may be more to find.
  #refused(statement: hbs.AST.Statement, tag: Tag, scope: Scope): readonly Node[] {
    const [code, detail] = REFUSED[statement.type] ?? ['syntax', 'This cannot be used in a template.'];
    this.#find(code, tag, detail, 'Write the text here, with placeholders and the blocks if, unless, each and with.');
    if (tag.kind !== 'open' || !hasProgram(statement)) return [];
    this.program(statement.program, scope);
    this.#takeTag();
    return [];
  }

  #block(block: hbs.AST.BlockStatement, scope: Scope): readonly Node[] {
    const node = this.#openBlock(block, scope);
    this.#takeTag();
    return node;
  }

  #openBlock(block: hbs.AST.BlockStatement, scope: Scope): readonly Node[] {
    const tag = this.#takeTag();
    const inverted = /^\{\{~?\^/.test(this.#notes.text.slice(tag.start, tag.start + 4));
    if (inverted) {
      const name = tag.name === '' ? 'data.x' : quoted(tag.name);
      const hint = `Use {{#unless ${name}}} … {{/unless}} instead.`;
      this.#find('inverted_section', tag, 'A block that opens with ^ cannot be used.', hint);
    }
    const [first, second] = inverted ? [block.inverse, block.program] : [block.program, block.inverse];
    const name = this.#blockName(block, tag, inverted);
    const argument = name === undefined ? NOTHING : this.#argument(block, tag, name, scope);
    const inner = this.#scopeOf(block, name, scope);
    const body = this.program(first, inner);
    const otherwise = this.#otherwise(second, scope);
    return name === undefined ? [] : [blockNode(name, argument, includesZero(block), body, otherwise, tag.start)];
  }

  // A chained else holds exactly one block, which takes the `else if` as its opening and has no closing of its own.
  #otherwise(inverse: hbs.AST.Program | undefined, scope: Scope): readonly Node[] {
    if (inverse === undefined) return [];
    const [chained] = inverse.body;
    if (isChained(inverse) && chained !== undefined && isBlock(chained)) return this.#openBlock(chained, scope);
    this.#takeTag();
    return this.program(inverse, scope);
  }

  #blockName(block: hbs.AST.BlockStatement, tag: Tag, inverted: boolean): Block | undefined {
    if (inverted) return undefined;
    const written = isPath(block.path) ? block.path.original : tag.name;
    const name = BLOCKS.find((known) => known === written);
    if (name !== undefined && isPath(block.path) && isSimple(block.path)) return name;
    const standing = this.#standing(tag);
    // Of a tag that could not be read, what is meant by it is said already.
    if (this.#broken.has(tag.start) && hintForMeant(standing) !== undefined) return undefined;
    const hint = hintForBlock(standing, tag.name, BLOCKS);
    this.#find('unknown_block', tag, `There is no block ${quoted(written)}.`, hint);
    return undefined;
  }

  #argument(block: hbs.AST.BlockStatement, tag: Tag, name: Block, scope: Scope): Expression {
    if (this.#broken.has(tag.start)) return NOTHING;
    if (!this.#hasOneArgument(block, tag, name)) return NOTHING;
    this.#checkParameters(block, tag, name);
    this.#checkOptions(block, name);
    const [argument] = block.params.map((param) => readExpression(this.#notes, param, scope));
    return argument ?? NOTHING;
  }

  #hasOneArgument(block: hbs.AST.BlockStatement, tag: Tag, name: Block): boolean {
    const given = block.params.length;
    if (given === 1) return true;
    if (noteSplitPath(this.#notes, block.params)) return false;
    const detail = `${name} takes one argument; here it has ${String(given)}.`;
    const hint = hintForMeant(this.#standing(tag)) ?? `Write it like {{#${name} data.metadata}}.`;
    this.#find('block_arguments', tag, detail, hint);
    return false;
  }

  #standing(tag: Tag): StandingTag {
    return tagAt(this.#notes.text, tag.start, tag.end);
  }

  #checkParameters(block: hbs.AST.BlockStatement, tag: Tag, name: Block): void {
    const most = MOST_PARAMETERS[name];
    if (paramsOf(block).length <= most) return;
    const hint = most === 0 ? 'Remove them: nothing is new inside.' : `Name at most ${String(most)}.`;
    this.#find('block_arguments', tag, `${name} has ${String(most)} block parameters to give.`, hint);
  }

  #checkOptions(block: hbs.AST.BlockStatement, name: Block): void {
    const conditional = name === 'if' || name === 'unless';
    for (const pair of hashOf(block)?.pairs ?? []) {
      if (conditional && pair.key === 'includeZero' && isBoolean(pair.value)) continue;
      const hint = conditional ? 'The only option is includeZero=true.' : `${name} has no options.`;
      find(this.#notes, 'block_arguments', pair.loc, `${name} does not know the option ${pair.key} as written.`, hint);
    }
  }

  #scopeOf(block: hbs.AST.BlockStatement, name: Block | undefined, scope: Scope): Scope {
    if (name !== 'each' && name !== 'with') return scope;
    return { parent: scope, loop: name === 'each', params: paramsOf(block) };
  }

  #find(code: FindingCode, tag: Tag, detail: string, hint: string): void {
    this.#notes.findings.push({ code, offset: tag.start, detail, hint });
  }
}

function blockNode(
  name: Block,
  argument: Expression,
  includeZero: boolean,
  body: readonly Node[],
  otherwise: readonly Node[],
  offset: number,
): Node {
  if (name === 'each' || name === 'with') return { kind: name, over: argument, body, otherwise, offset };
  return { kind: 'if', condition: argument, negated: name === 'unless', includeZero, body, otherwise, offset };
}

function includesZero(block: hbs.AST.BlockStatement): boolean {
  return (hashOf(block)?.pairs ?? []).some(
    ({ key, value }) => key === 'includeZero' && isBoolean(value) && value.value,
  );
}

// The library's types promise more than its parser gives: programs and block parameters may be absent.
function paramsOf(block: { readonly program: hbs.AST.Program | undefined }): readonly string[] {
  const params: readonly string[] | undefined = block.program?.blockParams;
  return params ?? [];
}

function isChained(program: hbs.AST.Program): boolean {
  return 'chained' in program && program.chained === true;
}

function hasProgram(node: hbs.AST.Node): node is hbs.AST.Node & { readonly program: hbs.AST.Program } {
  return 'program' in node;
}

function isContent(node: hbs.AST.Node): node is hbs.AST.ContentStatement {
  return node.type === 'ContentStatement';
}

function isBlock(node: hbs.AST.Node): node is hbs.AST.BlockStatement {
  return node.type === 'BlockStatement';
}

function isMustache(node: hbs.AST.Node): node is hbs.AST.MustacheStatement {
  return node.type === 'MustacheStatement';
}
