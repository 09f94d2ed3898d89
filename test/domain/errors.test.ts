import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AppError, boundedFaults, conflict, invalid, notFound, unavailable } from '../../src/domain/errors.ts';

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

describe('invalid, of faults that were cut before', () => {
  it('says that there are more than are listed', () => {
    const { message, faults } = invalid([fault, fault, { ...fault, code: 'more_faults' }]);
    assert.equal(message, 'More than 2 things are wrong with this request; the first are listed in errors.');
    assert.equal(faults.length, 3);
  });
});

describe('boundedFaults', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...fault, pointer: `/${String(index)}` }));

  it('keeps faults of a usual size as they are', () => {
    const faults = [{ ...fault, hint: 'h'.repeat(2000), excerpt: '{', when: ['a'] }, ...many(100)];
    assert.deepEqual(boundedFaults(faults), faults);
    assert.equal(invalid(faults).message, '101 things are wrong with this request; each is listed in errors.');
  });

  it('lists the first hundred of many, and says how many more there are', () => {
    const error = invalid(many(60_000));
    assert.equal(error.message, '60,000 things are wrong with this request; the first 100 are listed in errors.');
    assert.deepEqual(error.faults.slice(0, 100), many(100));
    const [last, ...others] = error.faults.slice(100);
    assert.deepEqual(others, []);
    assert.deepEqual([last?.pointer, last?.code, last?.detail], ['', 'more_faults', 'There are 59,900 more faults.']);
    assert.ok(last?.hint);
  });

  it('lists fewer where fewer are asked for', () => {
    assert.equal(boundedFaults(many(4), 3).length, 4);
    const [, , , last, ...others] = boundedFaults(many(1000), 3);
    assert.deepEqual([last?.detail, others], ['There are 997 more faults.', []]);
  });

  it('keeps start and end of a text that is too long', () => {
    const long = 'k'.repeat(900_000);
    const [shown] = boundedFaults([
      { pointer: `/${long}/end`, code: 'x', detail: `There is no ${long} here.`, hint: long, excerpt: long },
    ]);
    assert.match(shown?.pointer ?? '', /^\/k+…k+\/end$/);
    assert.match(shown?.detail ?? '', /^There is no k+…k+ here\.$/);
    assert.ok(JSON.stringify(shown).length < 3000);
  });

  it('gives whole characters, never more than it promises, and the same when it is done twice', () => {
    const text = fc.string({ unit: 'binary', minLength: 250, maxLength: 700 }).map((value) => value.toWellFormed());
    fc.assert(
      fc.property(
        fc.array(fc.record({ pointer: text, code: fc.constant('x'), detail: text }), { maxLength: 3 }),
        (given) => {
          const once = boundedFaults([...given, ...many(given.length * 60)]);
          assert.ok(once.length <= 101);
          for (const { pointer, detail } of once) {
            assert.ok(pointer.length <= 300 && detail.length <= 300);
            assert.ok(pointer.isWellFormed() && detail.isWellFormed());
          }
          assert.deepEqual(boundedFaults(once), once);
        },
      ),
    );
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
