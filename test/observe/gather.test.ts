import assert from 'node:assert/strict';
import { gatherLines } from '../../src/observe/gather.ts';

function setup() {
  const writes: string[] = [];
  const due: (() => void)[] = [];
  const exit: (() => void)[] = [];
  const sink = gatherLines({
    sink: { write: (lines) => writes.push(lines) },
    atEndOfTurn: (flush) => due.push(flush),
    atExit: (flush) => exit.push(flush),
  });
  const run = (callbacks: (() => void)[]) => {
    for (const callback of callbacks.splice(0)) callback();
  };
  return { sink, writes, endTurn: () => run(due), end: () => run(exit) };
}

describe('gatherLines', () => {
  it('writes the lines of a turn at its end, at once and in order', () => {
    const { sink, writes, endTurn } = setup();
    sink.write('1\n');
    sink.write('2\n');
    assert.deepEqual(writes, []);
    endTurn();
    sink.write('3\n');
    endTurn();
    endTurn();
    assert.deepEqual(writes, ['1\n2\n', '3\n']);
  });

  it('writes what is left when the process ends', () => {
    const { sink, writes, endTurn, end } = setup();
    sink.write('1\n');
    end();
    endTurn();
    assert.deepEqual(writes, ['1\n']);
  });

  it('gathers no more than a bound', () => {
    const { sink, writes, endTurn } = setup();
    const line = `${'x'.repeat(1000)}\n`;
    for (let count = 0; count < 100; count += 1) sink.write(line);
    assert.ok((writes[0]?.length ?? 0) < 70_000);
    endTurn();
    assert.equal(writes.join(''), line.repeat(100));
  });
});
