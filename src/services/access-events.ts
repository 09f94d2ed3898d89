// What the audit log says of keys and organizations: before and after, and never a secret or its hash.
import type { Actor } from '../domain/access.ts';
import type { ApiKey } from '../domain/api-key.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Organization } from '../domain/organization.ts';
import type { OwnEvent, OwnEventActor } from '../domain/own-events.ts';
import { installationAdminActor } from '../domain/own-events.ts';
import type { EventSink } from './own-events.ts';

/** Before and after: nothing before a creation. */
export interface Change<Thing> {
  readonly current: Thing;
  readonly previous: Thing | undefined;
}

/** The event of a change of a key. */
export function keyEvent(
  action: 'created' | 'updated' | 'revoked',
  actor: OwnEventActor,
  { current, previous }: Change<ApiKey>,
): OwnEvent {
  return {
    type: `key.${action}`,
    action,
    actor,
    targetId: current.id,
    targetName: current.name,
    metadata: { role: current.role },
    current: keySnapshot(current),
    previous: previous === undefined ? undefined : keySnapshot(previous),
  };
}

/** The event of a change of an organization. */
export function organizationEvent(
  action: 'created' | 'updated',
  actor: OwnEventActor,
  { current, previous }: Change<Organization>,
): OwnEvent {
  return {
    type: `organization.${action}`,
    action,
    actor,
    targetId: current.id,
    targetName: current.name,
    metadata: {},
    current: organizationSnapshot(current),
    previous: previous === undefined ? undefined : organizationSnapshot(previous),
  };
}

/**
 * Tells of a change in the organization that it concerns. Where an admin of the installation made it there, both have it:
 * his own with his key, the other one without.
 */
export async function tellBoth<Store>(
  ownEvents: EventSink<Store>,
  store: Store,
  actor: Actor,
  organizationId: string,
  eventBy: (actor: OwnEventActor) => OwnEvent,
): Promise<void> {
  await ownEvents(store, eventBy(actor));
  if (actor.organizationId !== organizationId) await ownEvents(store, eventBy(installationAdminActor(organizationId)));
}

function keySnapshot(key: ApiKey): JsonObject {
  return {
    id: key.id,
    name: key.name,
    role: key.role,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}

function organizationSnapshot({ id, name, maxWebhooks }: Organization): JsonObject {
  return { id, name, limits: { max_webhooks: maxWebhooks } };
}
