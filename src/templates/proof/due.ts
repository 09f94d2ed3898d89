// Which conditions are not asked again behind a block: what is known of them can be dropped there. The proof does so
// only where it would be too much work otherwise, since a message then lacks them.
import type { Node } from '../syntax/tree.ts';
import type { Bdd } from './logic/bdd.ts';
import type { Conditions } from './logic/conditions.ts';
import type { Names, ProofFrame } from './logic/things.ts';
import { eventFrame, itemFrame, loopName, resolve, withFrame } from './logic/things.ts';

type Block = Exclude<Node, { kind: 'text' | 'placeholder' }>;

/** For each block, the variables that are asked in it and not behind it. */
export type Due = ReadonlyMap<Node, ReadonlySet<number>>;

/** Finds them, by going through the blocks once, in order. */
export function findDue(bdd: Bdd, conditions: Conditions, names: Names, nodes: readonly Node[]): Due {
  const finder = new DueFinder(bdd, conditions, names);
  finder.visit(nodes, eventFrame(names));
  return finder.result();
}

class DueFinder {
  readonly #bdd: Bdd;
  readonly #conditions: Conditions;
  readonly #names: Names;
  // Blocks are numbered where they end, so that what is asked later has a higher number.
  readonly #lastAsked = new Map<number, number>();
  readonly #blocks: { readonly node: Block; readonly asked: ReadonlySet<number>; readonly end: number }[] = [];

  constructor(bdd: Bdd, conditions: Conditions, names: Names) {
    this.#bdd = bdd;
    this.#conditions = conditions;
    this.#names = names;
  }

  /** Goes through nodes, and gives the variables that are asked in them. */
  visit(nodes: readonly Node[], frame: ProofFrame): ReadonlySet<number> {
    const asked = nodes.flatMap((node) =>
      node.kind === 'text' || node.kind === 'placeholder' ? [] : [...this.#block(node, frame)],
    );
    return new Set(asked);
  }

  result(): Due {
    return new Map(this.#blocks.map(({ node, asked, end }) => [node, this.#askedLastIn(asked, end)]));
  }

  #askedLastIn(asked: ReadonlySet<number>, end: number): ReadonlySet<number> {
    return new Set([...asked].filter((variable) => (this.#lastAsked.get(variable) ?? 0) <= end));
  }

  #block(node: Block, frame: ProofFrame): ReadonlySet<number> {
    const own = this.#ask(node, frame);
    const body = this.visit(node.body, innerFrame(this.#names, node, frame));
    const otherwise = this.visit(node.otherwise, frame);
    const end = this.#blocks.length + 1;
    // The next turn of a loop asks again.
    for (const variable of node.kind === 'each' ? [...own, ...body] : own) this.#lastAsked.set(variable, end);
    const asked = new Set([...own, ...body, ...otherwise]);
    this.#blocks.push({ node, asked, end });
    return asked;
  }

  #ask(node: Block, frame: ProofFrame): number[] {
    const conditions = this.#conditions;
    const asked =
      node.kind === 'each'
        ? [conditions.entries(node.over, frame), conditions.single(node.over, frame)]
        : [
            node.kind === 'if'
              ? conditions.truth(node.condition, frame, node.includeZero)
              : conditions.truth(node.over, frame, true),
          ];
    return asked.flatMap(({ holds }) => this.#bdd.variablesIn(holds));
  }
}

function innerFrame(names: Names, node: Block, frame: ProofFrame): ProofFrame {
  if (node.kind === 'if') return frame;
  if (node.kind === 'with') return withFrame(resolve(names, node.over, frame), frame);
  return itemFrame(names, { loop: loopName(node.offset), first: undefined, last: undefined }, frame);
}
