import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { NODE_FILES } from '../../src/audit-file/files.ts';
import { ORGANIZATION, OTHER_ORGANIZATION } from '../store/fixtures.ts';
import { dyingFiles, Scene, systemError } from './setup.ts';

const bodies = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_none, index) => JSON.stringify({ n: from + index, text: 'ä'.repeat(10) }));

const FIRST = '20261120.00000.audit.log';
const SECOND = '20261120.00001.audit.log';

describe('the audit log file', () => {
  let scene: Scene;
  beforeEach(() => void (scene = new Scene()));
  afterEach(() => scene.remove());

  it('has one line for each event, in the order of acceptance, from when it was switched on', async () => {
    scene.accept(['{"before":true}']);
    const file = scene.create();
    await file.start();
    scene.accept(bodies(0, 3));
    // Several of one instant, in the order of their ids.
    const [event] = scene.events.slice(-1);
    assert.ok(event);
    scene.events.push(
      { ...event, id: `${event.id}c`, body: '{"n":"c"}' },
      { ...event, id: `${event.id}b`, body: '{"n":"b"}' },
    );
    await file.settled();
    assert.deepEqual(scene.lines(), [...bodies(0, 3), '{"n":"b"}', '{"n":"c"}']);
    assert.deepEqual(scene.names(), [FIRST]);
    assert.deepEqual(scene.told, []);
    await file.stop(1000);
  });

  it('is for its owner only', async () => {
    const file = scene.create();
    await file.start();
    scene.accept(bodies(0, 1));
    await file.settled();
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    assert.equal(modeOf(scene.folder), 0o700);
    assert.equal(modeOf(scene.path('')), 0o700);
    assert.equal(modeOf(scene.path(FIRST)), 0o600);
    assert.equal(modeOf(scene.path('.position.json')), 0o600);
    await file.stop(1000);
  });

  it('has a folder for each organization, and one made later begins with its first event', async () => {
    await scene.run();
    scene.accept(bodies(0, 2));
    await scene.run();
    scene.accept(bodies(5, 7), OTHER_ORGANIZATION);
    scene.accept(bodies(2, 4));
    await scene.run();
    assert.deepEqual(scene.lines(), bodies(0, 4));
    assert.deepEqual(scene.lines(OTHER_ORGANIZATION), bodies(5, 7));
  });

  it('goes on after a restart where it stopped, with what was accepted meanwhile', async () => {
    await scene.run();
    scene.accept(bodies(0, 300));
    await scene.run();
    scene.accept(bodies(300, 320));
    scene.tick(86_400_000 * 3);
    scene.accept(bodies(320, 321));
    await scene.run();
    await scene.run();
    assert.deepEqual(scene.lines(), bodies(0, 321));
  });

  it('writes at the stop what was accepted before, and gives the lock free', async () => {
    const file = scene.create();
    await file.start();
    await file.settled();
    scene.accept(bodies(0, 3));
    await file.stop(1000);
    assert.deepEqual(scene.lines(), bodies(0, 3));
    assert.equal(scene.locked, false);
  });

  it('begins another file at 100 MB (here: 1000 bytes) and with another day', async () => {
    await scene.run();
    scene.accept(bodies(0, 60));
    await scene.run();
    scene.tick(86_400_000);
    scene.accept(bodies(60, 62));
    await scene.run();
    assert.deepEqual(scene.names(), [FIRST, SECOND, '20261120.00002.audit.log', '20261121.00000.audit.log']);
    for (const name of scene.names()) assert.ok(statSync(scene.path(name)).size <= 1000);
    assert.deepEqual(scene.lines(), bodies(0, 62));
  });

  it('goes by the time zone of the machine, and never back with it', async () => {
    scene.zoneHours = 13;
    await scene.run();
    scene.accept(bodies(0, 1));
    await scene.run();
    scene.zoneHours = -8;
    scene.accept(bodies(1, 60));
    await scene.run();
    assert.deepEqual(scene.names(), [
      '20261121.00000.audit.log',
      '20261121.00001.audit.log',
      '20261121.00002.audit.log',
    ]);
    assert.deepEqual(scene.lines(), bodies(0, 60));
  });

  it('keeps as many files as there may be, leaves others alone, and follows a lowered count', async () => {
    const file = await scene.run();
    scene.accept(bodies(0, 1));
    await file.settled();
    writeFileSync(scene.path('notes.txt'), 'mine');
    scene.maxFileCounts.set(ORGANIZATION, 3);
    scene.accept(bodies(1, 150));
    await file.settled();
    assert.deepEqual(scene.names(), [
      '20261120.00003.audit.log',
      '20261120.00004.audit.log',
      '20261120.00005.audit.log',
      'notes.txt',
    ]);
    scene.maxFileCounts.set(ORGANIZATION, 1);
    await file.settled();
    assert.equal(scene.names().length, 4, 'looked at each minute');
    scene.tick(60_000);
    await file.settled();
    assert.deepEqual(scene.names(), ['20261120.00005.audit.log', 'notes.txt']);
    await file.stop(1000);
  });

  it('does not touch the disk, nor the horizon, while nothing comes', async () => {
    const file = await scene.run();
    scene.accept(bodies(0, 1));
    await file.settled();
    const nothing = (): never => assert.fail('it was asked');
    scene.files = { ...NODE_FILES, writeAt: nothing, replace: nothing, list: nothing, read: nothing, size: nothing };
    const before = scene.now;
    await file.settled();
    assert.deepEqual(scene.now, before);
    assert.deepEqual(scene.told, []);
    await file.stop(1000);
  });

  it('has a line that says so for an event that makes none, or more than one, and goes on', async () => {
    await scene.run();
    scene.lineOf = ({ body }) => {
      if (body.includes('"n":1,')) throw new Error('a bug');
      return body.includes('"n":2,') ? `${body}\n${body}` : body;
    };
    scene.accept(bodies(0, 4));
    await scene.run();
    const lines = scene.lines();
    assert.deepEqual([lines[0], lines[3], lines.length], [bodies(0, 1)[0], bodies(3, 4)[0], 4]);
    for (const index of [1, 2]) {
      const { extraAttributes, auditType } = JSON.parse(lines[index] ?? '');
      assert.equal(auditType.action, 'Event could not be written');
      assert.equal(extraAttributes[0].value, scene.events[index]?.id);
    }
    assert.deepEqual(
      scene.told,
      [1, 2].map((index) => ['line', scene.events[index]?.id]),
    );
  });

  it('gives each organization its turn while another one has a backlog', async () => {
    await scene.run();
    scene.limitBytes = 1_000_000;
    scene.accept(bodies(0, 2000));
    scene.accept(bodies(0, 1), OTHER_ORGANIZATION);
    const order: string[] = [];
    scene.files = {
      ...NODE_FILES,
      writeAt: async (path, lines, offset) => {
        order.push(path.includes(OTHER_ORGANIZATION) ? 'other' : 'busy');
        await NODE_FILES.writeAt(path, lines, offset);
      },
    };
    await scene.run();
    assert.ok(order.indexOf('other') <= 1, order.join());
    assert.deepEqual(scene.lines(), bodies(0, 2000));
  });

  it('is written by one process of a folder, and by the next once that has ended', async () => {
    const [first, second] = [scene.create(), scene.create()];
    await first.start();
    await first.settled();
    await second.start();
    await second.settled();
    await second.settled();
    assert.deepEqual(scene.told, [['elsewhere']]);
    scene.accept(bodies(0, 2));
    await first.settled();
    await first.stop(1000);
    scene.accept(bodies(2, 4));
    await second.settled();
    assert.deepEqual(scene.lines(), bodies(0, 4));
    assert.deepEqual(scene.told, [['elsewhere'], ['recovered']]);
    await second.stop(1000);
  });
});

