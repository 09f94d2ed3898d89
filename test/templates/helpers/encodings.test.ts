import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { RenderLimitError } from '../../../src/templates/output.ts';
import { anyText } from '../harness.ts';
import { BIG, callHelper, checkTable, HALF, PRICE, WARNED } from './calling.ts';

const LARGE = 'x'.repeat(4_000_000);

describe('the helper base64', () => {
  checkTable('base64', [
    // RFC 4648, section 10.
    [[''], ''],
    [['f'], 'Zg=='],
    [['foob'], 'Zm9vYg=='],
    [['foobar'], 'Zm9vYmFy'],
    [['😀'], '8J+YgA=='],
    [['😀'], '8J-YgA', { url: true }],
    [['😀'], '8J+YgA==', { url: false }],
    [['😀'], '8J+YgA==', { url: undefined }],
    [['שלום'], '16nXnNeV150='],
    [[HALF], '77+9'],
    [[PRICE], 'MS4xMA=='],
    [[BIG], 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTA='],
    [[true], 'dHJ1ZQ=='],
    [[undefined], undefined],
    [[null], undefined],
    [[['a']], WARNED],
    [[{ a: 1 }], WARNED],
  ]);

  it('is read back by every other reader of base64', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, url) => {
        const { result } = callHelper('base64', [text], { url });
        assert.equal(Buffer.from(String(result), 'base64').toString('utf8'), text.toWellFormed());
        assert.match(String(result), url ? /^[\w-]*$/ : /^[A-Za-z0-9+/]*={0,2}$/);
      }),
    );
  });

  it('says that lists and objects need json', () => {
    const [warning = ''] = callHelper('base64', [{ a: 1 }]).warnings;
    assert.match(warning, /it was given an object\. Write \(json …\)/);
  });

  it('is stopped before it makes more than there is room for', () => {
    assert.throws(() => callHelper('base64', [LARGE]), RenderLimitError);
  });
});

describe('the helper urlEncode', () => {
  checkTable('urlEncode', [
    [["Aa0-._~ !'()*/?#[]@:&=+$,;%"], 'Aa0-._~%20%21%27%28%29%2A%2F%3F%23%5B%5D%40%3A%26%3D%2B%24%2C%3B%25'],
    [['😀'], '%F0%9F%98%80'],
    [['שלום'], '%D7%A9%D7%9C%D7%95%D7%9D'],
    [['\u0000\n"'], '%00%0A%22'],
    [[HALF], '%EF%BF%BD'],
    [[`a${HALF}b`], 'a%EF%BF%BDb'],
    [[''], ''],
    [[PRICE], '1.10'],
    [[BIG], '12345678901234567890'],
    [[undefined], undefined],
    [[null], undefined],
    [[['a']], WARNED],
    [[{ a: 1 }], WARNED],
  ]);

  it('writes unreserved characters and octets only, and is undone by decoding', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { result } = callHelper('urlEncode', [text]);
        assert.match(String(result), /^(?:[\w.~-]|%[0-9A-F]{2})*$/);
        assert.equal(decodeURIComponent(String(result)), text.toWellFormed());
      }),
    );
  });

  it('is stopped before it makes more than there is room for', () => {
    assert.throws(() => callHelper('urlEncode', ['é'.repeat(1_000_000)]), RenderLimitError);
  });
});

describe('the helper sha256', () => {
  checkTable('sha256', [
    // FIPS 180-2, appendix B.
    [['abc'], 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [['abc'], 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=', { encoding: 'base64' }],
    [['abc'], 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', { encoding: 'hex' }],
    [['abc'], 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', { encoding: null }],
    [['abc'], WARNED, { encoding: 'utf8' }],
    [['abc'], WARNED, { encoding: ['hex'] }],
    [[''], 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [[undefined], undefined],
    [[null], undefined],
    [[['a']], WARNED],
    [[{ a: 1 }], WARNED],
  ]);

  it('takes the UTF-8 bytes of any text, and the spelling of numbers', () => {
    const digest = (text: string): string => createHash('sha256').update(Buffer.from(text, 'utf8')).digest('hex');
    fc.assert(
      fc.property(anyText, (text) => {
        assert.equal(callHelper('sha256', [text]).result, digest(text));
      }),
    );
    assert.equal(callHelper('sha256', [PRICE]).result, digest('1.10'));
    assert.equal(callHelper('sha256', [BIG]).result, digest('12345678901234567890'));
  });
});
