import assert from 'node:assert/strict';
import type { LeasedFor } from '../../src/domain/lease.ts';
import { leaseDelivery } from '../../src/domain/lease.ts';
import { after, deliveryWith, eventWith, webhookWith } from '../store/fixtures.ts';

const webhook = webhookWith();
const delivery = deliveryWith(eventWith(), webhook);
const leasedFor: LeasedFor = { name: 'Orders', version: 1, maxAttempts: 3, timeoutInSec: 10 };

const leaseAt = (now: Date): ReturnType<typeof leaseDelivery> =>
  leaseDelivery(delivery, leasedFor, { now, leaseToken: 'token', invocationId: 'inv_1', isProbe: false });

describe('leaseDelivery', () => {
  it('starts the invocation at the instant of the lease', () => {
    const { invocation, delivery: leased } = leaseAt(after(5));
    assert.deepEqual([invocation.startedAt, leased.updatedAt], [after(5), after(5)]);
  });

  it('starts nothing before the delivery was made, whatever clock the one that leases has looked at', () => {
    const { invocation, delivery: leased, leaseUntil } = leaseAt(after(-0.03));
    assert.deepEqual([invocation.startedAt, leased.updatedAt], [delivery.createdAt, delivery.createdAt]);
    assert.deepEqual(leaseUntil, leaseAt(delivery.createdAt).leaseUntil);
  });
});
