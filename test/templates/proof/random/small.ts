// All templates up to a size, and brute force over all outcomes of their conditions: what the proof has to equal.
import type { ExactJson, ExactJsonObject } from '../../../../src/domain/json.ts';
import { compileTemplate } from '../../../../src/templates/index.ts';
import type { Template } from './print.ts';
import { printTemplate } from './print.ts';
import { interpret, Sightings } from './reference/interpret.ts';
import { ruleHolds } from './rules.ts';
import type { Node } from './tree.ts';
import { block, path, slot, text } from './tree.ts';

/** What small templates are made of. */
export interface Alphabet {
  /** Pieces of text; `{{x}}` is the placeholder. */
  readonly pieces: readonly string[];
  /** How deep blocks nest. */
  readonly depth: number;
}

/** Everything that JSON is made of. */
export const FULL: Alphabet = { pieces: ['[', ']', '{', '}', ',', ':', '"k"', '1', '"', '{{x}}'], depth: 2 };

/** The pieces between which lists go wrong. */
export const LISTS: Alphabet = { pieces: ['[', ']', ',', '1', '"', '{{x}}'], depth: 2 };

/** What stands before and after a small template: most of what is interesting happens inside of something. */
export const FRAMES: readonly (readonly [before: string, after: string])[] = [
  ['', ''],
  ['[', ']'],
  ['{', '}'],
  ['{"a":', '}'],
  ['"', '"'],
];

/** All sequences of exactly `size` pieces and blocks; a block counts as one and what stands in it. */
export function sequences({ pieces, depth }: Alphabet, size: number): readonly Node[][] {
  return new Enumeration(pieces).sequences(size, depth, 0);
}

class Enumeration {
  readonly #pieces: readonly Node[];
  readonly #known = new Map<string, readonly Node[][]>();

  constructor(pieces: readonly string[]) {
    this.#pieces = pieces.map((piece) => (piece === '{{x}}' ? slot('x') : text(piece)));
  }

  sequences(size: number, depth: number, loops: number): readonly Node[][] {
    if (size === 0) return [[]];
    const key = `${String(size)} ${String(depth)} ${String(loops)}`;
    const known = this.#known.get(key) ?? this.#make(size, depth, loops);
    this.#known.set(key, known);
    return known;
  }

  #make(size: number, depth: number, loops: number): Node[][] {
    const result: Node[][] = [];
    for (let first = 1; first <= size; first += 1) {
      const heads = this.#nodes(first, depth, loops);
      for (const rest of this.sequences(size - first, depth, loops))
        for (const head of heads) result.push([head, ...rest]);
    }
    return result;
  }

  // One piece, or one block with all that may stand in it.
  #nodes(size: number, depth: number, loops: number): readonly Node[] {
    if (size === 1) return this.#pieces;
    if (depth === 0) return [];
    const up = '../'.repeat(loops);
    const conditions = [`${up}a`, 'b', ...(loops === 0 ? ['xs'] : ['@first', '@last'])];
    const halves = (body: number, inside: number): [Node[], Node[]][] =>
      this.sequences(body, depth - 1, inside).flatMap((one) =>
        this.sequences(size - 1 - body, depth - 1, loops).map((other): [Node[], Node[]] => [one, other]),
      );
    const result: Node[] = [];
    for (let body = size - 1; body >= 1; body -= 1) {
      const build = (name: 'if' | 'each', argument: string, [one, other]: [Node[], Node[]]): Node =>
        block(name, path(argument), one, other.length === 0 ? undefined : other);
      for (const half of halves(body, loops)) result.push(...conditions.map((asked) => build('if', asked, half)));
      for (const half of halves(body, loops + 1)) result.push(build('each', `${up}xs`, half));
    }
    return result;
  }
}

/** What differs between the engine and brute force for a template, if anything. */
export function differenceOf(template: Template): string | undefined {
  const compiled = compileTemplate(template.source);
  const codes = compiled.ok ? [] : compiled.faults.map(({ code }) => code.replace(/^template_/, ''));
  const why = brokenBy(template);
  if (compiled.ok === (why === undefined)) return undefined;
  return `${template.source} is ${compiled.ok ? 'accepted' : `refused as ${codes.join(', ')}`}; ${why ?? 'nothing breaks it'}`;
}

/** What is wrong with a template for some outcome of its conditions, or by a rule. */
export function brokenBy(template: Template): string | undefined {
  const sightings = new Sightings();
  for (const event of outcomes(template.source)) {
    const { reason } = interpret(template, event, sightings);
    if (reason !== undefined) return `${JSON.stringify(event)} breaks it: ${reason}`;
  }
  if (sightings.unbalanced) return 'a middle turn of its loop changes the depth';
  const rule = ['mixed_slot'].find((code) => ruleHolds({ code, offset: 0 }, template, sightings));
  return rule === undefined ? undefined : `the rule ${rule} forbids it`;
}

function outcomes(source: string): readonly ExactJsonObject[] {
  const truths = (name: string): readonly boolean[] =>
    new RegExp(`[ /]${name}\\b`).test(source) ? [true, false] : [false];
  const lists = source.includes('xs') ? (source.includes(' b') ? MIXED_LISTS : PLAIN_LISTS) : [[]];
  return truths('a').flatMap((a) => truths('b').flatMap((b) => lists.map((xs) => ({ a, b, xs, x: 1 }))));
}

// No entries, whatever its truth, and up to four.
const PLAIN_LISTS: readonly ExactJson[] = ['x', {}, [], [1], [1, 1], [1, 1, 1], [1, 1, 1, 1]];
const MIXED_LISTS: readonly ExactJson[] = ['x', {}, ...[0, 1, 2, 3, 4].flatMap(listsOf)];

function listsOf(length: number): ExactJson[][] {
  if (length === 0) return [[]];
  return listsOf(length - 1).flatMap((shorter) => [true, false].map((b) => [...shorter, { b }]));
}

/** Prints a small template inside a frame. */
export function framed(nodes: readonly Node[], [before, after]: readonly [string, string]): Template {
  return printTemplate([text(before), ...nodes, text(after)]);
}
