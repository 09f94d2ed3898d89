// What the audit log says of encryption keys: which took over from which, by their names. Their bytes are nowhere in it.
import type { OwnEvent, OwnEventActor } from '../domain/own-events.ts';
import type { KeysMoved } from '../store/rotation.ts';

/** The event of a rotation. */
export function rotationEvent(actor: OwnEventActor, { keyId, retiredIds }: KeysMoved): OwnEvent {
  return {
    type: 'encryption.rotated',
    action: 'rotated',
    actor,
    targetId: keyId,
    targetName: keyId,
    metadata: { key_id: keyId, retired_key_ids: retiredIds },
    current: undefined,
    previous: undefined,
  };
}
