import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FileEnd, Line } from '../../src/domain/audit-file.ts';
import {
  cutIntoFiles,
  nextBatchSize,
  nextFileName,
  ownFiles,
  readBeginning,
  readFileName,
  readPosition,
  surplusFiles,
  unwritableLine,
  writeBeginning,
  writeFileName,
  writePosition,
} from '../../src/domain/audit-file.ts';

const NOW = new Date('2026-11-20T12:00:00.123Z');

function line(day: string, size: number, id = 'evt'): Line {
  return { bytes: Buffer.alloc(size, 'x'), day, place: { receivedAt: NOW, id } };
}

describe('the names of audit log files', () => {
  it('have the day and five digits', () => {
    assert.equal(writeFileName({ day: '20260131', number: 0 }), '20260131.00000.audit.log');
    assert.equal(writeFileName({ day: '20260131', number: 12_345 }), '20260131.12345.audit.log');
  });

  const foreign = [
    '',
    'audit.log',
    '20260131.audit.log',
    '20260131.0.audit.log',
    '20260131-00000.audit.log',
    '20260131.000000.audit.log',
    '20260131.00000.audit.log.gz',
    'x20260131.00000.audit.log',
    '20260231.00000.audit.log',
    '20261301.00000.audit.log',
    '99991231.99999.audit.log',
    '.position.json',
  ];
  for (const name of foreign) {
    it(`are not ${name === '' ? 'empty' : name}`, () => assert.equal(readFileName(name), undefined));
  }

  it('are read as they were written, and sort as they follow each other', () => {
    const names = fc.record({
      day: fc
        .date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10).replaceAll('-', '')),
      number: fc.nat(99_999),
    });
    fc.assert(
      fc.property(names, fc.array(names), names, (name, others, today) => {
        assert.deepEqual(readFileName(writeFileName(name)), { ...name });
        const taken = [...others, name].map(writeFileName);
        const next = nextFileName(today.day, [...taken, 'notes.txt']);
        assert.ok(readFileName(next));
        for (const earlier of taken) assert.ok(next > earlier);
      }),
    );
  });
});

describe('nextFileName', () => {
  const table: readonly (readonly [what: string, day: string, taken: readonly string[], next: string])[] = [
    ['begins a day with 0', '20260131', [], '20260131.00000.audit.log'],
    ['begins a later day with 0', '20260201', ['20260131.00007.audit.log'], '20260201.00000.audit.log'],
    ['counts on within a day', '20260131', ['20260131.00000.audit.log'], '20260131.00001.audit.log'],
    [
      'counts from the highest, whatever is missing',
      '20260131',
      ['20260131.00009.audit.log', '20260131.00002.audit.log'],
      '20260131.00010.audit.log',
    ],
    [
      'goes on with the last day where the clock was set back',
      '20260130',
      ['20260131.00003.audit.log'],
      '20260131.00004.audit.log',
    ],
    ['takes the next day after the last number', '20261231', ['20261231.99999.audit.log'], '20270101.00000.audit.log'],
    ['does not look at foreign files', '20260131', ['20270131.00000.audit.log.gz', 'zzz'], '20260131.00000.audit.log'],
  ];
  for (const [what, day, taken, next] of table) it(what, () => assert.equal(nextFileName(day, taken), next));
});

describe('surplusFiles', () => {
  const files = [0, 1, 2, 3].map((number) => writeFileName({ day: '20260131', number }));
  const [first, second, third, fourth] = files as [string, string, string, string];
  const table: readonly (readonly [
    what: string,
    names: readonly string[],
    current: string,
    max: number,
    gone: readonly string[],
  ])[] = [
    ['leaves as many as there may be', files, fourth, 4, []],
    ['names the oldest', [fourth, second, first, third], fourth, 2, [first, second]],
    ['leaves the current one, whatever the limit', files, fourth, 0, [first, second, third]],
    ['leaves the current one where others sort after it', files, second, 1, [first]],
    ['does not count foreign files', [...files, 'a.log', `${first}.gz`], fourth, 4, []],
  ];
  for (const [what, names, current, max, gone] of table)
    it(what, () => assert.deepEqual(surplusFiles(names, current, max), gone));
});

