import assert from 'node:assert/strict';
import fc from 'fast-check';
import { csvRow } from '../../src/domain/csv.ts';

// A reader of RFC 4180 §2 that takes nothing else: CR LF ends a row, and a quote stands only around a cell, or twice in it.
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    const cell = text[at] === '"' ? /"((?:[^"]|"")*)"/y : /([^",\r\n]*)/y;
    cell.lastIndex = at;
    const match = cell.exec(text);
    assert.ok(match, `a cell at ${String(at)}`);
    rows.at(-1)?.push((match[1] ?? '').replaceAll('""', '"'));
    at = cell.lastIndex;
    if (text.startsWith('\r\n', at)) {
      rows.push([]);
      at += 2;
    } else {
      assert.equal(text[at], ',', `a comma at ${String(at)}`);
      at += 1;
      if (text.startsWith('\r\n', at)) {
        rows.at(-1)?.push('');
        rows.push([]);
        at += 2;
      }
    }
  }
  assert.deepEqual(rows.pop(), [], 'the last row ends with CR LF');
  return rows;
}

const cell = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', ';', ' ', 'a', '=', '-', '\t', "'") }),
);
// A row of nothing but one empty cell cannot be told from an empty line, so tables have two columns here.
const row = fc.array(cell, { minLength: 2, maxLength: 6 });

// What a program does that reads the file.
function withoutGuards(text: string): string {
  return text
    .replace(/([;\t\r\n][\s\ufeff"]*)'(?='*[=+\-@＝＋－＠])/g, '$1')
    .replace(/^'(?='*(?:[\t\r\n]|[\s\ufeff]*[=+\-@＝＋－＠]))/, '');
}

describe('csvRow', () => {
  it('writes what a strict reader reads, line ends, quotes and all', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const read = readCsv(rows.map(csvRow).join(''));
        assert.equal(read.length, rows.length);
        for (const [index, cells] of rows.entries()) {
          const found = read[index] ?? [];
          assert.equal(found.length, cells.length);
          for (const [column, text] of cells.entries()) {
            assert.equal(withoutGuards(found[column] ?? ''), text);
          }
        }
      }),
    );
  });

  it('leaves no cell that begins like a formula', () => {
    fc.assert(
      fc.property(row, (cells) => {
        for (const text of readCsv(csvRow(cells))[0] ?? [])
          assert.doesNotMatch(text, /^[\s\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/);
      }),
    );
  });

  it('leaves none to whom semicolons stand between cells and quotes do not count, either', () => {
    fc.assert(
      fc.property(row, (cells) => {
        for (const piece of csvRow(cells)
          .slice(0, -2)
          .split(/[;\r\n]/)
          .slice(1))
          assert.doesNotMatch(piece, /^[\s\ufeff"]*[=+\-@＝＋－＠]/);
      }),
    );
  });

  const rows: readonly (readonly [text: string, written: string])[] = [
    ['', ''],
    ['plain text', 'plain text'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['a\r\nb', '"a\r\nb"'],
    [' a', '" a"'],
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-5', "'-5"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ["'=1", "''=1"],
    ["it's", "it's"],
    ['a;=1+1', '"a;\'=1+1"'],
    ['a;"" =1', '"a;"""" \'=1"'],
    ['a\n-b', '"a\n\'-b"'],
    ['1;2', '"1;2"'],
    ['x\t=1', '"x\t\'=1"'],
    ['\tx', '"\'\tx"'],
    ['\rx', '"\'\rx"'],
    ['＝1', "'＝1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠x', "'＠x"],
    [' =1', "' =1"],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['a=1', 'a=1'],
    ['{"a":-1}', '"{""a"":-1}"'],
  ];
  for (const [text, written] of rows) {
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(written)}`, () => {
      assert.equal(csvRow([text, 'x']), `${written},x\r\n`);
    });
  }
});
