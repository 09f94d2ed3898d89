// Prints a grown tree as an author would have to write it, and finds out with stock Handlebars which blanks its tags
// strip. Stock sees a text in which braces and backslashes are replaced, since it cannot read JSON's.
import Handlebars from 'handlebars';
import type { BlockNode, Expression, Node, Strip, TextNode } from './tree.ts';
import { everyNode, joined } from './tree.ts';

/** A template with its text. */
export interface Template {
  readonly nodes: readonly Node[];
  readonly source: string;
  /** What is left of each text after whitespace control, and how many characters it lost at its beginning. */
  readonly shown: ReadonlyMap<TextNode, { readonly text: string; readonly lost: number }>;
  /** Where each text begins in the source. */
  readonly starts: ReadonlyMap<TextNode, number>;
}

/** Joins, settles and prints a tree. */
export function printTemplate(grown: readonly Node[]): Template {
  const nodes = joined(grown);
  const pieces = [...piecesOf(nodes)];
  settle(pieces);
  const starts = new Map<TextNode, number>();
  const parts: string[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (piece.kind === 'text') starts.set(piece.node, at);
    const part = piece.kind === 'text' ? escaped(piece.node.text) : piece.text;
    parts.push(part);
    at += part.length;
  }
  const isOdd = [...everyNode(nodes)].some(({ kind }) => kind === 'odd');
  return { nodes, source: parts.join(''), shown: isOdd ? new Map() : shownTexts(pieces), starts };
}

/** Where character `index` of a text's rendered form stands in the source. */
export function offsetIn(template: Template, node: TextNode, index: number): number {
  const at = index + (template.shown.get(node)?.lost ?? 0);
  const before = node.text.slice(0, at + 1);
  return (template.starts.get(node) ?? 0) + at + escaped(before).length - before.length;
}

type Piece =
  | { readonly kind: 'text'; readonly node: TextNode }
  | { readonly kind: 'tag'; readonly text: string; readonly stock: string; readonly slot: boolean };

function* piecesOf(nodes: readonly Node[]): Generator<Piece> {
  for (const node of nodes) {
    switch (node.kind) {
      case 'text':
        yield { kind: 'text', node };
        break;
      case 'slot': {
        const stock = tag(node.strip, 'x');
        yield { kind: 'tag', text: slotText(node.form, node.strip, node.expression), stock, slot: true };
        break;
      }
      case 'comment':
        yield tagPiece(tag(node.strip, node.long ? `!-- ${node.text} --` : `! ${node.text} `));
        break;
      case 'odd':
        yield tagPiece(node.text);
        break;
      case 'block':
        yield tagPiece(tag(node.open, `#${head(node)}`));
        yield* insideOf(node);
        yield tagPiece(tag(node.close, `/${node.name}`));
        break;
    }
  }
}

function* insideOf(node: BlockNode): Generator<Piece> {
  yield* piecesOf(node.body);
  const chained = node.chained ? node.otherwise?.[0] : undefined;
  if (chained?.kind === 'block') {
    yield tagPiece(tag(chained.open, `else ${head(chained)}`));
    yield* insideOf(chained);
  } else if (node.otherwise !== undefined) {
    yield tagPiece(tag(node.middle, node.caret ? '^' : 'else'));
    yield* piecesOf(node.otherwise);
  }
}

function tagPiece(of: string): Piece {
  return { kind: 'tag', text: of, stock: of, slot: false };
}

function tag([left, right]: Strip, inside: string): string {
  return `{{${left ? '~' : ''}${inside}${right ? '~' : ''}}}`;
}

function slotText(form: 'two' | 'three' | 'and', strip: Strip, expression: Expression): string {
  const inside = expressionText(expression, false);
  if (form === 'two') return tag(strip, inside);
  return tag(strip, form === 'and' ? `&${inside}` : `{${inside}}`);
}

function head({ name, argument, includeZero, params }: BlockNode): string {
  const zero = includeZero ? ' includeZero=true' : '';
  const names = params.length === 0 ? '' : ` as |${params.join(' ')}|`;
  return `${name} ${expressionText(argument, true)}${zero}${names}`;
}

function expressionText(expression: Expression, nested: boolean): string {
  if (expression.kind === 'path') return expression.text;
  if (expression.kind === 'literal') return JSON.stringify(expression.value);
  const call = [expression.helper, ...expression.args.map((arg) => expressionText(arg, true))].join(' ');
  return nested ? `(${call})` : call;
}

function escaped(of: string): string {
  return of.replaceAll('{{', '\\{{');
}

// Where printing would give a text another meaning, the text is changed: then what is printed is what is meant.
function settle(pieces: readonly Piece[]): void {
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind !== 'text') continue;
    piece.node.text = piece.node.text.replace(/\\(?=\{\{)/g, '\\ ');
    const next = pieces[index + 1];
    if (next?.kind === 'tag') piece.node.text += settledEnd(piece.node.text, next, pieces[index + 2]);
  }
}

// What a text needs at its end so that the tag after it stays that tag.
function settledEnd(before: string, next: Extract<Piece, { kind: 'tag' }>, after: Piece | undefined): string {
  if (/^\\$|[^\\]\\$/.test(before)) return '\\';
  // A backslash before the brace would be one before the tag's.
  if (/(?:^|[^\\])\\\{$/.test(before)) return ' ';
  const braces = /\{*$/.exec(before)?.[0].length ?? 0;
  return braces % 2 === 1 && swallowsBrace(next, after) ? ' ' : '';
}

// `{{{x}}}` is one placeholder, whoever wrote the first and the last brace; `{{{{` opens a raw block.
function swallowsBrace(next: Extract<Piece, { kind: 'tag' }>, after: Piece | undefined): boolean {
  if (next.text.startsWith('{{{')) return true;
  const closed = after?.kind === 'text' && after.node.text.startsWith('}');
  return next.slot && closed && !/^\{\{[~&]/.test(next.text);
}

function shownTexts(pieces: readonly Piece[]): Template['shown'] {
  const texts = pieces.flatMap((piece) => (piece.kind === 'text' ? [piece.node] : []));
  const isPlain = pieces.every((piece) => piece.kind === 'text' || (piece.slot && !piece.text.includes('~')));
  if (isPlain) return new Map(texts.map((node) => [node, { text: node.text, lost: 0 }]));
  const masked = pieces.map((piece) => (piece.kind === 'tag' ? piece.stock : mask(piece.node.text))).join('');
  const values = [...contentOf(Handlebars.parse(masked))];
  if (values.length !== texts.length) throw new Error(`Stock Handlebars reads other texts in ${masked}`);
  return new Map(texts.map((node, index) => [node, stripped(node.text, values[index] ?? '')]));
}

// U+2028 and U+2029 are blanks to stock and text to JSON; here they are text, which no tag strips.
function mask(of: string): string {
  return of.replace(/[{}\\\u2028\u2029]/g, 'x');
}

function* contentOf(program: hbs.AST.Program | undefined): Generator<string> {
  for (const statement of program?.body ?? []) {
    if (statement.type === 'ContentStatement') yield (statement as hbs.AST.ContentStatement).value;
    if (statement.type !== 'BlockStatement') continue;
    const { program: first, inverse } = statement as hbs.AST.BlockStatement;
    yield* contentOf(first);
    yield* contentOf(inverse);
  }
}

function stripped(original: string, value: string): { text: string; lost: number } {
  const first = value.search(/\S/);
  if (first === -1) return { text: value, lost: 0 };
  const lost = mask(original).search(/\S/) - first;
  return { text: original.slice(lost, lost + value.length), lost };
}
