import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readSecretKeys, writeSecretKeys } from '../../src/domain/secret-keys.ts';

const KEYS = ['new', 'old'].map((id, index) => ({ id, key: Buffer.alloc(32, index) }));
const ONE = Buffer.alloc(32).toString('base64');

describe('readSecretKeys', () => {
  it('reads back what writeSecretKeys wrote, with commas, blanks and line ends', () => {
    const text = writeSecretKeys(KEYS);
    for (const written of [text, text.trim().replace('\n', ','), text.replaceAll('\n', ' \r\n '), `,${text}`]) {
      assert.deepEqual(readSecretKeys(written), { ok: true, keys: KEYS });
    }
  });

  const refused: readonly (readonly [what: string, text: string, problems: readonly string[]])[] = [
    ['nothing', ' ', ['there is no key']],
    ['no id', ONE, ['entry 1 has no colon between id and key']],
    ['an empty id', `:${ONE}`, ['entry 1 has an id that is not 1 to 32 letters, digits, - or _']],
    ['a long id', `${'a'.repeat(33)}:${ONE}`, ['entry 1 has an id that is not 1 to 32 letters, digits, - or _']],
    ['a short key', `a:${Buffer.alloc(31).toString('base64')}`, ['entry 1 has a key of 31 bytes, not of 32']],
    ['no base64', `a:${'*'.repeat(44)}`, ['entry 1 has a key that is not base64 with its padding']],
    ['base64 without padding', `a:${ONE.slice(0, -1)}`, ['entry 1 has a key that is not base64 with its padding']],
    ['an id twice', `a:${ONE},b:${ONE},a:${ONE}`, ['entry 3 has the id of an earlier one']],
    [
      'one good and two bad',
      `a:${ONE}\nb:c2hvcnQ=\nc`,
      ['entry 2 has a key of 5 bytes, not of 32', 'entry 3 has no colon between id and key'],
    ],
  ];
  for (const [what, text, problems] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(readSecretKeys(text), { ok: false, problems }));
  }

  it('never quotes what it was given', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, unit: fc.constantFrom('a', 'Z', '0', '9', '+', '/', '=', ':', '-', '_') }),
        (text) => {
          const reading = readSecretKeys(text);
          assert.ok(reading.ok || !reading.problems.join().includes(text));
        },
      ),
    );
  });
});
