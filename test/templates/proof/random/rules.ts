// The closed list of rules under which a template may be refused although no event breaks it, each with a predicate of
// the tests' own.
import type { Sightings } from './reference/interpret.ts';
import type { Template } from './print.ts';
import type { BlockNode, Node } from './tree.ts';
import { everyNode } from './tree.ts';

type Predicate = (offset: number, template: Template, sightings: Sightings) => boolean;

// What only an odd node can bring about: without one, no template is refused under these.
const never: Predicate = () => false;

const RULES: Readonly<Record<string, Predicate>> = {
  mixed_slot: (_offset, _template, { places }) =>
    [...places.values()].some((seen) => seen.has('escape') || (seen.has('string') && seen.size > 1)),
  duplicate_key: isCertain,
  too_complex: (_offset, { nodes }) => [...everyNode(nodes)].filter(({ kind }) => kind === 'block').length >= 10,
  limit_exceeded: (_offset, { nodes }, { deepest }) => deepest > 64 || nesting(nodes) > 10,
  invalid_character: (_offset, { source }) => !source.isWellFormed(),
  partial: never,
  decorator: never,
  raw_block: never,
  unknown_helper: never,
  unknown_block: never,
  inverted_section: never,
  literal_placeholder: never,
  scoped_call: never,
  helper_arguments: never,
  block_arguments: never,
  syntax: never,
  empty_tag: never,
  unclosed_tag: never,
  unclosed_block: never,
  unopened_block: never,
};

// Rules about ways that the conditions may or may not allow: as with structure, an event has to show the way.
const BY_WAY: readonly string[] = ['mixed_slot', 'duplicate_key'];

// Certain: whenever the object is there, the key is in it twice.
function isCertain(offset: number, _template: Template, { doubled, objects }: Sightings): boolean {
  const twice = doubled.get(offset);
  const object = twice === undefined ? undefined : objects.get(twice.object);
  return twice !== undefined && object?.doubled.get(twice.key) === object?.times;
}

// Blocks in blocks; each `else if` stays on the level of its `if`.
function nesting(nodes: readonly Node[]): number {
  return Math.max(0, ...nodes.map((node) => (node.kind === 'block' ? 1 + inside(node) : 0)));
}

function inside(node: BlockNode): number {
  const otherwise = nesting(node.otherwise ?? []);
  return Math.max(nesting(node.body), node.chained ? otherwise - 1 : otherwise);
}

/** Whether a code can only be confirmed by events: by one that breaks the template, or by what a rule forbids in it. */
export function needsEvents(code: string): boolean {
  return !isRule(code) || BY_WAY.includes(code);
}

/** Whether a code refuses by a rule; all others refuse because of an event that breaks the template. */
export function isRule(code: string): boolean {
  return code in RULES;
}

/** Whether the reference agrees that a rule is broken. */
export function ruleHolds(
  fault: { readonly code: string; readonly offset: number },
  template: Template,
  sightings: Sightings,
): boolean {
  return RULES[fault.code]?.(fault.offset, template, sightings) ?? false;
}
