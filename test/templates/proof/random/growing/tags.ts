// The tags of grown templates: placeholders in all forms, `if` with its chains, whitespace control, gaps and comments.
import type { Chance } from '../chance.ts';
import type { Scope } from './conditions.ts';
import { anyPath, condition } from './conditions.ts';
import type { BlockNode, Expression, Node, SlotNode, Strip } from '../tree.ts';
import { block, NO_STRIP, text } from '../tree.ts';

/** What a template that is being grown shares. */
export interface Garden {
  readonly chance: Chance;
  readonly style: 'minified' | 'spaced' | 'pretty';
  /** Whether the author takes care of commas. */
  readonly tidy: boolean;
  /** Whether the author uses `~`. */
  readonly strips: boolean;
  /** How many nodes may still be grown, about. */
  budget: number;
  /** Keys so far. */
  keys: number;
}

/** A placeholder. */
export function slotNode({ chance, strips }: Garden, scope: Scope): SlotNode {
  const form = chance.weighted<SlotNode['form']>([
    [12, 'two'],
    [1, 'three'],
    [0.5, 'and'],
  ]);
  return { kind: 'slot', expression: slotExpression(chance, scope), form, strip: strips ? stripOf(chance) : NO_STRIP };
}

function slotExpression(chance: Chance, scope: Scope): Expression {
  const found = anyPath(chance, scope);
  if (chance.happens(0.08)) return { kind: 'call', helper: 'json', args: [found] };
  if (chance.happens(0.04)) return { kind: 'call', helper: 'eq', args: [found, condition(chance, scope)] };
  return found;
}

/** An `if` or `unless` with what it holds otherwise; `more` gives bodies for a chain of `else if`. */
export function ifBlock(
  garden: Garden,
  asked: Expression,
  body: readonly Node[],
  otherwise?: readonly Node[],
  more: () => readonly Node[] | undefined = () => undefined,
  askMore: () => Expression = () => asked,
): BlockNode {
  const { chance } = garden;
  const chained = more();
  const last = chained === undefined ? otherwise : [ifBlock(garden, askMore(), chained, otherwise, more, askMore)];
  const name = chance.happens(0.25) ? 'unless' : 'if';
  const strip = (): Strip => (garden.strips ? stripOf(chance) : NO_STRIP);
  const node = block(name, asked, body, last);
  return tidy(garden, {
    ...node,
    includeZero: chance.happens(0.06),
    chained: chained !== undefined,
    caret: caretOf(chance),
    open: strip(),
    middle: strip(),
    close: strip(),
  });
}

/** In a pretty template most tags of blocks stand on lines of their own. */
export function tidy({ chance, style }: Garden, node: BlockNode): BlockNode {
  if (style !== 'pretty' || chance.happens(0.4)) return node;
  const lined = (nodes: readonly Node[]): Node[] => [text('\n  '), ...nodes, text('\n')];
  const otherwise = node.otherwise === undefined || node.chained ? node.otherwise : lined(node.otherwise);
  return { ...node, body: lined(node.body), otherwise };
}

/** Blanks, line ends and now and then a comment, where JSON does not mind. */
export function gapOf({ chance, style, strips }: Garden): Node[] {
  if (chance.happens(0.04)) return [comment(chance, strips)];
  if (style === 'minified') return [];
  const blanks = style === 'spaced' ? ['', '', ' ', ' ', '  '] : ['', '\n', '\n  ', '\n\t', ' ', '\r\n'];
  return [text(chance.pick(blanks))];
}

/** A comment. */
export function comment(chance: Chance, strips: boolean): Node {
  return {
    kind: 'comment',
    text: chance.pick(['note', 'a, b', '"', '[', '{{x', 'x } y']),
    long: chance.happens(0.5),
    strip: strips ? stripOf(chance) : NO_STRIP,
  };
}

/** Whitespace control of one tag, mostly none. */
export function stripOf(chance: Chance): Strip {
  return [chance.happens(0.15), chance.happens(0.15)];
}

/** Whether `{{else}}` is written as `{{^}}`. */
export function caretOf(chance: Chance): boolean {
  return chance.happens(0.08);
}
