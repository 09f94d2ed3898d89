// Routes × roles, written out: what each role may is said here, and asked of a running server.
import assert from 'node:assert/strict';
import type { Role } from '../../src/domain/access.ts';
import { ROLES } from '../../src/domain/access.ts';
import { isAuditingPath } from '../../src/http/jira-answer.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';

// In the order of ROLES: admin, integrator, operator, auditor, source. + may, - may not, * needs no key.
const EXPECTED: Readonly<Record<string, string>> = {
  createWebhook: '+----',
  listWebhooks: '+++--',
  testDraft: '++---',
  readWebhook: '+++--',
  replaceWebhook: '+----',
  patchWebhook: '+----',
  deleteWebhook: '+----',
  listVersions: '+++--',
  readVersion: '+++--',
  restoreVersion: '+----',
  rotateSigning: '+----',
  testWebhook: '++---',
  checkTemplate: '++---',
  checkValidators: '++---',
  postEvents: '+---+',
  listEvents: '++++-',
  readEvent: '++++-',
  eraseEvent: '+----',
  listSchemas: '++++-',
  readSchema: '++++-',
  listTemplates: '++++-',
  readTemplate: '++++-',
  listDeliveries: '+++--',
  readDelivery: '+++--',
  redeliverDelivery: '+-+--',
  cancelDelivery: '+-+--',
  listInvocations: '+++--',
  readInvocation: '+++--',
  readInvocationHar: '+++--',
  readInvocationCurl: '+++--',
  readReconciliation: '+++--',
  listSandboxRequests: '+++--',
  createReplay: '+-+--',
  listReplays: '+++--',
  readReplay: '+++--',
  pauseReplay: '+-+--',
  resumeReplay: '+-+--',
  cancelReplay: '+-+--',
  readRetention: '+--+-',
  replaceRetention: '+--+-',
  createApiKey: '+----',
  listApiKeys: '+----',
  readApiKey: '+----',
  patchApiKey: '+----',
  revokeApiKey: '+----',
  listAuditEntries: '+--+-',
  readCoverage: '+--+-',
  replaceCoverage: '+--+-',
  readDenylist: '+--+-',
  replaceDenylist: '+--+-',
  readAuditRetention: '+--+-',
  replaceAuditRetention: '+--+-',
  readFileRetention: '+--+-',
  replaceFileRetention: '+--+-',
  readMe: '+++++',
  listOrganizations: '++++-',
  createOrganization: '+----',
  readOrganization: '++++-',
  patchOrganization: '+----',
  createFirstAdminKey: '+----',
  livez: '*****',
  readyz: '*****',
  metrics: '+++++',
  version: '*****',
  openapi: '*****',
};

describe('routes × roles', () => {
  let engine: Engine;
  const keys = new Map<Role, string>();
  before(async () => {
    engine = await startEngine();
    for (const role of ROLES) {
      const { body } = await engine.call('POST', '/v1/api-keys', { body: { name: role, role } });
      keys.set(role, body.key as string);
    }
  });
  after(() => engine.stop());

  it('are all written out', () => {
    assert.deepEqual(Object.keys(EXPECTED).sort(), ROUTES.map(({ id }) => id).sort());
  });

  for (const route of ROUTES) {
    const expected = EXPECTED[route.id] ?? '';
    it(`${route.id}: ${expected}`, async () => {
      const path = route.path.replaceAll(/\{\w+\}/g, 'none');
      const found = await Promise.all(
        ROLES.map(async (role) => {
          const { status, body } = await engine.call(route.method, path, { key: keys.get(role) ?? '' });
          assert.notEqual(status, 401, role);
          const code = isAuditingPath(path) && status === 403 ? body[0].errors[0].key : body.code;
          return status === 403 && code === 'permission_missing' ? '-' : '+';
        }),
      );
      const nobody = await engine.call(route.method, path, { key: null, headers: { via: '1.1 proxy' } });
      assert.equal(nobody.status === 401, !expected.startsWith('*'));
      assert.equal(found.join(''), expected.replaceAll('*', '+'));
    });
  }
});
