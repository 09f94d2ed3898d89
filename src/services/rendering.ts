// Renders body templates for events, and tries them on samples before they are saved. One function for all of it.
import type { Fault } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { isObject } from '../domain/json.ts';
import type { ExactJson, ExactJsonObject } from '../domain/json.ts';
import { readJson } from '../domain/json-read.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import type { RenderResult, TemplateCache, TemplateContext } from '../templates/index.ts';
import { renderTemplate, trialFaults } from '../templates/index.ts';
import type { Catalogue } from './catalogue.ts';

/** What rendering touches. */
export interface RenderingDeps {
  readonly templates: TemplateCache;
  readonly catalogue: Catalogue;
}

/** The body for an event, with the hash of the template that made it. */
export type Rendering = RenderResult & { readonly templateSha256: string | undefined };

/** Renders the body of a webhook for an event, by its own template or its schema's default. Never throws. */
export function renderBody(deps: RenderingDeps, settings: WebhookSettings, event: Event): Rendering {
  const source = settings.bodyTemplate ?? deps.catalogue.schema(settings.schema)?.defaultTemplate;
  if (source === undefined) return broken(`There is no payload schema "${settings.schema}" any more.`);
  const compiled = deps.templates.compile(source);
  if (!compiled.ok) return broken(compiled.faults.map((fault) => fault.detail).join(' '));
  return { ...renderTemplate(compiled.template, contextOf(event)), templateSha256: compiled.template.sha256 };
}

function broken(message: string): Rendering {
  return { ok: false, outcome: 'template_error', message, templateSha256: undefined };
}

/** What checking a template gives. */
export interface TemplateCheck {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** What is wrong with a template, by itself or with one of the samples of its payload schema, and what is doubtful. */
export function checkTemplate(deps: RenderingDeps, source: string, schema: string): TemplateCheck {
  const compiled = deps.templates.compile(source);
  if (!compiled.ok) return { faults: compiled.faults, warnings: [] };
  const samples = deps.catalogue.schema(schema)?.samples ?? [];
  const trials = samples.map(({ name, event }) => ({ name, context: sampleContext(event) }));
  return { faults: trialFaults(compiled.template, trials), warnings: compiled.template.warnings };
}

function contextOf(event: Event): TemplateContext {
  const reading = readJson(event.body);
  const value = reading.ok ? reading.documents[0]?.value : undefined;
  return {
    id: event.id,
    schema: event.schema,
    event_type: event.eventType,
    event_time: event.eventTime,
    received_at: event.receivedAt.toISOString(),
    data: isObject(value) ? (value['data'] ?? null) : null,
  };
}

// A sample has no id and was never received; these stand for them.
function sampleContext(event: ExactJsonObject): TemplateContext {
  const member = (name: string): ExactJson => event[name] ?? null;
  return {
    id: 'evt_00000000-0000-7000-8000-000000000000',
    schema: event['schema'] ?? 'audit',
    event_type: member('event_type'),
    event_time: member('event_time'),
    received_at: '2026-01-01T00:00:00.000Z',
    data: member('data'),
  };
}
