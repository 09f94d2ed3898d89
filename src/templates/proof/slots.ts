// Placeholders in the proof: which slot each one has, and what each arrival becomes behind it.
import type { Node, PlaceholderNode } from '../syntax/tree.ts';
import type { Bdd, Ref } from './logic/bdd.ts';
import { NEVER } from './logic/bdd.ts';
import type { Configuration, Configurations, Mode } from './json/configuration.ts';
import { isAfterValue, isInNumber, isInString } from './json/configuration.ts';
import type { ProofFaults } from './report/faults.ts';
import { isInWord } from './json/scalars.ts';
import type { Slot } from './slot.ts';
import type { Arrival, State } from './state.ts';
import { addArrival, NO_COMMAS } from './state.ts';
import type { StructureFault } from './json/structure-faults.ts';
import { followingSlot, joinedSlot, moreSlots, unquotedKey } from './json/structure-faults.ts';
import type { Surroundings } from './report/surroundings.ts';

/** What the pass over placeholders touches. */
export interface SlotMapDeps {
  readonly bdd: Bdd;
  readonly configurations: Configurations;
  readonly faults: ProofFaults;
}

/** The slots of one template. */
export class SlotMap {
  readonly #deps: SlotMapDeps;
  readonly #slots = new Map<number, Slot>();
  // What placeholders seem to be behind a fault, for showing only: such a template is refused.
  readonly #guesses = new Map<number, Slot>();

  constructor(deps: SlotMapDeps) {
    this.#deps = deps;
  }

  /** The state behind a placeholder. */
  through(node: PlaceholderNode, before: State, around: Surroundings): State {
    const ways = this.#waysTo(before);
    const isMixed = this.#noteSlot(node, ways, around);
    const after = new Map<number, Arrival>();
    for (const arrival of before.values()) {
      const { fault, next } = this.#judge(node, arrival.at);
      if (arrival.at.muted) this.#guesses.set(node.offset, isInString(arrival.at.mode) ? 'string' : 'value');
      if (fault !== undefined && !isMixed && !arrival.at.muted) {
        this.#deps.faults.add(fault, node.offset, arrival.when, around.words(), arrival.ink);
      }
      addArrival(this.#deps.bdd, after, passed(node, arrival, isMixed ? this.#muted(next.mode, next) : next));
    }
    return after;
  }

  /** The slot of each placeholder. */
  result(nodes: readonly Node[]): ReadonlyMap<number, Slot> {
    return new Map(
      placeholders(nodes).map(({ offset }) => [
        offset,
        this.#slots.get(offset) ?? this.#guesses.get(offset) ?? 'unreachable',
      ]),
    );
  }

  #waysTo(state: State): Ways {
    const ways = { string: NEVER, outside: NEVER };
    for (const { at, when } of state.values()) {
      if (at.muted) continue;
      const side = isInString(at.mode) ? 'string' : 'outside';
      ways[side] = this.#deps.bdd.or(ways[side], when);
    }
    return ways;
  }

  // Whether it is inside a string on some ways, and outside on others. Other turns of a loop count, too.
  #noteSlot(node: PlaceholderNode, { string, outside }: Ways, around: Surroundings): boolean {
    const known = this.#slots.get(node.offset);
    const isInside = string !== NEVER || known === 'string';
    const isOutside = outside !== NEVER || known === 'value';
    if (!isInside && !isOutside) return false;
    this.#slots.set(node.offset, known ?? (isInside ? 'string' : 'value'));
    if (!isInside || !isOutside) return false;
    const [when, where] = outside === NEVER ? [string, 'inside a string'] : [outside, 'outside of strings'];
    this.#deps.faults.add(mixedSlot(node, where), node.offset, when, around.words());
    return true;
  }

  #judge(node: PlaceholderNode, at: Configuration): Judgement {
    const { mode, stack } = at;
    if (mode === 'string') return { next: at };
    if (isInString(mode)) return { fault: insideEscape(node), next: this.#muted('string', at) };
    if (mode === 'value' || (mode === 'member' && stack.endsWith('['))) {
      return { next: this.#deps.configurations.of('slotted', stack, false, at.muted) };
    }
    if (mode === 'member') return { fault: unquotedPlaceholder(node), next: this.#muted('colon', at) };
    return { fault: misplaced(node, at), next: this.#muted('after', at) };
  }

  #muted(mode: Mode, { stack, inKey }: Configuration): Configuration {
    return this.#deps.configurations.of(mode, stack, mode === 'string' && inKey, true);
  }
}

// When a placeholder is reached inside of a string, and when outside.
interface Ways {
  readonly string: Ref;
  readonly outside: Ref;
}

interface Judgement {
  readonly fault?: StructureFault;
  readonly next: Configuration;
}

// A placeholder is a member, or in one; the commas before it are not too many.
function passed({ offset, source }: PlaceholderNode, arrival: Arrival, next: Configuration): Arrival {
  return { ...arrival, at: next, commas: NO_COMMAS, ink: [offset + source.length - 1] };
}

function placeholders(nodes: readonly Node[]): PlaceholderNode[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'text') return [];
    return node.kind === 'placeholder' ? [node] : [...placeholders(node.body), ...placeholders(node.otherwise)];
  });
}

function insideEscape({ source }: PlaceholderNode): StructureFault {
  return {
    code: 'mixed_slot',
    detail: `${source} stands inside an escape: the backslash before it is not finished.`,
    hint: 'Finish the escape first; a backslash as text is written \\\\.',
  };
}

function mixedSlot({ source }: PlaceholderNode, here: string): StructureFault {
  return {
    code: 'mixed_slot',
    detail: `Depending on the blocks before it, ${source} stands inside a string or outside; here ${here}.`,
    hint: 'Open and close each string within the same part of a block.',
  };
}

function unquotedPlaceholder({ source }: PlaceholderNode): StructureFault {
  return {
    ...unquotedKey(source),
    detail: `${source} is a key, but keys are strings.`,
    hint: `Quote it: "${source}".`,
  };
}

function misplaced({ source }: PlaceholderNode, { mode, stack }: Configuration): StructureFault {
  if (mode === 'colon') {
    return {
      code: 'missing_colon',
      detail: `After a key JSON expects a colon, not ${source}.`,
      hint: 'Put a colon between key and value.',
    };
  }
  if (isInNumber(mode) || isInWord(mode) || !isAfterValue(mode)) return joinedSlot(source);
  return stack === '' ? moreSlots(source) : followingSlot(source, stack.at(-1) ?? '');
}
