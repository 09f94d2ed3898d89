// A run: so many templates, each grown, damaged, printed and judged, from one seed.
import { compileTemplate } from '../../../../src/templates/index.ts';
import { Chance, seedOf } from './chance.ts';
import { damage } from './growing/damage.ts';
import { grow } from './growing/grow.ts';
import type { Effort, Verdict } from './judge.ts';
import { differenceAt, judge } from './judge.ts';
import type { Template } from './print.ts';
import { printTemplate } from './print.ts';
import { shrinkEvent, shrinkTree } from './shrink.ts';
import type { Node } from './tree.ts';

/** What a run found. */
export interface Summary {
  readonly templates: number;
  readonly accepted: number;
  readonly refused: number;
  readonly tooComplex: number;
  /** Refused for what only events can confirm, and the numbers of those that none was found for. */
  readonly byEvents: number;
  readonly unwitnessed: readonly number[];
  /** Numbers of the templates at which something is wrong. */
  readonly failed: readonly number[];
}

/** How much each template of a run is tried. */
export const EFFORT: Effort = { events: 20, tries: 3000 };

/** Judges the templates of a seed from number `from` up to, not including, `to`. */
export function runTemplates(seed: number, from: number, to: number, effort = EFFORT): Summary {
  const count = { accepted: 0, refused: 0, tooComplex: 0, byEvents: 0 };
  const unwitnessed: number[] = [];
  const failed: number[] = [];
  for (let index = from; index < to; index += 1) {
    const { template, chance } = templateAt(seed, index);
    const verdict = judge(template, chance, effort);
    if (verdict.kind === 'failed') failed.push(index);
    else if (verdict.kind === 'accepted') count.accepted += 1;
    else {
      count.refused += 1;
      if (verdict.codes.includes('too_complex')) count.tooComplex += 1;
      if (verdict.byEvents) count.byEvents += 1;
      if (verdict.justified === 'nothing') (verdict.byEvents ? unwitnessed : failed).push(index);
    }
  }
  return { templates: to - from, ...count, unwitnessed, failed };
}

/** Two summaries as one. */
export function together(one: Summary, other: Summary): Summary {
  return {
    templates: one.templates + other.templates,
    accepted: one.accepted + other.accepted,
    refused: one.refused + other.refused,
    tooComplex: one.tooComplex + other.tooComplex,
    byEvents: one.byEvents + other.byEvents,
    unwitnessed: [...one.unwitnessed, ...other.unwitnessed],
    failed: [...one.failed, ...other.failed],
  };
}

/** Template `index` of a seed, and the chance that goes on from it. */
export function templateAt(seed: number, index: number): { readonly template: Template; readonly chance: Chance } {
  const chance = new Chance(seedOf(seed, index));
  return { template: printTemplate(damage(chance, grow(chance))), chance };
}

/** What is wrong at a number of a run, made small where it is a failure, for people who have to mend it. */
export function explain(seed: number, index: number, effort = EFFORT): string {
  const { template, chance } = templateAt(seed, index);
  const verdict = judge(template, chance, effort);
  const name = `template ${String(index)} of seed ${String(seed)}`;
  if (verdict.kind !== 'failed') return `${name}: ${describeVerdict(verdict)}\n${template.source}`;
  const isFailing = (nodes: readonly Node[]): boolean =>
    judge(printTemplate(nodes), new Chance(seed), effort).kind === 'failed';
  const shrunk = printTemplate(shrinkTree(template.nodes, isFailing));
  const again = judge(shrunk, new Chance(seed), effort);
  // With the events that come after another seed it may not fail, then it stays as it was.
  const [shown, why] = again.kind === 'failed' ? [shrunk, again] : [template, verdict];
  const event = why.event === undefined ? '' : smallEvent(shown, why.event);
  return `${name}: ${why.why}\n${shown.source}\n${event}`;
}

function smallEvent(template: Template, event: Parameters<typeof shrinkEvent>[0]): string {
  const compiled = compileTemplate(template.source);
  if (!compiled.ok) return JSON.stringify(event);
  const small = shrinkEvent(event, (candidate) => differenceAt(template, compiled.template, candidate) !== undefined);
  return `with ${JSON.stringify(small)} ${differenceAt(template, compiled.template, small) ?? ''}`;
}

function describeVerdict(verdict: Verdict): string {
  if (verdict.kind === 'accepted') return 'accepted';
  if (verdict.kind === 'failed') return verdict.why;
  return `refused as ${verdict.codes.join(', ')}; ${verdict.justified} justifies it`;
}
