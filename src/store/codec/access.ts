// Organizations and API keys as rows.
import { ROLES } from '../../domain/access.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import type { Organization } from '../../domain/organization.ts';
import { nameKey } from '../../domain/webhook.ts';
import type { NewRow } from '../sql/rows.ts';
import type { Row } from './columns.ts';
import { flag, instant, integer, oneOf, optionalInstant, text, writeInstant, writeOptionalInstant } from './columns.ts';

/** An organization from its row. */
export function readOrganization(row: Row): Organization {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    isFirst: flag(row, 'is_first'),
    maxWebhooks: integer(row, 'max_webhooks'),
    createdAt: instant(row, 'created_at'),
  };
}

/** The row of an organization. */
export function writeOrganization(organization: Organization): NewRow {
  return {
    id: organization.id,
    name: organization.name,
    name_key: nameKey(organization.name),
    is_first: organization.isFirst,
    max_webhooks: organization.maxWebhooks,
    created_at: writeInstant(organization.createdAt),
  };
}

/** An API key from its row. */
export function readApiKey(row: Row): ApiKey {
  return {
    id: text(row, 'id'),
    organizationId: text(row, 'organization_id'),
    name: text(row, 'name'),
    role: oneOf(row, 'role', ROLES),
    secretSha256: text(row, 'secret_sha256'),
    createdAt: instant(row, 'created_at'),
    createdBy: text(row, 'created_by'),
    expiresAt: optionalInstant(row, 'expires_at'),
    lastUsedAt: optionalInstant(row, 'last_used_at'),
    revokedAt: optionalInstant(row, 'revoked_at'),
  };
}

/** The row of an API key. */
export function writeApiKey(key: ApiKey): NewRow {
  return {
    id: key.id,
    organization_id: key.organizationId,
    name: key.name,
    role: key.role,
    secret_sha256: key.secretSha256,
    created_at: writeInstant(key.createdAt),
    created_by: key.createdBy,
    expires_at: writeOptionalInstant(key.expiresAt),
    last_used_at: writeOptionalInstant(key.lastUsedAt),
    revoked_at: writeOptionalInstant(key.revokedAt),
  };
}
