import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HeaderLines } from '../../src/domain/exchange.ts';
import { JsonNumber } from '../../src/domain/json.ts';
import { headerValue, responseDocument, sampleDocument } from '../../src/responses/document.ts';
import { response } from './responses.ts';

describe('responseDocument', () => {
  it('holds status, headers and the parsed body', () => {
    const document = responseDocument(response(201, '{"ok":true,"n":[1]}', [['Content-Type', 'application/json']]));
    assert.deepEqual(document, {
      root: { status: 201, headers: { 'content-type': 'application/json' }, data: { ok: true, n: [1] } },
      noData: undefined,
    });
  });

  it('writes header names in lower case and joins repeated ones', () => {
    const headers: HeaderLines = [
      ['X-One', 'a'],
      ['Vary', 'x'],
      ['x-one', 'b'],
      ['__proto__', 'own'],
    ];
    const { root } = responseDocument(response(200, '', headers));
    assert.deepEqual(Object.entries(root['headers'] ?? {}), [
      ['x-one', 'a, b'],
      ['vary', 'x'],
      ['__proto__', 'own'],
    ]);
  });

  it('keeps the spelling of numbers', () => {
    const { root } = responseDocument(response(200, '{"id":12345678901234567890}'));
    assert.deepEqual(root['data'], { id: new JsonNumber('12345678901234567890') });
  });

  for (const [what, body, data] of [
    ['the text of a body that is not JSON', 'OK\n', 'OK\n'],
    ['the text of a body with more after the JSON', '{"a":1} {', '{"a":1} {'],
    ['a JSON string without its quotes', '"ok"', 'ok'],
    ['null', 'null', null],
    ['false', ' false ', false],
    ['JSON after a byte order mark', '\ufeff{"a":1}', { a: 1 }],
    ['text after a byte order mark', '\ufeffok', 'ok'],
    ['blanks', '  ', '  '],
  ] as const) {
    it(`takes for data ${what}`, () => {
      const { root, noData } = responseDocument(response(200, body));
      assert.deepEqual(root['data'], data);
      assert.equal(noData, undefined);
    });
  }

  const without: [what: string, got: Parameters<typeof response>, why: RegExp][] = [
    ['an empty body', [204, ''], /empty/],
    ['a lone byte order mark', [200, '\ufeff'], /empty/],
    ['a body in another encoding', [200, '{}', [['Content-Encoding', 'gzip']]], /"gzip".*never decoded/],
    ['a body in several encodings', [200, '{}', [['content-encoding', 'identity, br']]], /br/],
    ['bytes that are no UTF-8', [200, Uint8Array.of(0x7b, 0xff, 0x7d)], /UTF-8/],
    ['a body that was cut off', [200, '{"a":1}', [], true], /64 KiB/],
    ['JSON with a key twice', [200, '{"a":1,"a":2}'], /twice/],
    ['JSON with a number beyond a double', [200, '{"a":1e400}'], /double/],
    ['JSON that nests too deep', [200, '['.repeat(65) + ']'.repeat(65)], /deeper/],
  ];
  for (const [what, got, why] of without) {
    it(`has no data for ${what}, says why, and keeps status and headers`, () => {
      const document = responseDocument(response(...got));
      assert.equal('data' in document.root, false);
      assert.equal(document.root['status'], got[0]);
      assert.match(document.noData ?? '', why);
    });
  }

  it('reads a body whose encoding is said to be identity', () => {
    assert.equal(responseDocument(response(200, '1', [['content-encoding', 'Identity']])).root['data'], 1);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, truncated) => {
        responseDocument(response(200, bytes, [], truncated));
      }),
    );
  });
});

describe('sampleDocument', () => {
  it('is 200 without data where nothing is given', () => {
    assert.deepEqual(sampleDocument({}).root, { status: 200, headers: {} });
  });

  it('takes data as it is and a body as a receiver would send it', () => {
    assert.equal(sampleDocument({ data: '1' }).root['data'], '1');
    assert.equal(sampleDocument({ body: '1' }).root['data'], 1);
    assert.equal(sampleDocument({ data: null }).root['data'], null);
    assert.deepEqual(sampleDocument({ status: 500, headers: { 'X-A': 'b' } }).root, {
      status: 500,
      headers: { 'x-a': 'b' },
    });
  });
});

describe('headerValue', () => {
  it('tells an empty header from a missing one', () => {
    assert.equal(headerValue([['X-A', '']], 'x-a'), '');
    assert.equal(headerValue([], 'x-a'), undefined);
  });
});
