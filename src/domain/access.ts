// Who may do what: the roles of keys and what each is granted.

/** The roles a key can have. */
export const ROLES = ['admin', 'integrator', 'operator', 'auditor', 'source'] as const;

export type Role = (typeof ROLES)[number];

/** What a route asks for. `public` asks for nothing, not even a key. */
export const PERMISSIONS = [
  'public',
  'me:read',
  'metrics:read',
  'webhooks:read',
  'webhooks:write',
  'webhooks:test',
  'events:read',
  'events:write',
  'events:erase',
  'deliveries:read',
  'deliveries:write',
  'schemas:read',
  'audit:read',
  'audit:write',
  'keys:read',
  'keys:write',
  'organizations:read',
  'organizations:write',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

// Who a key is, and the metrics of the process, are no organization's data.
const EVERY_ROLE: readonly Permission[] = ['public', 'me:read', 'metrics:read'];
const READER: readonly Permission[] = ['events:read', 'schemas:read', 'organizations:read'];

const GRANTS: Readonly<Record<Role, readonly Permission[] | 'all'>> = {
  admin: 'all',
  integrator: [...READER, 'webhooks:read', 'webhooks:test', 'deliveries:read'],
  operator: [...READER, 'webhooks:read', 'deliveries:read', 'deliveries:write'],
  auditor: [...READER, 'audit:read', 'audit:write'],
  source: ['events:write'],
};

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
  return EVERY_ROLE.includes(permission) || grants === 'all' || grants.includes(permission);
}

/** Everything that a role may do. */
export function permissionsOf(role: Role): Permission[] {
  return PERMISSIONS.filter((permission) => permission !== 'public' && may(role, permission));
}
