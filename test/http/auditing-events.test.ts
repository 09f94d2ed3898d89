// The log of events as Jira's collectors read it.
import assert from 'node:assert/strict';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';

const PATH = '/rest/auditing/1.0/events';

interface Entity {
  readonly timestamp: string;
  readonly author: Readonly<Record<string, string>>;
  readonly type: Readonly<Record<string, string>>;
  readonly affectedObjects: readonly Readonly<Record<string, string>>[];
  readonly extraAttributes: readonly { readonly name: string; readonly value: string }[];
}

const numberOf = ({ affectedObjects }: Entity): number => Number(affectedObjects[0]?.['id']?.slice(2));
const numbers = (entities: readonly Entity[]): number[] => entities.map(numberOf);
const downFrom = (first: number, last: number): number[] =>
  Array.from({ length: first - last + 1 }, (_, index) => first - index);

// The n-th thing that somebody did.
const eventOf = (n: number) => ({
  event_type: n % 3 === 0 ? 'access_flow.updated' : 'bundle.created',
  event_time: '1763640000.5',
  data: {
    action: n % 3 === 0 ? 'updated' : 'created',
    actor_id: n % 2 === 0 ? 'alice@example.com' : 'bob@example.com',
    actor_name: n % 2 === 0 ? 'Alice, the first' : 'Bob',
    actor_type: 'user',
    target_id: `t-${String(n)}`,
    target_type: n % 3 === 0 ? 'access flow' : 'bundle',
    target_name: `Thing ${String(n)}`,
    metadata: { note: n === 7 ? 'Crème brûlée für Zoë' : 'nothing' },
  },
});

