import assert from 'node:assert/strict';
import type { Asked } from '../../src/domain/delivery.ts';
import { sha256Hex } from '../../src/domain/event.ts';
import type { Invocation, RecordedRequest } from '../../src/domain/invocation.ts';
import { endWith, startWith } from '../store/fixtures.ts';
import { setup } from './deliver-setup.ts';

describe('deliver, asked for by hand', () => {
  const asked: Asked = { by: 'key_1', repeats: 'dlv_0', replayId: undefined, sameBytesOf: 'inv_0' };
  const body = '{"sent":"earlier"}';
  const request = { ...endWith().request!, body, bodyBytes: body.length, bodySha256: sha256Hex(body) };
  const earlierWith = (changes: Partial<RecordedRequest>): Invocation => ({
    start: startWith({ id: 'inv_0' }),
    end: endWith({ request: { ...request, ...changes }, templateSha256: 'cd' }),
  });

  it('sends the recorded bytes, and does not so much as look at the template', async () => {
    const { run, attempts, event } = setup({ asked, earlier: earlierWith({}), prepare: () => assert.fail('prepared') });
    await run();
    const rendered = attempts[0]?.render?.(event);
    assert.deepEqual(rendered, { ok: true, body, warnings: [], templateSha256: 'cd' });
  });

  it('sends no body where none was sent', async () => {
    const earlier = earlierWith({ body: undefined, bodyBytes: 0, bodySha256: undefined });
    const { run, attempts } = setup({ asked, earlier });
    await run();
    assert.deepEqual([attempts.length, attempts[0]?.render], [1, undefined]);
  });

  for (const [what, given] of [
    ['are gone', { asked }],
    ['are masked', { asked, earlier: earlierWith({ body: '{"sent":"***"}' }) }],
    ['were dropped from the record', { asked, earlier: earlierWith({ body: undefined }) }],
  ] as const) {
    it(`refuses to send anything else where the bytes ${what}`, async () => {
      const { run, attempts, event } = setup(given);
      await run();
      const rendered = attempts[0]?.render?.(event);
      assert.ok(rendered?.ok === false && rendered.message.includes('not kept any more'));
    });
  }

  it('settles as cancelled what somebody cancelled meanwhile and what failed', async () => {
    const { run, finishes } = setup({ verdict: { kind: 'failed', reason: 'server_error' }, cancelled: true });
    await run();
    assert.deepEqual(finishes[0]?.fence?.settlement, { state: 'cancelled', reason: 'cancelled_by_hand' });
    assert.equal(finishes[0].end.nextAttemptAt, undefined);
  });
});
