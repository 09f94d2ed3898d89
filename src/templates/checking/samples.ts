// Renders a template with events, as it would be delivered, and says what is wrong where that is not possible.
import type { RenderWarning } from '../../domain/invocation.ts';
import type { Fault } from '../../domain/errors.ts';
import { excerptAt, positionAt } from '../../domain/text.ts';
import type { CompiledTemplate } from '../compile.ts';
import type { TemplateContext } from '../context.ts';
import { TEMPLATE_POINTER } from '../findings.ts';
import type { RenderLimit } from '../output.ts';
import type { TemplatePlan } from '../plan.ts';
import type { RenderResult } from '../render.ts';
import { renderTemplate } from '../render.ts';
import { stopOf } from './stop.ts';

/** An event to render with; the name is shown. */
export interface NamedContext {
  readonly name: string;
  readonly context: TemplateContext;
}

/** What a template renders for a sample. */
export interface RenderedSample {
  readonly name: string;
  /** The body, one JSON text; of a long one only the start, so that answers stay small. */
  readonly body: string;
  readonly truncated: boolean;
  /** Length of the whole body in UTF-8. */
  readonly bytes: number;
  readonly warnings: readonly RenderWarning[];
}

/** A template that is tried. */
export interface TriedTemplate {
  readonly plan: TemplatePlan;
  readonly template: CompiledTemplate;
}

/** The bodies, and one fault for the first failure of each kind. */
export interface Renderings {
  readonly samples: readonly RenderedSample[];
  readonly faults: readonly Fault[];
}

/** Renders a template with each of the events, and shows at most `longest` UTF-16 units of each body. */
export function renderSamples(tried: TriedTemplate, contexts: readonly NamedContext[], longest: number): Renderings {
  const samples: RenderedSample[] = [];
  const faults = new Map<string, Fault>();
  for (const { name, context } of contexts) {
    const result = renderTemplate(tried.template, context);
    if (result.ok) {
      samples.push(sampleOf(name, result, longest));
    } else if (!faults.has(result.outcome)) faults.set(result.outcome, faultOf(tried, { name, context }, result));
  }
  return { samples, faults: [...faults.values()] };
}

function sampleOf(
  name: string,
  { body, warnings }: Extract<RenderResult, { ok: true }>,
  longest: number,
): RenderedSample {
  const truncated = body.length > longest;
  const shown = truncated ? body.slice(0, longest).replace(/[\ud800-\udbff]$/, '') : body;
  return { name, body: shown, truncated, bytes: Buffer.byteLength(body, 'utf8'), warnings };
}

type Failure = Extract<RenderResult, { ok: false }>;

function faultOf({ plan }: TriedTemplate, { name, context }: NamedContext, failure: Failure): Fault {
  const { limit, fault } = failure;
  const detail = `With the sample "${name}": ${failure.message}`;
  const place = fault ?? placeOf(plan.text, stopOf(plan, context, limit));
  const { position, excerpt } = place;
  const where = { pointer: TEMPLATE_POINTER, detail, position, excerpt };
  if (limit !== undefined) return { ...where, code: 'template_renders_too_large', hint: LIMIT_HINTS[limit] };
  return {
    ...where,
    code: 'template_renders_invalid_json',
    hint: 'The template was proven, so this is a fault of Hookwright. Please report it, with the template and the name of the sample.',
  };
}

function placeOf(text: string, offset: number): Required<Pick<Fault, 'position' | 'excerpt'>> {
  return { position: positionAt(text, offset), excerpt: excerptAt(text, offset) };
}

const LIMIT_HINTS: Readonly<Record<RenderLimit, string>> = {
  bytes: 'Send less of the event; a body has at most 1 MiB.',
  turns: 'Loop over less of the event; all loops together make at most 20,000 turns.',
  steps:
    'Write or compare less of the event; each piece of text, placeholder, block, name of a path and value that is looked at is a step, and there are at most 1,000,000.',
  helperCharacters: 'Let helpers make less text, above all inside of loops; all of them together make at most 4 MiB.',
};
