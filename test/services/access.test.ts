import assert from 'node:assert/strict';
import type { ApiKey } from '../../src/domain/access.ts';
import { hashSecret, writeKey } from '../../src/domain/access.ts';
import type { AccessDeps, Organization } from '../../src/services/access.ts';
import { authenticate, ensureAccess } from '../../src/services/access.ts';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const ID = 'key_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d';
const SECRET = 'A'.repeat(43);

function setup() {
  const organizations: Organization[] = [];
  const keys: ApiKey[] = [];
  const deps: AccessDeps = {
    store: {
      organizations: {
        byName: async (name) => organizations.find((one) => one.name === name),
        insert: async (one) => void organizations.push(one),
      },
      apiKeys: {
        byId: async (id) => keys.find((one) => one.id === id),
        count: async () => keys.length,
        insert: async (one) => void keys.push(one),
      },
    },
    newId: (prefix) => `${prefix}_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d`,
    clock: () => NOW,
    newSecret: () => SECRET,
  };
  return { deps, organizations, keys };
}

describe('ensureAccess', () => {
  it('makes the organization and a key of which only the hash is kept, once', async () => {
    const { deps, organizations, keys } = setup();
    assert.equal(await ensureAccess(deps, undefined), writeKey(ID, SECRET));
    assert.equal(await ensureAccess(deps, undefined), undefined);
    assert.deepEqual(
      organizations.map((one) => one.name),
      ['default'],
    );
    assert.deepEqual(keys, [
      {
        id: ID,
        organizationId: organizations[0]?.id,
        name: 'first admin key',
        role: 'admin',
        secretSha256: hashSecret(SECRET),
        createdAt: NOW,
        revokedAt: undefined,
      },
    ]);
  });

  it('never gives the key that the operator has chosen, and takes it at every start', async () => {
    const { deps, keys } = setup();
    for (let start = 0; start < 2; start += 1) assert.equal(await ensureAccess(deps, writeKey(ID, SECRET)), undefined);
    assert.equal(keys.length, 1);
    const other = writeKey('key_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8e', SECRET);
    await ensureAccess(deps, other);
    assert.equal(keys.length, 2, 'a key with a new id joins the others');
  });

  it('refuses a chosen key whose id is stored with another secret', async () => {
    const { deps } = setup();
    await ensureAccess(deps, writeKey(ID, SECRET));
    await assert.rejects(ensureAccess(deps, writeKey(ID, 'B'.repeat(43))), { code: 'admin_key_id_taken' });
  });
});

describe('authenticate', () => {
  it('knows the holder of a key, and nobody by anything else', async () => {
    const { deps, keys } = setup();
    await ensureAccess(deps, undefined);
    const actor = await authenticate(deps, writeKey(ID, SECRET));
    assert.deepEqual(actor, {
      keyId: ID,
      keyName: 'first admin key',
      organizationId: keys[0]?.organizationId,
      role: 'admin',
    });
    for (const text of [
      '',
      'x',
      SECRET,
      writeKey(ID, 'B'.repeat(43)),
      writeKey(ID, `${SECRET}A`),
      `${writeKey(ID, SECRET)} `,
    ]) {
      await assert.rejects(authenticate(deps, text), { kind: 'unauthenticated', code: 'key_unknown' }, text);
    }
  });

  it('does not know a key that was revoked', async () => {
    const { deps, keys } = setup();
    await ensureAccess(deps, undefined);
    keys[0] = { ...(keys[0] ?? assert.fail()), revokedAt: NOW };
    await assert.rejects(authenticate(deps, writeKey(ID, SECRET)), { kind: 'unauthenticated' });
  });
});
