import assert from 'node:assert/strict';
import { AppError, conflict, invalid, notFound, unavailable } from '../../src/domain/errors.ts';

const fault = { pointer: '/name', code: 'required', detail: 'A name is needed.' };

describe('AppError', () => {
  it('keeps the cause that it wraps, and has none of its own', () => {
    const cause = new Error('disk full');
    assert.equal(unavailable('storage_full', 'The disk is full.', 5, cause).cause, cause);
    assert.equal('cause' in new AppError('forbidden', 'forbidden', 'No.'), false);
  });
});

describe('invalid', () => {
  it('says how many things are wrong and lists each', () => {
    assert.match(invalid([fault]).message, /^One thing is wrong/);
    const error = invalid([fault, fault, fault]);
    assert.match(error.message, /^3 things are wrong/);
    assert.deepEqual([error.kind, error.code, error.faults.length], ['invalid', 'invalid_request', 3]);
  });
});

describe('notFound, conflict and unavailable', () => {
  it('say what to do', () => {
    assert.equal(notFound('webhook', 'whk_1').message, 'There is no webhook whk_1 here.');
    for (const error of [notFound('webhook', 'whk_1'), conflict('x', 'X.', 'Do y.'), unavailable('x', 'X.', 3)]) {
      assert.ok(error.hint, error.kind);
    }
    assert.equal(unavailable('x', 'X.', 3).retryAfterSec, 3);
  });
});
