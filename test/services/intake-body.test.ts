import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_EVENT_BYTES, MAX_EVENTS, readPostedEvents } from '../../src/services/intake-body.ts';

const codes = (text: string, format: 'json' | 'ndjson' = 'json') =>
  readPostedEvents(text, format).events.map((event) => event.faults.map((fault) => fault.code));

describe('readPostedEvents', () => {
  it('gives each event its own text, as it was posted', () => {
    const texts = ['{ "a" : 1.0 }', '{"b":[1, 2]}', '7'];
    const array = readPostedEvents(` [ ${texts.join(' ,\n ')} ] `, 'json');
    assert.equal(array.isList, true);
    assert.deepEqual(
      array.events.map((event) => event.text),
      texts,
    );
    const lines = readPostedEvents(`${texts.join('\r\n')}\r\n\r\n`, 'ndjson');
    assert.equal(lines.isList, true);
    assert.deepEqual(
      lines.events.map((event) => event.text),
      texts,
    );
    const [one] = texts;
    assert.deepEqual(
      readPostedEvents(` ${one ?? ''}\n`, 'json').events.map((event) => event.text),
      [one],
    );
    assert.equal(readPostedEvents('{}', 'json').isList, false);
  });

  it('counts the lines of NDJSON from the start of the body', () => {
    const text = '{"a":1}\n\n  {"b":}\r\n{"c":1,"c":2}';
    const faults = readPostedEvents(text, 'ndjson').events.flatMap((event) => event.faults);
    assert.deepEqual(
      faults.map(({ code, position }) => [code, position?.line, position?.column, text[position?.offset ?? 0]]),
      [
        ['malformed_json', 3, 8, '}'],
        ['duplicate_key', 4, 8, '"'],
      ],
    );
  });

  it('gives every value back that JSON can write, whichever way it is posted', () => {
    const value = fc
      .jsonValue()
      .map((plain) => JSON.stringify(plain))
      .filter((text) => !text.includes('__proto__'));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (texts) => {
        for (const posted of [
          readPostedEvents(`[${texts.join(',')}]`, 'json'),
          readPostedEvents(texts.join('\n'), 'ndjson'),
        ]) {
          assert.deepEqual(
            posted.events.map((event) => event.text),
            texts,
          );
        }
      }),
    );
  });

  it('spoils only the item that holds what is refused', () => {
    assert.deepEqual(codes('[{"a":1},{"a":1,"a":2},{"n":1e400},{"b":2}]'), [
      [],
      ['duplicate_key'],
      ['number_out_of_range'],
      [],
    ]);
    assert.deepEqual(codes('{"a":1}\n{"a":\n{"b":2}', 'ndjson'), [[], ['malformed_json'], []]);
  });

  it('throws malformed with the position where an array is no JSON', () => {
    assert.throws(
      () => readPostedEvents('[{"a":1},\n{"b" 2}]', 'json'),
      (error: { kind: string; faults: { position: object }[] }) => {
        assert.equal(error.kind, 'malformed');
        assert.deepEqual(error.faults[0]?.position, { line: 2, column: 6, offset: 15 });
        return true;
      },
    );
  });

  it('throws malformed where there is no event, and too_large where there are too many', () => {
    for (const [text, format] of [
      ['[]', 'json'],
      ['\n \n', 'ndjson'],
      ['', 'ndjson'],
    ] as const) {
      assert.throws(() => readPostedEvents(text, format), { code: 'no_events' });
    }
    const many = Array.from({ length: MAX_EVENTS }, () => '{}');
    assert.equal(readPostedEvents(`[${many.join()}]`, 'json').events.length, MAX_EVENTS);
    assert.throws(() => readPostedEvents(`[${many.join()},{}]`, 'json'), { code: 'too_many_events' });
    assert.throws(() => readPostedEvents(`${many.join('\n')}\n{}`, 'ndjson'), { code: 'too_many_events' });
  });

  it('measures an event in bytes of UTF-8, to the byte', () => {
    const fits = `{"a":"${'é'.repeat((MAX_EVENT_BYTES - 8) / 2)}"}`;
    assert.equal(Buffer.byteLength(fits), MAX_EVENT_BYTES);
    assert.deepEqual(codes(fits), [[]]);
    assert.deepEqual(codes(fits.replace('é', 'é!')), [['event_too_large']]);
    assert.deepEqual(codes(`[{},${fits.replace('é', 'é!')}]`), [[], ['event_too_large']]);
  });
});
