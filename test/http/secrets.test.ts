import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headerOf } from '../support/wire.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Answer, Engine } from './engine.ts';
import { startEngine } from './engine.ts';

const TOKEN = 'canary/Secret+token=="7';
const PASSWORD = 'canary-pass:word';
const DIGITS = '8675309867';
const HEADERS = {
  Authorization: `Bearer ${TOKEN}`,
  'X-Basic': `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`,
  'X-Digits': DIGITS,
  'X-Shown': 'canary-public-value',
};
const PUBLIC = 'canary-public-value';

// Everything by which a reader could get the secret back.
const FORMS = [TOKEN, PASSWORD].flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  encodeURIComponent(secret),
]);
const FORBIDDEN = [...FORMS, DIGITS, HEADERS['X-Basic'].slice(6)];

function assertNoSecret(text: string, where: string): void {
  for (const form of FORBIDDEN) assert.ok(!text.includes(form), `${where} holds ${form}: ${text.slice(0, 2000)}`);
}

// Receivers that give away what they were sent, each in its own way.
const ECHOES: Readonly<Record<string, { answer: Answer; validators?: readonly string[] }>> = {
  'as JSON': {
    answer: (response, seen) => response.end(JSON.stringify({ got: Object.fromEntries(seen.headers) })),
    validators: ['$.data.got', '$.data.got.Authorization', "$.data.got['X-Digits']"],
  },
  'as a number': {
    answer: (response) => response.end(`{"id":${DIGITS},"list":[1,${DIGITS}]}`),
    validators: ['$.data.id', '$.data.list', '$.data.list[*]'],
  },
  'in base64 and percent-encoded': {
    answer: (response) =>
      response.end(
        [TOKEN, PASSWORD]
          .flatMap((one) => [Buffer.from(one).toString('base64'), encodeURIComponent(one), encodeURI(one)])
          .join(' '),
      ),
    validators: ['$.data'],
  },
  'in response headers': {
    answer: (response) => {
      response.setHeader('x-you-sent', `Bearer ${TOKEN}`);
      response.setHeader('www-authenticate', `Basic realm="${PASSWORD}"`);
      response.writeHead(302, { location: `https://x.example.com/?token=${encodeURIComponent(TOKEN)}` }).end();
    },
    validators: ["$.headers['x-you-sent']"],
  },
  'among bytes that are no text': {
    answer: (response) => response.end(Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(`x${TOKEN}x`)])),
  },
  'in an encoding that is not decoded': {
    answer: (response) => response.setHeader('content-encoding', 'gzip').end(TOKEN),
  },
  'where a long value is cut': {
    answer: (response) =>
      response.end(
        JSON.stringify([90, 95, 245, 250].map((length) => `${'x'.repeat(length)}${TOKEN}${'y'.repeat(200)}`)),
      ),
    validators: ['$.data[0]', '$.data[1]', '$.data[2]', '$.data[3]', '$.data'],
  },
  'as a key of an object': {
    answer: (response) => response.end(JSON.stringify({ [TOKEN]: { [DIGITS]: 1 } })),
    validators: ['$.data', '$.data[*]'],
  },
};

onEachDatabase('secret header values', () => {
  let engine: Engine;
  const invocationIds: string[] = [];
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  for (const [how, { answer, validators = [] }] of Object.entries(ECHOES)) {
    it(`are in no record when a receiver echoes them ${how}`, async () => {
      const receiver = engine.plan(answer);
      const settings = {
        url: receiver.url,
        headers: HEADERS,
        public_headers: ['X-Shown'],
        body_template: '{"note":"{{data.note}}","shown":"{{data.shown}}"}',
        response_validators: validators.map((path) => ({ json_path: path, expected_values: ['nothing like it'] })),
      };
      const { id, type } = await engine.webhook(settings);
      const data = { note: `The token is ${TOKEN}, the password ${PASSWORD}.`, shown: PUBLIC };
      const test = await engine.call('POST', `/v1/webhooks/${id}/test`);
      const draft = await engine.call('POST', '/v1/webhooks/test', {
        body: { webhook: { name: 'draft', ...settings } },
      });
      const delivery = await engine.get(`/v1/deliveries/${await engine.deliver(type, { data })}`);
      assert.equal(headerOf(receiver.seen().at(-1), 'authorization'), HEADERS.Authorization, 'it is sent in clear');
      assert.ok(receiver.seen().at(-1)?.body.includes(JSON.stringify(TOKEN).slice(1, -1)), 'and so is the body');
      const ids = [test.body.invocation.id, draft.body.invocation.id, delivery.invocations[0].id] as string[];
      invocationIds.push(...ids);
      for (const answered of [test, draft]) assertNoSecret(answered.text, 'the answer of a test');
      for (const one of ids) {
        const whole = await engine.call('GET', `/v1/invocations/${one}`);
        assert.notEqual(whole.body.outcome, 'sending');
        assertNoSecret(whole.text, 'the invocation');
        const { request, response, masked_places: places } = whole.body;
        const headers = Object.fromEntries(request.headers as [string, string][]);
        assert.deepEqual(
          [headers['Authorization'], headers['X-Basic'], headers['X-Digits'], headers['X-Shown']],
          ['***', '***', '***', PUBLIC],
        );
        assert.ok(places >= 3, String(places));
        const raw = response.body_encoding === 'base64' ? Buffer.from(response.body, 'base64') : response.body;
        assertNoSecret(String(raw), 'the body of the response');
      }
    });
  }

  it('are in no HAR and no curl command, where they are variables', async () => {
    for (const id of invocationIds) {
      const har = await engine.call('GET', `/v1/invocations/${id}/har`);
      assertNoSecret(har.text, 'the HAR');
      const { text } = await engine.call('GET', `/v1/invocations/${id}/curl`);
      assertNoSecret(text, 'the command');
      assert.ok(text.includes(`'Authorization: '"$AUTHORIZATION"`), text);
    }
  });

  it('are in no list, no webhook, no version and no event of the engine', async () => {
    for (const path of [
      '/v1/webhooks?limit=200',
      '/v1/invocations?limit=200',
      '/v1/deliveries?limit=200',
      '/v1/events?limit=200&origin=engine',
      '/metrics',
    ]) {
      assertNoSecret((await engine.call('GET', path)).text, path);
    }
    const { id } = (await engine.get('/v1/webhooks')).data[0] as { id: string };
    for (const path of [`/v1/webhooks/${id}`, `/v1/webhooks/${id}/versions`, `/v1/webhooks/${id}/versions/1`]) {
      assertNoSecret((await engine.call('GET', path)).text, path);
    }
  });

  it('are not told back by an error', async () => {
    const url = engine.wire.url;
    for (const value of [`{{${TOKEN}}}`, `${TOKEN}\n`, `${TOKEN}é`, TOKEN.repeat(500)]) {
      const answer = await engine.call('POST', '/v1/webhooks', {
        body: { name: 'faulty', url, headers: { Authorization: value }, bogus: 1 },
      });
      assert.equal(answer.status, 422);
      assertNoSecret(answer.text, 'the error');
    }
  });

  it('are in no line of the log and, outside of events that name them, nowhere on disk', async () => {
    assertNoSecret(engine.log.join('\n'), 'the log');
    assert.ok(!engine.log.join('\n').includes(engine.key.slice(40)), 'nor is the API key');
    for (const file of readdirSync(engine.dataDir)) {
      const bytes = readFileSync(join(engine.dataDir, file));
      for (const form of [HEADERS.Authorization, HEADERS['X-Basic'], DIGITS]) {
        assert.ok(!bytes.includes(form), `${file} holds ${form}`);
      }
    }
  });
});
