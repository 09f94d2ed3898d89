import assert from 'node:assert/strict';
import fc from 'fast-check';
import { v4, v7 } from 'uuid';
import { ID_PREFIXES, isId, leastId } from '../../src/domain/ids.ts';

describe('isId', () => {
  for (const prefix of ID_PREFIXES) {
    it(`knows the identifiers that start with ${prefix}_, and no others`, () => {
      assert.equal(isId(prefix, `${prefix}_${v7()}`), true);
      assert.equal(isId(prefix, `xxx_${v7()}`), false);
    });
  }

  const id = `evt_${v7()}`;
  for (const text of [
    '',
    'evt_',
    v7(),
    `evt_${v4()}`,
    id.toUpperCase(),
    ` ${id}`,
    `${id}\n`,
    `${id}0`,
    id.replaceAll('-', ''),
    "evt_' OR 1=1",
  ]) {
    it(`refuses ${JSON.stringify(text.replace(id, '<id>').replace(/[0-9a-f-]{36}/i, '<uuid>'))}`, () => {
      assert.equal(isId('evt', text), false);
    });
  }
});

describe('leastId', () => {
  it('stands between the identifiers made before an instant and those made from then on', () => {
    const instants = fc.nat({ max: 2 ** 47 });
    fc.assert(
      fc.property(instants, instants, (instant, made) => {
        const id = `inv_${v7({ msecs: made })}`;
        assert.equal(id >= leastId('inv', new Date(instant)), made >= instant);
      }),
    );
    assert.equal(leastId('inv', new Date('2024-11-10T21:37:27.616Z')), 'inv_01931802-a840');
  });
});
