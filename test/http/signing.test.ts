import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { onEachDatabase } from '../support/databases.ts';
import type { Seen } from '../support/wire.ts';
import { headerOf } from '../support/wire.ts';
import type { Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const OWN = `whsec_${Buffer.from('canary-signing-secret-of-thirty2').toString('base64')}`;
const KEY = `whsk_${Buffer.from('canary-signing-key-of-32-bytes!!').toString('base64')}`;

/** What the independent package signs a request with, by the headers that came with it. */
function expected(secret: string, seen: Seen): string {
  const sentAt = new Date(Number(headerOf(seen, 'webhook-timestamp')) * 1000);
  return new Webhook(secret).sign(headerOf(seen, 'webhook-id') ?? '', sentAt, seen.body);
}

function verifies(publicKey: string, seen: Seen): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const text = `${headerOf(seen, 'webhook-id') ?? ''}.${headerOf(seen, 'webhook-timestamp') ?? ''}.${seen.body}`;
  return signaturesOf(seen).some(
    (one) => one.startsWith('v1a,') && verify(null, Buffer.from(text), key, Buffer.from(one.slice(4), 'base64')),
  );
}

function signaturesOf(seen: Seen | undefined): string[] {
  return (headerOf(seen, 'webhook-signature') ?? '').split(' ').filter((one) => one !== '');
}

