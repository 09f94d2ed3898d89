import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pino } from 'pino';
import { redact } from '../../src/observe/redact.ts';

const NAMES = ['authorization', 'headers', 'key', 'secret', 'password', 'token', 'cookie', 'body', 'url'];

// The logger's own redaction says what is expected: slow, and known to many.
function redactedByLogger(fields: object): unknown {
  const lines: string[] = [];
  const paths = NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  const options = { base: null, timestamp: false, redact: { paths, censor: '***' } };
  pino(options, { write: (line) => lines.push(line) }).info(fields);
  const line = JSON.parse(lines[0] ?? '');
  delete line.level;
  return line;
}

describe('redact', () => {
  it('masks what the redaction of the logger masks', () => {
    const name = fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom('a', 'b', 'count'));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom<unknown>(1, 'text', null, true),
        fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }), (fields) => {
        assert.deepEqual(JSON.parse(JSON.stringify(redact(fields))), redactedByLogger(fields));
      }),
    );
  });

  it('leaves the object alone, and copies none where there is nothing to mask', () => {
    const harmless = { count: 1, at: new Date(0), list: [{ a: [1] }] };
    assert.equal(redact(harmless), harmless);
    const fields = { list: [{ secret: 's3cr3t', b: 1 }], count: 1 };
    assert.deepEqual(redact(fields), { list: [{ secret: '***', b: 1 }], count: 1 });
    assert.equal(fields.list[0]?.secret, 's3cr3t');
  });
});