describe('the audit log file, when it was cut off', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.run();
    scene.accept(bodies(0, 10));
    await scene.run();
    scene.accept(bodies(10, 20));
  });
  afterEach(() => scene.remove());

  const cuts: readonly (readonly [what: string, leave: (scene: Scene) => void])[] = [
    ['before anything was written', () => undefined],
    ['within a line', (at) => appendFileSync(at.path(FIRST), (bodies(10, 11)[0] ?? '').slice(0, 9))],
    ['between two lines', (at) => appendFileSync(at.path(FIRST), `${bodies(10, 13).join('\n')}\n`)],
    ['after all lines', (at) => appendFileSync(at.path(FIRST), `${bodies(10, 20).join('\n')}\n`)],
    ['with blocks that the disk has not got', (at) => appendFileSync(at.path(FIRST), Buffer.alloc(3000))],
    ['within the draft of a position', (at) => writeFileSync(at.path('.position.json.new'), '{"file":"2026')],
  ];
  for (const [what, leave] of cuts) {
    it(`${what}, is whole again`, async () => {
      leave(scene);
      await scene.run();
      assert.deepEqual(scene.lines(), bodies(0, 20));
      assert.deepEqual(scene.told, []);
    });
  }

  // Each single step of a run that begins other files fails once, as if the process had ended there.
  it('at any step, is whole again', async () => {
    let steps = 0;
    for (let step = 1, wasCut = true; wasCut; step += 1) {
      const own = new Scene();
      await own.run();
      own.accept(bodies(0, 10));
      await own.run();
      own.accept(bodies(10, 80));
      const { files, life } = dyingFiles(step);
      await own.run({ files });
      wasCut = life.isOver;
      // Also where it is not dead yet.
      life.isOver = true;
      await own.run();
      assert.deepEqual(own.lines(), bodies(0, 80), `step ${String(step)}`);
      own.remove();
      steps = step;
    }
    assert.ok(steps > 8, 'there were steps');
  });
});

