import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_FILES } from '../../src/audit-file/files.ts';
import { LOCAL_DAYS } from '../../src/audit-file/local-days.ts';
import { troubleOf } from '../../src/audit-file/trouble.ts';
import { systemError } from './setup.ts';

describe('the files of the audit log', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hookwright-files-'));
    path = join(folder, 'a.log');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const text = (): string => readFileSync(path, 'utf8');

  it('are made by their first line, for their owner, and written on where they end', async () => {
    await NODE_FILES.writeAt(path, bytes('one\n'), 0);
    await NODE_FILES.writeAt(path, bytes('two\n'), 4);
    assert.equal(text(), 'one\ntwo\n');
    assert.equal(await NODE_FILES.size(path), 8);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('end behind the lines that were written, whatever stood there', async () => {
    writeFileSync(path, 'one\ntwo\nthr');
    await NODE_FILES.writeAt(path, bytes('2\n'), 4);
    assert.equal(text(), 'one\n2\n');
  });

  it('are neither made nor written in the middle of nowhere', async () => {
    await assert.rejects(NODE_FILES.writeAt(path, bytes('x\n'), 4), { code: 'ENOENT' });
    writeFileSync(path, 'on');
    await assert.rejects(NODE_FILES.writeAt(path, bytes('x\n'), 4), /shortened by somebody else/);
    assert.equal(text(), 'on');
  });

  it('are missing without an error, and removed as often as one likes', async () => {
    assert.deepEqual(
      [await NODE_FILES.read(path), await NODE_FILES.size(path), await NODE_FILES.list(join(folder, 'none'))],
      [undefined, undefined, []],
    );
    writeFileSync(path, 'x');
    await NODE_FILES.remove(path);
    await NODE_FILES.remove(path);
    assert.deepEqual(await NODE_FILES.list(folder), []);
  });

  it('are read in pieces, and written over without another length', async () => {
    const read = async (start: number, end: number): Promise<string> => {
      const pieces: Uint8Array[] = [];
      for await (const piece of NODE_FILES.pieces(path, start, end)) pieces.push(piece);
      return Buffer.concat(pieces).toString();
    };
    assert.equal(await read(0, Infinity), '');
    writeFileSync(path, `one\n${'x'.repeat(3_000_000)}`);
    assert.deepEqual([await read(1, 5), (await read(0, Infinity)).length], ['ne\nx', 3_000_004]);
    await NODE_FILES.writeOver(path, bytes('two'), 0);
    assert.deepEqual([await read(0, 5), statSync(path).size], ['two\nx', 3_000_004]);
    await assert.rejects(NODE_FILES.writeOver(path, bytes('two'), 3_000_002), /shortened by somebody else/);
    assert.equal(statSync(path).size, 3_000_004);
  });

  it('are replaced as a whole, whatever a draft was left with', async () => {
    await NODE_FILES.replace(path, 'one');
    writeFileSync(`${path}.new`, 'a draft that is much longer');
    await NODE_FILES.replace(path, 'two');
    assert.equal(text(), 'two');
    assert.deepEqual(await NODE_FILES.list(folder), ['a.log']);
  });

  it('stay as they are where the folder is gone or something else stands there', async () => {
    await assert.rejects(NODE_FILES.replace(join(folder, 'none', 'a'), 'x'), { code: 'ENOENT' });
    mkdirSync(path);
    await assert.rejects(NODE_FILES.writeAt(path, bytes('x\n'), 0), { code: 'EISDIR' });
    await assert.rejects(NODE_FILES.makeFolder(join(path, '..', 'b.log', '\0')));
  });

  it('lie in folders for their owner only', async () => {
    const inner = join(folder, 'audit', 'org');
    await NODE_FILES.makeFolder(inner);
    await NODE_FILES.makeFolder(inner);
    assert.equal(statSync(inner).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, 'audit')).mode & 0o777, 0o700);
  });
});

describe('local days', () => {
  it('begin with the instant that is the first of them', () => {
    for (const day of ['20260329', '20261025', '20260101', '20241231']) {
      const start = LOCAL_DAYS.startOf(day);
      assert.equal(LOCAL_DAYS.dayOf(start), day);
      assert.ok(LOCAL_DAYS.dayOf(new Date(start.getTime() - 1)) < day);
    }
  });
});

describe('troubleOf', () => {
  it('says what to do, also where it does not know the error', () => {
    for (const code of ['ENOSPC', 'EACCES', 'EROFS', 'ENOENT', 'EIO', 'EWHATEVER']) {
      const { code: found, advice } = troubleOf(systemError(code));
      assert.equal(found, code);
      assert.match(advice, /^[A-Z].+\.$/);
    }
    assert.equal(troubleOf('text').code, 'unknown');
  });
});
