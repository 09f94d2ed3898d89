// The arithmetic of the benchmark: percentiles and latencies.
import assert from 'node:assert/strict';
import { lastArrival, latenciesOf, quantiles } from '../../bench/end-to-end/figures.ts';
import type { LoadResult } from '../../bench/end-to-end/generator-messages.ts';
import type { Arrivals } from '../../bench/end-to-end/receiver-messages.ts';

describe('quantiles', () => {
  it('are values that were measured, at 50, 95 and 99 of a hundred', () => {
    const values = Array.from({ length: 100 }, (_none, index) => 100 - index);
    assert.deepEqual(quantiles(values), { p50: 50, p95: 95, p99: 99, count: 100 });
    assert.deepEqual(quantiles([7]), { p50: 7, p95: 7, p99: 7, count: 1 });
    assert.equal(quantiles([]), undefined);
  });
});

// Event 0 was acknowledged and has arrived at both webhooks, at the second twice. Event 1 was acknowledged and has
// arrived at the first only. Event 2 was not acknowledged, and has arrived at the first all the same.
const LOAD: LoadResult = {
  events: 3,
  dueAt: Float64Array.of(100, 110, 120),
  sentAt: Float64Array.of(101, 110, 120),
  acknowledgedAt: Float64Array.of(105, 112, 0),
  startedAt: 100,
  endedAt: 130,
  statuses: { '202': 2 },
  repeated: 0,
  unclear: 1,
  firstProblem: 'The connection was closed.',
  connections: 1,
};
const ARRIVALS: Arrivals = {
  webhooks: 2,
  firstByteAt: Float64Array.of(104, 108, 115, 0, 125, 0),
  completeAt: Float64Array.of(104.5, 109, 116, 0, 126, 0),
  counts: Uint16Array.of(1, 2, 1, 0, 1, 0),
  late: 0,
};

describe('latenciesOf', () => {
  it('counts from when an event was due, and an arrival before its acknowledgement as none', () => {
    const { intake, queue, endToEnd, lateness } = latenciesOf(LOAD, ARRIVALS, 2);
    assert.deepEqual([intake?.p50, intake?.p99], [2, 5]);
    assert.deepEqual([queue?.count, queue?.p50, queue?.p99], [3, 3, 3]);
    assert.deepEqual([endToEnd?.p50, endToEnd?.p99], [6, 9]);
    assert.equal(lateness?.p99, 1);
    assert.equal(latenciesOf(LOAD, ARRIVALS, 1).early, 0.5);
  });

  it('knows when the last request has arrived', () => {
    assert.equal(lastArrival(ARRIVALS), 126);
  });
});
