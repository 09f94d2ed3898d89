import assert from 'node:assert/strict';
import type { Refusal } from '../../src/domain/refusals.ts';
import { Counts } from '../../src/domain/counts.ts';
import { concernedBy, refusalEvent, REFUSALS } from '../../src/domain/refusals.ts';
import { after, NOW } from '../store/fixtures.ts';

const KEY = { id: 'key_1', name: 'ci', organizationId: 'org_2' };
const refused = (address: string, key?: typeof KEY): Refusal => ({
  kind: 'refused',
  key,
  reason: key === undefined ? 'unknown' : 'expired',
  address,
});
const exceeded = (route: string): Refusal => ({
  kind: 'exceeded_role',
  actor: { keyId: 'key_1', keyName: 'ci', organizationId: 'org_2', role: 'source' },
  permission: 'webhooks:write',
  route,
  address: '192.0.2.1',
});

describe('counts of refusals', () => {
  it('makes one of many of a kind, and forgets what was taken', () => {
    const counts = new Counts(REFUSALS);
    assert.equal(counts.isEmpty, true);
    for (const seconds of [0, 1, 59]) counts.note(refused('192.0.2.1'), after(seconds));
    counts.note(refused('192.0.2.2'), NOW);
    counts.note(refused('192.0.2.1', KEY), NOW);
    for (const route of ['POST /v1/webhooks', 'POST /v1/webhooks', 'GET /v1/events']) counts.note(exceeded(route), NOW);
    const taken = counts.take();
    assert.deepEqual(
      taken.map(({ count }) => count),
      [3, 1, 1, 2, 1],
    );
    assert.deepEqual([taken[0]?.firstAt, taken[0]?.lastAt], [NOW, after(59)]);
    assert.deepEqual(counts.take(), []);
  });

  it('adds what could not be written to what has come since', () => {
    const counts = new Counts(REFUSALS);
    counts.note(refused('192.0.2.1'), NOW);
    const [taken] = counts.take();
    counts.note(refused('192.0.2.1'), after(60));
    counts.add(taken!);
    assert.deepEqual(
      counts.take().map(({ count, firstAt, lastAt }) => [count, firstAt, lastAt]),
      [[2, NOW, after(60)]],
    );
  });

  it('is bounded: of too many kinds the rest is one, without key and address', () => {
    const counts = new Counts(REFUSALS);
    for (let n = 0; n < 5000; n += 1) counts.note(refused(`2001:db8::${n.toString(16)}`, KEY), NOW);
    const taken = counts.take();
    assert.equal(taken.length, 1001);
    assert.deepEqual([taken.at(-1)?.count, taken.at(-1)?.last], [4000, { ...refused(''), reason: 'expired' }]);
  });

  it('keeps the rest of exceeded roles with the organization that they concern', () => {
    const counts = new Counts(REFUSALS);
    for (let n = 0; n < 1000; n += 1) counts.note(refused(`192.0.2.${String(n)}`), NOW);
    for (const route of ['GET /v1/webhooks', 'GET /v1/replays']) counts.note(exceeded(route), NOW);
    const [rest] = counts.take().slice(1000);
    assert.deepEqual([rest?.count, rest && concernedBy(rest.last)], [2, 'org_2']);
  });

  it('tells reasons apart', () => {
    const counts = new Counts(REFUSALS);
    for (const reason of ['malformed', 'unknown', 'malformed'] as const)
      counts.note({ kind: 'refused', key: undefined, reason, address: '192.0.2.1' }, NOW);
    assert.deepEqual(
      counts.take().map(({ count }) => count),
      [2, 1],
    );
  });
});

describe('refusalEvent', () => {
  const counted = (last: Refusal) => ({ last, count: 3, firstAt: NOW, lastAt: after(5) });
  const times = { count: 3, first_at: NOW.toISOString(), last_at: after(5).toISOString() };

  it('tells of a refused key in its organization, and of an unknown one in the one that is given', () => {
    assert.equal(concernedBy(refused('192.0.2.1')), undefined);
    assert.equal(concernedBy(refused('192.0.2.1', KEY)), 'org_2');
    const event = refusalEvent(counted(refused('192.0.2.1', KEY)), 'org_2');
    assert.deepEqual([event.type, event.targetId, event.targetName], ['key.refused', 'key_1', 'ci']);
    assert.deepEqual(event.metadata, { reason: 'expired', ...times, address: '192.0.2.1' });
    assert.deepEqual([event.actor.type, event.actor.organizationId], ['engine', 'org_2']);
    const unknown = refusalEvent(counted(refused('192.0.2.1')), 'org_1');
    assert.deepEqual([unknown.targetId, unknown.targetName], [undefined, 'unknown key']);
  });

  it('tells of an exceeded role by whom, where and what was lacking', () => {
    const event = refusalEvent(counted(exceeded('POST /v1/webhooks')), 'org_2');
    assert.deepEqual([event.type, event.actor.keyId, event.targetId], ['key.exceeded_role', 'key_1', 'key_1']);
    assert.deepEqual(event.metadata, {
      role: 'source',
      permission: 'webhooks:write',
      route: 'POST /v1/webhooks',
      ...times,
      address: '192.0.2.1',
    });
  });
});
