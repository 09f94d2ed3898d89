import assert from 'node:assert/strict';
import { lineOf } from '../../../../src/templates/proof/report/lines.ts';

describe('lineOf', () => {
  it('counts from 1', () => {
    const text = 'a\nb\r\nc';
    assert.deepEqual(
      [0, 1, 2, 5].map((offset) => lineOf(text, offset)),
      [1, 1, 2, 3],
    );
  });
});
