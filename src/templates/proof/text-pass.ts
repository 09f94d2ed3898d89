// Literal text in the proof: what each arrival becomes behind it, which commas may be too many, and which keys appear
// twice.
import type { TextNode } from '../syntax/tree.ts';
import type { Reading } from './json/automaton.ts';
import { readText } from './json/automaton.ts';
import type { Bdd } from './logic/bdd.ts';
import { NEVER } from './logic/bdd.ts';
import type { Conditions } from './logic/conditions.ts';
import type { Configuration, Configurations } from './json/configuration.ts';
import type { Sight } from './json/sights.ts';
import { condensed } from './json/sights.ts';
import type { ProofFaults } from './report/faults.ts';
import type { Level } from './levels.ts';
import { bothWritten, withKey } from './levels.ts';
import type { Arrival, State } from './state.ts';
import { addArrival, NO_COMMAS } from './state.ts';
import type { StructureFault } from './json/structure-faults.ts';
import { inkOf } from './report/ink.ts';
import type { Surroundings } from './report/surroundings.ts';
import type { Work } from './work.ts';

/** What the pass over text touches. */
export interface TextPassDeps {
  readonly bdd: Bdd;
  readonly conditions: Conditions;
  readonly configurations: Configurations;
  readonly faults: ProofFaults;
  readonly warnings: ProofFaults;
  readonly work: Work;
}

/** The pass over the texts of one template. */
export class TextPass {
  /** Offsets of the commas that may be superfluous. */
  readonly marks = new Set<number>();
  readonly #deps: TextPassDeps;
  // Where each key of an object was seen first; -1 where it was seen at more places than one.
  readonly #keyOffsets = new Map<string, number>();
  readonly #readings = new Map<TextNode, Map<number, Reading>>();

  constructor(deps: TextPassDeps) {
    this.#deps = deps;
  }

  /** The state behind a text. */
  through(node: TextNode, before: State, around: Surroundings): State {
    const after = new Map<number, Arrival>();
    for (const arrival of before.values()) {
      const reading = this.#read(node, arrival.at);
      this.#deps.work.count('sights', reading.sights.length);
      let passed = arrival;
      for (const sight of reading.sights) passed = this.#see(sight, node, passed, around);
      const ink = inkOf(node.text, node.offset, arrival.ink);
      if (reading.end !== undefined) addArrival(this.#deps.bdd, after, { ...passed, at: reading.end, ink });
    }
    return after;
  }

  #read(node: TextNode, from: Configuration): Reading {
    const known = this.#readings.get(node) ?? new Map<number, Reading>();
    this.#readings.set(node, known);
    const before = known.get(from.id);
    if (before !== undefined) return before;
    this.#deps.work.count('characters', node.text.length);
    const { end, sights } = readText(this.#deps.configurations, node.text, from);
    const reading = { end, sights: condensed(sights) };
    known.set(from.id, reading);
    return reading;
  }

  #see(sight: Sight, node: TextNode, arrival: Arrival, around: Surroundings): Arrival {
    switch (sight.kind) {
      case 'member':
        return arrival.commas.size === 0 ? arrival : { ...arrival, commas: NO_COMMAS };
      case 'comma':
        return this.#comma(sight, node, arrival, around);
      case 'open': {
        const { when, level: below } = arrival;
        const level = {
          offset: node.offset + sight.at,
          when,
          loops: around.turns.length,
          keys: undefined,
          below,
          isMixed: false,
        };
        return { ...arrival, level };
      }
      case 'close':
        if (sight.extra) this.#mark(arrival.commas);
        return { ...arrival, commas: NO_COMMAS, level: arrival.level?.below };
      case 'key':
        return this.#key(sight, node.offset + sight.at, arrival, around);
      case 'fault':
        this.#fault(sight, node, arrival, around);
        return arrival;
    }
  }

  #fault(
    { fault, at }: Extract<Sight, { kind: 'fault' }>,
    node: TextNode,
    arrival: Arrival,
    around: Surroundings,
  ): void {
    const ink = inkOf(node.text.slice(0, at), node.offset, arrival.ink);
    this.#deps.faults.add(fault, node.offset + at, arrival.when, around.words(), ink);
  }

  #mark(offsets: ReadonlySet<number>): void {
    for (const offset of offsets) this.marks.add(offset);
  }

  #comma(sight: Extract<Sight, { kind: 'comma' }>, node: TextNode, arrival: Arrival, around: Surroundings): Arrival {
    const offset = node.offset + sight.at;
    if (!sight.extra) return { ...arrival, commas: new Set([offset]) };
    this.#mark(arrival.commas);
    this.marks.add(offset);
    if (sight.inList && arrival.level?.loops === around.turns.length) {
      this.#deps.warnings.add(SHIFTS, offset, arrival.when, around.words());
    }
    return { ...arrival, commas: NO_COMMAS };
  }

  #key({ key }: Extract<Sight, { kind: 'key' }>, offset: number, arrival: Arrival, around: Surroundings): Arrival {
    const { level, when } = arrival;
    if (level === undefined) return arrival;
    if (level.loops < around.turns.length) {
      const repeats = around.turns.slice(level.loops).some(({ first, last }) => first !== true && last !== true);
      if (repeats) this.#deps.warnings.add(repeatedKey(key), offset, when, around.words());
      return arrival;
    }
    this.#judgeKey(key, offset, arrival, around);
    return { ...arrival, level: withKey(level, key, offset, when) };
  }

  // Most keys stand at one place of their object only, and need no search.
  #stoodElsewhere(key: string, offset: number, level: Level): boolean {
    if (level.isMixed) return true;
    const name = `${String(level.offset)} ${key}`;
    const first = this.#keyOffsets.get(name) ?? offset;
    this.#keyOffsets.set(name, first === offset ? offset : -1);
    return first !== offset;
  }

  #judgeKey(key: string, offset: number, { level, when }: Arrival, around: Surroundings): void {
    const { bdd, conditions, faults, warnings } = this.#deps;
    if (level === undefined || !this.#stoodElsewhere(key, offset, level)) return;
    this.#deps.work.count('sights', level.keys?.count ?? 0);
    const both = bothWritten(bdd, level, key, when);
    if (both === NEVER) return;
    const isCertain = bdd.implies(bdd.and(level.when, conditions.facts()), both);
    (isCertain ? faults : warnings).add(duplicateKey(key, isCertain), offset, both, around.words());
  }
}

const SHIFTS: StructureFault = {
  code: 'shifts_positions',
  detail: 'Where nothing stands before this comma it is dropped, and what follows in the list moves up by one.',
  hint: 'If positions matter to the receiver, write null in an else.',
};

function duplicateKey(key: string, isCertain: boolean): StructureFault {
  return {
    code: 'duplicate_key',
    detail: `The key ${JSON.stringify(key)} is ${isCertain ? '' : 'sometimes '}in this object twice; most receivers keep the last one only.`,
    hint: 'Remove one of them, or give it another name.',
  };
}

function repeatedKey(key: string): StructureFault {
  return {
    code: 'duplicate_key',
    detail: `The key ${JSON.stringify(key)} is written into the same object in every turn of the loop.`,
    hint: 'Open an object in the loop, in a list, or make a part of the key different: "{{@key}}".',
  };
}
