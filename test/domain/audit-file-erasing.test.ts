import assert from 'node:assert/strict';
import { findLines } from '../../src/audit-file/find-lines.ts';
import { BEFORE_ID, fitted, readUnerased, writeUnerased } from '../../src/domain/audit-file-erasing.ts';
import { unwritableLine } from '../../src/domain/audit-file.ts';
import { NOW } from '../store/fixtures.ts';

describe('erasing in the audit log file', () => {
  it('takes the first text that fits, in bytes, and fills it up', () => {
    const said = (texts: readonly string[], bytes: number) => Buffer.from(fitted(texts, bytes)).toString();
    assert.equal(said(['{"a":1}', '{"b":2}'], 9), '{"a":1}  ');
    assert.equal(said(['{"a":"ä"}', '{"b":2}'], 9), '{"b":2}  ');
    assert.equal(said(['{"a":1}'], 4), '{}  ');
    assert.equal(said([], 1), ' ');
  });

  it('keeps what is to be done, and leaves out what is damaged', () => {
    const line = { file: '20261120.00000.audit.log', offset: 5, bytes: 7, id: 'evt_1' };
    const all = { ids: ['evt_1', 'evt_2'], lines: [line] };
    assert.deepEqual(readUnerased(writeUnerased(all)), all);
    for (const text of ['', '[]', '\0', '{"ids":{},"lines":1}'])
      assert.deepEqual(readUnerased(text), { ids: [], lines: [] });
    const wrong = [null, {}, { ...line, file: '../x' }, { ...line, offset: -1 }, { ...line, bytes: 1.5 }];
    assert.deepEqual(readUnerased(JSON.stringify({ ids: [1, 'evt_3'], lines: wrong })), { ids: ['evt_3'], lines: [] });
  });

  it('finds lines wherever pieces end, by the attribute alone', async () => {
    const line = (id: string) => unwritableLine({ id, receivedAt: NOW });
    const told = JSON.stringify({ text: `${BEFORE_ID}evt_1"`, ä: 'evt_1' });
    const lines = [told, line('evt_2'), line('evt_1'), `{${BEFORE_ID}`, '', line('evt_1')];
    const text = Buffer.from(`${lines.join('\n')}\n${line('evt_1')}`);
    const before = (count: number) => Buffer.byteLength(`${lines.slice(0, count).join('\n')}\n`);
    const expected = [2, 5].map((index) => ({ id: 'evt_1', offset: before(index), bytes: line('evt_1').length }));
    for (const size of [1, 7, 100, text.length]) {
      const pieces = async function* () {
        for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
      };
      assert.deepEqual(await findLines(pieces(), new Set(['evt_1'])), expected, String(size));
    }
  });
});