onEachDatabase('signing', () => {
  let engine: Engine;
  const answers: string[] = [];
  const made: string[] = [];
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  const rotate = async (id: string, body?: Record<string, unknown>, query = '') => {
    const answer = await engine.call(
      'POST',
      `/v1/webhooks/${id}/signing/rotate${query}`,
      body === undefined ? {} : { body },
    );
    if (typeof answer.body.secret === 'string') made.push(answer.body.secret);
    else answers.push(answer.text);
    return answer;
  };
  const patch = async (id: string, body: Record<string, unknown>) => {
    const answer = await engine.call('PATCH', `/v1/webhooks/${id}`, { body });
    answers.push(answer.text);
    return answer;
  };

  it('signs each attempt anew, with the time of that attempt', async () => {
    const receiver = engine.plan(status(500), status(200));
    const { type } = await engine.webhook({
      url: receiver.url,
      signing: { secret: OWN },
      body_template: '{"t":"Zoë"}',
    });
    const deliveryId = await engine.deliver(type);
    await engine.later(70);
    const [first, second] = receiver.seen();
    assert.ok(first !== undefined && second !== undefined);
    assert.notEqual(headerOf(first, 'webhook-timestamp'), headerOf(second, 'webhook-timestamp'));
    for (const seen of [first, second]) assert.deepEqual(signaturesOf(seen), [expected(OWN, seen)]);
    await engine.later(10);
    const again = await engine.call('POST', `/v1/deliveries/${deliveryId}/redeliver`, { body: { same_bytes: true } });
    assert.equal(again.status, 201);
    await engine.app.idle();
    const third = receiver.seen()[2];
    assert.ok(third !== undefined);
    assert.equal(third.body, second.body);
    assert.notEqual(headerOf(third, 'webhook-signature'), headerOf(second, 'webhook-signature'));
    assert.deepEqual(signaturesOf(third), [expected(OWN, third)]);
  });

  it('signs a request without a body, and tests of saved webhooks and drafts', async () => {
    const receiver = engine.plan(status(200));
    const settings = { url: receiver.url, method: 'GET', signing: { secret: OWN } };
    const { id } = await engine.webhook(settings);
    const test = await engine.call('POST', `/v1/webhooks/${id}/test`);
    const draft = await engine.call('POST', '/v1/webhooks/test', { body: { webhook: { name: 'draft', ...settings } } });
    answers.push(test.text, draft.text);
    assert.deepEqual([test.body.message, draft.body.message], ['Test successful', 'Test successful']);
    assert.equal(receiver.seen().length, 2);
    for (const seen of receiver.seen()) assert.deepEqual(signaturesOf(seen), [expected(OWN, seen)]);
  });

  it('turns signing on with a secret that is shown once, and changes it with an overlap', async () => {
    const receiver = engine.plan(status(200));
    const { id, type } = await engine.webhook({ url: receiver.url });
    await engine.deliver(type);
    assert.deepEqual(signaturesOf(receiver.seen()[0]), []);
    const on = await rotate(id);
    assert.equal(on.status, 200);
    assert.match(on.body.secret, /^whsec_/);
    assert.equal(on.body.version, 2);
    assert.equal(on.body.signing.previous_secret, null);
    const changed = await rotate(id, { scheme: 'ed25519', overlap_in_sec: 100 });
    assert.match(changed.body.secret, /^whsk_/);
    assert.match(changed.body.public_key, /^whpk_/);
    assert.deepEqual(changed.body.signing, {
      secret: '***',
      scheme: 'ed25519',
      public_key: changed.body.public_key,
      previous_secret: '***',
      previous_public_key: null,
      previous_until: new Date(engine.now().getTime() + 100_000).toISOString(),
    });
    const shown = await engine.call('GET', `/v1/webhooks/${id}`);
    answers.push(shown.text);
    assert.deepEqual(shown.body.signing, changed.body.signing);
    await engine.deliver(type);
    const during = receiver.seen()[1];
    assert.ok(during !== undefined);
    assert.ok(verifies(changed.body.public_key, during));
    assert.equal(signaturesOf(during)[1], expected(on.body.secret, during));
    await engine.later(100);
    await engine.deliver(type);
    const after = receiver.seen()[2];
    assert.ok(after !== undefined);
    assert.equal(signaturesOf(after).length, 1);
    assert.ok(verifies(changed.body.public_key, after));
  });

  it('takes a secret of the caller, and keeps the scheme where it makes the next one', async () => {
    const { id } = await engine.webhook({ url: engine.plan(status(200)).url, signing: { secret: OWN } });
    const own = await rotate(id, { secret: KEY, overlap_in_sec: 0 });
    assert.deepEqual([own.body.secret, own.body.signing.previous_secret], [null, null]);
    assert.match(own.body.public_key, /^whpk_/);
    const next = await rotate(id, {});
    assert.match(next.body.secret, /^whsk_/);
    assert.equal(next.body.signing.previous_public_key, own.body.public_key);
  });

  it('goes on with the stored secret by ***, ends with null, and comes back with a version', async () => {
    const { id } = await engine.webhook({ url: engine.plan(status(200)).url, signing: { secret: OWN } });
    const { body: read } = await engine.call('GET', `/v1/webhooks/${id}`);
    const same = await engine.call('PUT', `/v1/webhooks/${id}`, { body: read });
    assert.equal(same.body.version, 1, 'what GET gave changes nothing');
    assert.equal((await patch(id, { signing: { secret: KEY } })).body.signing.scheme, 'ed25519');
    assert.equal((await patch(id, { signing: { secret: '***' } })).body.version, 2);
    assert.equal((await patch(id, { signing: null })).body.signing, null);
    const back = await engine.call('POST', `/v1/webhooks/${id}/versions/1/restore`);
    answers.push(back.text);
    assert.deepEqual([back.body.version, back.body.signing.scheme], [4, 'hmac-sha256']);
    const elsewhere = await patch(id, { url: 'https://elsewhere.example.com/' });
    assert.deepEqual(
      elsewhere.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code]),
      [['/signing/secret', 'secret_required']],
    );
  });

  it('rotates nothing by a dry run, a stale If-Match or a faulty request', async () => {
    const { id } = await engine.webhook({ url: engine.plan(status(200)).url, signing: { secret: OWN } });
    const dry = await rotate(id, { scheme: 'ed25519' }, '?dry_run=true');
    assert.deepEqual([dry.status, dry.body.secret, dry.body.public_key, dry.body.version], [200, null, null, 2]);
    const path = `/v1/webhooks/${id}/signing/rotate`;
    const stale = await engine.call('POST', path, { body: {}, headers: { 'if-match': '"7"' } });
    assert.equal(stale.status, 412);
    const cases: readonly (readonly [Record<string, unknown>, ...string[]])[] = [
      [{ secret: 'canary' }, '/secret signing_secret_invalid'],
      [{ secret: '***' }, '/secret secret_required'],
      [{ secret: KEY, scheme: 'hmac-sha256' }, '/scheme scheme_mismatch'],
      [
        { scheme: 'rsa', overlap_in_sec: 2_592_001, bogus: 1 },
        '/bogus unknown_field',
        '/overlap_in_sec out_of_range',
        '/scheme not_one_of',
      ],
      [{ overlap_in_sec: -1, secret: 7 }, '/overlap_in_sec out_of_range', '/secret wrong_type'],
    ];
    for (const [body, ...faults] of cases) {
      const answer = await engine.call('POST', path, { body });
      answers.push(answer.text);
      assert.equal(answer.status, 422);
      assert.deepEqual(
        answer.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`).sort(),
        faults,
      );
    }
    assert.equal((await engine.call('POST', '/v1/webhooks/whk_0/signing/rotate')).status, 404);
    assert.equal((await engine.get(`/v1/webhooks/${id}`)).version, 1);
  });

  it('signs on with the one before where the same rotation is asked for twice, and warns of what a restore brings back', async () => {
    const receiver = engine.plan((response) => response.end('{}'));
    const { id, type } = await engine.webhook({ url: receiver.url, signing: { secret: OWN } });
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    for (const expected of [2, 2]) {
      const { body } = await engine.call('POST', `/v1/webhooks/${id}/signing/rotate`, { body: { secret: other } });
      assert.equal(body.version, expected);
    }
    await engine.deliver(type);
    const signatures = headerOf(receiver.seen().at(-1), 'webhook-signature')?.split(' ') ?? [];
    assert.equal(new Set(signatures).size, 2, signatures.join());
    const restored = await engine.call('POST', `/v1/webhooks/${id}/versions/1/restore`);
    const warnings = restored.body.warnings.map(
      ({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`,
    );
    assert.deepEqual(warnings, ['/signing/secret secret_restored']);
  });

  it('leaves no signing secret in answers, records, events, log or database', async () => {
    const receiver = engine.plan((response, seen) => response.end(`${OWN} ${seen.body}`));
    const { id, type } = await engine.webhook({
      url: receiver.url,
      signing: { secret: OWN },
      body_template: '{"k":"{{data.k}}"}',
    });
    await engine.deliver(type, { data: { k: OWN.slice(6) } });
    for (const path of [
      `/v1/webhooks/${id}/versions`,
      '/v1/webhooks?limit=200',
      '/v1/invocations?limit=200',
      '/v1/events?limit=200&origin=engine',
    ]) {
      answers.push((await engine.call('GET', path)).text);
    }
    for (const { id: one } of (await engine.get('/v1/invocations?limit=200')).data as { id: string }[]) {
      for (const view of ['', '/har', '/curl'])
        answers.push((await engine.call('GET', `/v1/invocations/${one}${view}`)).text);
    }
    const texts = [...answers, engine.log.join('\n')];
    const secrets = [OWN, KEY, ...made].flatMap((secret) => [secret, secret.slice(secret.indexOf('_') + 1)]);
    assert.ok(made.length >= 3 && texts.some((text) => text.includes('"signing"')));
    for (const secret of secrets) assert.ok(!texts.some((text) => text.includes(secret)), secret.slice(0, 12));
    for (const file of readdirSync(engine.dataDir)) {
      const bytes = readFileSync(join(engine.dataDir, file));
      for (const secret of secrets.filter((one) => /_/.test(one))) assert.ok(!bytes.includes(secret), file);
    }
  });
});
