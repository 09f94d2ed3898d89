// The request that a webhook makes for an event: a delivery and a test are built here, by the same function.
import { authorizationOf } from './authentication.ts';
import type { OutgoingRequest } from './exchange.ts';
import { signatureHeader } from './signature.ts';
import type { WebhookSettings } from './webhook.ts';

/** What the engine says of itself in a request's headers. */
export interface RequestFacts {
  /** `webhook-id`: the same on every retry of a delivery; of a test its invocation's id. */
  readonly messageId: string;
  readonly eventId: string;
  /** `undefined` for a test, which has no delivery. */
  readonly deliveryId: string | undefined;
  readonly attempt: number;
  /** Hops that the event had when it came in. */
  readonly hop: number;
  readonly sentAt: Date;
  /** `Hookwright/<version>`. */
  readonly userAgent: string;
  /** For a webhook with `oauth2`. */
  readonly accessToken?: string | undefined;
}

/** The settings of which a request is made. */
export type RequestSettings = Pick<
  WebhookSettings,
  'method' | 'url' | 'headers' | 'timeoutInSec' | 'authentication' | 'signing'
>;

/** Builds the request, complete: nothing but `host`, `connection` and `content-length` is added on the way. */
export function buildRequest(
  settings: RequestSettings,
  body: string | undefined,
  facts: RequestFacts,
): OutgoingRequest {
  const own = Object.entries(settings.headers);
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const contentType: [string, string][] = body === undefined ? [] : [['content-type', 'application/json']];
  // What the webhook sets itself takes the place of ours: a header is never sent twice.
  const engine = [...engineHeaders(facts), ...credentialHeaders(settings, body, facts)];
  const ours = [...contentType, ...engine].filter(([name]) => !names.has(name));
  return {
    method: settings.method,
    url: settings.url,
    headers: [...ours, ...own],
    body,
    timeoutMs: settings.timeoutInSec * 1000,
  };
}

// Standard Webhooks names webhook-id and webhook-timestamp (Unix seconds, fresh at each attempt).
function engineHeaders(facts: RequestFacts): [string, string][] {
  return [
    ['user-agent', facts.userAgent],
    ['accept-encoding', 'identity'],
    ['webhook-id', facts.messageId],
    ['webhook-timestamp', timestampOf(facts)],
    ['hookwright-event', facts.eventId],
    facts.deliveryId === undefined ? ['hookwright-test', 'true'] : ['hookwright-delivery', facts.deliveryId],
    ['hookwright-attempt', String(facts.attempt)],
    ['hookwright-hop', String(facts.hop + 1)],
  ];
}

function timestampOf({ sentAt }: RequestFacts): string {
  return String(Math.floor(sentAt.getTime() / 1000));
}

function credentialHeaders(
  { authentication, signing }: RequestSettings,
  body: string | undefined,
  facts: RequestFacts,
): [string, string][] {
  const signed = { messageId: facts.messageId, timestamp: timestampOf(facts), body };
  return [
    ...(signing === undefined
      ? []
      : [['webhook-signature', signatureHeader(signing, signed, facts.sentAt)] satisfies [string, string]]),
    ...(authentication === undefined
      ? []
      : [['authorization', authorizationOf(authentication, facts.accessToken)] satisfies [string, string]]),
  ];
}
