import assert from 'node:assert/strict';
import { describeError } from '../../src/observe/error-text.ts';

describe('describeError', () => {
  it('gives type, message, code, frames and causes', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'EINNER' });
    const text = describeError(new Error('outer', { cause }));
    assert.deepEqual(
      [text.type, text.message, text.cause?.type, text.cause?.code],
      ['Error', 'outer', 'TypeError', 'EINNER'],
    );
    assert.match(text.stack[0] ?? '', /^at .*error-text\.test/);
  });

  it('leaves out all other members, where libraries keep what was asked of them', () => {
    const error = Object.assign(new Error('x'), { bindings: ['s3cr3t'], config: { headers: { a: 's3cr3t' } } });
    assert.ok(!JSON.stringify(describeError(error)).includes('s3cr3t'));
  });

  it('cuts off the SQL that knex puts before its message', () => {
    const error = new Error(
      "insert into `events` (`body`) values ('s3cr3t - x') - SQLITE_FULL: database or disk is full",
    );
    assert.deepEqual(describeError(error).message, 'SQLITE_FULL: database or disk is full');
    assert.ok(!JSON.stringify(describeError(error)).includes('s3cr3t'));
  });

  it('stays short, for long messages and for causes that go in a circle', () => {
    const error = new Error('m'.repeat(10_000));
    error.cause = error;
    assert.ok(JSON.stringify(describeError(error)).length < 30_000);
  });

  for (const thrown of [undefined, null, 'text', 42, {}]) {
    it(`takes ${JSON.stringify([thrown])}, which is no error`, () => {
      assert.deepEqual(describeError(thrown).stack, []);
    });
  }
});
