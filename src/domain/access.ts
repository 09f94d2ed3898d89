// Who may do what. Keys are `hw_<id>_<secret>`; only a hash of the secret is stored.
import { createHash, timingSafeEqual } from 'node:crypto';

/** The roles a key can have. The engine starts with admins; the other roles get their routes with the access issue. */
export const ROLES = ['admin', 'integrator', 'operator', 'auditor', 'source'] as const;

export type Role = (typeof ROLES)[number];

/** What a route asks for. */
export type Permission =
  | 'public'
  | 'webhooks:read'
  | 'webhooks:write'
  | 'webhooks:test'
  | 'events:read'
  | 'events:write'
  | 'deliveries:read'
  | 'deliveries:write'
  | 'schemas:read'
  | 'metrics:read';

const GRANTS: Readonly<Record<Role, readonly Permission[] | 'all'>> = {
  admin: 'all',
  integrator: ['webhooks:read', 'webhooks:test', 'events:read', 'deliveries:read', 'schemas:read', 'metrics:read'],
  operator: ['webhooks:read', 'events:read', 'deliveries:read', 'deliveries:write', 'schemas:read', 'metrics:read'],
  auditor: ['events:read', 'schemas:read', 'metrics:read'],
  source: ['events:write', 'metrics:read'],
};

/** A stored key. */
export interface ApiKey {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly role: Role;
  /** SHA-256 (hex) of the secret. A slow hash would be wasted on 256 random bits. */
  readonly secretSha256: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | undefined;
}

/** Who is asking: an API key, for its organization. */
export interface Actor {
  readonly keyId: string;
  readonly keyName: string;
  readonly organizationId: string;
  readonly role: Role;
}

/** Whether a role may do what a permission names. */
export function may(role: Role, permission: Permission): boolean {
  const grants = GRANTS[role];
  return permission === 'public' || grants === 'all' || grants.includes(permission);
}

/** The two halves of a key's text, or `undefined` where it is no key of ours. `id` comes back with its prefix. */
export function parseKey(text: string): { readonly id: string; readonly secret: string } | undefined {
  const match = /^hw_([0-9a-f-]{36})_([A-Za-z0-9_-]{32,128})$/.exec(text);
  const [, id, secret] = match ?? [];
  return id === undefined || secret === undefined ? undefined : { id: `key_${id}`, secret };
}

/** The text of a key, shown once. */
export function writeKey(id: string, secret: string): string {
  return `hw_${id.replace(/^key_/, '')}_${secret}`;
}

/** The hash that is stored of a secret. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** Compares a secret with a stored hash, in constant time. */
export function secretMatches(secret: string, storedSha256: string): boolean {
  const given = Buffer.from(hashSecret(secret), 'hex');
  const stored = Buffer.from(storedSha256, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}

/** The actor that a key makes of its holder. */
export function actorOf(key: ApiKey): Actor {
  return { keyId: key.id, keyName: key.name, organizationId: key.organizationId, role: key.role };
}
