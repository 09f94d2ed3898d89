import assert from 'node:assert/strict';
import type { Role } from '../../src/domain/access.ts';
import { may, PERMISSIONS, permissionsOf, ROLES } from '../../src/domain/access.ts';

describe('may', () => {
  const grants: Readonly<Record<Role, string>> = {
    admin: '++++++++++++++++++',
    integrator: '++++-++--+-+----+-',
    operator: '++++--+--+++----+-',
    auditor: '+++---+----+++--+-',
    source: '+++----+----------',
  };
  for (const role of ROLES) {
    it(`grants a key with the role ${role} just what the table says`, () => {
      const row = PERMISSIONS.map((permission) => (may(role, permission) ? '+' : '-')).join('');
      assert.equal(row, grants[role]);
    });
  }
});

describe('permissionsOf', () => {
  it('lists what a role may, without what needs no key', () => {
    assert.deepEqual(permissionsOf('source'), ['me:read', 'metrics:read', 'events:write']);
    assert.equal(permissionsOf('admin').length, PERMISSIONS.length - 1);
  });
});
