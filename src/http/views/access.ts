// The wire form of keys and organizations.
import { permissionsOf } from '../../domain/access.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import { keyState } from '../../domain/api-key.ts';
import type { ExactJsonObject } from '../../domain/json.ts';
import type { Organization } from '../../domain/organization.ts';

/** A key as `schemas/api/api-key.schema.json` describes it: what it may, and nothing of its secret. */
export function keyView(key: ApiKey, now: Date): ExactJsonObject {
  return {
    id: key.id,
    name: key.name,
    role: key.role,
    state: keyState(key, now),
    created_by: key.createdBy,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}

/** An organization as `schemas/api/organization.schema.json` describes it. */
export function organizationView({ id, name, maxWebhooks, createdAt }: Organization): ExactJsonObject {
  return { id, name, limits: { max_webhooks: maxWebhooks }, created_at: createdAt.toISOString() };
}

/** Who is asking, as `schemas/api/me.schema.json` describes it. */
export function meView(key: ApiKey, organization: Organization, now: Date): ExactJsonObject {
  return {
    key: keyView(key, now),
    role: key.role,
    permissions: permissionsOf(key.role),
    manages_installation: organization.isFirst && key.role === 'admin',
    organization: organizationView(organization),
  };
}
