// An organization: a tenant. Everything else belongs to one.

/** A tenant, and what it may have. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  /** Whether it is the one that the installation began with: the admins of that one are those of the installation. */
  readonly isFirst: boolean;
  /** How many webhooks it may have that are not deleted. */
  readonly maxWebhooks: number;
  readonly createdAt: Date;
}

/** What the first organization is called until somebody renames it. */
export const FIRST_NAME = 'default';

/** Webhooks of an organization where nobody has said otherwise. Atlassian allows 3. */
export const DEFAULT_MAX_WEBHOOKS = 100;
