// The engine's events about itself: they follow the `audit` payload schema and go through the engine like any other.
import type { Actor } from './access.ts';
import type { JsonObject } from './json.ts';

/** What the engine reports of itself in this version. */
export type OwnEventType =
  | 'webhook.created'
  | 'webhook.updated'
  | 'webhook.deleted'
  | 'webhook.tested'
  | 'webhook.failing'
  | 'webhook.warning'
  | 'webhook.recovered'
  | 'webhook.disabled'
  | 'delivery.redelivered'
  | 'delivery.cancelled'
  | 'replay.created'
  | 'replay.paused'
  | 'replay.resumed'
  | 'replay.cancelled'
  | 'replay.finished'
  | 'key.created'
  | 'key.updated'
  | 'key.revoked'
  | 'key.refused'
  | 'key.exceeded_role'
  | 'organization.created'
  | 'organization.updated'
  | 'encryption.rotated'
  | 'audit_log.coverage_updated'
  | 'audit_log.denylist_updated'
  | 'audit_log.retention_updated'
  | 'audit_log.file_updated'
  | 'audit_log.searched'
  | 'event.erased';

/**
 * What the engine keeps to itself, also where a webhook names it: reads of the log, which would be told of to somebody who
 * reads it again.
 */
export const NEVER_DELIVERED: readonly string[] = ['audit_log.searched' satisfies OwnEventType];

/** Who did it: the holder of a key, the engine by itself, who has the machine, or an admin of the installation. */
export interface OwnEventActor extends Pick<Actor, 'keyId' | 'keyName' | 'organizationId'> {
  readonly type?: 'engine' | 'command_line' | 'installation_admin';
}

/** The engine as the one who did something. */
export function engineActor(organizationId: string): OwnEventActor {
  return { keyId: 'hookwright', keyName: 'Hookwright', organizationId, type: 'engine' };
}

/** Whoever runs commands on the machine; there is no key to name. */
export function commandLineActor(organizationId: string): OwnEventActor {
  return { keyId: 'command_line', keyName: 'Command line', organizationId, type: 'command_line' };
}

/** An admin of the installation, as another organization sees one: no id or name of a key crosses the border. */
export function installationAdminActor(organizationId: string): OwnEventActor {
  return { keyId: 'installation_admin', keyName: 'Installation admin', organizationId, type: 'installation_admin' };
}

const SOURCES: Readonly<Record<NonNullable<OwnEventActor['type']>, string>> = {
  engine: 'Hookwright',
  command_line: 'Command line',
  installation_admin: 'API',
};

/** A change that somebody, or the engine, made. Objects are in their JSON form with secrets masked. */
export interface OwnEvent {
  readonly type: OwnEventType;
  readonly action: string;
  readonly actor: OwnEventActor;
  readonly targetId: string | undefined;
  readonly targetName: string;
  readonly metadata: JsonObject;
  readonly current: JsonObject | undefined;
  readonly previous: JsonObject | undefined;
}

/** The event as a caller would have posted it. `at` becomes its time, to the millisecond that the clock has. */
export function writeOwnEvent(event: OwnEvent, at: Date): JsonObject {
  const time = `${String(Math.floor(at.getTime() / 1000))}.${String(at.getUTCMilliseconds()).padStart(3, '0')}000000`;
  return {
    schema: 'audit',
    event_type: event.type,
    event_time: time,
    data: {
      timestamp: time,
      action: event.action,
      actor_id: event.actor.keyId,
      actor_name: event.actor.keyName,
      actor_type: event.actor.type ?? 'api_key',
      source: event.actor.type === undefined ? 'API' : SOURCES[event.actor.type],
      target_id: event.targetId ?? null,
      // What an event is about stands before the dot of its type.
      target_type: event.type.split('.')[0] ?? '',
      target_name: event.targetName,
      metadata: event.metadata,
      current_target_object: event.current ?? null,
      previous_target_object: event.previous ?? null,
    },
  };
}
