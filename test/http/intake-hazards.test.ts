// JSON that readers and databases disagree about: each piece is refused with its code and place, or kept to the last
// character, the same for one event, an array and NDJSON, and on both databases.
import assert from 'node:assert/strict';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';

// The value of a member of `data`; the bar stands where the fault is.
const REFUSED: readonly (readonly [code: string, value: string])[] = [
  ['nul_character', '|"a\\u0000b"'],
  ['nul_character', '{"x": [1, |"\\u0000"]}'],
  ['nul_character', '{|"k\\u0000": 1}'],
  ['lone_surrogate', '|"\\ud800"'],
  ['lone_surrogate', '|"\\udc00"'],
  ['lone_surrogate', '|"\\udc00\\ud800"'],
  ['lone_surrogate', '|"\\ud83dx\\ude00"'],
  ['lone_surrogate', '{|"\\ud83d": 1}'],
  ['forbidden_key', '{|"__proto__": {"admin": true}}'],
  ['forbidden_key', '{"x": {|"\\u005f\\u005fproto__": null}}'],
  ['duplicate_key', '{"x": 1, |"x": 2}'],
  ['duplicate_key', '{"x": 1, "y": 2, |"\\u0078": 1}'],
  ['duplicate_key', '{"": 1, |"": 1}'],
  ['duplicate_key', '{"constructor": 1, |"constructor": 1}'],
  ['number_out_of_range', '|1e400'],
  ['number_out_of_range', '[0, |-1e309]'],
  ['number_out_of_range', '|1e-400'],
  ['number_out_of_range', `|${'9'.repeat(400)}`],
  ['number_out_of_range', `|0.${'1'.repeat(1000)}`],
  ['number_out_of_range', '|1e99999999999999999999'],
  ['json_too_deep', `${'['.repeat(62)}|[${']'.repeat(63)}`],
  ['json_too_deep', `${'{"a":'.repeat(62)}|{"a":1}${'}'.repeat(62)}`],
  ['json_too_deep', `${'['.repeat(62)}|${'['.repeat(20_000)}${']'.repeat(20_062)}`],
];

// Of these a line of NDJSON spoils itself only; in an array they spoil the request.
const MALFORMED: readonly string[] = [
  '|undefined',
  '|NaN',
  '|-Infinity',
  '0|1',
  '|+1',
  '|.5',
  "|'x'",
  '[1,|]',
  '{"x":1,|}',
  '{|x:1}',
  '"a|\u0001b"',
  '"|\t"',
  '"|\\x41"',
  '"|\\u12"',
  '1 |/* no */',
  '|\u00a01',
];

// What looks dangerous and is kept.
const KEPT: readonly string[] = [
  '"\\ud83d\\ude00"',
  '"\u{1f600}\uffff\ufffe\u007f\u0080\u2028\u2029\ufeff"',
  '"\\u001f\\b\\f\\n\\r\\t\\/\\\\\\""',
  '{"constructor":{"prototype":{"polluted":1}},"toString":null,"hasOwnProperty":[],"":{"":""},"length":-1}',
  '{"__proto":1,"proto__":2,"$where":"1","a.b":{"$gt":0},"\u{1f600}":"é","e\u0301":"\u00e9"}',
  '[12345678901234567890,1.10,1e2,-0,0.1e-5,1E+2,1.7976931348623157e308,5e-324,-9007199254740993]',
  `${'['.repeat(62)}${']'.repeat(62)}`,
  '"\'; drop table events; --"',
  '"\\\\u0000 {{event_type}} %00 \\\\x00 ${x}"',
];

const GOOD = '{"event_type":"good","event_time":"1.0","data":{}}';
const SHAPES: readonly (readonly [what: string, type: string, before: string, after: string])[] = [
  ['one event', 'application/json', '', ''],
  ['an array', 'application/json', `[${GOOD},\n `, `,${GOOD}]`],
  ['NDJSON', 'application/x-ndjson', `${GOOD}\n `, `\n${GOOD}\n`],
];

function eventWith(value: string): string {
  return `{"event_type":"hazard","event_time":"1.0","data":{"a": ${value}}}`;
}

/** The text without its bar, and the place of the bar as the API gives places. */
function marked(text: string): { text: string; position: object } {
  const offset = text.indexOf('|');
  const before = text.slice(0, offset).split('\n');
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, offset };
  return { text: text.slice(0, offset) + text.slice(offset + 1), position };
}

