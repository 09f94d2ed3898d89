import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ApiKey } from '../../src/domain/api-key.ts';
import {
  actorOf,
  hashSecret,
  judgeKey,
  keyState,
  parseKey,
  secretFrom,
  secretMatches,
  writeKey,
} from '../../src/domain/api-key.ts';
import { after, keyWith, NOW } from '../store/fixtures.ts';

const UUID = '01934c5e-7b3a-7cc0-8000-0123456789ab';
const SECRET = 'abcdefghijklmnopqrstuvwxyzABCDEFGH012345678';
const TEXT = writeKey(`key_${UUID}`, SECRET);

describe('secretFrom', () => {
  it('writes 256 bits as 43 letters and digits, different bytes always differently', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (a, b) => {
          assert.match(secretFrom(a), /^[0-9A-Za-z]{43}$/);
          assert.equal(secretFrom(a) === secretFrom(b), Buffer.from(a).equals(b));
        },
      ),
    );
    assert.equal(secretFrom(new Uint8Array(32)), '0'.repeat(43));
  });
});

describe('parseKey', () => {
  it('reads back what writeKey wrote', () => {
    assert.match(TEXT, /^hw_[0-9a-f-]{36}_[0-9A-Za-z]{49}$/);
    assert.deepEqual(parseKey(TEXT), { id: `key_${UUID}`, secret: SECRET });
  });

  it('has always the same checksum: keys outlive versions', () => {
    assert.equal(writeKey(`key_${UUID}`, '0'.repeat(43)).slice(-6), '2OsBNK');
  });

  const refused: readonly (readonly [why: string, text: string])[] = [
    ['nothing', ''],
    ['another prefix', TEXT.replace('hw_', 'sk_')],
    ['no checksum', TEXT.slice(0, -6)],
    ['a key that was cut off', TEXT.slice(0, -1)],
    ['a character too many', `${TEXT}0`],
    ['other characters', TEXT.replace('abc', 'a-c')],
    ['no id', TEXT.replace(UUID, '')],
    ['blanks around it', ` ${TEXT}`],
    ['a line break after it', `${TEXT}\n`],
  ];
  for (const [why, text] of refused) {
    it(`refuses ${why}`, () => assert.equal(parseKey(text), undefined));
  }

  it('refuses a key in which one character is another, or two have changed places', () => {
    for (let at = 3; at < TEXT.length; at += 1) {
      const other = TEXT[at] === '1' ? '2' : '1';
      assert.equal(parseKey(`${TEXT.slice(0, at)}${other}${TEXT.slice(at + 1)}`), undefined, String(at));
      const [a = '', b = ''] = TEXT.slice(at, at + 2);
      if (b !== '' && a !== b)
        assert.equal(parseKey(`${TEXT.slice(0, at)}${b}${a}${TEXT.slice(at + 2)}`), undefined, String(at));
    }
  });
});

describe('secretMatches', () => {
  it('knows the secret whose hash is stored, and no other', () => {
    const stored = hashSecret(SECRET);
    assert.equal(secretMatches(SECRET, stored), true);
    assert.equal(secretMatches(`${SECRET}x`, stored), false);
    assert.equal(secretMatches('', stored), false);
  });

  it('accepts nothing where the stored hash is damaged', () => {
    for (const stored of ['', 'no hex', hashSecret(SECRET).slice(0, 62)]) {
      assert.equal(secretMatches(SECRET, stored), false);
    }
  });
});

describe('keyState', () => {
  const table: readonly (readonly [key: Partial<ApiKey>, state: string])[] = [
    [{}, 'active'],
    [{ expiresAt: after(1) }, 'active'],
    [{ expiresAt: NOW }, 'expired'],
    [{ expiresAt: after(-1) }, 'expired'],
    [{ revokedAt: after(-1) }, 'revoked'],
    [{ revokedAt: after(-1), expiresAt: after(-2) }, 'revoked'],
  ];
  for (const [changes, state] of table) {
    it(`is ${state} with ${JSON.stringify(changes)}`, () => assert.equal(keyState(keyWith(changes), NOW), state));
  }
});

describe('judgeKey', () => {
  const given = { id: `key_${UUID}`, secret: SECRET };
  const stored = keyWith({ secretSha256: hashSecret(SECRET), role: 'source', name: 'ci' });

  it('knows the holder of a good key, without its hash', () => {
    const judgement = judgeKey(given, stored, NOW);
    assert.deepEqual(judgement, { ok: true, actor: actorOf(stored) });
    assert.ok(!JSON.stringify(judgement).includes(stored.secretSha256));
  });

  const refused: readonly (readonly [stored: ApiKey | undefined, reason: string])[] = [
    [undefined, 'unknown'],
    [{ ...stored, secretSha256: hashSecret('other') }, 'wrong_secret'],
    [{ ...stored, secretSha256: hashSecret('') }, 'wrong_secret'],
    [{ ...stored, expiresAt: NOW }, 'expired'],
    [{ ...stored, revokedAt: NOW }, 'revoked'],
    [{ ...stored, revokedAt: NOW, secretSha256: hashSecret('other') }, 'wrong_secret'],
  ];
  for (const [key, reason] of refused) {
    it(`says of a refused one that it is ${reason}`, () => {
      assert.deepEqual(judgeKey(given, key, NOW), { ok: false, reason, key });
    });
  }

  it('takes nothing for a key that is not stored, whatever is sent', () => {
    assert.equal(judgeKey({ ...given, secret: '' }, undefined, NOW).ok, false);
  });
});
