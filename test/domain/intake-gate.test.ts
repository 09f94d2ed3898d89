import assert from 'node:assert/strict';
import { INTAKE_LIMITS, IntakeGate } from '../../src/domain/intake-gate.ts';

describe('IntakeGate', () => {
  const full = () => {
    const gate = new IntakeGate({ requests: 2, bytes: 100 });
    return { gate, first: gate.enter(10) ?? assert.fail(), second: gate.enter(20) ?? assert.fail() };
  };

  it('lets in as many requests as there are places, and the next one when a place is free', () => {
    const { gate, first } = full();
    assert.equal(gate.isFull, true);
    assert.equal(gate.enter(30), undefined);
    first.leave();
    assert.equal(gate.isFull, false);
    assert.ok(gate.enter(30));
  });

  it('counts bytes up to the limit, and what it refuses not at all', () => {
    const { gate, first, second } = full();
    assert.equal(first.grow(60), true);
    assert.equal(second.grow(41), false);
    assert.equal(second.grow(40), true);
    assert.deepEqual(gate.load, { requests: 2, bytes: 100, oldestAtMs: 10 });
    first.leave();
    first.leave();
    assert.deepEqual(gate.load, { requests: 1, bytes: 40, oldestAtMs: 20 });
    second.leave();
    assert.deepEqual(gate.load, { requests: 0, bytes: 0, oldestAtMs: undefined });
  });

  it('frees the place of a caller who has gone, but not while his events are being stored', () => {
    const { gate, first, second } = full();
    first.abandon();
    second.beginWork();
    second.abandon();
    assert.equal(gate.load.requests, 1);
    second.leave();
    assert.equal(gate.load.requests, 0);
  });

  it('has room for the largest request', () => {
    const place = new IntakeGate(INTAKE_LIMITS).enter(0);
    assert.equal(place?.grow(5 * 1024 * 1024), true);
  });
});
