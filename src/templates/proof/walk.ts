// The way through the blocks of a template: what each block does to the state.
import type { EachNode, IfNode, Node, WithNode } from '../syntax/tree.ts';
import type { Bdd } from './logic/bdd.ts';
import { TooComplexError } from './logic/bdd.ts';
import type { Condition, Conditions } from './logic/conditions.ts';
import type { Due } from './due.ts';
import type { ProofFaults } from './report/faults.ts';
import type { SlotMap } from './slots.ts';
import type { Arrival, State } from './state.ts';
import { forget, join, newIn, NOWHERE, restrict } from './state.ts';
import type { StructureFault } from './json/structure-faults.ts';
import type { NamedTurn } from './report/surroundings.ts';
import { Surroundings } from './report/surroundings.ts';
import type { TextPass } from './text-pass.ts';
import type { Names, ProofFrame } from './logic/things.ts';
import { itemFrame, loopName, resolve, withFrame } from './logic/things.ts';
import type { AskedTurns } from './turns.ts';
import type { Work } from './work.ts';

/** What the walk touches. */
export interface WalkDeps {
  readonly bdd: Bdd;
  readonly conditions: Conditions;
  readonly names: Names;
  readonly faults: ProofFaults;
  readonly slots: SlotMap;
  readonly texts: TextPass;
  readonly work: Work;
  readonly asked: ReadonlyMap<EachNode, AskedTurns>;
  /** What to drop behind each block; nothing where all is to be kept. */
  readonly due: Due;
}

// More ways than that next to each other are not followed (TEMPLATES.md section 2).
const MAX_CONFIGURATIONS = 64;

/** How far a walk has come. */
export interface Progress {
  /** The offset of the block that was walked into last. */
  at: number;
  /** The offsets of blocks behind which there are more ways than before them. */
  readonly parting: number[];
}

/** One walk through a template. */
export class Walk {
  readonly progress: Progress = { at: 0, parting: [] };
  readonly #deps: WalkDeps;
  #around = new Surroundings([]);

  constructor(deps: WalkDeps) {
    this.#deps = deps;
  }

  /** The state behind some nodes. Throws `TooComplexError`. */
  nodes(nodes: readonly Node[], before: State, frame: ProofFrame): State {
    return nodes.reduce((state, node) => this.#node(node, state, frame), before);
  }

  #node(node: Node, before: State, frame: ProofFrame): State {
    if (before.size === 0) return before;
    this.#deps.work.count('steps', before.size);
    if (before.size > MAX_CONFIGURATIONS) throw new TooComplexError('too many ways', false);
    if (node.kind === 'text') return this.#deps.texts.through(node, before, this.#around);
    if (node.kind === 'placeholder') return this.#deps.slots.through(node, before, this.#around);
    this.progress.at = node.offset;
    const due = this.#deps.due.get(node);
    const after = this.#block(node, before, frame);
    if (after.size > before.size) this.progress.parting.push(node.offset);
    return due === undefined ? after : forget(this.#deps.bdd, after, due);
  }

  #block(node: EachNode | IfNode | WithNode, before: State, frame: ProofFrame): State {
    switch (node.kind) {
      case 'if':
        return this.#if(node, before, frame);
      case 'with':
        return this.#with(node, before, frame);
      case 'each':
        return this.#each(node, before, frame);
    }
  }