describe('the audit log file, where somebody else was at work', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.run();
    scene.accept(bodies(0, 10));
    await scene.run();
    scene.accept(bodies(10, 20));
  });
  afterEach(() => scene.remove());

  it('goes on in another file where the current one was deleted', async () => {
    rmSync(scene.path(FIRST));
    await scene.run();
    assert.deepEqual(scene.names(), [SECOND]);
    assert.deepEqual(scene.lines(), bodies(10, 20));
  });

  it('goes on in another file where the current one was moved or emptied by a tool that rotates', async () => {
    copyFileSync(scene.path(FIRST), scene.path('old.log'));
    truncateSync(scene.path(FIRST), 0);
    await scene.run();
    assert.equal(scene.text(SECOND), `${bodies(10, 20).join('\n')}\n`);
    renameSync(scene.path(SECOND), scene.path('older.log'));
    writeFileSync(scene.path(SECOND), '');
    scene.accept(bodies(20, 21));
    await scene.run();
    assert.equal(scene.text('20261120.00002.audit.log'), `${bodies(20, 21).join('\n')}\n`);
    assert.equal(scene.text('old.log'), `${bodies(0, 10).join('\n')}\n`);
  });

  it('goes on in another file that sorts after one that was put there', async () => {
    writeFileSync(scene.path('20261120.00007.audit.log'), 'mine\n');
    scene.accept(bodies(20, 50));
    await scene.run();
    assert.equal(scene.text('20261120.00007.audit.log'), 'mine\n');
    assert.deepEqual(scene.names().slice(0, 3), [FIRST, '20261120.00007.audit.log', '20261120.00008.audit.log']);
    assert.deepEqual(
      scene.lines().filter((line) => line !== 'mine'),
      bodies(0, 50),
    );
  });

  for (const [what, damage] of [
    ['is damaged', (at: Scene) => writeFileSync(at.path('.position.json'), '\0\0\0')],
    ['is gone', (at: Scene) => rmSync(at.path('.position.json'))],
  ] as const) {
    it(`repeats its last days in another file, and tells, where the position ${what}`, async () => {
      damage(scene);
      await scene.run();
      assert.deepEqual(scene.lines(), [...bodies(0, 10), ...bodies(0, 20)]);
      assert.deepEqual(
        scene.told.map(([fact]) => fact),
        ['lost'],
      );
      assert.equal(scene.names().length, 2);
      scene.accept(bodies(20, 21));
      await scene.run();
      assert.equal(scene.lines().length, 31);
    });
  }

  it('is written anew, with all that is kept since it was switched on, where the folder of an organization is gone', async () => {
    rmSync(scene.path(''), { recursive: true });
    await scene.run();
    assert.deepEqual(scene.lines(), bodies(0, 20));
  });

  it('goes on from the present where the database was put back to an earlier time', async () => {
    scene.tick(-86_400_000);
    await scene.run();
    assert.deepEqual(
      scene.told.map(([fact]) => fact),
      ['lost'],
    );
    scene.events.splice(0);
    scene.accept(bodies(30, 31));
    await scene.run();
    assert.deepEqual(scene.lines(), [...bodies(0, 10), ...bodies(30, 31)]);
  });

  it('goes on without a word where what it would have written was removed', async () => {
    scene.events.splice(0, 15);
    await scene.run();
    assert.deepEqual(scene.lines(), [...bodies(0, 10), ...bodies(15, 20)]);
    assert.deepEqual(scene.told, []);
  });
});

