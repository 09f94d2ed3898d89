// Renders body templates for events. One way for deliveries and tests; checks render by the same parts.
import type { SentEvent } from '../domain/event.ts';
import type { ExactJson } from '../domain/json.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import type { CompileResult, Rendering, TemplateCache, TemplatePlan } from '../templates/index.ts';
import { renderEvent } from '../templates/index.ts';
import type { Catalogue } from './catalogue.ts';

/** What rendering touches. */
export interface RenderingDeps {
  readonly templates: Pick<TemplateCache, 'get' | 'load'>;
  readonly catalogue: Pick<Catalogue, 'schema'>;
}

/** Renders the body of one webhook for an event, whose text is read anew where its value is not given. Never throws. */
export interface BodyRenderer {
  (event: SentEvent, value?: ExactJson): Rendering;
  /** The plan of its template, where it has one: by which another thread renders the same. */
  readonly plan?: TemplatePlan;
}

/**
 * Makes the template of a webhook ready, its own or its schema's default. One that is ready already is given at once,
 * without a promise; another one is read and proven off the main thread. Rejects where that is not possible now, which
 * says nothing about the template. A template that is refused is no such case: its renderer says so for each event.
 */
export function prepareBody(deps: RenderingDeps, settings: WebhookSettings): BodyRenderer | Promise<BodyRenderer> {
  const source = settings.bodyTemplate ?? deps.catalogue.schema(settings.schema)?.defaultTemplate;
  if (source === undefined) return always(broken(`There is no payload schema "${settings.schema}" any more.`));
  const ready = deps.templates.get(source);
  return ready === undefined ? deps.templates.load(source).then(rendererOf) : rendererOf({ ok: true, template: ready });
}

function rendererOf(compiled: CompileResult): BodyRenderer {
  if (!compiled.ok) return always(broken(refusal(compiled.faults)));
  const { template } = compiled;
  const render = (event: SentEvent, value?: ExactJson): Rendering => renderEvent(template, event, value);
  return Object.assign(render, { plan: template.plan });
}

function always(rendering: Rendering): BodyRenderer {
  return () => rendering;
}

function refusal(faults: Extract<CompileResult, { ok: false }>['faults']): string {
  const [first] = faults;
  const at = first?.position;
  const where = at === undefined ? '' : ` at line ${String(at.line)}, column ${String(at.column)}`;
  const more = faults.length > 1 ? ` There are ${String(faults.length - 1)} more faults.` : '';
  return (
    'The template was accepted by an earlier version of Hookwright, and is refused by this one' +
    `${where}: ${first?.detail ?? ''}${more} POST /v1/templates/check shows how to mend it.`
  );
}

function broken(message: string): Rendering {
  return { ok: false, outcome: 'template_error', message, templateSha256: undefined };
}
