// Renders a template with sample events when it is saved, so that what is broken for all to see is refused at once.
import type { Fault } from '../domain/errors.ts';
import type { CompiledTemplate } from './compile.ts';
import { TEMPLATE_POINTER } from './findings.ts';
import type { RenderResult, TemplateContext } from './render.ts';
import { renderTemplate } from './render.ts';

/** An event to try a template with; the name is shown. */
export interface Trial {
  readonly name: string;
  readonly context: TemplateContext;
}

/** A fault for the first failure of each kind, naming the sample; none where every sample renders JSON. */
export function trialFaults(template: CompiledTemplate, trials: readonly Trial[]): Fault[] {
  const faults = new Map<string, Fault>();
  for (const { name, context } of trials) {
    const result = renderTemplate(template, context);
    if (result.ok || faults.has(result.outcome)) continue;
    faults.set(result.outcome, trialFault(name, result));
  }
  return [...faults.values()];
}

function trialFault(name: string, failure: Extract<RenderResult, { ok: false }>): Fault {
  const { fault } = failure;
  if (fault === undefined) {
    return {
      pointer: TEMPLATE_POINTER,
      code: failure.outcome === 'render_too_large' ? 'template_renders_too_large' : 'template_renders_invalid_json',
      detail: `With the sample "${name}": ${failure.message}`,
      hint: 'Send less of the event; at most 1 MiB and 20,000 loop turns are rendered.',
    };
  }
  return {
    pointer: TEMPLATE_POINTER,
    code: 'template_renders_invalid_json',
    detail: `With the sample "${name}" the template renders text that is not JSON: ${fault.expected}`,
    hint: hintFor(fault.expected),
    position: fault.position,
    excerpt: fault.excerpt,
  };
}

function hintFor(expected: string): string {
  if (expected.includes('more text after the value')) {
    return 'A body is one JSON text; several, one a line (NDJSON), cannot be sent. Put them into an array.';
  }
  if (expected.includes('comma before'))
    return 'Remove the last comma, or write it only {{#unless @last}},{{/unless}}.';
  if (expected.includes('comma')) return 'End the member before this one with a comma.';
  return 'The excerpt shows what was rendered; mend the template at this position.';
}