describe('the audit log file, while something is wrong', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.run();
    scene.accept(bodies(0, 10));
    await scene.run();
    scene.accept(bodies(10, 12));
  });
  afterEach(() => scene.remove());

  it('tells once that the disk is full, and goes on by itself', async () => {
    let isFull = true;
    scene.files = {
      ...NODE_FILES,
      writeAt: async (path, lines, offset) => {
        if (!isFull) return NODE_FILES.writeAt(path, lines, offset);
        appendFileSync(path, lines.subarray(0, 7));
        throw systemError('ENOSPC');
      },
    };
    const file = await scene.run();
    await file.settled();
    scene.tick(20_000);
    scene.accept(bodies(12, 13));
    await file.settled();
    assert.deepEqual(scene.told, [['failed', 'ENOSPC']]);
    assert.ok(file.lagSeconds() >= 20 && file.lagSeconds() < 21, String(file.lagSeconds()));
    isFull = false;
    await file.settled();
    assert.deepEqual(scene.told, [['failed', 'ENOSPC'], ['recovered']]);
    assert.deepEqual(scene.lines(), bodies(0, 13));
    assert.equal(file.lagSeconds(), 0);
  });

  it('writes those of other organizations meanwhile, and tells of each kind of trouble once', async () => {
    scene.files = {
      ...NODE_FILES,
      writeAt: async (path, lines, offset) => {
        if (path.includes(ORGANIZATION)) throw systemError('EACCES');
        return NODE_FILES.writeAt(path, lines, offset);
      },
    };
    const file = await scene.run();
    for (let at = 0; at < 3; at += 1) {
      scene.accept(bodies(at, at + 1), OTHER_ORGANIZATION);
      scene.tick(1000);
      await file.settled();
    }
    assert.deepEqual(scene.lines(OTHER_ORGANIZATION), bodies(0, 3));
    assert.deepEqual(scene.told, [['failed', 'EACCES']]);
  });

  it('goes on after the database was away', async () => {
    const file = await scene.run();
    scene.databaseFails = true;
    scene.accept(bodies(12, 13));
    await file.settled();
    scene.tick(3000);
    assert.ok(file.lagSeconds() >= 3);
    scene.databaseFails = false;
    await file.settled();
    assert.deepEqual(scene.told, [['failed', 'storage_away'], ['recovered']]);
    assert.deepEqual(scene.lines(), bodies(0, 13));
  });

  it('makes a folder again that was taken away while it ran, and repeats nothing', async () => {
    const file = await scene.run();
    rmSync(scene.folder, { recursive: true });
    scene.accept(bodies(12, 14));
    await file.settled();
    await file.settled();
    assert.deepEqual(scene.lines(), bodies(12, 14));
    assert.deepEqual(scene.told, [['failed', 'ENOENT'], ['recovered']]);
    assert.ok(existsSync(scene.path('.position.json')));
  });

  it('ends in time where the disk does not answer', async () => {
    let reached: () => void = () => undefined;
    const isWriting = new Promise<void>((resolve) => void (reached = resolve));
    scene.files = {
      ...NODE_FILES,
      writeAt: () => {
        reached();
        return new Promise(() => undefined);
      },
    };
    let waited = 0;
    const file = scene.create({
      pause: async (pauseMs) => {
        waited += pauseMs;
      },
    });
    await file.start();
    await isWriting;
    await file.stop(3000);
    assert.equal(waited, 3000);
    assert.equal(scene.locked, true, 'what is under way may still be written');
  });

  it('can be read as text at any time: no byte of another line is ever in one', () => {
    assert.deepEqual(readFileSync(scene.path(FIRST), 'utf8'), `${bodies(0, 10).join('\n')}\n`);
  });
});
