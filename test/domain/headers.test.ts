import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { FORBIDDEN_HEADERS } from '../../src/domain/forbidden-headers.ts';
import { headerFaults, isPublicHeader, MASK, maskHeaders, restoreHeaders } from '../../src/domain/headers.ts';

function codes(headers: Readonly<Record<string, string>>): string[] {
  return headerFaults(headers).map((fault) => fault.code);
}

// Names that are forbidden, and a word of the reason that must be given.
const FORBIDDEN: readonly (readonly [name: string, reason: RegExp])[] = [
  ['host', /The URL says it/],
  ['content-length', /counted from the body/],
  ['content-encoding', /never compressed/],
  ['transfer-encoding', /with its length/],
  ['accept-encoding', /never decoded/],
  ['connection', /connections itself/],
  ['keep-alive', /connections itself/],
  ['upgrade', /another protocol/],
  ['http2-settings', /another protocol/],
  ['expect', /at once/],
  ['te', /no trailers/],
  ['trailer', /no trailers/],
  ['via', /proxies on the way/],
  ['forwarded', /proxies on the way/],
  ['x-forwarded-for', /proxies on the way/],
  ['x-forwarded-host', /proxies on the way/],
  ['proxy-authorization', /Authorization/],
  ['proxy-connection', /proxy on the way/],
  ['cookie', /Authorization/],
  ['date', /webhook-timestamp/],
  ['webhook-id', /repetition/],
  ['webhook-signature', /signature/],
  ['webhook-timestamp', /only the engine/],
  ['webhook-', /only the engine/],
  ['hookwright-event', /names the event/],
  ['hookwright-hop', /hops/],
];

