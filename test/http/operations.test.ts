import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { writeKey } from '../../src/domain/api-key.ts';
import { ready } from '../../src/http/handlers/operations.ts';
import type { OperationHandlerDeps } from '../../src/http/handlers/operations.ts';
import { isAuditingPath } from '../../src/http/jira-answer.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { PROBLEMS } from '../../src/http/problem.ts';
import { assertView } from './views/assert-view.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const PACKAGE = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the validator has said by then what it is
function assertDescribed(operation: any, route: (typeof ROUTES)[number]): void {
  assert.equal(operation.operationId, route.id);
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => `path ${name}`);
  const names = operation.parameters.map((one: { name: string; in: string }) => `${one.in} ${one.name}`);
  for (const name of [...inPath, ...Object.keys(route.query).map((one) => `query ${one}`)]) {
    assert.ok(names.includes(name), `${route.id} ${name}`);
  }
  assert.deepEqual(Object.keys(operation.requestBody?.content ?? {}), route.body?.contentTypes ?? []);
  for (const { status: code } of [route.success, ...(route.alternatives ?? [])]) {
    assert.ok(operation.responses[String(code)], `${route.id} ${String(code)}`);
  }
  const { type, security } = isAuditingPath(route.path) ? OF_JIRA : OURS;
  assert.ok(operation.responses.default.content[type]);
  assert.deepEqual(operation.security, route.permission === 'public' ? [] : security);
}

const OURS = { type: 'application/problem+json', security: undefined };
const OF_JIRA = { type: 'application/json', security: [{ key: [] }, { basic: [] }] };

