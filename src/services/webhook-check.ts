// Everything that must hold before a webhook is saved or its draft is sent: all faults at once, and warnings.
import { authenticationFaults, kindFaults } from '../domain/authentication.ts';
import type { Fault } from '../domain/errors.ts';
import { filterFaults } from '../domain/filter.ts';
import { headerFaults } from '../domain/headers.ts';
import type { ExactJson, JsonObject } from '../domain/json.ts';
import { signingFaults } from '../domain/signing-settings.ts';
import { nearestName, pointerTo } from '../domain/text.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import { readSettings } from '../domain/webhook-settings.ts';
import { validatorFaults } from '../responses/validators.ts';

/** What checking touches. */
export interface WebhookCheckDeps {
  readonly schemas: { faults(schemaId: string, value: ExactJson): Fault[] };
  readonly payloads: { readonly names: readonly string[] };
  /** The egress policy's word on a URL. */
  urlFaults(url: string, pointer: string): Fault[];
  /** Proves the template and tries it on the payload schema: what is wrong, and what is doubtful. */
  checkTemplate(source: string, schema: string): Promise<TemplateFindings>;
}

interface TemplateFindings {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** Settings that may be used, with what is doubtful about them, or what is wrong with them. */
export type CheckedWebhook =
  | { readonly ok: true; readonly settings: WebhookSettings; readonly warnings: readonly Fault[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The JSON Schema of what an admin sends. */
export const WEBHOOK_INPUT_SCHEMA = 'urn:hookwright:api:webhook-create';

/** What is there already and is no reason to refuse a change of something else. */
export interface StoredParts {
  readonly url?: string | undefined;
  readonly tokenEndpoint?: string | undefined;
  readonly template?: Pick<WebhookSettings, 'bodyTemplate' | 'schema'> | undefined;
}

/**
 * Checks the JSON form of a webhook, its shape and its meaning. URLs that are stored already are not judged again: it
 * must be possible to switch a webhook off although the operator has closed the way to it; sending checks each time.
 * In the same way the faults of a stored template, which an earlier version of the engine accepted, are warnings.
 */
export async function checkWebhook(
  deps: WebhookCheckDeps,
  input: JsonObject,
  stored: StoredParts = {},
): Promise<CheckedWebhook> {
  const shapeFaults = deps.schemas.faults(WEBHOOK_INPUT_SCHEMA, input);
  const settings = readSettings(input);
  const template = await checkTemplate(deps, settings, stored.template);
  const found = [
    ...unknownSchema(deps.payloads, settings.schema),
    ...urlFaults(deps, settings, stored),
    ...template.faults,
    ...credentialFaults(settings, input),
  ];
  const meant = meaningFaults(settings, found, shapeFaults);
  const faults = [...shapeFaults, ...meant];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, settings, warnings: [...bodyOnGet(settings), ...template.warnings] };
}

function urlFaults(deps: WebhookCheckDeps, { url, authentication }: WebhookSettings, stored: StoredParts): Fault[] {
  const endpoint = authentication?.kind === 'oauth2' ? authentication.tokenEndpoint : stored.tokenEndpoint;
  return [
    ...(url === stored.url ? [] : deps.urlFaults(url, '/url')),
    ...(endpoint === undefined || endpoint === stored.tokenEndpoint
      ? []
      : deps.urlFaults(endpoint, '/authentication/oauth2/token_endpoint')),
  ];
}

function credentialFaults({ authentication, headers }: WebhookSettings, input: JsonObject): Fault[] {
  const names = Object.keys(headers).filter((name) => name.toLowerCase() === 'authorization');
  const twice = names.map((name) => ({
    pointer: pointerTo('/headers', name),
    code: 'authorization_twice',
    detail: `Both authentication and the header "${name}" say who sends the request.`,
    hint: 'Keep one: leave the header out, or set authentication to null.',
  }));
  return [
    ...kindFaults(input['authentication']),
    ...authenticationFaults(authentication),
    ...(authentication === undefined ? [] : twice),
    ...signingFaults(input['signing']),
  ];
}

// Lists lose their items of the wrong type when they are read, and with them the numbers of the others.
const LISTS: readonly string[] = ['event_types', 'response_validators', 'authentication/oauth2/scopes'];

// What is of the wrong shape has no meaning that could be judged, too.
function meaningFaults(settings: WebhookSettings, found: readonly Fault[], shapeFaults: readonly Fault[]): Fault[] {
  const misshapen = shapeFaults.map((fault) => fault.pointer);
  const lostItems = LISTS.filter((list) => misshapen.some((pointer) => new RegExp(`^/${list}/\\d+$`).test(pointer)));
  const faults = [
    ...found,
    ...settings.eventTypes.flatMap(eventTypeFaults),
    ...(settings.filter === undefined ? [] : filterFaults(settings.filter)),
    ...headerFaults(settings.headers),
    ...validatorFaults(settings.responseValidators, '/response_validators'),
  ];
  const isMisshapen = (pointer: string): boolean =>
    misshapen.some((place) => place === pointer || place.startsWith(`${pointer}/`));
  return faults.filter(
    ({ pointer }) => !isMisshapen(pointer) && !lostItems.some((list) => pointer.startsWith(`/${list}/`)),
  );
}

/** A fault where there is no payload schema of this name. */
export function unknownSchema(payloads: WebhookCheckDeps['payloads'], name: string): Fault[] {
  if (payloads.names.includes(name)) return [];
  const near = nearestName(name, payloads.names);
  return [
    {
      pointer: '/schema',
      code: 'unknown_schema',
      detail: `There is no payload schema "${name}".`,
      hint: near === undefined ? `Known: ${payloads.names.join(', ')}.` : `Did you mean "${near}"?`,
    },
  ];
}

/** The faults of one of `event_types`, by its place in them. */
export function eventTypeFaults(pattern: string, index: number): Fault[] {
  if (/^[^\p{Cc}]{1,200}$/u.test(pattern)) return [];
  return [
    {
      pointer: pointerTo('/event_types', index),
      code: 'event_type_invalid',
      detail: `"${pattern}" is no event type.`,
      hint: 'Use 1 to 200 characters on one line, with * for any characters, such as "access_flow.*".',
    },
  ];
}

async function checkTemplate(
  deps: WebhookCheckDeps,
  { bodyTemplate, schema }: WebhookSettings,
  stored: StoredParts['template'],
): Promise<TemplateFindings> {
  if (bodyTemplate === undefined) return { faults: [], warnings: [] };
  const { faults, warnings } = await deps.checkTemplate(bodyTemplate, schema);
  const isStored = bodyTemplate === stored?.bodyTemplate && schema === stored.schema;
  return isStored ? { faults: [], warnings: [...faults, ...warnings] } : { faults, warnings };
}

function bodyOnGet(settings: WebhookSettings): Fault[] {
  if (settings.method !== 'GET' || settings.bodyTemplate === undefined) return [];
  return [
    {
      pointer: '/body_template',
      code: 'body_on_get',
      detail: 'GET requests with a body are dropped or refused by many servers and proxies.',
      hint: 'Use POST, or leave body_template out.',
    },
  ];
}