onEachDatabase('the log as Jira’s collectors read it', (database) => {
  let engine: TestApp;
  before(async () => {
    engine = await startApp({ HOOKWRIGHT_TRUST_PROXY: '127.0.0.1/32' });
    for (const from of [0, 50, 100]) {
      const body = Array.from({ length: from === 100 ? 20 : 50 }, (_, index) => eventOf(from + index));
      const posted = await engine.call('POST', '/v1/events', { body });
      assert.equal(posted.status, 202, posted.text);
    }
  });
  after(() => engine.stop());

  const get = (query: string, headers: Readonly<Record<string, string>> = {}) =>
    engine.call('GET', `${PATH}?${query}`, { headers });
  const found = async (query: string): Promise<number[]> => {
    const { status, text, body } = await get(query);
    assert.equal(status, 200, text);
    return numbers(body.entities);
  };

  it('has what was accepted before it is asked, newest first', async () => {
    const { body } = await get('');
    const posted = body.entities.filter((entity: Entity) => entity.affectedObjects[0]?.['id']?.startsWith('t-'));
    assert.deepEqual(numbers(posted), downFrom(119, 0));
    const { author, type, timestamp } = posted[0];
    assert.deepEqual(author, {
      name: 'Bob',
      type: 'ApplicationUser',
      id: 'bob@example.com',
      uri: author.uri,
      avatarUri: '',
    });
    assert.equal(type.action, 'Bundle created');
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('pages as real servers do: by a link, or a cursor that is a text', async () => {
    const all: number[] = [];
    let link: string | undefined = `${engine.url}${PATH}?categories=Access%20flow,bundle&limit=7`;
    let pages = 0;
    while (link !== undefined) {
      const { pathname, search } = new URL(link);
      assert.ok(link.startsWith(`${engine.url}${PATH}?`), link);
      const { body } = await engine.call('GET', `${pathname}${search}`);
      all.push(...numbers(body.entities));
      pages += 1;
      const { pagingInfo } = body;
      if (pagingInfo.lastPage) assert.deepEqual(Object.keys(pagingInfo), ['lastPage', 'size']);
      else {
        assert.deepEqual(Object.keys(pagingInfo), [
          'nextPageOffset',
          'nextPageCursor',
          'nextPageLink',
          'lastPage',
          'size',
        ]);
        assert.deepEqual([pagingInfo.nextPageOffset, pagingInfo.size], [0, 7]);
        assert.match(pagingInfo.nextPageCursor, /^\d{13},evt_[0-9a-f-]{36}$/);
        assert.ok(pagingInfo.nextPageLink.includes(`pageCursor=${String(pagingInfo.nextPageCursor)}`));
        assert.match(pagingInfo.nextPageLink, /categories=Access\+flow,bundle/);
      }
      link = pagingInfo.nextPageLink;
    }
    assert.deepEqual(all, downFrom(119, 0));
    assert.equal(pages, Math.ceil(120 / 7));
  });

  it('goes on for who sends his filters again with the link, and below latest', async () => {
    const first = (await get(`${ours}&limit=50`)).body;
    const { pathname, search } = new URL(first.pagingInfo.nextPageLink);
    const second = (await engine.call('GET', `${pathname}${search}&${ours}&limit=50&offset=3`)).body;
    assert.deepEqual(numbers(second.entities), downFrom(69, 20));
    const headers = { authorization: `Bearer ${engine.key}` };
    const latest = await fetch(`${engine.url}/rest/auditing/latest/events?${ours}&limit=50`, { headers });
    assert.deepEqual(await latest.json(), first);
  });

  it('takes lists of 500 values, and gives a link that can be followed', async () => {
    const many = Array.from({ length: 500 }, (_none, n) => `Thing of 36 characters and more ${String(1e5 + n)}`);
    const { body } = await get(
      `categories=${[...many.slice(2), 'bundle', 'access flow'].map(encodeURIComponent).join(',')}&limit=70`,
    );
    const { pathname, search } = new URL(body.pagingInfo.nextPageLink);
    assert.ok(search.length > 16_384);
    const next = await engine.call('GET', `${pathname}${search}`);
    assert.deepEqual(numbers(next.body.entities), downFrom(49, 0));
    const own = await engine.call('GET', `/v1/events?category=${many.map(encodeURIComponent).join(',')}`);
    assert.deepEqual([own.status, own.body.data], [200, []]);
  });

  it('has a page without entries for a time that ends before it begins', async () => {
    const { body } = await get('from=2026-11-21&to=2026-11-20');
    assert.deepEqual(body, { entities: [], pagingInfo: { lastPage: true, size: 0 } });
    const { entities } = (await get('from=2026-11-21&to=2026-11-20&search=alice')).body;
    assert.deepEqual(entities, []);
  });

  it('gives as many as are asked for, also where there are just as many', async () => {
    const { body } = await get('categories=bundle,access%20flow&limit=120');
    assert.deepEqual(body.pagingInfo, { lastPage: true, size: 120 });
    const short = await get('categories=bundle,access%20flow&limit=119');
    assert.equal(short.body.pagingInfo.lastPage, false);
    assert.deepEqual(await found('categories=bundle,access%20flow&limit=3&offset=118'), [1, 0]);
  });

  const ours = 'categories=bundle,access%20flow';
  const table: readonly (readonly [query: string, expected: (n: number) => boolean])[] = [
    ['userIds=alice@example.com', (n) => n % 2 === 0],
    ['userIds= alice@example.com , nobody ', (n) => n % 2 === 0],
    ['userIds=alice@example.com,bob@example.com', () => true],
    ['categories=Access flow', (n) => n % 3 === 0],
    ['actions=Access flow updated', (n) => n % 3 === 0],
    ['actions=bundle created, "access flow updated"', () => true],
    ['affectedObject=bundle,t-4;access flow,t-9', (n) => n === 4 || n === 9],
    ['affectedObject=bundle,t-9', () => false],
    ['search=alice', (n) => n % 2 === 0],
    ['search=THING 17', (n) => n === 17],
    ['search=creme ZOE brulee', (n) => n === 7],
    ['search=creme bob alice', () => false],
    ['search=access_flow.updated&userIds=bob@example.com', (n) => n % 3 === 0 && n % 2 === 1],
    [`${ours}&userIds=bob@example.com&unknown=1&unknown=2&_=5`, (n) => n % 2 === 1],
    [`${ours}&from=2020-01-01&to=2199-12-31T23:59`, () => true],
    [`${ours}&to=2020-01-01`, () => false],
  ];
  for (const [query, expected] of table) {
    it(`finds by ${query}`, async () => {
      const encoded = new URLSearchParams(query).toString();
      assert.deepEqual(await found(`${encoded}&limit=500`), downFrom(119, 0).filter(expected));
    });
  }

  it('takes times to the millisecond, both ends included, and the zone that a blank stands for', async () => {
    const { body } = await get(`${ours}&limit=1`);
    const timestamp = String(body.entities[0].timestamp);
    const last = await found(`${ours}&from=${timestamp}`);
    assert.ok(last.length >= 20 && last[0] === 119, String(last));
    assert.deepEqual(await found(`${ours}&from=${timestamp}&to=${timestamp}`), last);
    const local = new Date(Date.parse(timestamp) + 2 * 3_600_000).toISOString().replace('Z', '+02:00');
    assert.deepEqual(await found(`${ours}&from=${local}`), last);
    const next = new Date(Date.parse(timestamp) + 1).toISOString();
    assert.deepEqual(await found(`${ours}&from=${next}`), []);
  });

  it('looks at the newest so many only', async () => {
    const newest = (await get('limit=10')).body.entities.length;
    assert.equal(newest, 10);
    assert.deepEqual(
      await found('categories=access%20flow&scanLimit=4&to=2199-01-01&from=2020-01-01&limit=500'),
      [117],
    );
  });

  it('goes on to where the first page would have ended, whatever comes meanwhile', async () => {
    const all = await get(`${ours}&scanLimit=60&limit=500`);
    const first = (await get(`${ours}&scanLimit=60&limit=20`)).body;
    await engine.call('POST', '/v1/events', {
      body: Array.from({ length: 30 }, () => ({ event_type: 'x.y', event_time: '1.0', data: {} })),
    });
    const seen = [...first.entities];
    for (let { pagingInfo } = first; pagingInfo.nextPageLink !== undefined;) {
      const { pathname, search } = new URL(pagingInfo.nextPageLink);
      const { body } = await engine.call('GET', `${pathname}${search}`);
      seen.push(...body.entities);
      pagingInfo = body.pagingInfo;
    }
    const expected: Entity[] = all.body.entities;
    assert.deepEqual(seen, expected);
  });

  it('goes on to there also for who sends the scanLimit again, or the cursor alone', async () => {
    const first = (await get('scanLimit=100&limit=50')).body;
    await engine.call('POST', '/v1/events', {
      body: Array.from({ length: 120 }, () => ({ event_type: 'x.y', event_time: '1.0', data: {} })),
    });
    const { nextPageLink, nextPageCursor } = first.pagingInfo;
    const { pathname, search } = new URL(nextPageLink);
    const again = (await engine.call('GET', `${pathname}${search}&scanLimit=100&limit=50`)).body;
    assert.deepEqual(again.pagingInfo, { lastPage: true, size: 50 });
    const alone = (await get(`scanLimit=100&limit=50&pageCursor=${nextPageCursor as string}`)).body;
    assert.deepEqual(alone.entities, again.entities);
  });

  it('takes ids letter by letter, and texts in any case', async () => {
    assert.deepEqual(await found('categories=ACCESS%20FLOW&userIds=Bob@example.com&limit=500'), []);
    assert.ok((await found('categories=ACCESS%20FLOW&userIds=bob@example.com&limit=500')).length > 0);
    assert.deepEqual(await found('affectedObject=access%20flow,T-3'), []);
    assert.deepEqual(await found('affectedObject=Access%20Flow,t-3'), [3]);
  });

  it('gives tables and lines whole where no limit is asked for', async () => {
    const lines = async (query: string) => (await get(`outputFormat=ndjson${query}`)).text.trimEnd().split('\n').length;
    const posted = Array.from({ length: 150 }, () => ({ event_type: 'x.y', event_time: '1.0', data: {} }));
    await engine.call('POST', '/v1/events', { body: posted });
    assert.ok((await lines('')) > 200);
    assert.equal(await lines('&limit=7'), 7);
  });

  it('gives the head of a long answer without reading any of it', async () => {
    const headers = { authorization: `Bearer ${engine.key}` };
    const answer = await fetch(`${engine.url}${PATH}?outputFormat=csv`, { method: 'HEAD', headers });
    assert.deepEqual([answer.status, await answer.text()], [200, '']);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/csv/);
  });

  it('names each parameter that is wrong, in Jira’s shape', async () => {
    const { status, body } = await get(
      'from=yesterday&to=2020-13-01&offset=-1&pageCursor=5&limit=0&affectedObject=x&outputFormat=xml&scanLimit=0&search=...&userIds=,&scanTo=y',
    );
    assert.equal(status, 400);
    assert.equal(body.length, 1);
    const [{ errors, message, status: own, timestamp }] = body;
    assert.deepEqual(errors.map(({ key }: { key: string }) => key).sort(), [
      'affectedObject',
      'from',
      'limit',
      'offset',
      'outputFormat',
      'pageCursor',
      'scanLimit',
      'scanTo',
      'search',
      'to',
      'userIds',
    ]);
    assert.equal(own, 400);
    assert.ok(typeof message === 'string' && !Number.isNaN(Date.parse(timestamp)));
  });

  it('refuses a cursor that names no entry, and one that was changed', async () => {
    const { body } = await get('limit=1');
    const [ms, id] = body.pagingInfo.nextPageCursor.split(',');
    for (const cursor of [
      `${String(Number(ms) + 1)},${String(id)}`,
      `${String(ms)},evt_01932000-0000-7000-8000-000000000001`,
    ]) {
      const refused = await get(`pageCursor=${cursor}`);
      assert.equal(refused.status, 400, refused.text);
      assert.equal(refused.body[0].errors[0].key, 'pageCursor');
      const both = (await get(`pageCursor=${cursor}&limit=0`)).body[0];
      assert.deepEqual(
        both.errors.map(({ key }: { key: string }) => key),
        ['limit', 'pageCursor'],
      );
    }
  });

  it('gives lines and tables of the same entries', async () => {
    const json = (await get(`${ours}&limit=30`)).body.entities;
    const lines = await get(`${ours}&limit=30&outputFormat=ndjson`);
    assert.match(String(lines.headers['content-type']), /^application\/x-ndjson/);
    assert.deepEqual(
      lines.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      json,
    );
    const table = await get(`${ours}&limit=30&outputFormat=csv`);
    assert.match(String(table.headers['content-type']), /^text\/csv/);
    const rows = table.text.trimEnd().split('\r\n');
    assert.equal(rows.length, 31);
    assert.match(rows[0] ?? '', /^timestamp,author_id,/);
    assert.ok(rows[2]?.includes('"Alice, the first"'), rows[2]);
  });

  it('links to where the caller has reached it, as a trusted proxy says', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'audit.example.com' };
    const { body } = await get('limit=1', headers);
    assert.ok(body.pagingInfo.nextPageLink.startsWith(`https://audit.example.com${PATH}?`));
    const odd = await get('limit=1', { ...headers, 'x-forwarded-host': 'evil.example.com/x?' });
    assert.ok(odd.body.pagingInfo.nextPageLink.startsWith(engine.url), odd.body.pagingInfo.nextPageLink);
  });

  it('lets collectors log in by Basic, and tells each kind of refusal in Jira’s shape', async () => {
    const basic = `Basic ${Buffer.from(`collector:${engine.key}`).toString('base64')}`;
    const let_in = await engine.call('GET', `${PATH}?limit=1`, { key: null, headers: { authorization: basic } });
    assert.equal(let_in.status, 200);
    const unknown = await engine.call('GET', PATH, { key: null });
    assert.equal(unknown.status, 401);
    assert.equal(unknown.body[0].status, 401);
    assert.match(String(unknown.headers['www-authenticate']), /Basic/);
  });

  it(`tells of reads once for each key and filter, and to no webhook (${database})`, async () => {
    await engine.call('POST', '/v1/webhooks', {
      body: { name: 'curious', url: 'https://sandbox.hookwright.test/status/200', event_types: ['audit_log.*'] },
    });
    await engine.app.idle();
    for (let n = 0; n < 3; n += 1) await get('userIds=alice@example.com&limit=2');
    await get('userIds=alice@example.com&limit=2&offset=4&os_password=not-for-the-log&_=17');
    await engine.app.idle();
    const told = await get(`actions=${encodeURIComponent('Audit Log search performed')}&limit=1`);
    const [entity] = told.body.entities;
    const attribute = (name: RegExp) =>
      entity.extraAttributes.find((one: { name: string }) => name.test(one.name))?.value;
    assert.equal(entity.type.category, 'Auditing');
    assert.equal(attribute(/query/i), 'userIds=alice@example.com');
    assert.ok(!(await engine.call('GET', '/v1/events?limit=200')).text.includes('not-for-the-log'));
    assert.equal(attribute(/^count$/i), '4');
    assert.equal(attribute(/results/i), '8');
    const { body } = await engine.call('GET', '/v1/deliveries');
    assert.deepEqual(body.data, []);
  });
});
