import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AppError } from '../../src/domain/errors.ts';
import { cutPage, decodeCursor, encodeCursor } from '../../src/domain/page.ts';

describe('cutPage', () => {
  it('walks through any list without losing or repeating an item', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 9 }), (length, limit) => {
        const all = Array.from({ length }, (_, index) => `id${String(index)}`);
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const start = after === undefined ? 0 : all.indexOf(after) + 1;
          const page = cutPage(all.slice(start, start + limit + 1), limit, (id) => id);
          assert.ok(page.items.length <= limit);
          seen.push(...page.items);
          after = page.lastId;
        } while (after !== undefined);
        assert.deepEqual(seen, all);
      }),
    );
  });
});

describe('decodeCursor', () => {
  const refuses = (cursor: string, filters: Record<string, unknown>, detail: RegExp): void => {
    assert.throws(
      () => decodeCursor(cursor, filters),
      (error) => error instanceof AppError && error.code === 'cursor_invalid' && detail.test(error.message),
    );
  };

  it('gives back the id, whatever order the filters are in', () => {
    const cursor = encodeCursor('inv_1', { webhook: 'whk_1', outcome: 'success', kind: undefined });
    assert.equal(decodeCursor(cursor, { outcome: 'success', webhook: 'whk_1' }), 'inv_1');
  });

  it('refuses a cursor of other filters', () => {
    const cursor = encodeCursor('inv_1', { webhook: 'whk_1' });
    refuses(cursor, { webhook: 'whk_2' }, /other filters/);
    refuses(cursor, {}, /other filters/);
  });

  it('refuses whatever is no cursor of ours', () => {
    const text = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const cursor of ['', 'abc', '%%%', text(null), text({}), text([]), text([1, 'x']), text('x')]) {
      refuses(cursor, {}, /no cursor/);
    }
    fc.assert(fc.property(fc.string(), (cursor) => refuses(cursor, {}, /./)));
  });
});
