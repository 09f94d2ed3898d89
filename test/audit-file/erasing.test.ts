import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { NODE_FILES } from '../../src/audit-file/files.ts';
import { fileLineOf } from '../../src/domain/audit/file-entry.ts';
import { shortErasedLine } from '../../src/domain/audit-file-erasing.ts';
import type { Event } from '../../src/domain/event.ts';
import { readJson } from '../../src/domain/json-read.ts';
import { dyingFiles, Scene, systemError } from './setup.ts';

const CANARY = 'canary';
const PLACE = { system: 'https://hookwright.example' };
const FIRST = '20261120.00000.audit.log';
const UNERASED = '.erasing.json';

function lineOf(event: Event): string {
  const reading = readJson(event.body);
  assert.ok(reading.ok);
  return fileLineOf(event, reading.documents[0]?.value ?? null, PLACE, undefined);
}

const bodies = (count: number): string[] =>
  Array.from({ length: count }, (_none, index) => {
    const data = { actor_name: `${CANARY}-${String(index)}-äöü`, action: `did ${String(index)}` };
    return JSON.stringify({ event_type: 'user.created', data });
  });

class ErasingScene extends Scene {
  constructor() {
    super();
    this.limitBytes = 6000;
    this.lineOf = lineOf;
  }

  /** Every line of every event, those of erased ones with blanks behind. */
  assertLines(before: readonly string[], erased: readonly number[]): void {
    const lines = this.lines();
    assert.equal(lines.length, this.events.length);
    for (const [index, event] of this.events.entries()) {
      const [line = '', old] = [lines[index], before[index]];
      if (old !== undefined && !erased.includes(index)) assert.equal(line, old);
      else assert.equal(line.trimEnd(), lineOf(event));
      if (old !== undefined) assert.equal(Buffer.byteLength(line), Buffer.byteLength(old), 'nothing moves');
    }
    assert.ok(!existsSync(this.path(UNERASED)));
    for (const index of erased) assert.ok(!lines.join('\n').includes(`${CANARY}-${String(index)}-`));
  }
}

