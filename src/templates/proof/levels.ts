// The literal keys of the objects that are open, each with the condition under which it was written: so duplicates are
// found, in whatever blocks they stand.
import type { Bdd, Ref } from './logic/bdd.ts';
import { NEVER } from './logic/bdd.ts';

interface WrittenKey {
  readonly key: string;
  /** Where it stands in the author's text. */
  readonly offset: number;
  readonly when: Ref;
  readonly count: number;
  readonly before: WrittenKey | undefined;
}

/** An open bracket with what was written in it so far. Never changes; lists share their tails. */
export interface Level {
  /** Where the bracket stands in the author's text. */
  readonly offset: number;
  /** Whether it may be another bracket, that stands elsewhere. */
  readonly isMixed: boolean;
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
export function withKey(level: Level, key: string, offset: number, when: Ref): Level {
  return { ...level, keys: written(key, offset, when, level.keys) };
}

/** What is open where two ways come together on the same brackets. Counts its work in the diagram. */
export function joinLevels(bdd: Bdd, a: Level | undefined, b: Level | undefined): Level | undefined {
  if (a === b || b === undefined) return a;
  if (a === undefined) return b;
  return {
    offset: a.offset,
    isMixed: a.isMixed || b.isMixed || a.offset !== b.offset,
    when: bdd.or(a.when, b.when),
    loops: a.loops,
    keys: joinKeys(bdd, a.keys, b.keys),
    below: joinLevels(bdd, a.below, b.below),
  };
}

function written(key: string, offset: number, when: Ref, before: WrittenKey | undefined): WrittenKey {
  return { key, offset, when, count: (before?.count ?? 0) + 1, before };
}

// Both lists: what they share, and each other key once.
function joinKeys(bdd: Bdd, a: WrittenKey | undefined, b: WrittenKey | undefined): WrittenKey | undefined {
  const shared = sharedTail(a, b);
  if (b === shared) return a;
  if (a === shared) return b;
  const own = new Map<number, WrittenKey>();
  for (const list of [a, b]) {
    for (let at = list; at !== shared && at !== undefined; at = at.before) {
      const when = bdd.or(own.get(at.offset)?.when ?? NEVER, at.when);
      own.set(at.offset, { ...at, when });
    }
  }
  bdd.spend(own.size);
  let joined = shared;
  for (const { key, offset, when } of own.values()) joined = written(key, offset, when, joined);
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
