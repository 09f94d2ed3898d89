import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createMasker } from '../../src/domain/mask.ts';

const SECRET = 'p@ss/w0rd+"x y\\z';

describe('createMasker', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const spellings: readonly (readonly [how: string, text: string])[] = [
    ['as it is', SECRET],
    ['as JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['as JSON with escaped slashes', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
    ['as base64', base64(SECRET)],
    ['as base64 without padding', base64(SECRET).replace(/=+$/, '')],
    ['as base64url', Buffer.from(SECRET).toString('base64url')],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['percent-encoded in small letters', encodeURIComponent(SECRET).replace(/%../g, (octet) => octet.toLowerCase())],
    ['as a form writes it', encodeURIComponent(SECRET).replaceAll('%20', '+')],
    ['as URLSearchParams writes it', new URLSearchParams({ a: SECRET }).toString().slice(2)],
    ['as HTML', SECRET.replaceAll('"', '&quot;')],
    ['as HTML with every mark as a number', SECRET.replace(/[^a-z0-9]/gi, (one) => `&#${String(one.charCodeAt(0))};`)],
    ['as mustache writes HTML', SECRET.replaceAll('/', '&#x2F;').replaceAll('"', '&quot;')],
    ['as JSON within JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
    ['as JSON within HTML', JSON.stringify(SECRET).slice(1, -1).replaceAll('"', '&quot;')],
    [
      'with each letter as an escape',
      SECRET.replace(/./g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ],
  ];
  for (const [how, text] of spellings) {
    it(`finds a secret that is echoed ${how}`, () => {
      const masker = createMasker([SECRET]);
      assert.deepEqual(masker(`{"got": "<${text}> and <${text}>"}`), {
        text: '{"got": "<***> and <***>"}',
        places: 2,
      });
    });
  }

  const MARKUP = `a<b>&c='d"e+f`;
  const writers: readonly (readonly [writer: string, text: string])[] = [
    ['Go', 'a\\u003cb\\u003e\\u0026c=\'d\\"e+f'],
    ['Gson', 'a\\u003cb\\u003e\\u0026c\\u003d\\u0027d\\"e+f'],
    ['PHP with JSON_HEX_TAG, _AMP and _APOS', 'a\\u003Cb\\u003E\\u0026c=\\u0027d\\"e+f'],
    ['PHP with all of its options', 'a\\u003Cb\\u003E\\u0026c=\\u0027d\\u0022e+f'],
    ['.NET', 'a\\u003Cb\\u003E\\u0026c=\\u0027d\\u0022e\\u002Bf'],
  ];
  for (const [writer, text] of writers) {
    it(`finds a secret as ${writer} spells it in JSON`, () => {
      assert.equal(JSON.parse(`"${text}"`), MARKUP);
      assert.deepEqual(createMasker([`Bearer ${MARKUP}`])(`{"got":"${text}"}`), { text: '{"got":"***"}', places: 1 });
    });
  }

  it('finds a secret in which every mark is percent-encoded, as Python and PHP do', () => {
    const masker = createMasker(["a(pa!ss)*w0rd&x'~"]);
    for (const text of [
      'a%28pa%21ss%29%2Aw0rd%26x%27~',
      'a%28pa%21ss%29*w0rd%26x%27%7E',
      'a(pa!ss)%2aw0rd%26x%27%7e',
    ]) {
      assert.equal(masker(`<${text}>`).text, '<***>');
    }
  });

  it('finds a secret within a longer text that was encoded as a whole', () => {
    const masker = createMasker(['canary-secret-1']);
    for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
      for (const behind of ['', 'z', 'zy', 'zyx']) {
        const whole = Buffer.from(`${before}canary-secret-1${behind}`);
        for (const text of [whole.toString('base64'), whole.toString('base64url')]) {
          const left = masker(text).text;
          assert.ok(left.includes('***'), `${text} became ${left}`);
          const rest = Buffer.from(left.replaceAll('*', ''), 'base64').toString('latin1');
          assert.ok(!/anary-secret|canary-secre/.test(rest), rest);
        }
      }
    }
  });

  it('finds a secret that is echoed as base64 in the JSON of .NET and Gson', () => {
    const secret = '~~~>>>???~~~>>>??';
    const text = base64(secret);
    assert.match(text, /[+].*=$/);
    for (const spelled of [text.replaceAll('+', '\\u002B'), text.replaceAll('=', '\\u003d')]) {
      assert.equal(createMasker([secret])(`"${spelled}"`).text, '"***"');
    }
  });

  it('leaves no printable secret in a text that holds it in any spelling', () => {
    const printable = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8);
    fc.assert(
      fc.property(printable, fc.string(), fc.string(), (secret, before, after) => {
        const masker = createMasker([secret]);
        for (const spelled of [secret, base64(secret), encodeURIComponent(secret)]) {
          const { text, places } = masker(`${before}${spelled}${after}`);
          assert.ok(places >= 1 && !text.includes(spelled) && !text.includes(secret));
        }
      }),
    );
  });

  it('hides what stands after the scheme, alone and encoded', () => {
    const masker = createMasker(['Bearer abcdef-123456']);
    assert.equal(masker('token abcdef-123456').text, 'token ***');
    assert.equal(masker(base64('abcdef-123456')).text, '***');
    assert.deepEqual(masker('Bearer abcdef-123456'), { text: '***', places: 1 });
  });

  it('hides the password of Basic authentication in clear', () => {
    const masker = createMasker([`Basic ${base64('robot:correct horse')}`]);
    assert.equal(masker('you are robot with correct horse').text, 'you are robot with ***');
    assert.equal(masker('robot:correct horse').text, '***');
  });

  it('leaves values of fewer than eight characters alone', () => {
    assert.deepEqual(createMasker(['1234567', 'true', ''])('1234567 true'), { text: '1234567 true', places: 0 });
  });

  it('masks the longer of two secrets first', () => {
    const masker = createMasker(['12345678', '1234567890']);
    assert.deepEqual(masker('1234567890'), { text: '***', places: 1 });
  });

  it('treats secrets as text, not as patterns', () => {
    assert.equal(createMasker(['.*.*.*.*'])('nothing here').text, 'nothing here');
    assert.equal(createMasker(['$&$&$&$&'])('x $&$&$&$& y').text, 'x *** y');
  });

  it('finds base64 that was broken into lines', () => {
    const secret = 'a secret that is longer than a line of base64 in a message may be, so that it is broken';
    const lines = base64(secret).replace(/(.{60})/g, '$1\r\n');
    assert.equal(createMasker([secret])(`<${lines}>`).text, '<***>');
  });

  it('takes no longer for secrets and texts that repeat themselves', () => {
    // The time that the run allows is a thousand times what it takes, and less than what a pattern with choices took.
    for (const mark of ['/', '.', '=', '%', '\\', '&', ' ', 'a'])
      for (const isCutOff of [false, true])
        createMasker([`${mark.repeat(4000)}b`])(`${mark.repeat(4095)}é`.repeat(16), isCutOff);
  });

  it('makes one place of secrets that overlap, and leaves nothing of either', () => {
    const masker = createMasker(['abcdefghXYZ12345', 'XYZ12345mnopqrst']);
    assert.deepEqual(masker('<abcdefghXYZ12345mnopqrst>'), { text: '<***>', places: 1 });
  });

  it('takes out the beginning of a secret that was cut off within its spelling', () => {
    const masker = createMasker(['tok&en/abcdefgh&more']);
    for (const text of [
      'tok&amp;en/abcdefgh',
      'tok%26en%2fabcdef%2',
      'tok\\u0026en/abcdefgh\\u00',
      'tok&en/abcdefgh&am',
    ])
      assert.equal(masker(`x ${text}`, true).text, 'x ***', text);
  });

  it('takes out the beginning of a secret at the end of a text that was cut off, and only there', () => {
    const mask = createMasker(['Bearer canary-secret-value']);
    assert.deepEqual(mask('it says canary-sec', true), { text: 'it says ***', places: 1 });
    assert.deepEqual(mask('it says canary-sec'), { text: 'it says canary-sec', places: 0 });
    assert.deepEqual(mask('it says canary', true), { text: 'it says canary', places: 0 });
    assert.deepEqual(mask('canary-secret-value and canary-secret-valu', true), { text: '*** and ***', places: 2 });
  });
});
