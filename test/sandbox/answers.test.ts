import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ArrivedRequest, PlannedAnswer } from '../../src/sandbox/answers.ts';
import { planAnswer, SANDBOX_PATHS } from '../../src/sandbox/answers.ts';

function plan(path: string, request: Partial<ArrivedRequest> = {}): PlannedAnswer {
  return planAnswer({ method: 'POST', headers: [], body: '', ...request, path });
}

function response(path: string, request: Partial<ArrivedRequest> = {}): Extract<PlannedAnswer, { kind: 'response' }> {
  const answer = plan(path, request);
  assert.ok(answer.kind === 'response');
  return answer;
}

describe('planAnswer', () => {
  const statuses: readonly (readonly [path: string, status: number])[] = [
    ['/', 200],
    ['/?x=1', 200],
    ['/status/100', 100],
    ['/status/200', 200],
    ['/status/204?retry=1', 204],
    ['/status/418', 418],
    ['/status/999', 999],
    ['/status/99', 400],
    ['/status/1000', 400],
    ['/status/099', 400],
    ['/status/abc', 400],
    ['/status/', 400],
    ['/status', 400],
    ['/status/200/', 400],
    ['/json/eyJvayI6dHJ1ZX0', 200],
    ['/json/', 400],
    ['/json/a+b', 400],
    ['/json/a.b', 400],
    ['/slow/0', 200],
    ['/slow/70', 200],
    ['/slow/0.5', 200],
    ['/slow/71', 400],
    ['/slow/70.001', 400],
    ['/slow/-1', 400],
    ['/slow/1e1', 400],
    ['/slow/', 400],
    ['/redirect', 302],
    ['/redirect/x', 404],
    ['/echo', 200],
    ['/echo/', 200],
    ['/echo/x', 404],
    ['/reset/x', 404],
    ['/nothing', 404],
    ['//', 404],
    ['//x', 404],
    ['/constructor', 404],
    ['/__proto__', 404],
    ['/toString/1', 404],
    ['*', 404],
    ['', 404],
  ];
  for (const [path, status] of statuses) {
    it(`answers ${String(status)} to "${path}"`, () => assert.equal(response(path).status, status));
  }

  it('explains in JSON what it cannot do, and what it can', () => {
    for (const path of ['/nothing', '/status/x', '/slow/x', '/json/+']) {
      const { headers, body } = response(path);
      assert.equal(headers['content-type'], 'application/json');
      const explained: { message: string; paths: unknown } = JSON.parse(String(body));
      assert.ok(explained.message.length > 20);
      assert.deepEqual(explained.paths, SANDBOX_PATHS);
    }
  });

  it('answers exactly the bytes that /json is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const { body } = response(`/json/${Buffer.from(bytes).toString('base64url')}`);
        assert.deepEqual(Buffer.from(body), Buffer.from(bytes));
      }),
    );
  });

  it('echoes what came', () => {
    const { body } = response('/echo?a=b', {
      method: 'PUT',
      headers: [
        ['X-A', '1'],
        ['x-a', '2'],
        ['__proto__', '3'],
      ],
      body: '{"ü":1}',
    });
    assert.equal(
      String(body),
      '{"method":"PUT","path":"/echo?a=b","headers":{"x-a":"1, 2","__proto__":"3"},"body":"{\\"ü\\":1}"}',
    );
  });

  it('waits as long as /slow says', () => {
    assert.equal(response('/slow/3').delayMs, 3000);
    assert.equal(response('/slow/0.25').delayMs, 250);
    assert.equal(response('/status/200').delayMs, 0);
  });

  it('sends /redirect to a place in the sandbox', () => {
    assert.equal(response('/redirect').headers['location'], 'https://sandbox.hookwright.test/echo');
  });

  it('cuts the connection for /reset', () => assert.deepEqual(plan('/reset'), { kind: 'reset' }));

  it('has an answer for any path', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', '/', '/status/', '/slow/', '/json/', '/echo'), (text, prefix) => {
        const answer = plan(`${prefix}${text}`);
        assert.ok(
          answer.kind === 'reset' || (answer.status >= 100 && answer.status <= 999 && answer.delayMs <= 70_000),
        );
      }),
    );
  });
});