  #if(node: IfNode, before: State, frame: ProofFrame): State {
    const condition = this.#deps.conditions.truth(node.condition, frame, node.includeZero);
    const [holds, fails] = this.#split(before, condition);
    const [body, otherwise] = node.negated ? [fails, holds] : [holds, fails];
    return this.#join(this.nodes(node.body, body, frame), this.nodes(node.otherwise, otherwise, frame));
  }

  // Entered for 0, too.
  #with(node: WithNode, before: State, frame: ProofFrame): State {
    const [holds, fails] = this.#split(before, this.#deps.conditions.truth(node.over, frame, true));
    const inside = withFrame(resolve(this.#deps.names, node.over, frame), frame);
    return this.#join(this.nodes(node.body, holds, inside), this.nodes(node.otherwise, fails, frame));
  }

  #each(node: EachNode, before: State, frame: ProofFrame): State {
    const { conditions, asked } = this.#deps;
    const [some, none] = this.#split(before, conditions.entries(node.over, frame));
    const { first, last } = asked.get(node) ?? { first: false, last: false };
    const turns = some.size === 0 ? NOWHERE : this.#turns(node, some, frame, first, last);
    return this.#join(turns, this.nodes(node.otherwise, none, frame));
  }

  // The turns of a loop in order. They are told apart only as far as conditions ask for it.
  #turns(node: EachNode, before: State, frame: ProofFrame, asksFirst: boolean, asksLast: boolean): State {
    const loop: Loop = { node, frame };
    const isLast = asksLast ? false : undefined;
    if (!asksFirst) {
      const more = this.#repeat(loop, before, { last: isLast, later: false });
      return asksLast ? this.#turn(loop, this.#join(before, more), { last: true }) : more;
    }
    const rest: Which = { first: false, last: isLast, later: true };
    if (!asksLast) {
      const opened = this.#turn(loop, before, { first: true });
      return this.#join(opened, this.#repeat(loop, opened, rest));
    }
    const [one, several] = this.#split(before, this.#deps.conditions.single(node.over, frame));
    const opened = this.#turn(loop, several, { first: true, last: false });
    const inner = this.#join(opened, this.#repeat(loop, opened, rest));
    return this.#join(
      this.#turn(loop, one, { first: true, last: true }),
      this.#turn(loop, inner, { first: false, last: true }),
    );
  }

  // What one or more turns that are alike lead to, each from where the one before left.
  #repeat(loop: Loop, before: State, which: Which): State {
    let result = NOWHERE;
    let seen = NOWHERE;
    let turn = which;
    for (let fresh = before; fresh.size > 0; turn = { ...which, later: true }) {
      seen = this.#join(seen, fresh);
      const after = this.#balanced(loop, fresh, turn);
      result = this.#join(result, after);
      fresh = newIn(this.#deps.bdd, result, seen);
    }
    return result;
  }

  // A turn that may come any number of times must leave the brackets as deep as it found them.
  #balanced(loop: Loop, before: State, which: Which): State {
    let result = NOWHERE;
    for (const [depth, group] of byDepth(before)) {
      const kept = new Map<number, Arrival>();
      for (const [id, arrival] of this.#turn(loop, group, which)) {
        if (arrival.at.stack.length === depth) kept.set(id, arrival);
        else if (!arrival.at.muted) {
          this.#deps.faults.add(UNBALANCED, loop.node.offset, arrival.when, this.#around.words());
        }
      }
      result = this.#join(result, kept);
    }
    return result;
  }

  #turn({ node, frame }: Loop, before: State, which: Which): State {
    if (before.size === 0) return before;
    const { names, bdd, conditions } = this.#deps;
    const { first, last, later = false } = which;
    const turn: NamedTurn = { loop: loopName(node.offset), first, last, later, source: shownList(node) };
    const around = this.#around;
    this.#around = around.within(turn);
    const after = this.nodes(node.body, before, itemFrame(names, turn, frame));
    this.#around = around;
    return forget(bdd, after, conditions.ofLoop(turn.loop));
  }

  #split(state: State, { holds, facts }: Condition): readonly [State, State] {
    const { bdd } = this.#deps;
    return [restrict(bdd, state, bdd.and(holds, facts)), restrict(bdd, state, bdd.and(bdd.not(holds), facts))];
  }

  #join(a: State, b: State): State {
    return join(this.#deps.bdd, a, b);
  }
}

// A loop where it is walked through.
interface Loop {
  readonly node: EachNode;
  readonly frame: ProofFrame;
}

// Which of its turns is meant; what is undefined need not be told apart.
interface Which {
  readonly first?: boolean | undefined;
  readonly last?: boolean | undefined;
  /** Whether there was a turn before for sure. */
  readonly later?: boolean;
}

function shownList({ over }: EachNode): string {
  return over.kind === 'literal' ? '' : over.source;
}

function byDepth(state: State): Map<number, Map<number, Arrival>> {
  const groups = new Map<number, Map<number, Arrival>>();
  for (const [id, arrival] of state) {
    const depth = arrival.at.stack.length;
    const group = groups.get(depth) ?? new Map<number, Arrival>();
    groups.set(depth, group.set(id, arrival));
  }
  return groups;
}

const UNBALANCED: StructureFault = {
  code: 'unbalanced_loop',
  detail: 'A turn of this loop opens more brackets than it closes, or closes more than it opens.',
  hint: 'Close in each turn what is opened in it. Brackets for the whole loop stand around it, or in its @first and @last turn.',
};
