import assert from 'node:assert/strict';
import type { LogLevel } from '../../src/observe/log.ts';
import { createLog } from '../../src/observe/log.ts';

function setup(level: LogLevel = 'info') {
  const lines: string[] = [];
  const log = createLog({ level, sink: { write: (line) => lines.push(line) } });
  return { log, lines };
}

describe('createLog', () => {
  it('writes one JSON object a line, with level, time and message', () => {
    const { log, lines } = setup();
    log.info({ count: 2 }, 'two\nlines');
    const [line = '', ...others] = lines;
    assert.deepEqual(others, []);
    assert.equal(line.indexOf('\n'), line.length - 1);
    const { time, ...rest } = JSON.parse(line);
    assert.deepEqual(rest, { level: 'info', count: 2, message: 'two\nlines' });
    assert.ok(!Number.isNaN(Date.parse(time)));
  });

  it('says when each line was written, also where the clock stands still or goes back', () => {
    const lines: string[] = [];
    const times = [1_732_104_000_123, 1_732_104_000_123, 1_732_104_000_124, 1_732_104_000_000];
    let now = 0;
    const log = createLog({ level: 'info', sink: { write: (line) => lines.push(line) }, nowMs: () => now });
    for (const time of times) {
      now = time;
      log.info({ count: time }, 'x');
    }
    assert.deepEqual(
      lines,
      times.map((time) => {
        const text = new Date(time).toISOString();
        return `{"level":"info","time":"${text}","count":${String(time)},"message":"x"}\n`;
      }),
    );
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = setup('warn');
    log.info('no');
    log.warn('yes');
    assert.deepEqual(
      lines.map((line): unknown => JSON.parse(line).message),
      ['yes'],
    );
    const silent = setup('silent');
    silent.log.error('no');
    assert.deepEqual(silent.lines, []);
  });

  const secretFields = ['authorization', 'headers', 'key', 'secret', 'password', 'token', 'cookie', 'body', 'url'];
  for (const field of secretFields) {
    it(`hides a field named ${field}, three levels deep`, () => {
      const { log, lines } = setup();
      log.info({ [field]: 's3cr3t', a: { [field]: 's3cr3t', b: { [field]: ['s3cr3t'] } } }, 'x');
      assert.ok(!lines.join('').includes('s3cr3t'));
      assert.equal(JSON.parse(lines[0] ?? '').a.b[field], '***');
    });
  }
});
