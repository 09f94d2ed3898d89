// A webhook: which events, what request, what counts as success, how to retry.
import type { Authentication } from './authentication.ts';
import type { HealthState } from './health.ts';
import type { JsonObject } from './json.ts';
import type { RateLimit } from './rate.ts';
import type { Signing } from './signature.ts';

/** The methods a webhook may use. */
export const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const;

export type Method = (typeof METHODS)[number];

/** A value that a validator may expect. */
export type Scalar = string | number | boolean | null;

/** A response rule: the values that `jsonPath` selects in the response document must all be among `expectedValues`. */
export interface ResponseValidator {
  readonly jsonPath: string;
  readonly expectedValues: readonly Scalar[];
}

/** When to try again: one delay for each retry, each spread by ±`jitter` of itself. */
export interface RetryPolicy {
  readonly delaysInSec: readonly number[];
  readonly jitter: number;
}

/** What an admin sets; each change of it makes a new version. Secrets are in clear here and nowhere else. */
export interface WebhookSettings {
  readonly name: string;
  readonly active: boolean;
  readonly schema: string;
  readonly eventTypes: readonly string[];
  readonly filter: JsonObject | undefined;
  readonly type: 'http';
  readonly method: Method;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly publicHeaders: readonly string[];
  /** `undefined`: requests say nothing of who sends them, unless a header does. */
  readonly authentication: Authentication | undefined;
  /** `undefined`: requests are not signed. */
  readonly signing: Signing | undefined;
  /** `undefined`: the default template of the schema, and no body for GET and DELETE. */
  readonly bodyTemplate: string | undefined;
  readonly timeoutInSec: number;
  readonly responseValidators: readonly ResponseValidator[];
  readonly customValidationErrorMessage: string | undefined;
  readonly retryPolicy: RetryPolicy;
  /** `undefined`: as fast as the slots allow. */
  readonly rateLimit: RateLimit | undefined;
  /** How long a delivery may be held before it is given up. */
  readonly maxHeldInSec: number;
}

/** A webhook as it is at one version. */
export interface Webhook {
  readonly id: string;
  readonly organizationId: string;
  readonly version: number;
  readonly settings: WebhookSettings;
  readonly createdAt: Date;
  /** When this version was made. */
  readonly updatedAt: Date;
  /** Who made the webhook: the id of an API key. */
  readonly createdBy: string;
  readonly deletedAt: Date | undefined;
}

/** Three retries: after a minute, ten minutes and an hour, as Atlassian promises three. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { delaysInSec: [60, 600, 3600], jitter: 0.2 };

/** Retry policies that can be asked for by name. */
export const RETRY_PRESETS: Readonly<Record<string, RetryPolicy>> = {
  // Atlassian promises three retries and does not say when.
  atlassian: DEFAULT_RETRY_POLICY,
  // The example schedule of the Standard Webhooks specification: ten attempts in 75 hours.
  'standard-webhooks': {
    delaysInSec: [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
    jitter: 0.2,
  },
};

/** How long deliveries are held where the webhook does not say: 14 days. */
export const DEFAULT_MAX_HELD_SEC = 14 * 24 * 60 * 60;

/** Seconds for a whole exchange where the webhook does not say. */
export const DEFAULT_TIMEOUT_SEC = 10;

/** A webhook for which deliveries may be planned: where it is healthy, one may be sent as soon as it is stored. */
export interface PlannableWebhook extends Webhook {
  readonly healthState: HealthState;
}

/** The key under which a name is unique in its organization: case does not count. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Whether a request with this method and template carries a body. */
export function sendsBody(settings: Pick<WebhookSettings, 'method' | 'bodyTemplate'>): boolean {
  return settings.bodyTemplate !== undefined || !(settings.method === 'GET' || settings.method === 'DELETE');
}
