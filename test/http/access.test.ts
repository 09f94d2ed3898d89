import assert from 'node:assert/strict';
import { onEachDatabase } from '../support/databases.ts';
import type { Answer } from '../support/app.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';

const DAY_SEC = 24 * 60 * 60;

onEachDatabase('keys and organizations', () => {
  let engine: Engine;
  let count = 0;
  before(async () => (engine = await startEngine()));
  after(() => engine.stop());

  const newKey = async (body: Record<string, unknown> = {}, key = engine.key): Promise<Answer['body']> => {
    const made = await engine.call('POST', '/v1/api-keys', { key, body: { name: 'a key', role: 'admin', ...body } });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.headers['location'], `/v1/api-keys/${made.body.id as string}`);
    return made.body;
  };
  const newOrganization = async (limits = {}): Promise<{ id: string; key: string; keyId: string; name: string }> => {
    count += 1;
    const body = { name: `Tenant ${String(count)}`, limits };
    const { id } = (await engine.call('POST', '/v1/organizations', { body })).body as { id: string };
    const made = (await engine.call('POST', `/v1/organizations/${id}/api-keys`)).body;
    return { id, key: made.key, keyId: made.id, name: body.name };
  };
  const problem = ({ status, body }: Answer): [number, string] => [status, body.code];
  const ask = (key: string) => engine.call('GET', '/v1/me', { key });

  describe('an API key', () => {
    it('works at once, is shown once, and says who one is', async () => {
      const made = await newKey({ name: 'Prüfung 1', role: 'auditor', expires_in_days: 30 });
      const { status, body } = await ask(made.key);
      assert.equal(status, 200);
      assert.deepEqual([body.key.id, body.role, body.manages_installation], [made.id, 'auditor', false]);
      assert.deepEqual(body.permissions.includes('audit:read'), true);
      assert.equal(body.organization.limits.max_webhooks, 100);
      assert.equal(Date.parse(made.expires_at) - engine.now().getTime(), 30 * DAY_SEC * 1000);
      const read = await engine.call('GET', `/v1/api-keys/${made.id as string}`);
      assert.deepEqual([read.body.name, read.body.state, read.body.key], ['Prüfung 1', 'active', undefined]);
      const list = await engine.call('GET', '/v1/api-keys');
      assert.ok(!list.text.includes((made.key as string).slice(40, 83)));
      assert.equal(list.body.data[0].id, made.id);
    });

    it('notes when it was used, once a minute', async () => {
      const { id, key } = await newKey({ role: 'source' });
      const lastUsed = async () => (await engine.get(`/v1/api-keys/${id as string}`)).last_used_at;
      assert.equal(await lastUsed(), null);
      await ask(key);
      await engine.app.idle();
      const first = await lastUsed();
      assert.equal(first, engine.now().toISOString());
      await engine.later(59);
      await ask(key);
      await engine.app.idle();
      assert.equal(await lastUsed(), first);
      await engine.later(1);
      await ask(key);
      await engine.app.idle();
      assert.equal(await lastUsed(), engine.now().toISOString());
    });

    it('is over when it expires or is revoked, and callers are not told which', async () => {
      const [expiring, revoked] = [await newKey({ role: 'operator', expires_in_days: 1 }), await newKey()];
      const first = await engine.call('DELETE', `/v1/api-keys/${revoked.id as string}`);
      assert.deepEqual([first.status, first.body.state], [200, 'revoked']);
      const again = await engine.call('DELETE', `/v1/api-keys/${revoked.id as string}`);
      assert.deepEqual([again.status, again.body], [200, first.body]);
      await engine.later(DAY_SEC);
      const [a, b] = [await ask(expiring.key), await ask(revoked.key)];
      assert.deepEqual(
        [problem(a), problem(b)],
        [
          [401, 'key_unknown'],
          [401, 'key_unknown'],
        ],
      );
      assert.deepEqual([a.body.detail, a.body.hint], [b.body.detail, b.body.hint]);
      const states = [expiring.id, revoked.id].map(
        async (id: string) => (await engine.get(`/v1/api-keys/${id}`)).state,
      );
      assert.deepEqual(await Promise.all(states), ['expired', 'revoked']);
    });

    it('can be renamed and ended otherwise, but not once it is revoked', async () => {
      const made = await newKey({ role: 'operator' });
      const path = `/v1/api-keys/${made.id as string}`;
      const end = new Date(engine.now().getTime() + 1000).toISOString();
      const patched = await engine.call('PATCH', path, { body: { name: 'other', expires_at: end } });
      assert.deepEqual([patched.body.name, patched.body.expires_at, patched.body.key], ['other', end, undefined]);
      assert.equal((await engine.call('PATCH', path, { body: { expires_at: null } })).body.expires_at, null);
      await engine.call('DELETE', path);
      assert.deepEqual(problem(await engine.call('PATCH', path, { body: { name: 'x' } })), [409, 'key_revoked']);
    });

    it('is refused with every fault at once', async () => {
      const bad: readonly (readonly [body: Record<string, unknown>, faults: readonly string[]])[] = [
        [{}, ['/name required', '/role required']],
        [{ name: ' x', role: 'root', expires_in_days: 0 }, ['/name', '/role', '/expires_in_days']],
        [{ name: 'x', role: 'admin', secret: 'y' }, ['/secret']],
        [{ name: 'x', role: 'admin', expires_at: '2020-01-01T00:00:00Z' }, ['/expires_at expiry_in_past']],
        [{ name: 'x', role: 'admin', expires_at: '2016-12-31T23:59:60Z' }, ['/expires_at']],
        [
          { name: 'x', role: 'admin', expires_at: '2030-01-01T00:00:00Z', expires_in_days: 1 },
          ['/expires_in_days expiry_twice'],
        ],
      ];
      for (const [body, faults] of bad) {
        const { status, body: answer } = await engine.call('POST', '/v1/api-keys', { body });
        assert.equal(status, 422);
        const found = answer.errors.map(
          ({ pointer, code }: Record<string, string>) => `${pointer ?? ''} ${code ?? ''}`,
        );
        assert.equal(found.length, faults.length, JSON.stringify(answer.errors));
        for (const fault of faults)
          assert.ok(
            found.some((one: string) => one.startsWith(fault)),
            `${fault} ${String(found)}`,
          );
      }
    });

    it('stays while it is the last good admin key', async () => {
      const { key, keyId } = await newOrganization();
      const path = `/v1/api-keys/${keyId}`;
      const soon = { expires_at: new Date(engine.now().getTime() + 60_000).toISOString() };
      for (const asking of [engine.call('DELETE', path, { key }), engine.call('PATCH', path, { key, body: soon })]) {
        assert.deepEqual(problem(await asking), [409, 'last_admin_key']);
      }
      assert.equal((await engine.call('PATCH', path, { key, body: { name: 'mine' } })).status, 200);
      const second = await newKey({}, key);
      assert.equal((await engine.call('PATCH', path, { key, body: soon })).status, 200);
      assert.equal((await engine.call('PATCH', path, { key, body: { expires_at: null } })).status, 200);
      // Each admin revokes the other: one of them is left.
      const both = await Promise.all([
        engine.call('DELETE', path, { key: second.key }),
        engine.call('DELETE', `/v1/api-keys/${second.id as string}`, { key }),
      ]);
      const statuses = both.map(({ status }) => status).sort();
      assert.ok(statuses[0] === 200 && (statuses[1] === 409 || statuses[1] === 401), statuses.join());
    });
  });

  describe('an organization', () => {
    it('is made, renamed and limited by admins of the first one', async () => {
      const { id, key, name } = await newOrganization({ max_webhooks: 2 });
      const path = `/v1/organizations/${id}`;
      assert.deepEqual((await engine.call('GET', path)).body.limits, { max_webhooks: 2 });
      const patched = await engine.call('PATCH', path, { body: { name: `${name} b`, limits: { max_webhooks: 0 } } });
      assert.deepEqual([patched.body.name, patched.body.limits.max_webhooks], [`${name} b`, 0]);
      const { data } = (await engine.call('GET', '/v1/organizations')).body;
      assert.deepEqual([data[0].id, data.at(-1).name], [id, 'default']);
      assert.equal((await engine.call('GET', '/v1/me', { key })).body.manages_installation, false);
    });

    it('has a name of its own', async () => {
      const { id, name } = await newOrganization();
      const body = { name: name.toUpperCase() };
      assert.deepEqual(problem(await engine.call('POST', '/v1/organizations', { body })), [409, 'name_taken']);
      const own = (await engine.get('/v1/me')).organization.id as string;
      const taken = await engine.call('PATCH', `/v1/organizations/${own}`, { body });
      assert.deepEqual([...problem(taken), taken.body.errors[0].pointer], [409, 'name_taken', '/name']);
      assert.equal((await engine.call('PATCH', `/v1/organizations/${id}`, { body })).status, 200);
    });

    it('may be renamed by its own admins, who can neither limit it nor see or make others', async () => {
      const [mine, other] = [await newOrganization(), await newOrganization()];
      const { key } = mine;
      const path = `/v1/organizations/${mine.id}`;
      const renamed = await engine.call('PATCH', path, {
        key,
        body: { name: `${mine.name} x`, limits: { max_webhooks: 100 } },
      });
      assert.deepEqual([renamed.status, renamed.body.name], [200, `${mine.name} x`], 'what stays as it is may be said');
      const limit = await engine.call('PATCH', path, { key, body: { name: 'y', limits: { max_webhooks: 101 } } });
      assert.deepEqual(problem(limit), [403, 'installation_admin_only']);
      assert.equal((await engine.call('GET', path, { key })).body.name, `${mine.name} x`, 'and nothing of it was done');
      const { data, next_cursor: next } = (await engine.call('GET', '/v1/organizations', { key })).body;
      assert.deepEqual([data.map(({ id }: { id: string }) => id), next], [[mine.id], null]);
      const made = await engine.call('POST', '/v1/organizations', { key, body: { name: 'new one' } });
      assert.deepEqual(problem(made), [403, 'installation_admin_only']);
      assert.deepEqual(problem(await engine.call('POST', `${path}/api-keys`, { key })), [
        403,
        'installation_admin_only',
      ]);
      for (const [method, at] of [
        ['GET', ''],
        ['PATCH', ''],
        ['POST', '/api-keys'],
      ] as const) {
        const call = engine.call(method, `/v1/organizations/${other.id}${at}`, { key, body: { name: 'z' } });
        assert.deepEqual(problem(await call), [404, 'not_found'], method);
      }
    });

    it('gets its first admin key from the installation, and no other while that is good', async () => {
      const { id, key, keyId } = await newOrganization();
      const path = `/v1/organizations/${id}/api-keys`;
      assert.deepEqual(problem(await engine.call('POST', path)), [409, 'has_admin_key']);
      const { body } = await engine.call('GET', `/v1/api-keys/${keyId}`, { key });
      assert.deepEqual([body.role, body.created_by], ['admin', 'installation_admin']);
      // With an end that passes, there is none again.
      const short = await newKey({ expires_in_days: 1 }, key);
      await engine.call('DELETE', `/v1/api-keys/${keyId}`, { key: short.key });
      await engine.later(DAY_SEC);
      assert.equal((await engine.call('POST', path, { body: { name: 'again', expires_in_days: 7 } })).status, 201);
    });

    it('keeps its webhooks within the limit, also when two are made at the same moment', async () => {
      const { id, key } = await newOrganization({ max_webhooks: 2 });
      const webhook = (name: string, query = '') =>
        engine.call('POST', `/v1/webhooks${query}`, {
          key,
          body: { name, url: 'https://sandbox.hookwright.test/echo' },
        });
      const first = await webhook('one');
      assert.equal(first.status, 201);
      const statuses = (await Promise.all(['a', 'b', 'c', 'd'].map((name) => webhook(name)))).map(
        ({ status }) => status,
      );
      assert.deepEqual(statuses.sort(), [201, 409, 409, 409]);
      const full = await webhook('e', '?dry_run=true');
      assert.deepEqual(problem(full), [409, 'too_many_webhooks']);
      assert.match(full.body.detail, /may have 2 webhooks, and has 2/);
      await engine.call('PATCH', `/v1/organizations/${id}`, { body: { limits: { max_webhooks: 1 } } });
      assert.equal((await engine.call('GET', '/v1/webhooks', { key })).body.data.length, 2, 'lowering deletes nothing');
      const path = `/v1/webhooks/${first.body.id as string}`;
      assert.equal((await engine.call('PATCH', path, { key, body: { active: false } })).status, 200);
      await engine.call('DELETE', path, { key });
      assert.deepEqual(problem(await webhook('f')), [409, 'too_many_webhooks']);
      await engine.call('PATCH', `/v1/organizations/${id}`, { body: { limits: { max_webhooks: 2 } } });
      assert.equal((await webhook('f')).status, 201);
    });
  });

  describe('/rest/auditing', () => {
    const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`jira:${key}`).toString('base64')}` });

    const refusal = ({ status, body }: Answer): [number, string] => [status, body[0].errors[0].key];

    it('takes Basic with the key as its password, and asks for a role', async () => {
      const { key } = await newKey({ role: 'auditor' });
      const path = '/rest/auditing/1.0/events';
      const get = (headers: Record<string, string>) => engine.call('GET', path, { key: null, headers });
      assert.equal((await get(basic(key))).status, 200);
      assert.equal((await get({ authorization: `Bearer ${key as string}` })).status, 200);
      const nobody = await get({});
      assert.deepEqual(refusal(nobody), [401, 'key_missing']);
      assert.equal(nobody.headers['www-authenticate'], 'Basic realm="hookwright", Bearer realm="hookwright"');
      const operator = await newKey({ role: 'operator' });
      assert.deepEqual(refusal(await get(basic(operator.key))), [403, 'permission_missing']);
      for (const elsewhere of ['/v1/events', '/v1/rest/auditing']) {
        const { status, body } = await engine.call('GET', elsewhere, { key: null, headers: basic(key) });
        assert.ok(status === 404 || (status === 401 && /Bearer/.test(body.detail)), elsewhere);
      }
    });
  });

  describe('refused keys', () => {
    const events = async (type: string, key = engine.key): Promise<Answer['body']['data']> =>
      (await engine.call('GET', `/v1/events?event_type=${type}`, { key })).body.data.map(
        (one: { body: Answer['body'] }) => one.body,
      );

    it('are told of in their organization, once with their number, and unknown ones in the first', async () => {
      const { key } = await newOrganization();
      const second = await newKey({}, key);
      await engine.call('DELETE', `/v1/api-keys/${second.id as string}`, { key });
      for (let n = 0; n < 3; n += 1) await ask(second.key);
      await ask('nonsense');
      await engine.app.idle();
      const [event, ...others] = await events('key.refused', key);
      assert.deepEqual([event.data.target_id, others], [second.id, []]);
      const { reason, count: times, address } = event.data.metadata;
      assert.deepEqual([reason, times, address], ['revoked', 3, '127.0.0.1']);
      const [unknown] = await events('key.refused');
      assert.deepEqual([unknown.data.target_id, unknown.data.metadata.reason], [null, 'malformed']);
      assert.equal(JSON.stringify([event, unknown]).includes('nonsense'), false);
      const line = engine.log.find((one) => one.includes('"authentication failed"') && one.includes(second.id)) ?? '';
      assert.match(line, /"reason":"revoked".*127\.0\.0\.1/);
      assert.equal(line.includes((second.key as string).slice(40, 83)), false);
    });

    it('and roles that do not suffice are told of with key, route and permission', async () => {
      const made = await newKey({ role: 'source' });
      for (let n = 0; n < 2; n += 1) await engine.call('GET', '/v1/webhooks', { key: made.key });
      const { key } = await newOrganization();
      await engine.call('POST', '/v1/organizations', { key, body: { name: 'mine' } });
      await engine.app.idle();
      const [event] = await events('key.exceeded_role');
      assert.deepEqual([event.data.actor_id, event.data.target_id], [made.id, made.id]);
      const { route, permission, role, count: times } = event.data.metadata;
      assert.deepEqual([route, permission, role, times], ['GET /v1/webhooks', 'webhooks:read', 'source', 2]);
      const [other] = await events('key.exceeded_role', key);
      assert.equal(other.data.metadata.route, 'POST /v1/organizations');
    });
  });
});
