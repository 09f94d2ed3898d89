// Checks body templates: before a webhook is saved with one, and for an author who wants to know what it does.
import type { Actor } from '../domain/access.ts';
import type { Fault } from '../domain/errors.ts';
import { invalid, notFound } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { DEFAULT_SCHEMA } from '../domain/event.ts';
import type { ExactJson, ExactJsonObject } from '../domain/json.ts';
import { isObject, writeExact } from '../domain/json.ts';
import type { Webhook } from '../domain/webhook.ts';
import { sendsBody } from '../domain/webhook.ts';
import type { CheckTask, Comparison, PayloadTexts, TemplateCache, TemplateReport } from '../templates/index.ts';
import { standInEvent } from '../templates/index.ts';
import type { Catalogue } from './catalogue.ts';
import { payloadFaults } from './check-event.ts';
import { eventWithContent } from './event-content.ts';
import { eventSizeFaults } from './intake-body.ts';
import { unknownSchema } from './webhook-check.ts';

export type { TemplateReport } from '../templates/index.ts';

/** Where templates are read, proven and tried: off the main thread. Rejects with `unavailable` when too many wait. */
export interface TemplateWorkshop {
  check(task: CheckTask): Promise<TemplateReport>;
}

/** What approving touches. */
export interface TemplateApprovalDeps {
  readonly workshop: TemplateWorkshop;
  readonly templates: Pick<TemplateCache, 'keep'>;
  readonly catalogue: Pick<Catalogue, 'schema'>;
}

/** What is wrong with a template, and what is doubtful. */
export interface TemplateApproval {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** Checks a template that is to be saved or sent with. One that is approved is ready for rendering afterwards. */
export async function approveTemplate(
  deps: TemplateApprovalDeps,
  source: string,
  schema: string,
): Promise<TemplateApproval> {
  const { plan, errors, warnings } = await deps.workshop.check({
    source,
    payload: payloadOf(deps.catalogue, schema),
    wants: 'plan',
  });
  if (plan !== undefined) deps.templates.keep(plan);
  return { faults: errors, warnings };
}

function payloadOf(catalogue: Pick<Catalogue, 'schema'>, name: string): PayloadTexts | undefined {
  const schema = catalogue.schema(name);
  if (schema === undefined) return undefined;
  return { schema: schema.text, samples: schema.samples.map((sample) => ({ name: sample.name, text: sample.text })) };
}

/** What trying touches. */
export interface TemplateTrialDeps {
  readonly schemas: { faults(schemaId: string, value: ExactJson): Fault[] };
  readonly workshop: TemplateWorkshop;
  readonly catalogue: Pick<Catalogue, 'names' | 'schema'>;
  readonly payloads: { readonly names: readonly string[]; faults(name: string, value: ExactJson): Fault[] };
  readonly store: {
    readonly events: { byId(organizationId: string, id: string): Promise<Event | undefined> };
    readonly webhooks: { byIdMasked(organizationId: string, id: string): Promise<Webhook | undefined> };
  };
}

const CHECK_REQUEST_SCHEMA = 'urn:hookwright:api:template-check-request';

/**
 * Checks a template with everything that there is to show. Throws `invalid` with all that is wrong with the request
 * itself, such as an event that cannot be used, and `not_found` for an id that is not the actor's.
 */
export async function tryTemplate(
  deps: TemplateTrialDeps,
  actor: Actor,
  input: ExactJsonObject,
): Promise<TemplateReport> {
  const schema = textOf(input['schema']) ?? DEFAULT_SCHEMA;
  const shape = deps.schemas.faults(CHECK_REQUEST_SCHEMA, input);
  const meant = [...unknownSchema(deps.payloads, schema), ...eventFaults(deps, input)];
  // What is of the wrong shape has no meaning that could be judged, too.
  const faults = [...shape, ...meant.filter(({ pointer }) => shape.every((fault) => fault.pointer !== pointer))];
  if (faults.length > 0) throw invalid(faults);
  const event = await eventOf(deps, actor, input);
  const compared = await comparedOf(deps, actor, input);
  const report = await deps.workshop.check({
    source: textOf(input['body_template']) ?? '',
    payload: payloadOf(deps.catalogue, schema),
    event,
    compareWith: compared?.source,
    wants: 'details',
  });
  return withComparison(report, compared);
}

function eventFaults(deps: TemplateTrialDeps, { event, event_id: eventId }: ExactJsonObject): Fault[] {
  const both: Fault = {
    pointer: '/event',
    code: 'one_of_many',
    detail: 'Both event and event_id are given.',
    hint: 'Choose one; without any only the samples of the schema are rendered.',
  };
  const own = isObject(event) ? ownFaults(deps, event) : [];
  return [
    ...(event !== undefined && eventId !== undefined ? [both] : []),
    ...own.map((fault) => ({ ...fault, pointer: `/event${fault.pointer}` })),
  ];
}

// As intake, which looks no further into an event that is too long. Its blanks do not count here.
function ownFaults({ payloads }: TemplateTrialDeps, event: ExactJsonObject): Fault[] {
  const tooLarge = eventSizeFaults(writeExact(event));
  return tooLarge.length > 0 ? tooLarge : payloadFaults(payloads, event);
}

async function eventOf(deps: TemplateTrialDeps, actor: Actor, input: ExactJsonObject): Promise<Event | undefined> {
  const { event } = input;
  const id = textOf(input['event_id']);
  if (id === undefined) return isObject(event) ? standInEvent(event) : undefined;
  return eventWithContent(deps.store.events, actor.organizationId, id);
}

interface Compared {
  /** `undefined` with a `problem`. */
  readonly source: string | undefined;
  readonly problem: string | undefined;
}

async function comparedOf(
  deps: TemplateTrialDeps,
  actor: Actor,
  input: ExactJsonObject,
): Promise<Compared | undefined> {
  const id = textOf(input['compare_with']);
  if (id === undefined) return undefined;
  const webhook = await deps.store.webhooks.byIdMasked(actor.organizationId, id);
  if (webhook === undefined) throw notFound('webhook', id);
  const { settings } = webhook;
  if (!sendsBody(settings)) return { source: undefined, problem: 'The webhook sends no body.' };
  const source = settings.bodyTemplate ?? deps.catalogue.schema(settings.schema)?.defaultTemplate;
  return { source, problem: source === undefined ? 'Its payload schema is gone.' : undefined };
}

function withComparison(report: TemplateReport, compared: Compared | undefined): TemplateReport {
  if (compared === undefined) return report;
  const comparison = comparisonOf(report, compared.problem);
  if (comparison.ok) return { ...report, comparison };
  const warning: Fault = {
    pointer: '/compare_with',
    code: 'not_compared',
    detail: `The two bodies could not be compared. ${comparison.reason}`,
    hint: 'Compare by another event, or read the bodies in samples.',
  };
  return { ...report, comparison, warnings: [...report.warnings, warning] };
}

function comparisonOf({ comparison, errors }: TemplateReport, problem: string | undefined): Comparison {
  if (problem !== undefined) return { ok: false, reason: problem };
  if (comparison !== undefined) return comparison;
  const isRefused = errors.length > 0;
  const reason = isRefused
    ? 'The edited template has errors, so it renders nothing.'
    : 'There is no event to compare by.';
  return { ok: false, reason };
}

function textOf(value: ExactJson | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
