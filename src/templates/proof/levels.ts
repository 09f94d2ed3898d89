// The literal keys of the objects that are open, each with the condition under which it was written: so duplicates are
// found, in whatever blocks they stand.
import type { Bdd, Ref } from './logic/bdd.ts';
import { NEVER } from './logic/bdd.ts';

interface WrittenKey {
  readonly key: string;
  readonly when: Ref;
  readonly count: number;
  readonly before: WrittenKey | undefined;
}

/** An open bracket with what was written in it so far. Never changes; lists share their tails. */
export interface Level {
  /** Where the bracket stands in the author's text. */
  readonly offset: number;
  /** When it was opened. */
  readonly when: Ref;
  /** How many loops were around it. */
  readonly loops: number;
  readonly keys: WrittenKey | undefined;
  readonly below: Level | undefined;
}

/** When both a key and one of the same name before it are written; `NEVER` where that cannot be. */
export function bothWritten(bdd: Bdd, level: Level, key: string, when: Ref): Ref {
  let both: Ref = NEVER;
  for (let at = level.keys; at !== undefined && both !== when; at = at.before) {
    if (at.key === key) both = bdd.or(both, bdd.and(at.when, when));
  }
  return both;
}

/** The level with one more key. */
export function withKey(level: Level, key: string, when: Ref): Level {
  return { ...level, keys: { key, when, count: (level.keys?.count ?? 0) + 1, before: level.keys } };
}

/** What is open where two ways come together on the same brackets. */
export function joinLevels(bdd: Bdd, a: Level | undefined, b: Level | undefined): Level | undefined {
  if (a === b || b === undefined) return a;
  if (a === undefined) return b;
  const below = joinLevels(bdd, a.below, b.below);
  return { offset: a.offset, when: bdd.or(a.when, b.when), loops: a.loops, keys: joinKeys(a.keys, b.keys), below };
}

// Both lists, what they share once.
function joinKeys(a: WrittenKey | undefined, b: WrittenKey | undefined): WrittenKey | undefined {
  const shared = sharedTail(a, b);
  let joined = a;
  for (let at = b; at !== shared && at !== undefined; at = at.before) {
    joined = { key: at.key, when: at.when, count: (joined?.count ?? 0) + 1, before: joined };
  }
  return joined;
}

function sharedTail(a: WrittenKey | undefined, b: WrittenKey | undefined): WrittenKey | undefined {
  let [left, right] = [a, b];
  while (left !== right) {
    if ((left?.count ?? 0) >= (right?.count ?? 0)) left = left?.before;
    else right = right?.before;
  }
  return left;
}
