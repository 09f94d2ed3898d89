// Renders a template with events, as it would be delivered, and says what is wrong where that is not possible.
import type { RenderWarning } from '../../domain/invocation.ts';
import type { Fault } from '../../domain/errors.ts';
import type { CompiledTemplate } from '../compile.ts';
import type { TemplateContext } from '../context.ts';
import { TEMPLATE_POINTER } from '../findings.ts';
import type { RenderResult } from '../render.ts';
import { renderTemplate } from '../render.ts';

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

/** The bodies, and one fault for the first failure of each kind. */
export interface Renderings {
  readonly samples: readonly RenderedSample[];
  readonly faults: readonly Fault[];
}

/** Renders a template with each of the events, and shows at most `longest` UTF-16 units of each body. */
export function renderSamples(
  template: CompiledTemplate,
  contexts: readonly NamedContext[],
  longest: number,
): Renderings {
  const samples: RenderedSample[] = [];
  const faults = new Map<string, Fault>();
  for (const { name, context } of contexts) {
    const result = renderTemplate(template, context);
    if (result.ok) {
      samples.push(sampleOf(name, result, longest));
    } else if (!faults.has(result.outcome)) faults.set(result.outcome, faultOf(name, result));
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

function faultOf(name: string, failure: Extract<RenderResult, { ok: false }>): Fault {
  const detail = `With the sample "${name}": ${failure.message}`;
  if (failure.outcome === 'render_too_large') {
    return {
      pointer: TEMPLATE_POINTER,
      code: 'template_renders_too_large',
      detail,
      hint: 'Send less of the event; at most 1 MiB and 20,000 loop turns are rendered.',
    };
  }
  const { fault } = failure;
  return {
    pointer: TEMPLATE_POINTER,
    code: 'template_renders_invalid_json',
    detail,
    hint: 'The template was proven, so this is a fault of Hookwright. Please report it, with the template and the name of the sample.',
    ...(fault === undefined ? {} : { position: fault.position, excerpt: fault.excerpt }),
  };
}