describe('headerFaults', () => {
  for (const [name, reason] of FORBIDDEN) {
    it(`forbids ${name} in any case, and says why`, () => {
      const capitals = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
      for (const spelling of [name, name.toUpperCase(), capitals, name.replaceAll('-', '_')]) {
        const [fault, ...others] = headerFaults({ [spelling]: 'x' });
        assert.deepEqual([fault?.code, others], ['header_forbidden', []], spelling);
        assert.match(fault?.hint ?? '', reason);
        assert.match(fault?.hint ?? '', / Leave it out\.$/);
      }
    });
  }

  it('is tried with every entry of the list, and the documentation has them all with their reasons', () => {
    const documented = readFileSync(new URL('../../docs/delivery.md', import.meta.url), 'utf8');
    for (const [entry, reason] of Object.entries(FORBIDDEN_HEADERS)) {
      const start = entry.replace('*', '');
      assert.ok(
        FORBIDDEN.some(([name]) => name === entry || (start !== entry && name.startsWith(start))),
        entry,
      );
      const rows = documented.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`${entry}\``));
      assert.ok(
        rows.some((row) => row.includes(reason)),
        `${entry} is not documented with its reason`,
      );
    }
  });

  it('allows what a receiver may ask for', () => {
    const headers = {
      Authorization: 'Bearer abc.def-ghi',
      'X-Api-Key': 'k',
      'DD-API-KEY': '0123',
      Accept: '*/*',
      'User-Agent': 'ours/1.0 (audit)',
      'Accept-Language': 'en',
      'X-Real-Ip': '8.8.8.8',
      'Upgrade-Insecure-Requests': '1',
      Dated: 'only the whole name counts',
      "!#$%&'*+-.^_`|~0": 'odd but valid',
      'x-forwarded': 'a prefix counts only as a whole',
      webhook: 'x',
    };
    assert.deepEqual(headerFaults(headers), []);
  });

  it('refuses every name with a character that RFC 9110 §5.1 does not list', () => {
    const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }), (name) => {
        assert.equal(codes({ [`x${name}`]: 'v' }).includes('header_name_invalid'), !token.test(name));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses every value with a control character, a line break or another alphabet', () => {
    for (let code = 0; code < 300; code += 1) {
      const value = `a${String.fromCharCode(code)}b`;
      assert.deepEqual(codes({ 'x-a': value }), code >= 32 && code < 127 ? [] : ['header_value_invalid'], String(code));
    }
  });

  const values: readonly (readonly [why: string, name: string, value: string, expected: readonly string[]])[] = [
    ['an empty value', 'x-a', '', ['header_value_invalid']],
    ['a blank at the start', 'x-a', ' a', ['header_value_invalid']],
    ['a blank at the end', 'x-a', 'a ', ['header_value_invalid']],
    ['the longest value', 'x-a', 'a'.repeat(4096), []],
    ['one character more', 'x-a', 'a'.repeat(4097), ['header_value_invalid']],
    ['a placeholder', 'x-a', '{{event.id}}', ['header_value_template']],
    ['a single brace', 'x-a', '{"a":1}', []],
    ['a JSON type', 'Content-Type', 'application/json; charset=utf-8', []],
    ['a +json type', 'content-type', 'application/cloudevents+json', []],
    ['a type that is not JSON', 'Content-Type', 'text/plain', ['content_type_not_json']],
    ['a type that only looks like JSON', 'Content-Type', 'application/jsonp', ['content_type_not_json']],
    ['the longest name', 'n'.repeat(128), 'v', []],
    ['a name of one character more', 'n'.repeat(129), 'v', ['header_name_invalid']],
    ['no name', '', 'v', ['header_name_invalid']],
  ];
  for (const [why, name, value, expected] of values) {
    it(`${expected.length === 0 ? 'takes' : 'refuses'} ${why}`, () => {
      assert.deepEqual(codes({ [name]: value }), expected);
    });
  }

  it('refuses the same name in two spellings, pointing at the second', () => {
    const [fault] = headerFaults({ 'X-A': '1', 'x-a': '2' }, '/webhook/headers');
    assert.deepEqual([fault?.code, fault?.pointer], ['header_repeated', '/webhook/headers/x-a']);
  });

  it('takes fifty headers and 16 KiB in all, and no more', () => {
    const many = (count: number, value: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${String(index + 10)}`, value]));
    assert.deepEqual(codes(many(50, 'v')), []);
    assert.deepEqual(codes(many(51, 'v')), ['headers_too_large']);
    assert.deepEqual(codes(many(4, 'v'.repeat(4092))), []);
    assert.deepEqual(codes(many(4, 'v'.repeat(4093))), ['headers_too_large']);
  });

  it('names all faults at once, each at its header', () => {
    const faults = headerFaults({ 'a b': 'x', host: 'y', 'x/y': 'z', 'x-c': '\n' });
    assert.deepEqual(
      faults.map((fault) => fault.pointer),
      ['/headers/a b', '/headers/host', '/headers/x~1y', '/headers/x-c'],
    );
    assert.ok(faults.every((fault) => fault.hint));
  });

  it('never repeats a value, which may be a secret', () => {
    const faults = headerFaults({ Authorization: 'Bearer s3cr3t-{{x}}', 'X-Key': 's3cr3t\n' });
    assert.ok(!JSON.stringify(faults).includes('s3cr3t'));
  });
});

describe('maskHeaders', () => {
  it('shows the public ones and hides the rest', () => {
    const headers = { Accept: 'a', 'Content-Type': 'b', 'X-Team': 'c', Authorization: 'd' };
    assert.deepEqual(maskHeaders(headers, ['x-team']), { ...headers, Authorization: MASK });
  });

  it('knows a public header in any case', () => {
    assert.equal(isPublicHeader('x-team', ['X-TEAM']), true);
    assert.equal(isPublicHeader('authorization', []), false);
  });
});

describe('restoreHeaders', () => {
  const stored = { Authorization: 'Bearer secret', 'X-Team': 'audit' };

  it('puts the stored value back for ***, in any case of the name', () => {
    const restored = restoreHeaders({ authorization: MASK, 'X-Team': 'new' }, stored, true);
    assert.deepEqual(restored, { headers: { authorization: 'Bearer secret', 'X-Team': 'new' }, faults: [] });
  });

  it('drops a stored header that is left out', () => {
    assert.deepEqual(restoreHeaders({}, stored, true), { headers: {}, faults: [] });
  });

  it('never gives a stored value to another host', () => {
    const { headers, faults } = restoreHeaders({ Authorization: MASK }, stored, false);
    assert.deepEqual(headers, {});
    assert.deepEqual([faults[0]?.code, faults[0]?.pointer], ['secret_required', '/headers/Authorization']);
    assert.match(faults[0]?.detail ?? '', /another host/);
  });

  it('asks for the value where none is stored', () => {
    const { faults } = restoreHeaders({ 'X-New': MASK }, stored, true);
    assert.match(faults[0]?.detail ?? '', /no stored value/);
  });
});
