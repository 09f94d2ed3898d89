import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeString, endsScalar, isBlank, isOpening } from '../../../../src/templates/proof/json/characters.ts';

const ALL = [...Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)), '\u2028', '\ufeff', '\u3000'];

function those(is: (char: string) => boolean): string {
  return ALL.filter(is).join('');
}

describe('the characters of JSON', () => {
  it('are blank only where RFC 8259 says so', () => {
    assert.equal(those(isBlank), '\t\n\r ');
  });

  it('open something, or end a number', () => {
    assert.equal(those(isOpening), '[{');
    assert.equal(those(endsScalar), '\t\n\r ",:[]{}');
  });
});

describe('decodeString', () => {
  it('reads back every string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(decodeString(JSON.stringify(text)), text);
      }),
    );
  });

  it('gives nothing for what is no string', () => {
    for (const text of ['', 'a', '"', '"\\x"', '"a', '5', 'null', '["a"]', '"a""b"']) {
      assert.equal(decodeString(text), undefined, text);
    }
  });
});
