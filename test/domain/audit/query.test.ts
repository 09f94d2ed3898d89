import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextPageLink } from '../../../src/domain/audit/next-page.ts';
import type { AuditQuery, QueryFault } from '../../../src/domain/audit/query.ts';
import { MAX_SEARCH, readAuditQuery, writeCursor } from '../../../src/domain/audit/query.ts';
import { EVENT_ID } from './support.ts';

function read(text: string): AuditQuery {
  const reading = readAuditQuery(new URLSearchParams(text));
  assert.ok(reading.ok, text);
  return reading.query;
}

function faults(text: string): readonly QueryFault[] {
  const reading = readAuditQuery(new URLSearchParams(text));
  assert.ok(!reading.ok, text);
  return reading.faults;
}

const PLAIN: AuditQuery = {
  from: undefined,
  to: undefined,
  offset: 0,
  cursor: undefined,
  limit: 200,
  userIds: [],
  categories: [],
  actions: [],
  affectedObjects: [],
  search: undefined,
  scanLimit: 2_147_483_647,
  scanTo: undefined,
  outputFormat: 'json',
};

describe('readAuditQuery', () => {
  const queries: readonly (readonly [text: string, query: Partial<AuditQuery>])[] = [
    ['', {}],
    ['from=&to=&offset=&limit=&search=&userIds=&pageCursor=&outputFormat=&scanLimit=&affectedObject=', {}],
    ['unknown=1&unknown=2&Limit=x', {}],
    ['offset=0&limit=1&scanLimit=1', { limit: 1, scanLimit: 1 }],
    ['offset=2147483647&limit=100000', { offset: 2_147_483_647, limit: 100_000 }],
    ['offset=007', { offset: 7 }],
    ['scanLimit=2147483647', {}],
    ['userIds=a%40b.example, key_1', { userIds: ['a@b.example', 'key_1'] }],
    ['categories=Access flow , Bundle', { categories: ['Access flow', 'Bundle'] }],
    [
      'actions=Custom+field+created,Custom+field+updated',
      { actions: ['Custom field created', 'Custom field updated'] },
    ],
    ['actions="Created, and sent",x', { actions: ['Created, and sent', 'x'] }],
    ['affectedObject=PROJECT,10000', { affectedObjects: [{ type: 'PROJECT', id: '10000' }] }],
    [
      'affectedObject=access flow,a; user , "CN=a,DC=b" ',
      {
        affectedObjects: [
          { type: 'access flow', id: 'a' },
          { type: 'user', id: 'CN=a,DC=b' },
        ],
      },
    ],
    ['search= access  flow ', { search: 'access  flow' }],
    [`search=${'x'.repeat(MAX_SEARCH)}`, { search: 'x'.repeat(MAX_SEARCH) }],
    ['limit=1&actions=a&limit=1&actions=b&limit=x', { limit: 1, actions: ['a'] }],
    ['from=2026-11-21&to=2026-11-20', { from: new Date('2026-11-21'), to: new Date('2026-11-20T23:59:59.999Z') }],
    ['outputFormat=CSV', { outputFormat: 'csv', limit: Infinity }],
    ['outputFormat=ndjson&limit=3', { outputFormat: 'ndjson', limit: 3 }],
    [`pageCursor=1637539714166,${EVENT_ID}`, { cursor: { receivedAt: new Date(1637539714166), id: EVENT_ID } }],
    [`pageCursor=0%2C%20${EVENT_ID}`, { cursor: { receivedAt: new Date(0), id: EVENT_ID } }],
    ['from=2026-11-20&to=2026-11-20', { from: new Date('2026-11-20'), to: new Date('2026-11-20T23:59:59.999Z') }],
    [
      'from=2026-11-20T10:00Z&to=2026-11-20T10:00Z',
      { from: new Date('2026-11-20T10:00Z'), to: new Date('2026-11-20T10:00Z') },
    ],
  ];
  for (const [text, query] of queries) {
    it(`reads ${text.slice(0, 100)}`, () => {
      assert.deepEqual(read(text), { ...PLAIN, ...query });
    });
  }

  const wrong: readonly (readonly [text: string, key: string, message: RegExp])[] = [
    ['offset=-1', 'offset', /^offset must be a whole number from 0 to 2147483647; "-1" is not\.$/],
    ['offset=2147483648', 'offset', /from 0 to/],
    ['limit=0', 'limit', /from 1 to 100000; "0" is not/],
    ['limit=100001', 'limit', /from 1 to 100000/],
    ['limit=1.5', 'limit', /whole number/],
    ['limit=ten', 'limit', /whole number/],
    ['scanLimit=0', 'scanLimit', /from 1 to 2147483647/],
    ['from=yesterday', 'from', /^from must be an ISO 8601 time, such as .*; "yesterday" is not\.$/],
    ['to=1637539714166', 'to', /ISO 8601/],
    [
      'pageCursor=1637539714166,47',
      'pageCursor',
      /nextPageCursor of an earlier page, epochMillis,id; "1637539714166,47" is not/,
    ],
    [`pageCursor=${EVENT_ID}`, 'pageCursor', /epochMillis,id/],
    [`pageCursor=8640000000000001,${EVENT_ID}`, 'pageCursor', /epochMillis,id/],
    [`pageCursor=-1,${EVENT_ID}`, 'pageCursor', /epochMillis,id/],
    ['userIds="a', 'userIds', /^userIds cannot be read: a value that begins with a double quote ends with one/],
    [`actions=${'a,'.repeat(501)}`, 'actions', /^actions has 501 values; 500 are the most\.$/],
    ['affectedObject=PROJECT', 'affectedObject', /^affectedObject must be type,id or several .*; "PROJECT" is not\.$/],
    ['affectedObject=a,b;user,CN=a,DC=b', 'affectedObject', /double quotes; "user,CN=a,DC=b" is not/],
    [`search=${'x'.repeat(MAX_SEARCH + 1)}`, 'search', /at most 1000 characters; "x{100}…" is not/],
    ['search=100%FF', 'search', /^search holds what is no text in UTF-8; a percent sign is written %25\.$/],
    ['userIds=a%00b', 'userIds', /no text/],
    [`affectedObject=${'a,b;'.repeat(501)}`, 'affectedObject', /^affectedObject has 501 values; 500 are the most\.$/],
    ['outputFormat=xml', 'outputFormat', /must be json, csv, ndjson; "xml" is not/],
  ];
  for (const [text, key, message] of wrong) {
    it(`refuses ${text.slice(0, 100)}`, () => {
      const [fault, ...others] = faults(text);
      assert.deepEqual([fault?.key, others], [key, []]);
      assert.match(fault?.message ?? '', message);
    });
  }

  it('names every parameter that is wrong', () => {
    const keys = faults(
      'limit=0&from=x&to=y&offset=z&userIds="&affectedObject=a&scanLimit=0&outputFormat=q&pageCursor=1',
    );
    assert.deepEqual(keys.map(({ key }) => key).sort(), [
      ...['affectedObject', 'from', 'limit', 'offset', 'outputFormat', 'pageCursor', 'scanLimit', 'to', 'userIds'],
    ]);
  });

  it('is total', () => {
    const name = fc.constantFrom('from', 'to', 'limit', 'userIds', 'affectedObject', 'pageCursor', 'search', 'x');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' }))), (pairs) => {
        const reading = readAuditQuery(new URLSearchParams(pairs));
        assert.ok(reading.ok || reading.faults.length > 0);
      }),
    );
  });
});

