// The engine's own way from a request to a request, by its own functions, with nothing where its store is.
import type { IncomingHttpHeaders } from 'node:http';
import { createNewId } from '../../src/assembly/new-id.ts';
import { createProductSchemas } from '../../src/assembly/schemas.ts';
import type { ApiKey } from '../../src/domain/api-key.ts';
import { hashSecret, parseKey } from '../../src/domain/api-key.ts';
import type { Delivery } from '../../src/domain/delivery.ts';
import type { Event } from '../../src/domain/event.ts';
import type { ExactJson } from '../../src/domain/json.ts';
import { planDeliveries } from '../../src/domain/plan.ts';
import { buildRequest } from '../../src/domain/request.ts';
import type { PlannableWebhook, WebhookSettings } from '../../src/domain/webhook.ts';
import { DEFAULT_MAX_HELD_SEC, DEFAULT_RETRY_POLICY, DEFAULT_TIMEOUT_SEC } from '../../src/domain/webhook.ts';
import type { Exchanger } from '../../src/egress/exchange.ts';
import { createExchanger } from '../../src/egress/exchange.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import { bodyText, checkContentType } from '../../src/http/body.ts';
import { readCredentials } from '../../src/http/credentials.ts';
import { hopsOf } from '../../src/http/hops.ts';
import { readProductFiles } from '../../src/product-files.ts';
import type { CheckEventDeps } from '../../src/services/check-event.ts';
import { checkEvent } from '../../src/services/check-event.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import { readPostedEvents } from '../../src/services/intake-body.ts';
import { KnownKeys } from '../../src/services/known-keys.ts';
import type { Matcher } from '../../src/services/planning.ts';
import { createMatcher, matchedBy } from '../../src/services/planning.ts';
import { prepareBody } from '../../src/services/rendering.ts';
import { createTemplateCache, planTemplate } from '../../src/templates/index.ts';
import type { Work } from './in-memory-queue.ts';
import type { Setup, Side, Taken } from './side.ts';
import { sayFailed, webhookUrls } from './side.ts';

const HOST = 'receiver.example.com';
const ORGANIZATION = 'org_00000000-0000-7000-8000-000000000000';
const BODY = {
  contentTypes: ['application/json', 'application/x-ndjson'],
  schema: 'event-input',
  maxBytes: 5_242_880,
  checked: false,
};

const newId = createNewId();

interface Parts {
  readonly webhooks: readonly PlannableWebhook[];
  readonly matchers: readonly Matcher<PlannableWebhook>[];
  readonly check: CheckEventDeps;
  readonly exchanger: Exchanger;
  readonly rendering: Parameters<typeof prepareBody>[0];
  readonly userAgent: string;
}

/** Makes it. */
export function productSide(setup: Setup): Side {
  const parts = makeParts(setup);
  const known = new KnownKeys({ clock: () => new Date() });
  known.remember(setup.key, storedKey(setup.key));
  return {
    isAdmitted: (authorization) => {
      const credentials = readCredentials(authorization, false);
      return credentials.kind === 'key' && known.holderOf(credentials.text) !== undefined;
    },
    accept: (body, headers) => Promise.resolve(accept(parts, body, headers)),
  };
}

// As the engine does it, less the store: what is remembered plans everything.
function accept(parts: Parts, body: Buffer, headers: IncomingHttpHeaders): readonly Taken[] {
  checkContentType(BODY, headers['content-type']);
  const posted = readPostedEvents(bodyText(body), 'json');
  const hop = hopsOf(headers['hookwright-hop']?.toString());
  const origins = { organizationId: ORGANIZATION, receivedAt: new Date(), hop, idempotencyKey: undefined };
  const isOneOfMany = posted.isList && posted.events.length > 1;
  return posted.events.map((one) => {
    const event = checkEvent(parts.check, one, { ...origins, isOneOfMany });
    if (!('eventType' in event)) throw new Error('An event was refused.');
    const value = one.value ?? null;
    const deliveries = planDeliveries(event, matchedBy(parts.matchers, event, value), newId);
    return { id: event.id, sends: deliveries.map((delivery) => sending(parts, event, value, delivery)) };
  });
}

function sending(parts: Parts, event: Event, value: ExactJson, delivery: Delivery): Work {
  return async () => {
    const webhook = parts.webhooks.find(({ id }) => id === delivery.webhookId);
    if (webhook === undefined) return;
    const { settings } = webhook;
    const preparing = prepareBody(parts.rendering, settings);
    const render = preparing instanceof Promise ? await preparing : preparing;
    const rendered = render(event, value);
    if (!rendered.ok) {
      sayFailed(rendered.message);
      return;
    }
    const request = buildRequest(settings, rendered.body, {
      messageId: delivery.messageId,
      eventId: event.id,
      deliveryId: delivery.id,
      attempt: 1,
      hop: event.hop,
      sentAt: new Date(),
      userAgent: parts.userAgent,
    });
    const { response, failure } = await parts.exchanger.send(request);
    if (response?.status !== 200) sayFailed(failure?.message ?? response?.status);
  };
}

function makeParts(setup: Setup): Parts {
  const files = readProductFiles();
  const catalogue = createCatalogue(files.payloads);
  const schemas = createProductSchemas(files);
  const { port } = new URL(setup.receiverUrl);
  const rule = { host: HOST, address: '127.0.0.1', port: Number(port), ca: setup.ca };
  const webhooks = webhookUrls(`https://${HOST}/ok`, setup).map(webhookOf);
  return {
    webhooks,
    matchers: webhooks.map((webhook) => createMatcher(webhook)),
    check: {
      payloads: { names: catalogue.names, faults: (name, value) => schemas.faults(`payload:${name}`, value) },
      newId,
    },
    exchanger: createExchanger({ policy: createEgressPolicy({ allow: [], connect: [rule] }) }),
    rendering: {
      catalogue,
      templates: createTemplateCache({ plan: (source) => Promise.resolve(planTemplate(source)), capacity: 1_048_576 }),
    },
    userAgent: `Hookwright/${files.version}`,
  };
}

function webhookOf(url: string, index: number): PlannableWebhook {
  const settings: WebhookSettings = {
    name: `bench ${String(index)}`,
    active: true,
    schema: 'audit',
    eventTypes: [],
    filter: undefined,
    type: 'http',
    method: 'POST',
    url,
    headers: {},
    publicHeaders: [],
    authentication: undefined,
    signing: undefined,
    bodyTemplate: undefined,
    timeoutInSec: DEFAULT_TIMEOUT_SEC,
    responseValidators: [],
    customValidationErrorMessage: undefined,
    retryPolicy: DEFAULT_RETRY_POLICY,
    rateLimit: undefined,
    maxHeldInSec: DEFAULT_MAX_HELD_SEC,
  };
  const at = new Date();
  const dates = { createdAt: at, updatedAt: at, createdBy: 'bench', deletedAt: undefined };
  return {
    id: newId('whk'),
    organizationId: ORGANIZATION,
    version: 1,
    settings,
    ...dates,
    healthState: 'healthy',
  };
}

function storedKey(text: string): ApiKey {
  const parts = parseKey(text);
  if (parts === undefined) throw new Error('API_KEY is no key of the engine.');
  return {
    id: parts.id,
    organizationId: ORGANIZATION,
    name: 'bench',
    role: 'source',
    secretSha256: hashSecret(parts.secret),
    createdAt: new Date(),
    createdBy: 'bench',
    expiresAt: undefined,
    lastUsedAt: undefined,
    revokedAt: undefined,
  };
}
