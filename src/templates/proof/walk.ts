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
import type { ProofFrame } from './logic/things.ts';
import { itemFrame, loopName, resolve, withFrame } from './logic/things.ts';
import type { AskedTurns } from './turns.ts';

/** What the walk touches. */
export interface WalkDeps {
  readonly bdd: Bdd;
  readonly conditions: Conditions;
  readonly faults: ProofFaults;
  readonly slots: SlotMap;
  readonly texts: TextPass;
  readonly asked: ReadonlyMap<EachNode, AskedTurns>;
  /** What to drop behind each block; nothing where all is to be kept. */
  readonly due: Due;
}

// Bounds of the work (TEMPLATES.md section 2).
const MAX_CONFIGURATIONS = 64;
const MAX_STEPS = 60_000;

/** One walk through a template. */
export class Walk {
  readonly #enter: (offset: number) => void;
  readonly #deps: WalkDeps;
  #around = new Surroundings([]);
  #steps = 0;

  /** `enter` hears of each block that is walked into, by its offset. */
  constructor(deps: WalkDeps, enter: (offset: number) => void) {
    this.#deps = deps;
    this.#enter = enter;
  }

  /** The state behind some nodes. Throws `TooComplexError`. */
  nodes(nodes: readonly Node[], before: State, frame: ProofFrame): State {
    return nodes.reduce((state, node) => this.#node(node, state, frame), before);
  }

  #node(node: Node, before: State, frame: ProofFrame): State {
    if (before.size === 0) return before;
    this.#steps += before.size;
    if (this.#steps > MAX_STEPS || before.size > MAX_CONFIGURATIONS) throw new TooComplexError('too many ways');
    if (node.kind === 'text') return this.#deps.texts.through(node, before, this.#around);
    if (node.kind === 'placeholder') return this.#deps.slots.through(node, before, this.#around);
    this.#enter(node.offset);
    const due = this.#deps.due.get(node);
    const after = this.#block(node, before, frame);
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
    const inside = withFrame(resolve(node.over, frame), frame);
    return this.#join(this.nodes(node.body, holds, inside), this.nodes(node.otherwise, fails, frame));
  }

  #each(node: EachNode, before: State, frame: ProofFrame): State {
    const { conditions, asked } = this.#deps;
    const [some, none] = this.#split(before, conditions.entries(node.over, frame));
    const { first, last } = asked.get(node) ?? { first: false, last: false };
    const turns = some.size === 0 ? NOWHERE : this.#turns(node, some, frame, first, last);
    return this.#join(turns, this.nodes(node.otherwise, none, frame));
  }

  #turns(node: EachNode, before: State, frame: ProofFrame, asksFirst: boolean, asksLast: boolean): State {
    const turn = (state: State, first?: boolean, last?: boolean): State => this.#turn(node, state, frame, first, last);
    const isLast = asksLast ? false : undefined;
    if (!asksFirst) {
      const more = this.#repeat(node, before, (state) => turn(state, undefined, isLast));
      return asksLast ? turn(this.#join(before, more), undefined, true) : more;
    }
    const rest = (state: State): State => this.#repeat(node, state, (each) => turn(each, false, isLast));
    if (!asksLast) {
      const opened = turn(before, true, undefined);
      return this.#join(opened, rest(opened));
    }
    const [one, several] = this.#split(before, this.#deps.conditions.single(node.over, frame));
    const opened = turn(several, true, false);
    return this.#join(turn(one, true, true), turn(this.#join(opened, rest(opened)), false, true));
  }

  // What one or more turns that are alike lead to, each from where the one before left.
  #repeat(node: EachNode, before: State, turn: (state: State) => State): State {
    let result = NOWHERE;
    let seen = NOWHERE;
    for (let fresh = before; fresh.size > 0;) {
      seen = this.#join(seen, fresh);
      const after = this.#balanced(node, fresh, turn);
      result = this.#join(result, after);
      fresh = newIn(this.#deps.bdd, result, seen);
    }
    return result;
  }

  // A turn that may come any number of times must leave the brackets as deep as it found them.
  #balanced(node: EachNode, before: State, turn: (state: State) => State): State {
    let result = NOWHERE;
    for (const [depth, group] of byDepth(before)) {
      const kept = new Map<number, Arrival>();
      for (const [id, arrival] of turn(group)) {
        if (arrival.at.stack.length === depth) kept.set(id, arrival);
        else if (!arrival.at.muted) {
          this.#deps.faults.add(UNBALANCED, node.offset, arrival.when, this.#around.words());
        }
      }
      result = this.#join(result, kept);
    }
    return result;
  }

  #turn(node: EachNode, before: State, frame: ProofFrame, first?: boolean, last?: boolean): State {
    if (before.size === 0) return before;
    const source = node.over.kind === 'literal' ? '' : node.over.source;
    const turn: NamedTurn = { loop: loopName(node.offset), first, last, source };
    const around = this.#around;
    this.#around = around.within(turn);
    const after = this.nodes(node.body, before, itemFrame(turn, frame));
    this.#around = around;
    return forget(this.#deps.bdd, after, this.#deps.conditions.ofLoop(turn.loop));
  }

  #split(state: State, { holds, facts }: Condition): readonly [State, State] {
    const { bdd } = this.#deps;
    return [restrict(bdd, state, bdd.and(holds, facts)), restrict(bdd, state, bdd.and(bdd.not(holds), facts))];
  }

  #join(a: State, b: State): State {
    return join(this.#deps.bdd, a, b);
  }
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
