import assert from 'node:assert/strict';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';

const SANDBOX = 'https://sandbox.hookwright.test';

function event(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { event_type: 'access_flow.updated', event_time: '1763640000.5', data: { action: 'updated' }, ...extra };
}

onEachDatabase('POST /v1/events', () => {
  let engine: TestApp;
  before(async () => {
    engine = await startApp();
  });
  after(() => engine.stop());

  it('accepts one event and answers with its id and the number of its deliveries', async () => {
    await engine.call('POST', '/v1/webhooks', {
      body: { name: 'counted', url: `${SANDBOX}/status/200`, event_types: ['counted'] },
    });
    const { status, body } = await engine.call('POST', '/v1/events', { body: event({ event_type: 'counted' }) });
    assert.equal(status, 202);
    assert.equal(body.events.length, 1);
    assert.match(body.events[0].id, /^evt_/);
    assert.deepEqual({ ...body.events[0], id: '' }, { id: '', deliveries: 1, duplicate: false, covered: true });
  });

  it('accepts an array and NDJSON, and answers in their order', async () => {
    const events = [event({ event_type: 'one' }), event({ event_type: 'two' })];
    const array = await engine.call('POST', '/v1/events', { body: events });
    const ndjson = await engine.call('POST', '/v1/events', {
      raw: `${events.map((one) => JSON.stringify(one)).join('\n')}\n\n`,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    for (const answer of [array, ndjson]) {
      assert.equal(answer.status, 202);
      const types = [];
      for (const { id } of answer.body.events)
        types.push((await engine.call('GET', `/v1/events/${id as string}`)).body.event_type);
      assert.deepEqual(types, ['one', 'two']);
    }
  });

  it('refuses the bad ones of a list and keeps the good ones', async () => {
    const { status, body } = await engine.call('POST', '/v1/events', { body: [event(), { event_type: 'x' }, 7] });
    assert.equal(status, 202);
    assert.match(body.events[0].id, /^evt_/);
    assert.equal(body.events[1].error.status, 422);
    assert.deepEqual(
      body.events[1].error.errors.map((fault: { pointer: string }) => fault.pointer),
      ['/data', '/event_time'],
    );
    assert.equal(body.events[2].error.errors[0].code, 'wrong_type');
  });

  it('refuses a bad line of NDJSON and keeps the others', async () => {
    const raw = `${JSON.stringify(event())}\n{"event_type":\n${JSON.stringify(event())}`;
    const { status, body } = await engine.call('POST', '/v1/events', {
      raw,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    assert.equal(status, 202);
    assert.equal(body.events[1].error.errors[0].code, 'malformed_json');
    assert.match(body.events[2].id, /^evt_/);
  });

  it('stores nothing of a list with a bad one when it is asked to be atomic', async () => {
    const before = (await engine.call('GET', '/v1/events?event_type=atomic')).body.data.length;
    const bad = await engine.call('POST', '/v1/events?atomic=true', {
      body: [event({ event_type: 'atomic' }), { event_type: 'x' }],
    });
    assert.equal(bad.status, 422);
    assert.deepEqual(
      bad.body.errors.map((fault: { pointer: string }) => fault.pointer),
      ['/1/data', '/1/event_time'],
    );
    assert.equal((await engine.call('GET', '/v1/events?event_type=atomic')).body.data.length, before);
    const good = await engine.call('POST', '/v1/events?atomic=true', { body: [event(), event()] });
    assert.equal(good.status, 202);
  });

  it('answers 422 with the faults of all when none is accepted', async () => {
    const { status, body } = await engine.call('POST', '/v1/events', { body: [{}, { data: 1 }] });
    assert.equal(status, 422);
    assert.ok(body.errors.every((fault: { pointer: string }) => /^\/[01]\//.test(fault.pointer)));
    assert.equal(body.events.length, 2);
  });

  it('gives the first event again for the same key, however it is spelled, and plans nothing twice', async () => {
    await engine.call('POST', '/v1/webhooks', {
      body: { name: 'keyed', url: `${SANDBOX}/status/200`, event_types: ['keyed'] },
    });
    const first = await engine.call('POST', '/v1/events', {
      body: event({ event_type: 'keyed', idempotency_key: 'k-1' }),
    });
    const text =
      '{ "idempotency_key":"k-1",\n "data":{"action":"updated"}, "event_time":"1763640000.5", "event_type":"keyed" }';
    const again = await engine.call('POST', '/v1/events', { raw: text });
    assert.equal(again.status, 202);
    assert.deepEqual(again.body.events[0], { ...first.body.events[0], duplicate: true });
    const { body } = await engine.call('GET', `/v1/deliveries?event_id=${first.body.events[0].id as string}`);
    assert.equal(body.data.length, 1);
  });

  it('refuses the same key with another value, as 409 when nothing else was accepted', async () => {
    await engine.call('POST', '/v1/events', { body: event({ idempotency_key: 'k-2' }) });
    const other = event({ idempotency_key: 'k-2', data: { action: 'deleted' } });
    const alone = await engine.call('POST', '/v1/events', { body: other });
    assert.equal(alone.status, 409);
    assert.equal(alone.body.errors[0].code, 'idempotency_key_conflict');
    const among = await engine.call('POST', '/v1/events', { body: [other, event()] });
    assert.equal(among.status, 202);
    assert.equal(among.body.events[0].error.status, 409);
  });

  it('takes the key from the header, too, and refuses two different ones', async () => {
    const headers = { 'idempotency-key': 'k-3' };
    const first = await engine.call('POST', '/v1/events', { body: event(), headers });
    const same = await engine.call('POST', '/v1/events', { body: event({ idempotency_key: 'k-3' }), headers });
    assert.equal(same.body.events[0].duplicate, true);
    assert.equal(same.body.events[0].id, first.body.events[0].id);
    const differing = await engine.call('POST', '/v1/events', { body: event({ idempotency_key: 'other' }), headers });
    assert.equal(differing.status, 422);
    const many = await engine.call('POST', '/v1/events', { body: [event(), event()], headers });
    assert.equal(many.body.errors[0].code, 'idempotency_key_for_many');
  });

  it('finds duplicates within one request', async () => {
    const { body } = await engine.call('POST', '/v1/events', {
      body: [
        event({ idempotency_key: 'k-4' }),
        event({ idempotency_key: 'k-4' }),
        event({ idempotency_key: 'k-4', data: {} }),
      ],
    });
    assert.equal(body.events[1].id, body.events[0].id);
    assert.equal(body.events[1].duplicate, true);
    assert.equal(body.events[2].error.status, 409);
  });

  it('keeps the event exactly as it was sent: long numbers, unknown fields, times', async () => {
    const raw =
      '{"event_type":"exact","event_time":1763640000.123456789,"extra":{"a":1.10},"data":{"id":12345678901234567890,"e":1e2}}';
    const { body } = await engine.call('POST', '/v1/events', { raw });
    const { text } = await engine.call('GET', `/v1/events/${body.events[0].id as string}`);
    assert.ok(text.includes('12345678901234567890'), text);
    assert.ok(text.includes('1763640000.123456789'), text);
    assert.ok(text.includes('"e":1e2'), text);
  });

  it('refuses what databases and readers disagree about', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['{"event_type":"a","event_type":"b","event_time":"1.0","data":{}}', 'duplicate_key'],
      ['{"event_type":"a","event_time":"1.0","data":{"n":1e400}}', 'number_out_of_range'],
      ['{"event_type":"a","event_time":"1.0","data":{"s":"\\u0000"}}', 'nul_character'],
      ['{"event_type":"a","event_time":"1.0","data":{"s":"\\ud800"}}', 'lone_surrogate'],
      ['{"event_type":"a","event_time":"1.0","data":{"__proto__":{}}}', 'forbidden_key'],
      [`{"event_type":"a","event_time":"1.0","data":${'['.repeat(70)}${']'.repeat(70)}}`, 'json_too_deep'],
      ['{"event_type":"a","event_time":"soon","data":{}}', 'format'],
      ['{"event_type":"a","event_time":"1.0","data":{},"schema":"audti"}', 'unknown_schema'],
    ];
    for (const [raw, code] of cases) {
      const { status, body } = await engine.call('POST', '/v1/events', { raw });
      assert.equal(status, 422, raw.slice(0, 80));
      assert.ok(
        body.errors.some((fault: { code: string }) => fault.code === code),
        `${code}: ${JSON.stringify(body.errors)}`,
      );
    }
  });

  it('refuses an event that came through too many engines', async () => {
    const accepted = await engine.call('POST', '/v1/events', { body: event(), headers: { 'hookwright-hop': '3' } });
    assert.equal(accepted.status, 202);
    for (const hop of ['4', '100000', '9'.repeat(400)]) {
      const looping = await engine.call('POST', '/v1/events', { body: event(), headers: { 'hookwright-hop': hop } });
      assert.equal(looping.status, 422);
      assert.equal(looping.body.code, 'loop_detected');
    }
  });

  it('refuses more than 1,000 events and an event over 256 KiB', async () => {
    const many = await engine.call('POST', '/v1/events', { body: Array.from({ length: 1001 }, () => 1) });
    assert.equal(many.status, 413);
    const large = await engine.call('POST', '/v1/events', { body: event({ data: { text: 'x'.repeat(256 * 1024) } }) });
    assert.equal(large.status, 422);
    assert.equal(large.body.errors[0].code, 'event_too_large');
  });

  it('takes 1,000 events in one request', async () => {
    const { status, body } = await engine.call('POST', '/v1/events', {
      body: Array.from({ length: 1000 }, () => event({ event_type: 'bulk' })),
    });
    assert.equal(status, 202);
    assert.equal(new Set(body.events.map((one: { id: string }) => one.id)).size, 1000);
  });
});

onEachDatabase('GET /v1/events/{event_id}', () => {
  let engine: TestApp;
  before(async () => {
    engine = await startApp();
  });
  after(() => engine.stop());

  it('says for each webhook why it matched or not, also after the webhook was changed', async () => {
    const make = async (name: string, extra: Record<string, unknown>): Promise<string> =>
      (await engine.call('POST', '/v1/webhooks', { body: { name, url: `${SANDBOX}/status/200`, ...extra } })).body.id;
    const matched = await make('matched', {});
    await make('inactive', { active: false });
    await make('type', { event_types: ['bundle.*'] });
    await make('filter', { filter: { 'data.source': 'Terraform' } });
    const posted = await engine.call('POST', '/v1/events', { body: event({ data: { source: 'API' } }) });
    await engine.call('PATCH', `/v1/webhooks/${matched}`, { body: { active: false } });
    await make('later', {});
    const { body } = await engine.call('GET', `/v1/events/${posted.body.events[0].id as string}`);
    const reasons = Object.fromEntries(
      body.webhooks.map((one: { name: string; reason: string | null }) => [one.name, one.reason]),
    );
    assert.deepEqual(reasons, { matched: null, inactive: 'inactive', type: 'event_type', filter: 'filter' });
    const answer = body.webhooks.find((one: { name: string }) => one.name === 'matched');
    assert.equal(answer.matched, true);
    assert.match(answer.delivery.id, /^dlv_/);
  });

  it('answers 404 for an id that is none, and for one that does not exist', async () => {
    for (const id of [
      'evt_1',
      'whk_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d',
      'evt_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d',
    ]) {
      assert.equal((await engine.call('GET', `/v1/events/${id}`)).status, 404);
    }
  });
});

onEachDatabase('GET /v1/schemas/audit', () => {
  it('lists exactly what a template can name, besides the schema, samples and default template', async () => {
    const engine = await startApp();
    try {
      const { body } = await engine.call('GET', '/v1/schemas/audit');
      const roots = body.fields.map((field: { path: string }) => field.path.split('.')[0]);
      assert.deepEqual([...new Set(roots)].sort(), ['data', 'event_time', 'event_type', 'id', 'received_at', 'schema']);
      assert.ok(body.samples.length >= 8);
      assert.ok(body.default_template.includes('{{data.metadata}}'));
    } finally {
      await engine.stop();
    }
  });
});

onEachDatabase('a list of large events', () => {
  it('has shorter pages, and misses none', async () => {
    const engine = await startApp();
    try {
      const large = event({ event_type: 'large', data: { text: 'x'.repeat(200 * 1024) } });
      const posted = await engine.call('POST', '/v1/events', { body: Array.from({ length: 12 }, () => large) });
      const seen: string[] = [];
      const sizes: number[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body, text } = await engine.call('GET', `/v1/events?event_type=large&limit=200${next}`);
        sizes.push(text.length);
        seen.push(...body.data.map((one: { id: string }) => one.id));
        cursor = body.next_cursor;
      }
      assert.deepEqual(seen, posted.body.events.map((one: { id: string }) => one.id).reverse());
      assert.ok(Math.max(...sizes) < 1.2 * 1024 * 1024 && sizes.length > 1, String(sizes));
    } finally {
      await engine.stop();
    }
  });
});

onEachDatabase('GET /v1/events', () => {
  it('lists newest first, page by page, while new events arrive', async () => {
    const engine = await startApp();
    try {
      const post = async (type: string): Promise<string> =>
        (await engine.call('POST', '/v1/events', { body: event({ event_type: type }) })).body.events[0].id;
      const ids: string[] = [];
      for (let index = 0; index < 7; index += 1) ids.unshift(await post('listed'));
      await post('other');
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const next: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { body } = await engine.call('GET', `/v1/events?event_type=listed&limit=3${next}`);
        seen.push(...body.data.map((one: { id: string }) => one.id));
        cursor = body.next_cursor;
        await post('listed');
      } while (cursor !== null);
      assert.deepEqual(seen, ids);
      const other = await engine.call('GET', '/v1/events?event_type=listed&limit=1');
      const misused = await engine.call('GET', `/v1/events?event_type=other&cursor=${String(other.body.next_cursor)}`);
      assert.equal(misused.status, 400);
      assert.equal(misused.body.code, 'cursor_invalid');
    } finally {
      await engine.stop();
    }
  });
});
