// Whether what an admin sends may become a webhook: read-only members aside, secrets in place, every fault at once.
import type { Fault } from '../domain/errors.ts';
import { invalid } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import type { Webhook, WebhookSettings } from '../domain/webhook.ts';
import type { WebhookCheckDeps } from './webhook-check.ts';
import { checkWebhook } from './webhook-check.ts';
import { restoreSecrets } from './webhook-secrets.ts';

/** What approving touches. */
export interface ApprovalDeps {
  readonly check: WebhookCheckDeps;
  readonly store: {
    readonly webhooks: {
      /** The webhook that bears a name, whatever its case. */
      idOfName(organizationId: string, name: string): Promise<string | undefined>;
    };
  };
}

/** For whom, and in place of what. */
export interface ApprovalContext {
  readonly organizationId: string;
  /** The webhook that is changed; `undefined` for a new one. */
  readonly current: Webhook | undefined;
  /** The settings that `***` and an unchanged URL refer to. */
  readonly stored: WebhookSettings | undefined;
}

/** Settings that may be saved, and what is doubtful about them. */
export interface ApprovedWebhook {
  readonly settings: WebhookSettings;
  readonly warnings: readonly Fault[];
}

/** Approves the JSON form of a webhook, or throws `invalid` with everything that is wrong with it. */
export async function approveWebhook(
  deps: ApprovalDeps,
  input: JsonObject,
  context: ApprovalContext,
): Promise<ApprovedWebhook> {
  const own = withoutReadOnly(input, context.current);
  const restored = restoreSecrets(own.input, context.stored);
  const { url, authentication } = context.stored ?? {};
  const tokenEndpoint = authentication?.kind === 'oauth2' ? authentication.tokenEndpoint : undefined;
  const stored = { url, tokenEndpoint, template: context.current?.settings };
  const checked = await checkWebhook(deps.check, restored.input, stored);
  const faults = [...own.faults, ...restored.faults, ...(checked.ok ? [] : checked.faults)];
  if (checked.ok && faults.length === 0) return checked;
  throw invalid([...faults, ...(await takenName(deps, input['name'], context))], 'invalid_webhook');
}

const READ_ONLY = ['id', 'version', 'health', 'created_at', 'updated_at', 'created_by', 'warnings'];

// What the engine says of a webhook changes by itself; that it is another by now is nobody's mistake.
const SAID: readonly string[] = ['health', 'warnings'];

// What a GET has given may be sent back as it is; only another value is a mistake.
function withoutReadOnly(input: JsonObject, current: Webhook | undefined): { input: JsonObject; faults: Fault[] } {
  const is = current === undefined ? {} : readOnlyMembers(current);
  const given = Object.keys(input).filter((name) => READ_ONLY.includes(name));
  const others = Object.entries(input).filter(([name]) => !READ_ONLY.includes(name));
  const faults = given
    .filter((name) => !SAID.includes(name) && input[name] !== is[name])
    .map((name) => ({
      pointer: `/${name}`,
      code: 'read_only',
      detail: `"${name}" cannot be set${name in is ? `; it is ${JSON.stringify(is[name])}` : ''}.`,
      hint: 'Leave it out. To guard against changes in between, send If-Match with the ETag.',
    }));
  return { input: Object.fromEntries(others), faults };
}

function readOnlyMembers(webhook: Webhook): Record<string, Json> {
  return {
    id: webhook.id,
    version: webhook.version,
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
    created_by: webhook.createdBy,
  };
}

// Alone it is the database that says so (409); among other faults it is one of them.
async function takenName(deps: ApprovalDeps, name: Json | undefined, context: ApprovalContext): Promise<Fault[]> {
  if (typeof name !== 'string') return [];
  const holder = await deps.store.webhooks.idOfName(context.organizationId, name);
  if (holder === undefined || holder === context.current?.id) return [];
  const detail = `There is a webhook with the name "${name}" already; upper and lower case do not count.`;
  return [{ pointer: '/name', code: 'name_taken', detail, hint: 'Choose another name.' }];
}

/**
 * A merge patch whose header names are spelled as the stored ones: names do not differ by case, and a patch that
 * spells one otherwise means the same header.
 */
export function alignHeaderNames(patch: JsonObject, stored: WebhookSettings): JsonObject {
  if (!isObject(patch['headers'])) return patch;
  const spellings = new Map(Object.keys(stored.headers).map((name) => [name.toLowerCase(), name]));
  const counts = new Map<string, number>();
  for (const name of Object.keys(patch['headers']))
    counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  // One that is given twice keeps its spellings, and is refused as such.
  const align = (name: string): string =>
    counts.get(name.toLowerCase()) === 1 ? (spellings.get(name.toLowerCase()) ?? name) : name;
  const headers: JsonObject = Object.fromEntries(
    Object.entries(patch['headers']).map(([name, value]) => [align(name), value]),
  );
  return { ...patch, headers };
}