describe('cutIntoFiles', () => {
  const day = '20260131';
  const name = (number: number, of = day): string => writeFileName({ day: of, number });
  const cut = (current: FileEnd | undefined, lines: readonly Line[], taken: readonly string[] = []) =>
    cutIntoFiles(
      { current, taken: current === undefined ? taken : [...taken, current.file], limitBytes: 10 },
      lines,
    ).map(({ file, bytes, lines: own }) => [file, bytes, own.length]);

  it('goes on in the current file', () => {
    assert.deepEqual(cut({ file: name(0), bytes: 2 }, [line(day, 3), line(day, 5)]), [[name(0), 2, 2]]);
  });

  it('begins another one before the limit would be exceeded', () => {
    assert.deepEqual(cut({ file: name(0), bytes: 8 }, [line(day, 2), line(day, 1), line(day, 9), line(day, 1)]), [
      [name(0), 8, 1],
      [name(1), 0, 2],
      [name(2), 0, 1],
    ]);
  });

  it('writes a line that is larger than the limit whole, alone in its file', () => {
    assert.deepEqual(cut(undefined, [line(day, 11), line(day, 25), line(day, 1)]), [
      [name(0), 0, 1],
      [name(1), 0, 1],
      [name(2), 0, 1],
    ]);
  });

  it('begins another one with another day, and none where the day is an earlier one', () => {
    assert.deepEqual(cut({ file: name(4), bytes: 1 }, [line(day, 1), line('20260201', 1), line(day, 1)]), [
      [name(4), 1, 1],
      [name(0, '20260201'), 0, 2],
    ]);
  });

  it('takes no name that is taken', () => {
    assert.deepEqual(cut(undefined, [line(day, 1)], [name(0), name(1), 'x']), [[name(2), 0, 1]]);
  });

  it('makes nothing of nothing', () => assert.deepEqual(cut(undefined, []), []));

  it('loses and turns round no line, whatever their days and sizes', () => {
    const lines = fc.array(
      fc.record({
        day: fc.integer({ min: 1, max: 9 }).map((of) => `2026010${String(of)}`),
        size: fc.integer({ min: 1, max: 15 }),
      }),
    );
    fc.assert(
      fc.property(lines, fc.option(fc.nat(12), { nil: undefined }), (given, bytes) => {
        const all = given.map(({ day: of, size }, index) => line(of, size, String(index)));
        const current = bytes === undefined ? undefined : { file: name(0, '20260103'), bytes };
        const parts = cutIntoFiles({ current, taken: [name(0, '20260103')], limitBytes: 10 }, all);
        assert.deepEqual(
          parts.flatMap((part) => part.lines),
          all,
        );
        const files = parts.map(({ file }) => file);
        assert.deepEqual(files, [...new Set(files)].sort());
        for (const part of parts) {
          const size = part.bytes + part.lines.reduce((sum, one) => sum + one.bytes.length, 0);
          assert.ok(size <= 10 || (part.bytes === 0 && part.lines.length === 1));
          assert.ok(part.lines.length > 0);
        }
      }),
    );
  });
});

describe('the position', () => {
  const position = { file: '20260131.00002.audit.log', bytes: 123, place: { receivedAt: NOW, id: 'evt_1' } };

  it('is read as it was written', () => assert.deepEqual(readPosition(writePosition(position)), position));

  const good = { file: position.file, bytes: 1, received_at: NOW.toISOString(), id: 'evt_1' };
  const damaged: readonly string[] = [
    '',
    '{',
    'null',
    '[]',
    '\0\0\0\0',
    writePosition(position).slice(0, 40),
    JSON.stringify({ ...good, file: '../../etc/passwd' }),
    JSON.stringify({ ...good, bytes: -1 }),
    JSON.stringify({ ...good, bytes: 1.5 }),
    JSON.stringify({ ...good, bytes: '1' }),
    JSON.stringify({ ...good, received_at: 'yesterday' }),
    JSON.stringify({ ...good, received_at: 7 }),
    JSON.stringify({ ...good, id: undefined }),
  ];
  for (const text of damaged) {
    it(`is not read from ${JSON.stringify(text)}`, () => assert.equal(readPosition(text), undefined));
  }
});

describe('the beginning', () => {
  it('is read as it was written, and not where it is damaged', () => {
    assert.deepEqual(readBeginning(writeBeginning(NOW)), NOW);
    for (const text of ['', '{', '7', '{"since":"soon"}', '{}']) assert.equal(readBeginning(text), undefined);
  });
});

describe('nextBatchSize', () => {
  it('has about two million characters, and between one event and 250', () => {
    assert.equal(nextBatchSize(50, 50 * 262_144), 8);
    assert.equal(nextBatchSize(1, 2 ** 23), 1);
    assert.equal(nextBatchSize(100, 100 * 500), 250);
    assert.equal(nextBatchSize(100, 0), 250);
  });
});

describe('unwritableLine', () => {
  it('names the event, in one line', () => {
    const text = unwritableLine({ receivedAt: NOW, id: 'evt_1' });
    const { timestamp, extraAttributes } = JSON.parse(text);
    assert.ok(!text.includes('\n'));
    assert.deepEqual(timestamp, { epochSecond: 1_795_176_000, nano: 123_000_000 });
    assert.equal(extraAttributes[0].value, 'evt_1');
  });
});

describe('ownFiles', () => {
  it('are sorted, and no others', () => {
    assert.deepEqual(ownFiles(['20260201.00000.audit.log', 'x', '20260131.00009.audit.log']), [
      '20260131.00009.audit.log',
      '20260201.00000.audit.log',
    ]);
  });
});
