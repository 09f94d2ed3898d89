import assert from 'node:assert/strict';
import { byOrganization } from '../../src/services/accept.ts';
import type { Intake } from '../../src/services/intake-plan.ts';
import { keyRows } from '../../src/store/events.ts';

// On PostgreSQL, two transactions that take the same keys the other way round wait for each other in a circle.
describe('what takes idempotency keys', () => {
  const intakeOf = (organizationId: string): Intake => ({
    organizationId,
    keyId: 'key',
    checked: [],
    atomic: false,
    isList: false,
    receivedAt: new Date(0),
  });

  it('takes those of one organization after the other, in one order, whoever came first', () => {
    const [a, b, again] = [intakeOf('a'), intakeOf('b'), intakeOf('b')];
    assert.deepEqual(
      [...byOrganization([b, a, again])],
      [
        ['a', [a]],
        ['b', [b, again]],
      ],
    );
  });

  it('takes them in the same order where all are taken at once', () => {
    const reserve = (organizationId: string, key: string) => ({
      organizationId,
      key,
      eventId: `${organizationId}${key}`,
      valueSha256: '',
      createdAt: new Date(0),
    });
    const rows = keyRows([reserve('b', '1'), reserve('a', '2'), reserve('b', '0'), reserve('a', '1')]);
    assert.deepEqual(
      rows.map((row) => row.event_id),
      ['a1', 'a2', 'b0', 'b1'],
    );
  });
});
