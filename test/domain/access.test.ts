import assert from 'node:assert/strict';
import type { Permission, Role } from '../../src/domain/access.ts';
import { actorOf, hashSecret, may, parseKey, ROLES, secretMatches, writeKey } from '../../src/domain/access.ts';

const UUID = '01934c5e-7b3a-7cc0-8000-0123456789ab';
const SECRET = 'abcdefghijklmnopqrstuvwxyzABCDEF-_0123456789';

describe('parseKey', () => {
  it('reads back what writeKey wrote', () => {
    assert.deepEqual(parseKey(writeKey(`key_${UUID}`, SECRET)), { id: `key_${UUID}`, secret: SECRET });
  });

  const refused: readonly (readonly [why: string, text: string])[] = [
    ['nothing', ''],
    ['another prefix', `sk_${UUID}_${SECRET}`],
    ['a short secret', `hw_${UUID}_${'a'.repeat(31)}`],
    ['a secret without end', `hw_${UUID}_${'a'.repeat(129)}`],
    ['a secret with other characters', `hw_${UUID}_${'a'.repeat(31)}+`],
    ['no id', `hw__${SECRET}`],
    ['blanks around it', ` hw_${UUID}_${SECRET}`],
    ['a line break after it', `hw_${UUID}_${SECRET}\n`],
  ];
  for (const [why, text] of refused) {
    it(`refuses ${why}`, () => {
      assert.equal(parseKey(text), undefined);
    });
  }
});

describe('secretMatches', () => {
  it('knows the secret whose hash is stored, and no other', () => {
    const stored = hashSecret(SECRET);
    assert.equal(secretMatches(SECRET, stored), true);
    assert.equal(secretMatches(`${SECRET}x`, stored), false);
    assert.equal(secretMatches('', stored), false);
  });

  it('accepts nothing where the stored hash is damaged', () => {
    for (const stored of ['', 'no hex', hashSecret(SECRET).slice(0, 62)]) {
      assert.equal(secretMatches(SECRET, stored), false);
    }
  });
});

describe('may', () => {
  const permissions: readonly Permission[] = [
    'public',
    'webhooks:read',
    'webhooks:write',
    'webhooks:test',
    'events:read',
    'events:write',
    'deliveries:read',
    'deliveries:write',
    'schemas:read',
    'metrics:read',
  ];
  const grants: Readonly<Record<Role, string>> = {
    admin: '++++++++++',
    integrator: '++-++-+-++',
    operator: '++--+-++++',
    auditor: '+---+---++',
    source: '+----+---+',
  };
  for (const role of ROLES) {
    it(`grants a key with the role ${role} just what the table says`, () => {
      const row = permissions.map((permission) => (may(role, permission) ? '+' : '-')).join('');
      assert.equal(row, grants[role]);
    });
  }
});

describe('actorOf', () => {
  it('makes an actor that does not carry the hash', () => {
    const key = {
      id: `key_${UUID}`,
      organizationId: 'org_1',
      name: 'ci',
      role: 'source' as const,
      secretSha256: hashSecret(SECRET),
      createdAt: new Date(0),
      revokedAt: undefined,
    };
    assert.deepEqual(actorOf(key), { keyId: key.id, keyName: 'ci', organizationId: 'org_1', role: 'source' });
  });
});