onEachDatabase('operations', () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  const metric = async (line: string): Promise<number> => {
    const { text } = await engine.call('GET', '/metrics', { key: null });
    const found = text.split('\n').find((one) => one.startsWith(`${line} `));
    return found === undefined ? 0 : Number(found.slice(line.length + 1));
  };

  describe('who may ask', () => {
    const isPublic = (path: string) => ['/livez', '/readyz', '/version', '/openapi.json'].includes(path);
    // Read from this machine, metrics need no key.
    const guarded = ROUTES.filter((route) => !isPublic(route.path) && route.path !== '/metrics');

    it('is asked on every route but the public ones, before anything of the request is read', async () => {
      assert.ok(guarded.length >= 20);
      for (const route of guarded) {
        const path = route.path.replaceAll(/\{\w+\}/g, 'x');
        const { status: code, headers, body } = await engine.call(route.method, path, { key: null });
        const isJira = isAuditingPath(route.path);
        assert.deepEqual([code, isJira ? body[0].errors[0].key : body.code], [401, 'key_missing'], route.id);
        const schemes = isJira ? 'Basic realm="hookwright", Bearer realm="hookwright"' : 'Bearer realm="hookwright"';
        assert.equal(headers['www-authenticate'], schemes);
        assert.ok(isJira || body.hint);
      }
      for (const path of ['/livez', '/readyz', '/version', '/openapi.json', '/metrics']) {
        assert.equal((await fetch(`${engine.url}${path}`)).status, 200, path);
      }
    });

    it('is refused with a wrong key, without a word about what is wrong with a whole one', async () => {
      const [id, secret] = [engine.key.slice(3, 39), engine.key.slice(40, 83)];
      const broken = ['x', `${engine.key}x`, engine.key.slice(0, -1), engine.key.toUpperCase(), secret];
      const wrong = [
        writeKey(`key_${id}`, 'A'.repeat(43)),
        writeKey('key_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d', secret),
      ];
      for (const [code, keys] of [
        ['key_malformed', broken],
        ['key_unknown', wrong],
      ] as const) {
        const answers = await Promise.all(keys.map((key) => engine.call('GET', '/v1/webhooks', { key })));
        for (const answer of answers) {
          assert.deepEqual([answer.status, answer.body.code], [401, code]);
          assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
        }
        assert.equal(new Set(answers.map((answer) => answer.body.detail as string)).size, 1);
      }
    });

    it('is refused with another scheme, and understood whatever the case of its own', async () => {
      const ask = (authorization: string) =>
        engine.call('GET', '/v1/webhooks', { key: null, headers: { authorization } });
      for (const header of [`Basic ${engine.key}`, engine.key, 'Bearer', `Bearer ${engine.key} x`]) {
        assert.equal((await ask(header)).body.code, 'key_missing', header);
      }
      assert.equal((await ask(`bearer  ${engine.key}`)).status, 200);
    });
  });

  describe('health', () => {
    it('is well while the database answers', async () => {
      assert.equal((await engine.call('GET', '/livez')).body.status, 'ok');
      assert.deepEqual((await engine.call('GET', '/readyz')).body, {
        status: 'ok',
        checks: ['database', 'encryption_keys'].map((name) => ({ name, status: 'ok', detail: null })),
      });
    });

    it('is 503 with the reason where a check fails', async () => {
      const health = async () => [
        { name: 'database', problem: 'The database does not answer.' },
        { name: 'other', problem: undefined },
      ];
      const reply = await ready({ health } as unknown as OperationHandlerDeps);
      assert.equal(reply.status, 503);
      assert.deepEqual(reply.body, {
        status: 'unavailable',
        checks: [
          { name: 'database', status: 'unavailable', detail: 'The database does not answer.' },
          { name: 'other', status: 'ok', detail: null },
        ],
      });
      assertView('health', reply.body ?? null);
    });
  });

  it('GET /version says what runs', async () => {
    const { body } = await engine.call('GET', '/version');
    assert.deepEqual(body, { name: 'hookwright', version: PACKAGE.version, node: process.versions.node });
  });

  describe('GET /metrics', () => {
    it('moves its counters with what happens', async () => {
      const good = await engine.webhook({ url: engine.plan(status(200)).url });
      const bad = await engine.webhook({ url: engine.plan(status(500)).url });
      const watched = [
        'hookwright_events_received_total{result="accepted"}',
        'hookwright_events_received_total{result="duplicate"}',
        'hookwright_events_received_total{result="refused"}',
        'hookwright_deliveries_planned_total',
        'hookwright_deliveries_settled_total{state="delivered"}',
        'hookwright_deliveries_settled_total{state="pending"}',
        'hookwright_invocations_total{kind="delivery",outcome="success"}',
        'hookwright_invocations_total{kind="delivery",outcome="server_error"}',
        'hookwright_invocations_total{kind="test",outcome="success"}',
        'hookwright_attempts_total{error_code="none",status_class="5xx"}',
        'hookwright_webhook_changes_total{action="created"}',
        'hookwright_http_requests_total{method="POST",route="/v1/events",status_class="2xx"}',
      ];
      const read = async () => Promise.all(watched.map(metric));
      const before = await read();
      await engine.deliver(good.type, { idempotency_key: 'metrics-1' });
      await engine.post(good.type, { idempotency_key: 'metrics-1' });
      await engine.deliver(bad.type);
      await engine.call('POST', '/v1/events', { body: {} });
      await engine.call('POST', `/v1/webhooks/${good.id}/test`);
      await engine.webhook({ url: engine.wire.url });
      const after = await read();
      const moved = after.map((value, index) => value - (before[index] ?? 0));
      assert.deepEqual(moved, [2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 3]);
      assert.equal(await metric('hookwright_database_up'), 1);
      assert.equal(await metric('hookwright_attempts_in_flight'), 0);
      assert.ok((await metric('hookwright_deliveries{state="delivered"}')) >= 1);
      const { text, headers } = await engine.call('GET', '/metrics');
      assert.match(headers['content-type'] ?? '', /^text\/plain/);
      assert.ok(!text.includes(good.id) && !text.includes(good.type), 'no label grows with what people make');
    });
  });

  describe('GET /openapi.json', () => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the validator below says what it is
    const openapi = async (): Promise<Record<string, any>> =>
      (await fetch(`${engine.url}/openapi.json`)).json() as Promise<Record<string, object>>;

    it('is a valid OpenAPI 3.1 document', async () => {
      const body = await openapi();
      const validator = new Validator();
      const result = await validator.validate(body);
      assert.deepEqual(result.errors, undefined);
      assert.equal(result.valid, true);
      assert.equal(body['openapi'], '3.1.0');
      assert.equal(body['info'].version, PACKAGE.version);
      // Throws where a reference leads nowhere.
      validator.resolveRefs();
    });

    it('has every route, with its parameters, body and answers', async () => {
      const { paths, components } = await openapi();
      const described = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method} ${path}`),
      );
      assert.deepEqual(described.sort(), ROUTES.map((route) => `${route.method} ${route.path}`).sort());
      for (const route of ROUTES) assertDescribed(paths[route.path][route.method], route);
      assert.equal(new Set(ROUTES.map((route) => route.id)).size, ROUTES.length);
      assert.ok(Object.keys(components.schemas).length > 20);
    });
  });

  describe('every answer', () => {
    it('carries a request id of its own, by which it is found in the log', async () => {
      const answers = [
        await engine.call('GET', '/livez'),
        await engine.call('GET', '/v1/webhooks'),
        await engine.call('GET', '/nowhere'),
        await engine.call('POST', '/v1/events', { raw: '{' }),
      ];
      // A request is reported when its connection has taken the answer: surely before that of the next one.
      await engine.call('GET', '/livez');
      const ids = answers.map((answer) => answer.headers['x-request-id']);
      assert.equal(new Set(ids).size, 4);
      assert.equal(answers[3]?.body.request_id, ids[3]);
      assert.equal(answers[3]?.body.instance, ids[3]);
      const lines = engine.log.map((line) => JSON.parse(line) as Record<string, unknown>);
      const served = ids.map((id) => lines.filter((line) => line['requestId'] === id));
      assert.deepEqual(
        served.map((one) => one.map((line) => [line['message'], line['route'], line['status']])),
        [
          [['request served', '/livez', 200]],
          [['request served', '/v1/webhooks', 200]],
          [['request served', 'none', 404]],
          [['request served', '/v1/events', 400]],
        ],
      );
      assert.match(String(served[1]?.[0]?.['keyId']), /^key_/);
    });

    it('lets no browser guess, frame or keep it', async () => {
      for (const path of ['/v1/webhooks', '/nowhere', '/metrics']) {
        const { headers } = await engine.call('GET', path);
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.equal(headers['cache-control'], 'no-store');
        assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/);
        assert.equal(headers['x-powered-by'], undefined);
        assert.equal(headers['etag'], undefined);
      }
    });
  });

  describe('the log', () => {
    it('has one line of JSON for each fact', async () => {
      const { type, id } = await engine.webhook({ url: engine.plan(status(200)).url });
      const from = engine.log.length;
      const deliveryId = await engine.deliver(type);
      const lines = engine.log.slice(from).map((line) => {
        assert.ok(line.endsWith('\n') && !line.trimEnd().includes('\n'));
        return JSON.parse(line) as Record<string, unknown>;
      });
      const facts = lines.filter((line) => line['message'] !== 'request served');
      assert.deepEqual(facts.map((line) => line['message']).sort(), ['attempt finished', 'events accepted']);
      const attempt = facts.find((line) => line['message'] === 'attempt finished');
      const { webhookId, outcome, attempt: number, status: code, next, settled } = attempt ?? {};
      assert.deepEqual(
        { webhookId, deliveryId: attempt?.['deliveryId'], outcome, number, code, next, settled },
        { webhookId: id, deliveryId, outcome: 'success', number: 1, code: 200, next: 'delivered', settled: true },
      );
      for (const line of lines) assert.ok(line['time'] && line['level'], JSON.stringify(line));
    });
  });
});

describe('PROBLEMS', () => {
  it('gives each kind of mistake a status that says whose it is', () => {
    for (const [kind, { status: code, title }] of Object.entries(PROBLEMS)) {
      assert.ok(kind === 'unavailable' ? code === 503 : code >= 400 && code < 500, kind);
      assert.ok(title);
    }
  });
});