describe('nextPageLink', () => {
  const cursor = { receivedAt: new Date(1637539714166), id: EVENT_ID };

  it('is what real servers answer where nothing is filtered', () => {
    assert.equal(
      nextPageLink('https://jira.example.com/jira', '/rest/auditing/1.0/events', { ...PLAIN, limit: 2 }, cursor),
      `https://jira.example.com/jira/rest/auditing/1.0/events?offset=0&limit=2&pageCursor=1637539714166,${EVENT_ID}`,
    );
    assert.equal(writeCursor(cursor), `1637539714166,${EVENT_ID}`);
  });

  it('is no longer for a long list than the list was, however sparingly that was written', () => {
    const actions = Array.from({ length: 430 }, (_none, index) => `Page a/b:c@d e i${String(index)}`);
    const given = actions.join(',').replaceAll(' ', '+');
    const link = nextPageLink('', '/events', { ...PLAIN, actions }, cursor);
    assert.ok(link.endsWith(`&actions=${given}`));
  });

  it('asks for the same again, but from the cursor on', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(',', ';', '"', '&', '+', '%', ' ', 'a') }),
    );
    const value = text.filter((one) => one.trim() !== '');
    const values = fc.array(value, { maxLength: 4 });
    const instant = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    const query = fc.record({
      from: fc.option(instant, { nil: undefined }),
      to: fc.option(instant, { nil: undefined }),
      offset: fc.nat(),
      cursor: fc.constant(undefined),
      limit: fc.integer({ min: 1, max: 100_000 }),
      userIds: values,
      categories: values,
      actions: values,
      affectedObjects: fc.array(fc.record({ type: value, id: value }, { noNullPrototype: true }), { maxLength: 3 }),
      search: fc.option(
        value.map((one) => one.trim()),
        { nil: undefined },
      ),
      scanLimit: fc.integer({ min: 1, max: 2_147_483_647 }),
      scanTo: fc.constantFrom(undefined, cursor),
      outputFormat: fc.constantFrom('json' as const, 'csv' as const, 'ndjson' as const),
    });
    fc.assert(
      fc.property(query, (asked) => {
        const link = new URL(nextPageLink('http://127.0.0.1:8080', '/events', asked, cursor));
        assert.deepEqual(readAuditQuery(link.searchParams), { ok: true, query: { ...asked, offset: 0, cursor } });
      }),
    );
  });
});
