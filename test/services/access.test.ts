import assert from 'node:assert/strict';
import type { ApiKey } from '../../src/domain/api-key.ts';
import { hashSecret, writeKey } from '../../src/domain/api-key.ts';
import type { Organization } from '../../src/domain/organization.ts';
import type { OwnEvent } from '../../src/domain/own-events.ts';
import type { AccessDeps } from '../../src/services/access.ts';
import { ensureAccess, recognise } from '../../src/services/access.ts';
import { KnownKeys } from '../../src/services/known-keys.ts';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const ID = 'key_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d';
const SECRET = 'A'.repeat(43);
const NOTHING = { firstKey: undefined, unfitKey: undefined };

function setup() {
  const organizations: Organization[] = [];
  const keys: ApiKey[] = [];
  const events: OwnEvent[] = [];
  let lookups = 0;
  const deps: AccessDeps = {
    store: {
      organizations: {
        first: async () => organizations.find((one) => one.isFirst),
        insert: async (one) => void organizations.push(one),
      },
      apiKeys: {
        byId: async (id) => {
          lookups += 1;
          return keys.find((one) => one.id === id);
        },
        count: async () => keys.length,
        insert: async (one) => void keys.push(one),
      },
    },
    newId: (prefix) => `${prefix}_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d`,
    clock: () => NOW,
    newSecret: () => SECRET,
    ownEvents: async (_store, event) => void events.push(event),
  };
  return { deps, organizations, keys, events, lookups: () => lookups };
}

describe('ensureAccess', () => {
  it('makes the organization and a key of which only the hash is kept, once, and tells of both', async () => {
    const { deps, organizations, keys, events } = setup();
    assert.deepEqual(await ensureAccess(deps, undefined), { ...NOTHING, firstKey: writeKey(ID, SECRET) });
    assert.deepEqual(await ensureAccess(deps, undefined), NOTHING);
    assert.deepEqual(
      organizations.map(({ name, isFirst, maxWebhooks }) => [name, isFirst, maxWebhooks]),
      [['default', true, 100]],
    );
    const [key, ...others] = keys;
    assert.deepEqual([key?.id, key?.organizationId, others], [ID, organizations[0]?.id, []]);
    assert.deepEqual([key?.role, key?.secretSha256, key?.createdBy], ['admin', hashSecret(SECRET), 'hookwright']);
    assert.deepEqual(
      events.map(({ type, actor }) => [type, actor.type]),
      [
        ['organization.created', 'engine'],
        ['key.created', 'engine'],
      ],
    );
    assert.ok(!JSON.stringify(events).includes(hashSecret(SECRET)));
  });

  it('knows the first organization by its mark, whatever it is called by now', async () => {
    const { deps, organizations } = setup();
    await ensureAccess(deps, undefined);
    organizations[0] = { ...(organizations[0] ?? assert.fail()), name: 'renamed' };
    await ensureAccess(deps, undefined);
    assert.equal(organizations.length, 1);
  });

  it('never gives the key that the operator has chosen, and takes it at every start', async () => {
    const { deps, keys, events } = setup();
    for (let start = 0; start < 2; start += 1) {
      assert.deepEqual(await ensureAccess(deps, writeKey(ID, SECRET)), NOTHING);
    }
    assert.equal(keys.length, 1);
    const other = writeKey('key_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8e', SECRET);
    await ensureAccess(deps, other);
    assert.equal(keys.length, 2, 'a key with a new id joins the others');
    assert.equal(events.filter(({ type }) => type === 'key.created').length, 2);
  });

  it('refuses a chosen key whose id is stored with another secret', async () => {
    const { deps } = setup();
    await ensureAccess(deps, writeKey(ID, SECRET));
    await assert.rejects(ensureAccess(deps, writeKey(ID, 'B'.repeat(43))), { code: 'admin_key_id_taken' });
  });

  const past = new Date(NOW.getTime() - 1);
  const changes: readonly (readonly [Partial<ApiKey>, string | undefined])[] = [
    [{ expiresAt: new Date(NOW.getTime() + 1) }, undefined],
    [{ revokedAt: past }, 'is revoked'],
    [{ expiresAt: NOW }, 'is expired'],
    [{ role: 'integrator' }, 'has the role integrator'],
    [{ organizationId: 'org_2' }, 'belongs to another organization than the first'],
    [{ revokedAt: past, role: 'auditor' }, 'is revoked, and has the role auditor'],
  ];
  for (const [change, why] of changes) {
    it(`takes a chosen key that is stored as it is, and says that it ${why ?? 'is good, which is nothing'}`, async () => {
      const { deps, keys } = setup();
      await ensureAccess(deps, writeKey(ID, SECRET));
      const changed = { ...(keys[0] ?? assert.fail()), ...change };
      keys.splice(0, 1, changed);
      const { unfitKey } = await ensureAccess(deps, writeKey(ID, SECRET));
      assert.deepEqual(unfitKey, why === undefined ? undefined : { keyId: ID, why });
      assert.deepEqual(keys, [changed]);
    });
  }
});

describe('recognise', () => {
  it('knows the holder of a key, and nobody by anything else', async () => {
    const { deps, keys } = setup();
    await ensureAccess(deps, undefined);
    const known = new KnownKeys(deps);
    const judgement = await recognise({ ...deps, known }, writeKey(ID, SECRET));
    const { organizationId } = keys[0] ?? assert.fail();
    assert.deepEqual(judgement, {
      ok: true,
      actor: { keyId: ID, keyName: 'first admin key', organizationId, role: 'admin' },
    });
    assert.equal(known.holderOf(writeKey(ID, SECRET))?.keyId, ID);
    const wrong = await recognise({ ...deps, known }, writeKey(ID, 'B'.repeat(43)));
    assert.deepEqual([wrong.ok, wrong.ok || wrong.reason], [false, 'wrong_secret']);
  });

  it('looks up nothing for what was cut off or mistyped', async () => {
    const { deps, lookups } = setup();
    const known = new KnownKeys(deps);
    for (const text of ['', 'x', SECRET, `${writeKey(ID, SECRET)} `, writeKey(ID, SECRET).slice(0, -1)]) {
      assert.deepEqual(await recognise({ ...deps, known }, text), { ok: false, reason: 'malformed', key: undefined });
    }
    assert.equal(lookups(), 0);
  });
});
