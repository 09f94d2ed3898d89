// Keys that were refused, and keys used for more than their role allows: counted, so that the audit log has one event for
// many of a kind, however fast they come.
import type { Actor } from './access.ts';
import type { KeyRefusal } from './api-key.ts';
import type { Counted, Kinds } from './counts.ts';
import type { OwnEvent } from './own-events.ts';
import { engineActor } from './own-events.ts';

/** A key that was not taken. `key` is the stored one whose id was named, if any. */
export interface RefusedKey {
  readonly kind: 'refused';
  readonly key: { readonly id: string; readonly name: string; readonly organizationId: string } | undefined;
  readonly reason: KeyRefusal;
  readonly address: string;
}

/** A key whose role did not suffice. */
export interface ExceededRole {
  readonly kind: 'exceeded_role';
  readonly actor: Actor;
  readonly permission: string;
  /** Method and pattern of the route. */
  readonly route: string;
  readonly address: string;
}

export type Refusal = RefusedKey | ExceededRole;

/** Refusals are of a kind where key, address and reason are the same, or key and route. */
export const REFUSALS: Kinds<Refusal> = { kindOf, restOf };

function kindOf(refusal: Refusal): string {
  return refusal.kind === 'refused'
    ? JSON.stringify([refusal.kind, refusal.key?.id ?? '', refusal.address, refusal.reason])
    : JSON.stringify([refusal.kind, refusal.actor.keyId, refusal.route]);
}

// The rest of refused keys are one for each reason, without key and address, and those of exceeded roles one for each
// organization, with the last key and route: of these there are few, and nobody without a key makes more of them.
function restOf(refusal: Refusal): readonly [kind: string, rest: Refusal] {
  if (refusal.kind === 'exceeded_role') return [JSON.stringify(['rest', refusal.actor.organizationId]), refusal];
  return [JSON.stringify(['rest', '', refusal.reason]), { ...refusal, key: undefined, address: '' }];
}

/** The organization whose audit log tells of it; `undefined`: it concerns none, and the first one has it. */
export function concernedBy(refusal: Refusal): string | undefined {
  return refusal.kind === 'refused' ? refusal.key?.organizationId : refusal.actor.organizationId;
}

/** What the audit log of an organization says of it. */
export function refusalEvent({ last, count, firstAt, lastAt }: Counted<Refusal>, organizationId: string): OwnEvent {
  const times = { count, first_at: firstAt.toISOString(), last_at: lastAt.toISOString(), address: last.address };
  const common = { current: undefined, previous: undefined };
  if (last.kind === 'refused') {
    return {
      ...common,
      type: 'key.refused',
      action: 'refused',
      // Who it was is just what is not known.
      actor: engineActor(organizationId),
      targetId: last.key?.id,
      targetName: last.key?.name ?? 'unknown key',
      metadata: { reason: last.reason, ...times },
    };
  }
  const { actor, permission, route } = last;
  return {
    ...common,
    type: 'key.exceeded_role',
    action: 'exceeded_role',
    actor,
    targetId: actor.keyId,
    targetName: actor.keyName,
    metadata: { role: actor.role, permission, route, ...times },
  };
}
