// Deliveries as rows. The lease is storage's own and never becomes part of the domain value.
import type { Asked, Delivery } from '../../domain/delivery.ts';
import { DELIVERY_STATES } from '../../domain/delivery.ts';
import type { Row, RowOf } from './columns.ts';
import {
  instant,
  integer,
  oneOf,
  optionalInstant,
  optionalText,
  text,
  writeInstant,
  writeOptionalInstant,
} from './columns.ts';

/** A delivery from its row. */
export function readDelivery(row: Row): Delivery {
  return {
    id: text(row, 'id'),
    organizationId: text(row, 'organization_id'),
    eventId: text(row, 'event_id'),
    webhookId: text(row, 'webhook_id'),
    messageId: text(row, 'message_id'),
    state: oneOf(row, 'state', DELIVERY_STATES),
    reason: optionalText(row, 'reason'),
    attempts: integer(row, 'attempts'),
    dueAt: instant(row, 'due_at'),
    createdAt: instant(row, 'created_at'),
    updatedAt: instant(row, 'updated_at'),
    finishedAt: optionalInstant(row, 'finished_at'),
    heldUntil: optionalInstant(row, 'held_until'),
    asked: readAsked(row),
    cancelRequestedAt: optionalInstant(row, 'cancel_requested_at'),
    tokenRefusedAt: optionalInstant(row, 'token_refused_at'),
  };
}

function readAsked(row: Row): Asked | undefined {
  const by = optionalText(row, 'requested_by');
  if (by === undefined) return undefined;
  return {
    by,
    repeats: optionalText(row, 'repeats'),
    replayId: optionalText(row, 'replay_id'),
    sameBytesOf: optionalText(row, 'same_bytes_of'),
  };
}

function writeAsked(asked: Asked | undefined): RowOf<typeof ASKED_COLUMNS> {
  return {
    requested_by: asked?.by ?? null,
    repeats: asked?.repeats ?? null,
    replay_id: asked?.replayId ?? null,
    same_bytes_of: asked?.sameBytesOf ?? null,
  };
}

const ASKED_COLUMNS = ['requested_by', 'repeats', 'replay_id', 'same_bytes_of'] as const;

/** The columns of `writeDelivery`, and those of them that hold whole numbers. */
export const DELIVERY_COLUMNS = [
  'id',
  'organization_id',
  'event_id',
  'webhook_id',
  'message_id',
  'state',
  'reason',
  'attempts',
  'due_at',
  'lease_token',
  'lease_until',
  'created_at',
  'updated_at',
  'finished_at',
  'held_until',
  ...ASKED_COLUMNS,
  'cancel_requested_at',
  'token_refused_at',
] as const;
export const DELIVERY_INTEGERS: readonly string[] = ['attempts'];

/** Who may send a delivery, and how long; by the clock of the database. */
export interface Lease {
  readonly token: string;
  readonly until: Date;
}

/** The row of a delivery, leased or not. */
export function writeDelivery(delivery: Delivery, lease?: Lease): RowOf<typeof DELIVERY_COLUMNS> {
  return {
    id: delivery.id,
    organization_id: delivery.organizationId,
    event_id: delivery.eventId,
    webhook_id: delivery.webhookId,
    message_id: delivery.messageId,
    state: delivery.state,
    reason: delivery.reason ?? null,
    attempts: delivery.attempts,
    due_at: writeInstant(delivery.dueAt),
    lease_token: lease?.token ?? null,
    lease_until: writeOptionalInstant(lease?.until),
    created_at: writeInstant(delivery.createdAt),
    updated_at: writeInstant(delivery.updatedAt),
    finished_at: writeOptionalInstant(delivery.finishedAt),
    held_until: writeOptionalInstant(delivery.heldUntil),
    ...writeAsked(delivery.asked),
    cancel_requested_at: writeOptionalInstant(delivery.cancelRequestedAt),
    token_refused_at: writeOptionalInstant(delivery.tokenRefusedAt),
  };
}
