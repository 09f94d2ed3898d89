// The request of an attempt whose process died before recording it, made again from event and webhook version.
import type { Delivery } from '../domain/delivery.ts';
import { AppError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Invocation, InvocationEnd, InvocationStart } from '../domain/invocation.ts';
import { createMasker } from '../domain/mask.ts';
import { createCountingMask, recordRequest, secretsOf } from '../domain/record-request.ts';
import { buildRequest } from '../domain/request.ts';
import type { Webhook, WebhookSettings } from '../domain/webhook.ts';
import type { Rendering } from '../templates/index.ts';
import type { BodyRenderer } from './rendering.ts';

/** What reconstructing touches. */
export interface ReconstructionDeps {
  readonly store: {
    readonly events: { byId(organizationId: string, id: string): Promise<Event | undefined> };
    readonly deliveries: { byId(organizationId: string, id: string): Promise<Delivery | undefined> };
    readonly webhooks: {
      byVersion(organizationId: string, id: string, version: number): Promise<Webhook | undefined>;
    };
  };
  /** Makes the body template ready; `undefined` where no body is sent. */
  prepare(settings: WebhookSettings): BodyRenderer | undefined | Promise<BodyRenderer | undefined>;
  /** `Hookwright/<version>`. */
  readonly userAgent: string;
}

/**
 * The invocation with its request, where it ended `unknown` without one: rendered and built as for sending, at the
 * time when the attempt started, and marked as reconstructed. Any other one comes back as it is, and so does one whose
 * event, its content, delivery or webhook version is gone, whose secrets cannot be opened, or whose template does not render.
 */
export async function withRequest(deps: ReconstructionDeps, invocation: Invocation): Promise<Invocation> {
  const { start, end } = invocation;
  if (end?.outcome !== 'unknown' || end.request !== undefined || invocation.erasedAt !== undefined) return invocation;
  const sources = await load(deps, start);
  if (sources === undefined) return invocation;
  const rendering = await renderAgain(deps, sources);
  if (rendering?.ok === false) return invocation;
  return { start, end: { ...end, ...rebuilt(deps, start, sources, rendering) } };
}

interface Sources {
  readonly event: Event;
  readonly settings: WebhookSettings;
  readonly messageId: string;
}

async function load({ store }: ReconstructionDeps, start: InvocationStart): Promise<Sources | undefined> {
  const { organizationId, eventId, webhookId, webhookVersion } = start;
  if (eventId === undefined || webhookId === undefined || webhookVersion === undefined) return undefined;
  const [event, webhook, messageId] = await Promise.all([
    store.events.byId(organizationId, eventId),
    store.webhooks.byVersion(organizationId, webhookId, webhookVersion).catch(noneWhereUnreadable),
    messageIdOf(store, start),
  ]);
  if (event?.erased !== undefined) return undefined;
  if (event === undefined || webhook === undefined || messageId === undefined) return undefined;
  return { event, settings: webhook.settings, messageId };
}

// A lost secret must not keep the record from being read.
function noneWhereUnreadable(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'secret_unreadable') return undefined;
  throw error;
}

// A test has no delivery, and carries its own id.
async function messageIdOf(store: ReconstructionDeps['store'], start: InvocationStart): Promise<string | undefined> {
  if (start.deliveryId === undefined) return start.id;
  return (await store.deliveries.byId(start.organizationId, start.deliveryId))?.messageId;
}

// Whatever keeps a template from being ready now must not keep the record from being read.
async function renderAgain(
  deps: ReconstructionDeps,
  { event, settings }: Sources,
): Promise<Rendering | { readonly ok: false } | undefined> {
  try {
    return (await deps.prepare(settings))?.(event);
  } catch (error) {
    if (error instanceof AppError) return { ok: false };
    throw error;
  }
}

function rebuilt(
  deps: ReconstructionDeps,
  start: InvocationStart,
  { event, settings, messageId }: Sources,
  rendering: Extract<Rendering, { ok: true }> | undefined,
): Partial<InvocationEnd> {
  const request = buildRequest(settings, rendering?.body, {
    messageId,
    eventId: event.id,
    deliveryId: start.deliveryId,
    attempt: start.attempt,
    hop: event.hop,
    sentAt: start.startedAt,
    userAgent: deps.userAgent,
  });
  const mask = createCountingMask(createMasker(secretsOf(settings)));
  return {
    request: { ...recordRequest(request, settings, mask), reconstructed: true },
    templateSha256: rendering?.templateSha256,
    warnings: rendering?.warnings ?? [],
    maskedPlaces: mask.places(),
  };
}
