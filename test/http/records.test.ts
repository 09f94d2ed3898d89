import assert from 'node:assert/strict';
import { onEachDatabase } from '../support/databases.ts';
import type { Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

interface Item {
  readonly id: string;
  readonly outcome: string;
  readonly kind: string;
}

onEachDatabase('lists of what happened', () => {
  let engine: Engine;
  const ids: Record<string, string> = {};
  before(async () => {
    engine = await startEngine();
    const good = await engine.webhook({ name: 'good', url: engine.plan(status(201, '{"note":"Needle in hay"}')).url });
    const bad = await engine.webhook({
      name: 'bad',
      url: engine.plan(status(503), status(404)).url,
      retry_policy: { delays_in_sec: [60], jitter: 0 },
    });
    const gone = await engine.webhook({ name: 'gone', url: engine.plan(status(410)).url });
    Object.assign(ids, { good: good.id, bad: bad.id, gone: gone.id, start: engine.now().toISOString() });
    ids['goodDelivery'] = await engine.deliver(good.type);
    ids['badDelivery'] = await engine.deliver(bad.type);
    ids['goneDelivery'] = await engine.deliver(gone.type);
    ids['badEvent'] = (await engine.get(`/v1/deliveries/${ids['badDelivery']}`)).event_id;
    await engine.later(60);
    ids['middle'] = engine.now().toISOString();
    await engine.later(60);
    await engine.call('POST', `/v1/webhooks/${good.id}/test`);
  });
  after(() => engine.stop());

  const list = async (path: string): Promise<readonly Item[]> => (await engine.get(path)).data;
  const outcomes = async (query: string) => (await list(`/v1/invocations?${query}`)).map((one) => one.outcome);

  describe('GET /v1/invocations', () => {
    it('lists all of them, newest first, without bodies', async () => {
      const all = await list('/v1/invocations');
      assert.deepEqual(
        all.map((one) => `${one.kind} ${one.outcome}`),
        ['test success', 'delivery client_error', 'delivery gone', 'delivery server_error', 'delivery success'],
      );
      assert.deepEqual(
        all
          .map((one) => one.id)
          .sort()
          .reverse(),
        all.map((one) => one.id),
      );
    });

    const filters: readonly (readonly [string, () => string, readonly string[]])[] = [
      ['webhook', () => `webhook_id=${ids['bad'] ?? ''}`, ['client_error', 'server_error']],
      ['event', () => `event_id=${ids['badEvent'] ?? ''}`, ['client_error', 'server_error']],
      ['delivery', () => `delivery_id=${ids['goneDelivery'] ?? ''}`, ['gone']],
      ['kind', () => 'kind=test', ['success']],
      ['outcome', () => 'outcome=server_error', ['server_error']],
      ['status', () => 'status=404', ['client_error']],
      ['class of statuses', () => 'status=4xx', ['client_error', 'gone']],
      ['class of statuses that nobody answered', () => 'status=3xx', []],
      ['earliest start', () => `started_after=${ids['middle'] ?? ''}`, ['success', 'client_error']],
      ['latest start', () => `started_before=${ids['middle'] ?? ''}`, ['gone', 'server_error', 'success']],
      ['span of time', () => `started_after=${ids['start'] ?? ''}&started_before=${ids['start'] ?? ''}`, []],
      ['text in the response', () => 'text=needle%20IN', ['success', 'success']],
      [
        'text in the URL',
        () => 'text=receiver.example.com/p',
        ['success', 'client_error', 'gone', 'server_error', 'success'],
      ],
      ['text that means something to SQL', () => 'text=%25', []],
      ['several at once', () => `webhook_id=${ids['bad'] ?? ''}&status=5xx&kind=delivery`, ['server_error']],
    ];
    for (const [name, query, expected] of filters) {
      it(`filters by ${name}`, async () => assert.deepEqual(await outcomes(query()), expected));
    }

    it('finds the text of a request, too', async () => {
      const { type } = await engine.webhook({ url: engine.plan(status(200)).url, body_template: '{"t":"{{data.t}}"}' });
      await engine.deliver(type, { data: { t: 'only in this request' } });
      assert.deepEqual(await outcomes('text=only+in+this'), ['success']);
    });

    it('gives every item once, page by page, while new ones are made', async () => {
      const all = (await list('/v1/invocations?kind=delivery')).map((one) => one.id);
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = await engine.get(`/v1/invocations?kind=delivery&limit=2${next}`);
        assert.ok(page.data.length <= 2);
        seen.push(...page.data.map((one: Item) => one.id));
        cursor = page.next_cursor;
        const { type } = await engine.webhook({ url: engine.plan(status(200)).url });
        await engine.deliver(type);
      }
      assert.deepEqual(seen, all);
    });
  });

  describe('GET /v1/deliveries', () => {
    const states = async (query: string) =>
      (await engine.get(`/v1/deliveries?${query}`)).data.map((one: { state: string }) => one.state);

    it('filters by webhook, event, state and time', async () => {
      assert.deepEqual(await states(`webhook_id=${ids['bad'] ?? ''}`), ['exhausted']);
      assert.deepEqual(await states(`event_id=${ids['badEvent'] ?? ''}`), ['exhausted']);
      assert.deepEqual(await states('state=rejected'), ['rejected']);
      assert.deepEqual(await states('state=held'), []);
      assert.deepEqual(await states(`created_before=${ids['middle'] ?? ''}`), ['rejected', 'exhausted', 'delivered']);
      assert.deepEqual(await states(`created_before=${ids['start'] ?? ''}`), []);
      assert.ok((await states(`created_after=${ids['start'] ?? ''}`)).length >= 3);
    });

    it('pages', async () => {
      const all = (await list('/v1/deliveries')).map((one) => one.id);
      const first = await engine.get('/v1/deliveries?limit=1');
      const second = await engine.get(`/v1/deliveries?limit=200&cursor=${first.next_cursor as string}`);
      assert.deepEqual(
        [...first.data, ...second.data].map((one: Item) => one.id),
        all,
      );
      assert.equal(second.next_cursor, null);
    });
  });

  describe('GET /v1/webhooks and its versions', () => {
    it('page, newest first', async () => {
      const { id } = await engine.webhook({ url: engine.wire.url });
      for (const seconds of [11, 12, 13]) {
        await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { timeout_in_sec: seconds } });
      }
      for (const [path, key, expected] of [
        [`/v1/webhooks/${id}/versions`, 'version', [4, 3, 2, 1]],
        ['/v1/webhooks', 'id', (await list('/v1/webhooks?limit=200')).map((one) => one.id)],
      ] as const) {
        const seen: unknown[] = [];
        let query: string | null = '';
        while (query !== null) {
          const page: { data: Record<string, unknown>[]; next_cursor: string | null } = await engine.get(
            `${path}?limit=3${query}`,
          );
          seen.push(...page.data.map((one) => one[key]));
          query = page.next_cursor === null ? null : `&cursor=${page.next_cursor}`;
        }
        assert.deepEqual(seen, expected, path);
      }
    });
  });

  describe('a query string', () => {
    const refused = async (path: string) => {
      const { status: code, body } = await engine.call('GET', path);
      assert.equal(code, 422, path);
      return body.errors as { pointer: string; code: string; hint: string }[];
    };

    it('is refused with every fault at once, each with a hint', async () => {
      const faults = await refused(
        '/v1/invocations?limit=0&status=6x&knd=test&started_after=today&outcome=bad&webhook_id=7&kind=test&kind=test&text=',
      );
      assert.deepEqual(faults.map((fault) => `${fault.pointer} ${fault.code}`).sort(), [
        '?kind repeated_parameter',
        '?knd unknown_parameter',
        '?limit invalid_parameter',
        '?outcome invalid_parameter',
        '?started_after invalid_parameter',
        '?status invalid_parameter',
        '?text invalid_parameter',
        '?webhook_id invalid_parameter',
      ]);
      for (const fault of faults) assert.ok(fault.hint, fault.pointer);
      assert.ok(faults.find((fault) => fault.pointer === '?knd')?.hint.includes('"kind"'));
    });

    it('is refused with a cursor that is none and a range that is empty among the faults, or alone', async () => {
      const faults = async (path: string): Promise<string[]> =>
        (await refused(path)).map((fault) => `${fault.pointer} ${fault.code}`).sort();
      const [instant, later] = ['2026-11-20T12:00:00Z', '2026-11-20T12:00:01Z'];
      const range = `/v1/events?received_after=${instant}&received_before=`;
      assert.deepEqual(await faults(`${range}${instant}&limit=0&cursor=nonsense`), [
        '?cursor cursor_invalid',
        '?limit invalid_parameter',
        '?received_before range_empty',
      ]);
      assert.deepEqual(await faults(`${range}${instant}`), ['?received_before range_empty']);
      assert.equal((await engine.call('GET', `${range}${later}`)).status, 200);
      assert.equal((await engine.call('GET', `${range}${later}&cursor=nonsense`)).status, 400);
    });

    it('is refused where a route takes no parameters', async () => {
      for (const path of ['/livez?x=1', '/v1/schemas?x=1', '/v1/me?x=1', '/v1/none?x=1']) {
        const answer = await engine.call('GET', path);
        assert.equal(answer.status, path.startsWith('/v1/none') ? 404 : 422, path);
      }
    });

    it('has limits from 1 to 200', async () => {
      for (const limit of ['0', '201', '-1', '1.5', '1e1', 'x', '', '99999999999999999999']) {
        await refused(`/v1/deliveries?limit=${limit}`);
      }
      for (const limit of ['1', '200'])
        assert.equal((await engine.call('GET', `/v1/deliveries?limit=${limit}`)).status, 200);
    });

    it('is refused with 400 where its cursor is not ours or was made for other filters', async () => {
      const { next_cursor: cursor } = await engine.get('/v1/invocations?limit=1&kind=delivery');
      const forged = Buffer.from('["inv_1","x"]').toString('base64url');
      for (const path of [
        `/v1/invocations?cursor=${cursor as string}`,
        `/v1/invocations?kind=test&cursor=${cursor as string}`,
        `/v1/invocations?kind=delivery&cursor=${(cursor as string).slice(0, -3)}`,
        '/v1/invocations?cursor=nonsense',
        `/v1/invocations?cursor=${forged}`,
        `/v1/deliveries?cursor=${(await engine.get('/v1/invocations?limit=1')).next_cursor as string}`,
      ]) {
        const { status: code, body } = await engine.call('GET', path);
        assert.deepEqual([code, body.code], [400, 'cursor_invalid'], path);
        assert.ok(body.hint);
      }
      const other = await engine.call('GET', `/v1/invocations?limit=5&kind=delivery&cursor=${cursor as string}`);
      assert.equal(other.status, 200, 'the size of a page may change on the way');
    });
  });

  describe('one of them', () => {
    it('is 404 where there is none, or its id is that of something else', async () => {
      const strangers = [
        'inv_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d',
        'inv_1',
        'x'.repeat(5000),
        ids['goodDelivery'] ?? '',
      ];
      for (const id of strangers) {
        for (const path of [`/v1/invocations/${id}`, `/v1/invocations/${id}/har`, `/v1/invocations/${id}/curl`]) {
          const { status: code, body } = await engine.call('GET', path);
          assert.equal(code, 404, path);
          assert.ok(body.hint);
        }
      }
      assert.equal((await engine.call('GET', '/v1/deliveries/dlv_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d')).status, 404);
    });

    it('has a HAR and a curl command with the request that was sent', async () => {
      const delivery = await engine.get(`/v1/deliveries/${ids['goodDelivery'] ?? ''}`);
      const invocation = await engine.get(`/v1/invocations/${delivery.invocations[0].id as string}`);
      const har = await engine.call('GET', `/v1/invocations/${invocation.id as string}/har`);
      assert.match(har.headers['content-disposition'] ?? '', new RegExp(`${invocation.id as string}\\.har`));
      const [entry] = har.body.log.entries;
      assert.equal(entry.request.postData.text, invocation.request.body);
      assert.equal(entry.request.url, invocation.request.url);
      assert.equal(entry.response.status, 201);
      assert.equal(entry.response.content.text, '{"note":"Needle in hay"}');
      const curl = await engine.call('GET', `/v1/invocations/${invocation.id as string}/curl`);
      assert.match(curl.headers['content-type'] ?? '', /^text\/plain/);
      assert.ok(curl.text.includes(`--request POST ${invocation.request.url as string}`), curl.text);
      assert.ok(curl.text.includes(`'webhook-id: ${delivery.id as string}'`), curl.text);
    });

    it('has neither where nothing was sent', async () => {
      const { type } = await engine.webhook({
        url: engine.wire.url,
        body_template: '{"a":[{{#each data.l}}{{@index}},{{/each}}0]}',
      });
      const id = await engine.deliver(type, { data: { l: Array.from({ length: 25_000 }, () => 1) } });
      const delivery = await engine.get(`/v1/deliveries/${id}`);
      for (const form of ['har', 'curl']) {
        const answer = await engine.call('GET', `/v1/invocations/${delivery.invocations[0].id as string}/${form}`);
        assert.deepEqual([answer.status, answer.body.code], [409, 'nothing_sent']);
      }
    });
  });
});
