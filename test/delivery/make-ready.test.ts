import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { BodyRenderer } from '../../src/delivery/attempt.ts';
import { makeReady } from '../../src/delivery/make-ready.ts';
import { settingsWith } from '../store/fixtures.ts';

const RENDER: BodyRenderer = () => ({ ok: true, body: '{}', warnings: [], templateSha256: 'ab' });

// A pause that only its signal ends.
function setup(prepare: () => BodyRenderer | Promise<BodyRenderer>) {
  const pauses: { readonly pauseMs: number; readonly signal: AbortSignal }[] = [];
  const deps = {
    prepare,
    monotonicMs: () => 1000,
    pause: (pauseMs: number, signal: AbortSignal) => {
      pauses.push({ pauseMs, signal });
      return new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve());
      });
    },
    report: { jobFailed: () => assert.fail('nothing failed') },
  };
  const run = (signal: AbortSignal) => makeReady(deps, settingsWith({}), 8000, signal);
  return { run, pauses };
}

describe('makeReady', () => {
  it('waits for nothing where the template is ready', async () => {
    const { run, pauses } = setup(() => RENDER);
    assert.deepEqual(await run(new AbortController().signal), { ok: true, render: RENDER });
    assert.equal(pauses.length, 0);
  });

  it('leaves no timer behind when the template came in time', async () => {
    const { run, pauses } = setup(async () => RENDER);
    assert.deepEqual(await run(new AbortController().signal), { ok: true, render: RENDER });
    assert.deepEqual([pauses[0]?.pauseMs, pauses[0]?.signal.aborted], [7000, true]);
  });

  it('ends at once when the engine stops, before or while it waits', async () => {
    const never = () => new Promise<never>(() => undefined);
    const stopping = new AbortController();
    const ready = setup(never).run(stopping.signal);
    stopping.abort();
    assert.equal((await ready).ok, false);
    assert.equal((await setup(never).run(AbortSignal.abort())).ok, false);
  });

  it('hangs nothing on the signal that all attempts share, of which Node would warn', async () => {
    const stopping = new AbortController();
    const waiting = Array.from({ length: 20 }, () =>
      setup(() => new Promise<never>(() => undefined)).run(stopping.signal),
    );
    assert.equal(getEventListeners(stopping.signal, 'abort').length, 0);
    stopping.abort();
    for (const { ok } of await Promise.all(waiting)) assert.equal(ok, false);
  });
});
