// The settings of a webhook in their JSON form, as the API takes and shows them, and back.
import type { Json, JsonObject } from './json.ts';
import { readAuthentication, writeAuthentication } from './authentication.ts';
import { isList, isObject } from './json.ts';
import { MASK, maskHeaders } from './headers.ts';
import type { RateLimit } from './rate.ts';
import type { Method, ResponseValidator, RetryPolicy, Scalar, WebhookSettings } from './webhook.ts';
import { DEFAULT_MAX_HELD_SEC, DEFAULT_RETRY_POLICY, DEFAULT_TIMEOUT_SEC, METHODS, RETRY_PRESETS } from './webhook.ts';
import { DEFAULT_SCHEMA } from './event.ts';
import { readSigning, writeSigning } from './signing-settings.ts';
import { mapSecrets } from './webhook-secrets.ts';

/** The JSON form of settings; secrets are `***`, header values that are public are not. */
export function writeSettings(settings: WebhookSettings): JsonObject {
  const headers = maskHeaders(settings.headers, settings.publicHeaders);
  return writeSettingsAsTheyAre({ ...mapSecrets(settings, () => MASK), headers });
}

/** The JSON form of settings with secrets as they are given: for what seals and compares them, never for showing. */
export function writeSettingsAsTheyAre(settings: WebhookSettings): JsonObject {
  return {
    name: settings.name,
    active: settings.active,
    schema: settings.schema,
    event_types: settings.eventTypes,
    filter: settings.filter ?? null,
    type: settings.type,
    method: settings.method,
    url: settings.url,
    headers: settings.headers,
    public_headers: settings.publicHeaders,
    authentication: writeAuthentication(settings.authentication),
    signing: writeSigning(settings.signing),
    body_template: settings.bodyTemplate ?? null,
    timeout_in_sec: settings.timeoutInSec,
    response_validators: settings.responseValidators.map(writeValidator),
    custom_validation_error_message: settings.customValidationErrorMessage ?? null,
    retry_policy: {
      delays_in_sec: settings.retryPolicy.delaysInSec,
      jitter: settings.retryPolicy.jitter,
    },
    rate_limit: writeRateLimit(settings.rateLimit),
    max_held_in_sec: settings.maxHeldInSec,
  };
}

function writeRateLimit(limit: RateLimit | undefined): JsonObject | null {
  return limit === undefined ? null : { requests_per_sec: limit.requestsPerSec, burst: limit.burst };
}

/** The JSON form of a response validator. */
export function writeValidator(validator: ResponseValidator): JsonObject {
  return { json_path: validator.jsonPath, expected_values: validator.expectedValues };
}

/**
 * Settings from their JSON form; what is left out or null takes its default. The form must have passed its JSON
 * Schema: members of the wrong type take their default, too.
 */
export function readSettings(input: JsonObject): WebhookSettings {
  return {
    name: text(input['name']) ?? '',
    active: input['active'] !== false,
    schema: text(input['schema']) ?? DEFAULT_SCHEMA,
    eventTypes: texts(input['event_types']),
    filter: isObject(input['filter']) ? input['filter'] : undefined,
    type: 'http',
    method: method(input['method']),
    url: text(input['url']) ?? '',
    headers: textMap(input['headers']),
    publicHeaders: texts(input['public_headers']),
    authentication: readAuthentication(input['authentication']),
    signing: readSigning(input['signing']),
    bodyTemplate: text(input['body_template']),
    timeoutInSec: number(input['timeout_in_sec']) ?? DEFAULT_TIMEOUT_SEC,
    responseValidators: readValidators(input['response_validators']),
    customValidationErrorMessage: text(input['custom_validation_error_message']),
    retryPolicy: retryPolicy(input['retry_policy']),
    rateLimit: rateLimit(input['rate_limit']),
    maxHeldInSec: number(input['max_held_in_sec']) ?? DEFAULT_MAX_HELD_SEC,
  };
}

/** Response validators from their JSON form. */
export function readValidators(input: Json | undefined): ResponseValidator[] {
  return list(input)
    .filter((item) => isObject(item))
    .map((item) => ({
      jsonPath: text(item['json_path']) ?? '',
      expectedValues: list(item['expected_values']).filter(isScalar),
    }));
}

// Without a burst of its own, a second's worth of requests may come at once.
function rateLimit(input: Json | undefined): RateLimit | undefined {
  const requestsPerSec = isObject(input) ? number(input['requests_per_sec']) : undefined;
  if (!isObject(input) || requestsPerSec === undefined) return undefined;
  return { requestsPerSec, burst: number(input['burst']) ?? Math.max(1, Math.ceil(requestsPerSec)) };
}

function retryPolicy(input: Json | undefined): RetryPolicy {
  if (typeof input === 'string') return RETRY_PRESETS[input] ?? DEFAULT_RETRY_POLICY;
  if (!isObject(input)) return DEFAULT_RETRY_POLICY;
  const delays = input['delays_in_sec'];
  return {
    delaysInSec: Array.isArray(delays)
      ? delays.filter((delay) => typeof delay === 'number')
      : DEFAULT_RETRY_POLICY.delaysInSec,
    jitter: number(input['jitter']) ?? DEFAULT_RETRY_POLICY.jitter,
  };
}

function method(input: Json | undefined): Method {
  return METHODS.find((known) => known === input) ?? 'POST';
}

function isScalar(value: Json): value is Scalar {
  return value === null || typeof value !== 'object';
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function list(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

function texts(value: Json | undefined): string[] {
  return list(value).filter((item) => typeof item === 'string');
}

function textMap(value: Json | undefined): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (typeof item === 'string' ? [[key, item]] : [])),
  );
}
