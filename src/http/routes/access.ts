// Routes of keys and organizations.
import * as keys from '../handlers/keys.ts';
import type { AccessHandlerDeps } from '../handlers/organizations.ts';
import * as organizations from '../handlers/organizations.ts';
import { PAGING } from '../query.ts';
import { body, success, table } from './table.ts';

const KEYS = table<AccessHandlerDeps>([
  {
    id: 'createApiKey',
    method: 'post',
    path: '/v1/api-keys',
    permission: 'keys:write',
    tag: 'API keys',
    summary: 'Make an API key; its text is shown this once',
    body: body('api-key-create'),
    success: success('api-key-made', 'The key with its text.', 201),
    handler: keys.create,
  },
  {
    id: 'listApiKeys',
    method: 'get',
    path: '/v1/api-keys',
    permission: 'keys:read',
    tag: 'API keys',
    summary: 'List API keys, newest first, also those not good any more',
    query: PAGING,
    success: success('api-key-list', 'A page of keys.'),
    handler: keys.list,
  },
  {
    id: 'readApiKey',
    method: 'get',
    path: '/v1/api-keys/{key_id}',
    permission: 'keys:read',
    tag: 'API keys',
    summary: 'Read an API key',
    success: success('api-key', 'The key.'),
    handler: keys.read,
  },
  {
    id: 'patchApiKey',
    method: 'patch',
    path: '/v1/api-keys/{key_id}',
    permission: 'keys:write',
    tag: 'API keys',
    summary: 'Rename an API key, or change its end (JSON Merge Patch)',
    body: body('api-key-patch'),
    success: success('api-key', 'The key.'),
    handler: keys.patch,
  },
  {
    id: 'revokeApiKey',
    method: 'delete',
    path: '/v1/api-keys/{key_id}',
    permission: 'keys:write',
    tag: 'API keys',
    summary: 'Revoke an API key, for good',
    success: success('api-key', 'The key, revoked.'),
    handler: keys.revoke,
  },
  {
    id: 'readMe',
    method: 'get',
    path: '/v1/me',
    permission: 'me:read',
    tag: 'API keys',
    summary: 'Who is asking: key, role, permissions, organization',
    success: success('me', 'The key that was sent, and what it may.'),
    handler: keys.me,
  },
]);

const ORGANIZATIONS = table<AccessHandlerDeps>([
  {
    id: 'listOrganizations',
    method: 'get',
    path: '/v1/organizations',
    permission: 'organizations:read',
    tag: 'Organizations',
    summary: 'List the organizations that one may see, newest first',
    query: PAGING,
    success: success('organization-list', 'A page of organizations.'),
    handler: organizations.list,
  },
  {
    id: 'createOrganization',
    method: 'post',
    path: '/v1/organizations',
    permission: 'organizations:write',
    tag: 'Organizations',
    summary: 'Make an organization',
    body: body('organization-create'),
    success: success('organization', 'The organization.', 201),
    handler: organizations.create,
  },
  {
    id: 'readOrganization',
    method: 'get',
    path: '/v1/organizations/{organization_id}',
    permission: 'organizations:read',
    tag: 'Organizations',
    summary: 'Read an organization',
    success: success('organization', 'The organization.'),
    handler: organizations.read,
  },
  {
    id: 'patchOrganization',
    method: 'patch',
    path: '/v1/organizations/{organization_id}',
    permission: 'organizations:write',
    tag: 'Organizations',
    summary: 'Rename an organization, or set its limits (JSON Merge Patch)',
    body: body('organization-patch'),
    success: success('organization', 'The organization.'),
    handler: organizations.patch,
  },
  {
    id: 'createFirstAdminKey',
    method: 'post',
    path: '/v1/organizations/{organization_id}/api-keys',
    permission: 'organizations:write',
    tag: 'Organizations',
    summary: 'Make the first admin key of an organization; its text is shown this once',
    body: body('organization-key-create', { optional: true }),
    success: success('api-key-made', 'The key with its text.', 201),
    handler: organizations.createAdminKey,
  },
]);

/** The routes of keys and organizations. */
export const ACCESS = [...KEYS, ...ORGANIZATIONS];
