import assert from 'node:assert/strict';
import { affectedObjectsOf } from '../../../src/domain/audit/objects.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { withData } from './support.ts';

describe('affectedObjectsOf', () => {
  const rows: readonly (readonly [data: ExactJson, objects: readonly object[]])[] = [
    [{ target_id: 'f', target_name: 'F', target_type: 'access flow' }, [{ name: 'F', type: 'access flow', id: 'f' }]],
    [{ target_id: 'f', target_name: null, target_type: 'bundle' }, [{ name: 'f', type: 'bundle', id: 'f' }]],
    [{ target_id: 7 }, [{ name: '7', type: 'access_flow', id: '7' }]],
    [{ target_name: 'F' }, [{ name: 'F', type: 'access_flow' }]],
    [{ target_type: 'account settings' }, [{ name: 'account settings', type: 'account settings' }]],
    [{ target: { id: 'x', type: 'user', name: 'X' } }, [{ name: 'X', type: 'user', id: 'x' }]],
    [{ resource: 'x' }, [{ name: 'x', type: 'access_flow', id: 'x' }]],
    [
      { attributes: { context: [{ id: 1, type: 'users' }, { type: 'g', title: 'G' }, null, []] } },
      [
        { name: '1', type: 'users', id: '1' },
        { name: 'G', type: 'g' },
        { name: '[]', type: 'access_flow', id: '[]' },
      ],
    ],
    [{}, []],
    [null, []],
    ['x', []],
    [{ target: [] }, []],
  ];
  for (const [data, objects] of rows) {
    it(`finds ${JSON.stringify(objects)} in ${JSON.stringify(data)}`, () => {
      assert.deepEqual(affectedObjectsOf(withData(data)), objects);
    });
  }

  it('gives 50 at most', () => {
    assert.equal(affectedObjectsOf(withData({ target: Array.from({ length: 60 }, String) })).length, 50);
  });
});
