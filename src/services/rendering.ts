// Renders body templates for events. One function for deliveries and tests; checks render by the same parts.
import type { Event } from '../domain/event.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import type { CompileResult, RenderResult, TemplateCache } from '../templates/index.ts';
import { contextOf, renderTemplate } from '../templates/index.ts';
import type { Catalogue } from './catalogue.ts';

/** What rendering touches. */
export interface RenderingDeps {
  readonly templates: Pick<TemplateCache, 'get' | 'load'>;
  readonly catalogue: Pick<Catalogue, 'schema'>;
}

/** The body for an event, with the hash of the template that made it. */
export type Rendering = RenderResult & { readonly templateSha256: string | undefined };

/**
 * Renders the body of a webhook for an event, by its own template or its schema's default. Never rejects. A template
 * that is ready renders at once; another one is read and proven off the main thread first.
 */
export async function renderBody(deps: RenderingDeps, settings: WebhookSettings, event: Event): Promise<Rendering> {
  const source = settings.bodyTemplate ?? deps.catalogue.schema(settings.schema)?.defaultTemplate;
  if (source === undefined) return broken(`There is no payload schema "${settings.schema}" any more.`);
  const ready = deps.templates.get(source);
  const compiled = ready === undefined ? await load(deps, source) : { ok: true as const, template: ready };
  if ('unreadable' in compiled) return broken(compiled.unreadable);
  if (!compiled.ok) return broken(refusal(compiled.faults));
  return { ...renderTemplate(compiled.template, contextOf(event)), templateSha256: compiled.template.sha256 };
}

async function load(deps: RenderingDeps, source: string): Promise<CompileResult | { readonly unreadable: string }> {
  try {
    return await deps.templates.load(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      unreadable: `The template could not be read, which is a fault of Hookwright; please report it: ${reason}`,
    };
  }
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
