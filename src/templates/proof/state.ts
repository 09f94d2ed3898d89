// Everything that is known at one place of a template: where a JSON reader may stand there, and under which condition.
// What comes later depends on nothing else, so ways that lead to the same configuration are joined, and nothing is lost.
import type { Bdd, Ref } from './logic/bdd.ts';
import { NEVER } from './logic/bdd.ts';
import type { Configuration } from './json/configuration.ts';
import type { Level } from './levels.ts';
import { joinLevels } from './levels.ts';
import type { Ink } from './report/ink.ts';
import { joinInk } from './report/ink.ts';

/** One configuration, with what led to it. */
export interface Arrival {
  readonly at: Configuration;
  /** When it is reached. */
  readonly when: Ref;
  /** Offsets of commas since the last member, not marked yet: too many, if no member follows. */
  readonly commas: ReadonlySet<number>;
  /** Offsets of what may have been written last: the last character of each way. For hints, so only some of many. */
  readonly ink: Ink;
  /** What was written into the open brackets. */
  readonly level: Level | undefined;
}

/** Arrivals by the number of their configuration; none of them is impossible. */
export type State = ReadonlyMap<number, Arrival>;

/** The state of a place that no way leads to. */
export const NOWHERE: State = new Map();

/** No commas. */
export const NO_COMMAS: ReadonlySet<number> = new Set();

/** A state with one arrival more. */
export function addArrival(bdd: Bdd, state: Map<number, Arrival>, arrival: Arrival): void {
  if (arrival.when === NEVER) return;
  const known = state.get(arrival.at.id);
  state.set(arrival.at.id, known === undefined ? arrival : joined(bdd, known, arrival));
}

/** Both states. */
export function join(bdd: Bdd, a: State, b: State): State {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const state = new Map(a);
  for (const arrival of b.values()) addArrival(bdd, state, arrival);
  return state;
}

/** What is left of a state under a condition. */
export function restrict(bdd: Bdd, state: State, condition: Ref): State {
  return change(state, (arrival) => ({ ...arrival, when: bdd.and(arrival.when, condition) }));
}

/** The state without what is about the turn that is over. */
export function forget(bdd: Bdd, state: State, variables: ReadonlySet<number>): State {
  return change(state, (arrival) => ({ ...arrival, when: bdd.forget(arrival.when, variables) }));
}

/** What a state has that another does not. */
export function newIn(bdd: Bdd, state: State, known: State): State {
  const fresh = new Map<number, Arrival>();
  for (const [id, arrival] of state) {
    const before = known.get(id);
    const isKnown = before !== undefined && bdd.implies(arrival.when, before.when) && includes(before, arrival);
    if (!isKnown) fresh.set(id, arrival);
  }
  return fresh;
}

function includes({ commas: all }: Arrival, { commas: some }: Arrival): boolean {
  return some === all || [...some].every((offset) => all.has(offset));
}

function change(state: State, to: (arrival: Arrival) => Arrival): State {
  const changed = new Map<number, Arrival>();
  for (const [id, arrival] of state) {
    const next = to(arrival);
    if (next.when !== NEVER) changed.set(id, next);
  }
  return changed;
}

function joined(bdd: Bdd, a: Arrival, b: Arrival): Arrival {
  const commas = includes(a, b) ? a.commas : new Set([...a.commas, ...b.commas]);
  return {
    at: a.at,
    when: bdd.or(a.when, b.when),
    commas,
    ink: joinInk(a.ink, b.ink),
    level: joinLevels(bdd, a.level, b.level),
  };
}
