// Organizations and API keys as rows.
import type { ApiKey } from '../../domain/access.ts';
import { ROLES } from '../../domain/access.ts';
import type { NewRow } from '../sql/rows.ts';
import type { Row } from './columns.ts';
import { instant, oneOf, optionalInstant, text, writeInstant, writeOptionalInstant } from './columns.ts';

/** A tenant. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** An organization from its row. */
export function readOrganization(row: Row): Organization {
  return { id: text(row, 'id'), name: text(row, 'name'), createdAt: instant(row, 'created_at') };
}

/** The row of an organization. */
export function writeOrganization(organization: Organization): NewRow {
  return { id: organization.id, name: organization.name, created_at: writeInstant(organization.createdAt) };
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
    revoked_at: writeOptionalInstant(key.revokedAt),
  };
}
