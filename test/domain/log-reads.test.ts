import assert from 'node:assert/strict';
import type { Actor } from '../../src/domain/access.ts';
import { Counts } from '../../src/domain/counts.ts';
import type { LogRead } from '../../src/domain/log-reads.ts';
import { LOG_READS, logReadEvent } from '../../src/domain/log-reads.ts';
import { after, NOW } from '../store/fixtures.ts';

const ACTOR: Actor = { keyId: 'key_1', keyName: 'collector', organizationId: 'org_1', role: 'auditor' };
const read = (changes: Partial<LogRead> = {}): LogRead => ({
  actor: ACTOR,
  route: 'GET /v1/events',
  query: 'event_type=user.created',
  results: 0,
  newest: undefined,
  oldest: undefined,
  ...changes,
});
const end = (seconds: number) => ({ id: `evt_${String(seconds)}`, receivedAt: after(seconds) });

describe('reads of the log', () => {
  it('are one for each key, route and query, with what they gave altogether', () => {
    const counts = new Counts(LOG_READS);
    counts.note(read({ results: 2, newest: end(9), oldest: end(5) }), NOW);
    counts.note(read({ results: 3, newest: end(4), oldest: end(1) }), after(30));
    counts.note(read(), after(31));
    counts.note(read({ query: '' }), NOW);
    counts.note(read({ actor: { ...ACTOR, keyId: 'key_2' } }), NOW);
    counts.note(read({ route: 'GET /rest/auditing/1.0/events' }), NOW);
    const taken = counts.take();
    assert.deepEqual(
      taken.map(({ count }) => count),
      [3, 1, 1, 1],
    );
    const { type, metadata } = logReadEvent(taken[0]!);
    assert.equal(type, 'audit_log.searched');
    assert.deepEqual(metadata, {
      route: 'GET /v1/events',
      query: 'event_type=user.created',
      count: 3,
      first_at: NOW.toISOString(),
      last_at: after(31).toISOString(),
      results_returned: 5,
      timestamp_range: `${after(1).toISOString()} - ${after(9).toISOString()}`,
      id_range: 'evt_1 - evt_9',
    });
  });

  it('of which nothing came have no range, and a long query is cut', () => {
    const counts = new Counts(LOG_READS);
    counts.note(read({ query: 'x'.repeat(5000) }), NOW);
    const { metadata } = logReadEvent(counts.take()[0]!);
    assert.deepEqual([metadata['timestamp_range'], metadata['id_range']], [null, null]);
    assert.equal(metadata['query'], 'x'.repeat(1000));
  });

  it('with too many queries are one for each organization', () => {
    const counts = new Counts(LOG_READS);
    for (let n = 0; n < 1500; n += 1) counts.note(read({ query: String(n) }), NOW);
    const taken = counts.take();
    assert.equal(taken.length, 1001);
    assert.equal(
      taken.reduce((sum, { count }) => sum + count, 0),
      1500,
    );
  });
});
