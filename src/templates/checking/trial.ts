// Tries a proven template on events: what it renders, and what has changed against another template.
import type { Fault } from '../../domain/errors.ts';
import type { CompiledTemplate } from '../compile.ts';
import { compilePlan } from '../compile.ts';
import type { TemplateContext } from '../context.ts';
import type { TemplatePlan } from '../plan.ts';
import { planTemplate } from '../plan.ts';
import { renderTemplate } from '../render.ts';
import { patchBetween } from './compare.ts';
import type { NamedContext, RenderedSample } from './samples.ts';
import { renderSamples } from './samples.ts';

/** What a template is tried on. */
export interface TrialEvents {
  /** An event that the author asks about: rendered first, under the name `event`, and never a reason to refuse. */
  readonly event: TemplateContext | undefined;
  /** Events as they really come. */
  readonly samples: readonly NamedContext[];
  /** Events that are made up to be difficult. */
  readonly generated: readonly NamedContext[];
  /** The source of another template, to be compared by what the first of the events makes of both. */
  readonly compareWith: string | undefined;
}

/** What has changed against the other template: JSON Patch as text, or in a sentence why it cannot be told. */
export type Comparison =
  { readonly ok: true; readonly patch: string } | { readonly ok: false; readonly reason: string };

/** What came of it. */
export interface Trial {
  readonly errors: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly samples: readonly RenderedSample[];
  readonly comparison: Comparison | undefined;
}

// UTF-16 units of a body. There are some fifteen samples in an answer, and one event that the author looks at closely.
const LONGEST_EVENT = 64 * 1024;
const LONGEST_SAMPLE = 16 * 1024;

/** Tries it. */
export function tryPlan(plan: TemplatePlan, { event, samples, generated, compareWith }: TrialEvents): Trial {
  const template = compilePlan(plan);
  const tried = { plan, template };
  const asked = renderSamples(tried, event === undefined ? [] : [{ name: 'event', context: event }], LONGEST_EVENT);
  const real = renderSamples(tried, samples, LONGEST_SAMPLE);
  const madeUp = renderSamples(tried, generated, LONGEST_SAMPLE);
  // How large an unusual event is says nothing about those to come. But nothing may ever render what is no JSON.
  const unusual = [...asked.faults, ...madeUp.faults];
  const errors = [...real.faults, ...unusual.filter((fault) => !isTooLarge(fault))];
  const first = event ?? samples[0]?.context;
  return {
    errors: firstOfEach(errors),
    warnings: firstOfEach(unusual.filter(isTooLarge)),
    samples: [...asked.samples, ...real.samples, ...madeUp.samples],
    comparison: compareWith === undefined || first === undefined ? undefined : compare(template, compareWith, first),
  };
}

function isTooLarge({ code }: Fault): boolean {
  return code === 'template_renders_too_large';
}

function firstOfEach(faults: readonly Fault[]): Fault[] {
  return faults.filter(({ code }, index) => faults.findIndex((fault) => fault.code === code) === index);
}

function compare(template: CompiledTemplate, otherSource: string, context: TemplateContext): Comparison {
  const other = planTemplate(otherSource);
  if (!other.ok) return { ok: false, reason: 'The current template is refused by this version of Hookwright.' };
  const [from, to] = [renderTemplate(compilePlan(other.plan), context), renderTemplate(template, context)];
  if (!from.ok) return { ok: false, reason: `The current template: ${from.message}` };
  if (!to.ok) return { ok: false, reason: `The edited template: ${to.message}` };
  // Longer bodies are not shown as a whole, so nobody could use a patch for them.
  if (Math.max(from.body.length, to.body.length) > LONGEST_EVENT) {
    return { ok: false, reason: 'A body is longer than 64 KiB.' };
  }
  return { ok: true, patch: patchBetween(from.body, to.body) };
}
