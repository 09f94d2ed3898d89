import assert from 'node:assert/strict';
import { AppError } from '../../src/domain/errors.ts';
import { beginInTime } from '../../src/services/begin-in-time.ts';

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

// A database that begins a transaction when it is let, and a clock that runs out when it is told to.
function setup() {
  const [begin, timeout] = [gate(), gate()];
  const ended: string[] = [];
  const deps = {
    transaction: async <Result>(work: (store: string) => Promise<Result>): Promise<Result> => {
      await begin.opened;
      try {
        const result = await work('store');
        ended.push('commit');
        return result;
      } catch (error) {
        ended.push('rollback');
        throw error;
      }
    },
    pause: async (_pauseMs: number, signal: AbortSignal): Promise<void> => {
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await Promise.race([timeout.opened, aborted]);
    },
  };
  return { begin, timeout, ended, deps };
}

const isBusy = (error: unknown): boolean =>
  error instanceof AppError && error.kind === 'unavailable' && error.code === 'storage_busy';

describe('beginInTime', () => {
  it('gives what the transaction gives', async () => {
    const { begin, deps, ended } = setup();
    begin.open();
    assert.equal(await beginInTime(deps, 100, async (store) => `${store} used`), 'store used');
    assert.deepEqual(ended, ['commit']);
  });

  it('gives up one that has not begun, and then nothing of it is ever stored', async () => {
    const { begin, timeout, deps, ended } = setup();
    let worked = false;
    const result = beginInTime(deps, 100, async () => {
      worked = true;
    });
    timeout.open();
    await assert.rejects(result, isBusy);
    begin.open();
    await new Promise(setImmediate);
    assert.deepEqual([worked, ended], [false, ['rollback']]);
  });

  it('waits for one that has begun, however long it takes', async () => {
    const { begin, timeout, deps, ended } = setup();
    const [working, done] = [gate(), gate()];
    const result = beginInTime(deps, 100, async () => {
      working.open();
      await done.opened;
      return 'stored';
    });
    begin.open();
    await working.opened;
    timeout.open();
    await new Promise(setImmediate);
    done.open();
    assert.equal(await result, 'stored');
    assert.deepEqual(ended, ['commit']);
  });

  it('throws what the transaction throws', async () => {
    const { begin, deps } = setup();
    begin.open();
    await assert.rejects(
      beginInTime(deps, 100, () => Promise.reject(new Error('The disk is full.'))),
      /disk is full/,
    );
  });
});
