import assert from 'node:assert/strict';
import { ANONYMOUS, authorOf, methodOf } from '../../../src/domain/audit/author.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { JsonNumber } from '../../../src/domain/json.ts';
import { withData } from './support.ts';

describe('authorOf', () => {
  type Row = readonly [data: ExactJson, id: string, name: string, type: string, method: 'Browser' | 'System'];
  const rows: readonly Row[] = [
    [
      { actor_id: 'a@b.example', actor_name: 'A B', actor_type: 'user' },
      'a@b.example',
      'A B',
      'ApplicationUser',
      'Browser',
    ],
    [{ actor_id: 'a@b.example' }, 'a@b.example', 'a@b.example', 'ApplicationUser', 'Browser'],
    [{ actor_name: 'A B', actor_type: 'User' }, 'A B', 'A B', 'ApplicationUser', 'Browser'],
    [{ actor_id: 'k', actor_name: ' ', actor_type: 'api_key' }, 'k', 'k', 'api_key', 'Browser'],
    [{ actor_id: 'system', actor_name: 'System', actor_type: 'system' }, 'system', 'System', 'system', 'System'],
    [
      { actor_id: 'hookwright', actor_name: 'Hookwright', actor_type: 'engine' },
      'hookwright',
      'Hookwright',
      'engine',
      'System',
    ],
    [
      { actor_id: 'command_line', actor_type: 'command_line' },
      'command_line',
      'command_line',
      'command_line',
      'System',
    ],
    [{ actor_type: 'System' }, 'System', 'System', 'System', 'System'],
    [{ actor_id: 'system' }, 'system', 'system', 'ApplicationUser', 'System'],
    [
      { actor_id: new JsonNumber('12345678901234567890') },
      '12345678901234567890',
      '12345678901234567890',
      'ApplicationUser',
      'Browser',
    ],
    [{ actor: { id: 7, name: 'A', type: 'app', ip: '::1' } }, '7', 'A', 'app', 'Browser'],
    [{ requester: { email: 'a@b.example' } }, 'a@b.example', 'a@b.example', 'ApplicationUser', 'Browser'],
    [{ user: 'a' }, 'a', 'a', 'ApplicationUser', 'Browser'],
    [{ attributes: { actor: { id: 'x', name: 'X' } } }, 'x', 'X', 'ApplicationUser', 'Browser'],
    [{ actor_id: 'a', actor: { id: 'b' } }, 'a', 'a', 'ApplicationUser', 'Browser'],
  ];
  for (const [data, id, name, type, method] of rows) {
    it(`finds ${name} in ${JSON.stringify(data)}`, () => {
      const author = authorOf(withData(data));
      assert.deepEqual([author, methodOf(author)], [{ name, type, id }, method]);
    });
  }

  it('takes what stands beside data, too', () => {
    assert.equal(authorOf({ event_type: 'x', user: { username: 'u', name: 'U' } }).id, 'u');
  });

  for (const data of [null, [], 'x', {}, { actor_id: '', actor_name: null }, { actor_type: 'user' }, { actor: {} }]) {
    it(`finds nobody in ${JSON.stringify(data)}`, () => {
      assert.equal(authorOf(withData(data)), ANONYMOUS);
      assert.equal(methodOf(ANONYMOUS), 'Browser');
    });
  }
});
