// What becomes of a webhook whose stored secrets were changed below the engine: it fails where everybody can see it.
import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { rowsOf } from '../../src/store/dialect.ts';
import { connectBelow } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import { headerOf } from '../support/wire.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';

const TOKEN = 'canary-of-the-damaged';

onEachDatabase('a secret that was changed in the database', () => {
  let engine: Engine;
  let db: Knex;
  before(async () => {
    engine = await startEngine();
    db = connectBelow(engine.dataDir);
  });
  after(async () => {
    await db.destroy();
    await engine.stop();
  });

  const make = async () => {
    const receiver = engine.plan((response) => response.end('{}'));
    const retry = { delays_in_sec: [10], jitter: 0 };
    const headers = { 'X-One': TOKEN, 'X-Two': `${TOKEN}-2` };
    const made = await engine.webhook({ url: receiver.url, headers, retry_policy: retry });
    return { receiver, headers, ...made };
  };
  const settingsOf = async (id: string): Promise<{ headers: Record<string, string> }> => {
    const [row] = rowsOf(await db.raw('select settings from webhook_versions where webhook_id = ?', [id]));
    return JSON.parse(String(row?.['settings'])) as { headers: Record<string, string> };
  };
  const store = async (id: string, headers: Record<string, string>): Promise<void> => {
    const settings = JSON.stringify({ ...(await settingsOf(id)), headers });
    await db.raw('update webhook_versions set settings = ? where webhook_id = ?', [settings, id]);
  };

  const damages: Readonly<Record<string, (own: Record<string, string>, other: Record<string, string>) => object>> = {
    'copied from another webhook': (own, other) => ({ ...own, 'X-One': other['X-One'] }),
    'copied from another field': (own) => ({ ...own, 'X-One': own['X-Two'] }),
    'changed in one character': (own) => ({
      ...own,
      'X-One': (own['X-One'] ?? '').replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA')),
    }),
    'put there in clear': (own) => ({ ...own, 'X-One': TOKEN }),
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`fails its deliveries with a reason and harms no other webhook, ${what}`, async () => {
      const [broken, whole] = [await make(), await make()];
      const [own, other] = [await settingsOf(broken.id), await settingsOf(whole.id)];
      await store(broken.id, damage(own.headers, other.headers) as Record<string, string>);

      const deliveryId = await engine.deliver(broken.type);
      assert.equal((await engine.get(`/v1/deliveries/${deliveryId}`)).state, 'pending');
      await engine.later(10);
      const { state, reason, invocations } = await engine.get(`/v1/deliveries/${deliveryId}`);
      assert.deepEqual([state, reason], ['exhausted', 'secret_unreadable']);
      assert.equal(invocations.length, 2, 'as many attempts as the policy has');
      const invocation = await engine.get(`/v1/invocations/${String(invocations[0].id)}`);
      assert.deepEqual([invocation.outcome, invocation.phase], ['secret_unreadable', 'render']);
      assert.match(invocation.message, new RegExp(`stored secret headers.X-One of ${broken.id}`));
      assert.match(invocation.hint, /PUT/);
      assert.deepEqual(broken.receiver.seen(), []);

      await engine.deliver(whole.type);
      assert.equal(headerOf(whole.receiver.seen().at(-1), 'x-one'), TOKEN);
      assert.ok(!engine.log.join('').includes(TOKEN));
    });
  }

  it('is shown as `***`, keeps nothing from being read, and is mended by the whole webhook anew', async () => {
    const { id, type, headers, receiver } = await make();
    const own = await settingsOf(id);
    await store(id, { ...own.headers, 'X-One': own.headers['X-Two'] ?? '' });
    const shown = await engine.call('GET', `/v1/webhooks/${id}`);
    assert.deepEqual([shown.status, shown.body.headers['X-One']], [200, '***']);
    assert.equal((await engine.call('GET', '/v1/webhooks')).status, 200);
    for (const [method, path, body] of [
      ['PATCH', '', { timeout_in_sec: 9 }],
      ['POST', '/test', undefined],
      ['GET', '/versions/1', undefined],
    ] as const) {
      const answer = await engine.call(method, `/v1/webhooks/${id}${path}`, { body });
      assert.deepEqual([answer.status, answer.body.code], [409, 'secret_unreadable'], answer.text);
    }
    const settings = shown.body as object;
    const kept = await engine.call('PUT', `/v1/webhooks/${id}`, { body: settings });
    assert.deepEqual([kept.status, kept.body.errors[0].code], [422, 'secret_required'], kept.text);
    const mended = await engine.call('PUT', `/v1/webhooks/${id}`, { body: { ...settings, headers } });
    assert.equal(mended.status, 200, mended.text);
    await engine.deliver(type);
    assert.equal(headerOf(receiver.seen().at(-1), 'x-one'), TOKEN);
  });
});