describe('the audit log file, when an event is erased', () => {
  let scene: ErasingScene;
  let before_: readonly string[];
  beforeEach(async () => {
    scene = new ErasingScene();
    await scene.run();
    scene.accept(bodies(30));
    await scene.run();
    before_ = scene.lines();
  });
  afterEach(() => scene.remove());

  it('has its line written over, in the current file and in older ones, and nothing moves', async () => {
    assert.ok(scene.names().length > 3);
    for (const index of [29, 0, 13]) scene.erase(index);
    await scene.run();
    scene.assertLines(before_, [0, 13, 29]);
    assert.deepEqual(scene.told, []);
  });

  it('has its line written over also where the erasure itself was erased before it was read', async () => {
    scene.erase(5);
    scene.erase(scene.events.length - 1);
    await scene.run();
    scene.assertLines(before_, [5]);
  });

  it('has it written over while a process runs that has written it, and goes on', async () => {
    const file = scene.create();
    await file.start();
    await file.settled();
    scene.erase(29);
    await file.settled();
    scene.erase(3);
    await file.settled();
    scene.assertLines(
      before_,
      [3, 29].filter((index) => index < 30),
    );
    await file.stop(1000);
  });

  it('has the line of what is left, where it was erased before its line was written', async () => {
    scene.accept(bodies(2));
    scene.erase(31);
    await scene.run();
    scene.assertLines(before_, []);
    assert.equal(scene.lines()[31], lineOf(scene.events[31] as Event));
  });

  it('goes by the engine alone: nobody else has a line written over', async () => {
    const kept = scene.events[4] as Event;
    scene.erase(4, { origin: 'api' });
    scene.events[4] = kept;
    await scene.run();
    assert.deepEqual(scene.lines().slice(0, 30), before_);
  });

  it('has a shorter line where that of what is left is longer, and an empty object where none fits', async () => {
    const long = scene.lineOf;
    scene.lineOf = (event) => `${long(event).slice(0, -1)},"more":"${'x'.repeat(2000)}"}`;
    scene.erase(5);
    await scene.run();
    const event = scene.events[5] as Event;
    const { extraAttributes, timestamp } = JSON.parse(scene.lines()[5] ?? '');
    assert.equal(scene.lines()[5]?.trimEnd(), shortErasedLine(event));
    assert.deepEqual([extraAttributes[0].value, timestamp], [event.id, JSON.parse(before_[5] ?? '').timestamp]);
    assert.equal(Buffer.byteLength(scene.lines()[5] ?? ''), Buffer.byteLength(before_[5] ?? ''));
    const tiny = `{"nameI18nKey":"hookwright.audit.attribute.event_id","value":"${scene.events[6]?.id ?? ''}"}`;
    scene.lineOf = () => tiny;
    scene.accept(['{}']);
    await scene.run();
    scene.lineOf = long;
    scene.erase(6);
    await scene.run();
    assert.deepEqual([JSON.parse(scene.lines()[31] ?? ''), scene.lines()[31]?.length], [{}, tiny.length]);
  });

  it('has an empty object where retention has removed the event meanwhile', async () => {
    scene.erase(7);
    scene.events.splice(7, 1);
    await scene.run();
    assert.deepEqual(JSON.parse(scene.lines()[7] ?? ''), {});
    assert.equal(Buffer.byteLength(scene.lines()[7] ?? ''), Buffer.byteLength(before_[7] ?? ''));
  });

  it('has all its lines written over, where a lost position had it written twice', async () => {
    rmSync(scene.path('.position.json'));
    await scene.run();
    assert.equal(scene.lines().length, 60);
    scene.erase(2);
    await scene.run();
    assert.equal(scene.lines().filter((line) => line.includes(`${CANARY}-2-`)).length, 0);
    assert.equal(scene.lines().filter((line) => line.trimEnd() === lineOf(scene.events[2] as Event)).length, 2);
  });

  it('is left alone where it was erased already, and nothing is looked for while nothing is erased', async () => {
    scene.erase(2);
    const file = await scene.run();
    const unexpected = (): never => assert.fail('it was touched');
    scene.files = { ...NODE_FILES, writeOver: unexpected, pieces: unexpected, list: unexpected, read: unexpected };
    await file.settled();
    scene.files = { ...NODE_FILES, writeOver: unexpected };
    // The position is lost: what says that it was erased comes again.
    rmSync(scene.path('.position.json'));
    await scene.run();
    assert.equal(scene.lines().length, 62);
    assert.deepEqual(
      scene.told.map(([fact]) => fact),
      ['lost'],
    );
  });

  it('leaves files alone that are not ours, and lines that have no end', async () => {
    const line = before_[2] ?? '';
    writeFileSync(scene.path('notes.txt'), line);
    appendFileSync(scene.path(FIRST), line);
    scene.erase(2);
    await scene.run();
    assert.equal(scene.text('notes.txt'), line);
    assert.ok(scene.text(FIRST).endsWith(line));
    assert.ok(!scene.text(FIRST).slice(0, -line.length).includes(`${CANARY}-2-`));
  });

  it('goes on where a file was deleted or shortened in the middle of it', async () => {
    const line = { file: FIRST, offset: 0, bytes: Buffer.byteLength(before_[0] ?? ''), id: scene.events[0]?.id };
    for (const change of [
      () => truncateSync(scene.path(FIRST), line.bytes - 5),
      () => writeFileSync(scene.path(FIRST), `${'x'.repeat(line.bytes - 1)}\n${'y'.repeat(2000)}\n`),
      () => rmSync(scene.path(FIRST)),
    ]) {
      writeFileSync(scene.path(UNERASED), JSON.stringify({ ids: [line.id], lines: [line] }));
      change();
      const there = existsSync(scene.path(FIRST)) && readFileSync(scene.path(FIRST), 'utf8');
      await scene.run();
      assert.equal(existsSync(scene.path(FIRST)) && readFileSync(scene.path(FIRST), 'utf8'), there);
      assert.ok(!existsSync(scene.path(UNERASED)));
    }
    assert.deepEqual(scene.told, []);
  });

  it('tells once where a file cannot be written, does it in all others, goes on writing, and does it in the end', async () => {
    const [, second = ''] = scene.names();
    scene.files = {
      ...NODE_FILES,
      writeOver: async (path, bytes, offset) => {
        if (path.endsWith(second) || path.endsWith(FIRST)) throw systemError('EACCES');
        await NODE_FILES.writeOver(path, bytes, offset);
      },
    };
    for (const index of [0, 9, 20]) scene.erase(index);
    const file = await scene.run();
    for (let looks = 0; looks < 20; looks += 1) await file.settled();
    scene.accept(bodies(2).slice(1));
    await file.settled();
    assert.deepEqual(scene.told, [['failed', 'EACCES']]);
    assert.equal(scene.lines().length, 34);
    assert.equal(scene.lines()[20]?.trimEnd(), lineOf(scene.events[20] as Event));
    assert.equal(scene.lines()[0], before_[0]);
    scene.files = NODE_FILES;
    for (let looks = 0; looks < 3; looks += 1) await file.settled();
    assert.deepEqual(scene.told, [['failed', 'EACCES'], ['recovered']]);
    scene.assertLines(before_, [0, 9, 20]);
    await file.stop(1000);
  });

  it('is whole after a crash within the line, wherever that has torn it', async () => {
    const old = Buffer.from(scene.text(FIRST));
    scene.erase(1);
    await scene.run();
    const erased = Buffer.from(scene.text(FIRST));
    const offset = Buffer.byteLength(before_[0] ?? '') + 1;
    const bytes = Buffer.byteLength(before_[1] ?? '');
    const id = scene.events[1]?.id ?? '';
    for (let cut = offset; cut < offset + bytes; cut += 23) {
      writeFileSync(scene.path(FIRST), Buffer.concat([erased.subarray(0, cut), old.subarray(cut)]));
      writeFileSync(scene.path(UNERASED), JSON.stringify({ ids: [id], lines: [{ file: FIRST, offset, bytes, id }] }));
      await scene.run();
      assert.equal(scene.text(FIRST), erased.toString(), String(cut));
    }
  });

  it('is whole after a crash at any step', async () => {
    let steps = 0;
    for (let step = 1, wasCut = true; wasCut; step += 1) {
      const own = new ErasingScene();
      await own.run();
      own.accept(bodies(12));
      await own.run();
      const before = own.lines();
      for (const index of [0, 1, 11]) own.erase(index);
      const { files, life } = dyingFiles(step);
      await own.run({ files });
      wasCut = life.isOver;
      life.isOver = true;
      await own.run();
      own.assertLines(before, [0, 1, 11]);
      own.remove();
      steps = step;
    }
    assert.ok(steps > 8, `there were ${String(steps)} steps`);
  });
});
