import assert from 'node:assert/strict';
import fc from 'fast-check';
import { base64Forms } from '../../src/domain/mask-base64.ts';
import { createScreen } from '../../src/domain/mask-screen.ts';
import { viewsOf } from '../../src/domain/mask-views.ts';

const hex = (code: number, length: number): string => code.toString(16).padStart(length, '0');
const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);

// How somebody may write one character. Applied to what they gave before, they nest.
const SPELLINGS: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => quoted(character),
  (character) => quoted(quoted(character)),
  (character) => `\\${character}`,
  (character) => character.replace('/', '\\/'),
  (character) => `\\u${hex(character.charCodeAt(0), 4)}`,
  (character) => `\\\\u${hex(character.charCodeAt(0), 4)}`,
  (character) => `%${hex(character.charCodeAt(0) & 0xff, 2)}`,
  (character) => `&#${String(character.charCodeAt(0))};`,
  (character) => `&#x${hex(character.charCodeAt(0), 2)};`,
  (character) => `${character}\n`,
  (character) => `${character}\r\n \t\n  `,
  (character) => (character === ' ' ? '+' : character === '&' ? '&amp;' : character),
];
const spelling = fc.array(fc.constantFrom(...SPELLINGS), { minLength: 1, maxLength: 3 }).map(
  (steps) =>
    (character: string): string =>
      steps.reduce((text, step) => Array.from(text, step).join(''), character),
);

// Parts of texts that look like the beginning of an escape, or like one that no reader takes.
const PIECES = [
  '\\',
  '\\u',
  '\\u00',
  '\\n',
  '\\"',
  '%',
  '%4',
  '&',
  '&lt;',
  '&amp',
  '#',
  '\n',
  '\r',
  ' ',
  'u0041',
  'é',
  '"',
];
const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 }));
const noise = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const SECRETS = [
  'acdeghijklmopqsv',
  'Ab1/Cd2/Ef3/Gh4',
  'abcdefgh12345678',
  'p@ss/w0rd+"x y\\z',
  'ünïcödé-päss',
  '"\\/<>&\'+% "\\/',
  'aé"b\nc\td&e/f',
];

describe('createScreen', () => {
  it('lets no text pass that holds a value for one of its readers, however its characters are spelled', () => {
    const cases = fc.record({
      secret: fc.oneof(fc.constantFrom(...SECRETS), fc.string({ minLength: 8, maxLength: 20 })),
      spellings: fc.array(spelling, { minLength: 1, maxLength: 5 }),
      before: noise,
      after: noise,
    });
    let held = 0;
    fc.assert(
      fc.property(cases, ({ secret, spellings, before, after }) => {
        const spelled = Array.from(
          secret,
          (character, index) => spellings[index % spellings.length]?.(character) ?? '',
        );
        const text = `${before}${spelled.join('')}${after}`;
        const isHeld = viewsOf(text).some((view) => view.text.includes(secret));
        if (isHeld) held += 1;
        assert.ok(!isHeld || createScreen([secret])(text), JSON.stringify(text));
      }),
      { numRuns: 1000 },
    );
    assert.ok(held > 100, `only ${String(held)} texts held their secret`);
  });

  it('lets no text pass that holds a spelling of a value', () => {
    for (const secret of SECRETS) {
      const screen = createScreen([secret]);
      for (const text of [secret, quoted(secret), encodeURIComponent(secret)]) assert.ok(screen(`"${text}"`), text);
    }
  });

  it('lets pass what an exchange consists of', () => {
    const screen = createScreen(['abcdefgh12345678', ...base64Forms('abcdefgh12345678')]);
    const indented = JSON.stringify({ text: 'He said: "no",\nand 70 % of it – é', list: [{ a: true }, {}] }, null, 2);
    for (const text of [
      '',
      'application/json',
      indented,
      JSON.stringify(indented),
      '<html>\n  <b>a&nbsp;b</b>\n</html>',
    ])
      assert.equal(screen(text), false, text);
  });

  it('lets pass no text where a value has no plain characters', () => {
    assert.equal(createScreen(['"""""""""'])('nothing of it'), true);
  });
});
