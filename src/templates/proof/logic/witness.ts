// When something happens, in the author's words: the fewest conditions that lead there.
import type { Bdd, Ref } from './bdd.ts';
import { ALWAYS, NEVER } from './bdd.ts';
import type { Conditions } from './conditions.ts';

/** One condition that holds or fails. */
interface Literal {
  readonly variable: number;
  readonly holds: boolean;
}

/** The shortest way on which a function holds, one sentence a condition, in the order in which they are asked. */
export function explain(bdd: Bdd, conditions: Conditions, when: Ref): string[] {
  const way = shortestWay(bdd, when);
  return needed(bdd, conditions, when, way)
    .toSorted((a, b) => a.variable - b.variable)
    .map(({ variable, holds }) => conditions.variable(variable)?.words[holds ? 0 : 1] ?? '');
}

interface Way {
  readonly length: number;
  readonly holds: boolean;
}

function shortestWay(bdd: Bdd, when: Ref): Literal[] {
  const ways = new Map<Ref, Way>();
  measure(bdd, when, ways);
  const literals: Literal[] = [];
  for (let at = when; at > ALWAYS;) {
    const holds = ways.get(at)?.holds ?? false;
    literals.push({ variable: bdd.variableOf(at), holds });
    at = holds ? bdd.high(at) : bdd.low(at);
  }
  return literals;
}

function measure(bdd: Bdd, at: Ref, ways: Map<Ref, Way>): number {
  if (at === NEVER) return Number.POSITIVE_INFINITY;
  if (at === ALWAYS) return 0;
  const known = ways.get(at);
  if (known !== undefined) return known.length;
  const [high, low] = [measure(bdd, bdd.high(at), ways), measure(bdd, bdd.low(at), ways)];
  const way = { length: 1 + Math.min(high, low), holds: high <= low };
  ways.set(at, way);
  return way.length;
}

// Facts are part of the function, and make it ask for what is true in any case. What can be left out is left out.
function needed(bdd: Bdd, conditions: Conditions, when: Ref, way: readonly Literal[]): Literal[] {
  const facts = way.reduce((all, { variable }) => bdd.and(all, conditions.variable(variable)?.facts ?? ALWAYS), ALWAYS);
  let kept = [...way];
  for (const literal of way) {
    const without = kept.filter((one) => one !== literal);
    if (bdd.implies(bdd.and(meet(bdd, without), facts), when)) kept = without;
  }
  return kept;
}

function meet(bdd: Bdd, literals: readonly Literal[]): Ref {
  return literals.reduce((all, { variable, holds }) => {
    const asked = bdd.variable(variable);
    return bdd.and(all, holds ? asked : bdd.not(asked));
  }, ALWAYS);
}