onEachDatabase('the hazards of intake', () => {
  let test: TestApp;
  let kept = 0;
  before(async () => (test = await startApp({ HOOKWRIGHT_LOG_LEVEL: 'silent' })));
  after(() => test.stop());

  const post = (type: string, raw: string | Buffer) =>
    test.call('POST', '/v1/events', { raw, headers: { 'content-type': type } });

  for (const [what, type, before, after] of SHAPES) {
    const isList = before !== '';

    it(`in ${what} are refused where they stand, and nothing beside them`, async () => {
      for (const [code, value] of REFUSED) {
        const { text, position } = marked(`${before}${eventWith(value)}${after}`);
        const { status, body } = await post(type, text);
        const [first, second] = body.events;
        const { error } = isList ? second : first;
        assert.equal(status, isList ? 202 : 422, `${code} ${value}`);
        assert.deepEqual([error.status, error.code], [422, 'event_refused']);
        const [fault] = error.errors;
        assert.deepEqual([fault.code, fault.position], [code, position], value);
        assert.match(fault.pointer, /^\/data\/a/);
        assert.ok(fault.detail && fault.hint);
        if (isList) kept += 2;
      }
    });

    it(`in ${what} are pointed at where they are no JSON`, async () => {
      for (const value of MALFORMED) {
        const { text, position } = marked(`${before}${eventWith(value)}${after}`);
        const { status, body } = await post(type, text);
        const isLine = type === 'application/x-ndjson';
        assert.equal(status, isLine ? 202 : 400, value);
        const [fault] = isLine ? body.events[1].error.errors : body.errors;
        assert.deepEqual([fault.code, fault.position], ['malformed_json', position], value);
        if (isLine) kept += 2;
      }
    });

    it(`in ${what} are kept to the last character where there is nothing wrong with them`, async () => {
      for (const value of KEPT) {
        const event = eventWith(value);
        const { status, body } = await post(type, `${before}${event}${after}`);
        assert.equal(status, 202, value);
        kept += isList ? 3 : 1;
        const { text } = await test.call('GET', `/v1/events/${String(body.events[isList ? 1 : 0].id)}`);
        const shown = JSON.parse(text) as { payload?: unknown };
        const sent: unknown = (JSON.parse(event) as { data: { a: unknown } }).data.a;
        assert.ok(JSON.stringify(shown).includes(JSON.stringify(sent)), `${value} came back as ${text}`);
      }
    });

    it(`in ${what} are placed where bytes are not UTF-8`, async () => {
      for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82], [0x80]]) {
        const { text, position } = marked(`${before}${eventWith('"é\u{1f600}|"')}${after}`);
        const cut = text.indexOf('\u{1f600}') + 2;
        const raw = Buffer.concat([Buffer.from(text.slice(0, cut)), Buffer.from(bytes), Buffer.from(text.slice(cut))]);
        const { status, body } = await post(type, raw);
        assert.deepEqual([status, body.code, body.errors[0].code], [422, 'invalid_utf8', 'invalid_utf8']);
        assert.deepEqual(body.errors[0].position, position);
      }
    });
  }

  it('are placed at the end where the last character is cut off', async () => {
    const { status, body } = await post('application/json', Buffer.from([0x22, 0x61, 0xe2, 0x82]));
    assert.deepEqual([status, body.errors[0].position], [422, { line: 1, column: 3, offset: 2 }]);
  });

  it('are too many or too large in every shape', async () => {
    const large = eventWith(`"${'x'.repeat(256 * 1024)}"`);
    for (const [, type, before, after] of SHAPES) {
      const { status, body } = await post(type, `${before}${large}${after}`);
      const isList = before !== '';
      assert.equal(status, isList ? 202 : 422);
      assert.equal((isList ? body.events[1].error : body).errors[0].code, 'event_too_large');
      if (isList) kept += 2;
    }
    for (const [type, raw] of [
      ['application/json', `[${Array.from({ length: 1001 }, () => GOOD).join(',')}]`],
      ['application/x-ndjson', `${GOOD}\n`.repeat(1001)],
    ] as const) {
      const { status, body } = await post(type, raw);
      assert.deepEqual([status, body.code], [413, 'too_many_events']);
    }
  });

  it('leave exactly the events behind that were acknowledged', async () => {
    let count = 0;
    for (let cursor = ''; ;) {
      const { body } = await test.call('GET', `/v1/events?origin=api&limit=200${cursor}`);
      count += Number(body.data.length);
      if (body.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(body.next_cursor as string)}`;
    }
    assert.equal(count, kept);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  });
});
