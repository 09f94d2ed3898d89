// Damage to grown templates: what people mistype, and what a rule forbids.
import type { Chance } from '../chance.ts';
import type { BlockNode, Node, TextNode } from '../tree.ts';
import { block, everyNode, joined, path, slot, text } from '../tree.ts';

/** Damages a tree, or leaves it as it is. */
export function damage(chance: Chance, grown: readonly Node[]): Node[] {
  const nodes = joined(grown);
  if (chance.happens(0.03)) return insertSomewhere(chance, nodes, oddNode(chance));
  const times = chance.weighted([
    [4, 0],
    [3.4, 1],
    [1.2, 2],
  ]);
  let damaged = nodes;
  for (let time = 0; time < times; time += 1) damaged = joined(damageOnce(chance, damaged));
  return damaged;
}

function damageOnce(chance: Chance, nodes: readonly Node[]): Node[] {
  return chance.weighted<() => Node[]>([
    [6, () => damageText(chance, nodes)],
    [1, () => changeOne(chance, nodes, () => [])],
    [1, () => changeOne(chance, nodes, (node) => [node, node])],
    [1, () => changeOne(chance, nodes, (node) => (node.kind === 'block' ? [...node.body] : [node]))],
    [0.7, () => insertSomewhere(chance, nodes, slot('a'))],
    [0.7, () => insertSomewhere(chance, nodes, block('if', path(chance.pick(['a', 'b'])), [text(chance.pick(SIGNS))]))],
    [0.5, () => changeOne(chance, nodes, (node) => (node.kind === 'slot' ? [node, text('0')] : [node]))],
    [0.3, () => changeOne(chance, nodes, (node) => (node.kind === 'slot' ? mixed(node) : [node]))],
  ])();
}

const SIGNS = [',', ':', '[', ']', '{', '}', '"', '1', 'x', ' ', '\\', '-', '\n', '\t', 'true', '"k":', '"x"', ',,'];

function damageText(chance: Chance, nodes: readonly Node[]): Node[] {
  const texts = [...everyNode(nodes)].filter((node): node is TextNode => node.kind === 'text');
  if (texts.length === 0) return [...nodes];
  const node = chance.pick(texts);
  const at = chance.below(node.text.length);
  const char = node.text.charAt(at);
  const changed = chance.pick([
    '',
    char + char,
    chance.pick(SIGNS) + char,
    chance.pick(SIGNS),
    SWAPPED[char] ?? '',
    { ',': '', ':': ',', '"': '' }[char] ?? char,
  ]);
  node.text = node.text.slice(0, at) + changed + node.text.slice(at + 1);
  return [...nodes];
}

const SWAPPED: Readonly<Record<string, string>> = { '[': '{', '{': '[', ']': '}', '}': ']' };

// Quotes under a condition: the placeholder is in a string one way, and a value the other.
function mixed(node: Node): Node[] {
  return [block('if', path('a'), [text('"')]), node, block('if', path('a'), [text('"')])];
}

function changeOne(chance: Chance, nodes: readonly Node[], change: (node: Node) => readonly Node[]): Node[] {
  const target = chance.pick([...everyNode(nodes), text('')]);
  return replace(nodes, target, change);
}

/** The tree with one node replaced. */
export function replace(nodes: readonly Node[], target: Node, change: (node: Node) => readonly Node[]): Node[] {
  return nodes.flatMap((node): readonly Node[] => {
    if (node === target) return change(node);
    return node.kind === 'block' ? [replaceInside(node, target, change)] : [node];
  });
}

function replaceInside(node: BlockNode, target: Node, change: (node: Node) => readonly Node[]): BlockNode {
  const otherwise = node.otherwise === undefined ? undefined : replace(node.otherwise, target, change);
  return { ...node, body: replace(node.body, target, change), otherwise };
}

function insertSomewhere(chance: Chance, nodes: readonly Node[], inserted: Node): Node[] {
  const all = [...everyNode(nodes)];
  if (all.length === 0) return [inserted];
  const target = chance.pick(all);
  if (target.kind !== 'text') return replace(nodes, target, (node) => [node, inserted]);
  const at = chance.below(target.text.length + 1);
  return replace(nodes, target, () => [text(target.text.slice(0, at)), inserted, text(target.text.slice(at))]);
}

const ODD: readonly (readonly [text: string, code: string])[] = [
  ['{{> part}}', 'partial'],
  ['{{#> part}}1{{/part}}', 'partial'],
  ['{{* deco}}', 'decorator'],
  ['{{#*inline "x"}}1{{/inline}}', 'decorator'],
  ['{{{{raw}}}}1{{{{/raw}}}}', 'raw_block'],
  ['{{frobnicate a}}', 'unknown_helper'],
  ['{{log a}}', 'unknown_helper'],
  ['{{json (frobnicate a)}}', 'unknown_helper'],
  ['{{#frobnicate a}}1{{/frobnicate}}', 'unknown_block'],
  ['{{#a}}1{{/a}}', 'unknown_block'],
  ['{{^if a}}1{{/if}}', 'inverted_section'],
  ['{{"x"}}', 'literal_placeholder'],
  ['{{o.a b}}', 'scoped_call'],
  ['{{json}} {{json a b}}', 'helper_arguments'],
  ['{{#if}}1{{/if}}', 'block_arguments'],
  ['{{#if a as |x|}}1{{/if}}', 'block_arguments'],
  ['{{#each a b}}1{{/each}}', 'block_arguments'],
  ['{{a |}}', 'syntax'],
  ['{{}}', 'empty_tag'],
  ['{{/if', 'unclosed_tag'],
  ['{{#if a}}', 'unclosed_block'],
  ['{{/with}}', 'unopened_block'],
  [`${'{{#if a}}'.repeat(11)}1${'{{/if}}'.repeat(11)}`, 'limit_exceeded'],
  [`${'{{#each a}}'.repeat(4)}1${'{{/each}}'.repeat(4)}`, 'limit_exceeded'],
  [`{{json ${'(json '.repeat(9)}a${')'.repeat(9)}}}`, 'limit_exceeded'],
];

function oddNode(chance: Chance): Node {
  const [of, code] = chance.pick(ODD);
  return { kind: 'odd', text: of, code };
}
