// Attempts as messages to another thread, and back. What comes out equals what went in.
import type { AttemptInput, AttemptSettings, BodyRenderer } from '../delivery/attempt.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import type { SentAttempt, SentTokens } from './messages.ts';

/** What an attempt asks of the settings of a webhook, and nothing else of them. */
export function settingsToSend(settings: WebhookSettings): AttemptSettings {
  const { method, url, headers, publicHeaders, authentication, signing } = settings;
  const { timeoutInSec, responseValidators, customValidationErrorMessage } = settings;
  const request = { method, url, headers, publicHeaders, authentication, signing, timeoutInSec };
  return { ...request, responseValidators, customValidationErrorMessage };
}

/** What is said of an attempt beside its own facts. */
export interface Envelope {
  readonly id: number;
  /** That of its signal. */
  readonly group: number;
  /** `Infinity` where it may begin at any time. */
  readonly startBy: number;
  readonly settings: SentAttempt[3];
  readonly body: SentAttempt[4];
  readonly tokens: SentTokens | undefined;
}

/** The message of an attempt. */
export function writeAttempt(
  { start, event, messageId }: Pick<AttemptInput, 'start' | 'event' | 'messageId'>,
  { id, group, startBy, settings, body, tokens }: Envelope,
): SentAttempt {
  return [
    id,
    group,
    startBy,
    settings,
    body,
    tokens,
    [start.organizationId, start.deliveryId, start.attempt],
    messageId,
    [event.id, event.schema, event.eventType, event.eventTime, event.receivedAt.getTime(), event.hop, event.body],
  ];
}

/** The attempt of a message, with the settings and the renderer that its reader has at hand. */
export function readAttempt(
  [, , , , , tokens, start, messageId, event]: SentAttempt,
  settings: AttemptSettings,
  render: BodyRenderer | undefined,
): AttemptInput {
  const [organizationId, deliveryId, attempt] = start;
  const [id, schema, eventType, eventTime, receivedAt, hop, body] = event;
  return {
    start: { organizationId, deliveryId, attempt },
    settings,
    event: { id, schema, eventType, eventTime, receivedAt: new Date(receivedAt), hop, body },
    messageId,
    render,
    accessToken: tokens?.accessToken,
  };
}
