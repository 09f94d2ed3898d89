// How many webhooks an organization may have. Counted inside of the transaction that makes one more, with the
// organization held, so that two who make one at the same moment do not both find room for the last.
import type { AppError } from '../domain/errors.ts';
import { conflict } from '../domain/errors.ts';
import type { Organization } from '../domain/organization.ts';

/** The part of the store that counting touches, within a transaction. */
export interface WebhookLimitStore {
  readonly organizations: { hold(id: string): Promise<Organization | undefined> };
  readonly webhooks: { count(organizationId: string): Promise<number> };
}

/** Refuses one more webhook than the organization may have: 409 `too_many_webhooks`. */
export async function requireRoom(store: WebhookLimitStore, organizationId: string): Promise<void> {
  const organization = await store.organizations.hold(organizationId);
  const limit = organization?.maxWebhooks ?? 0;
  const count = await store.webhooks.count(organizationId);
  if (count >= limit) throw tooMany(limit, count);
}

function tooMany(limit: number, count: number): AppError {
  return conflict(
    'too_many_webhooks',
    `The organization may have ${String(limit)} webhooks, and has ${String(count)}.`,
    'Delete one that is not needed, or let an admin of the installation raise limits.max_webhooks.',
  );
}
