import assert from 'node:assert/strict';
import { AppError } from '../../src/domain/errors.ts';
import { isRevokedMeanwhile, KnownKeys, keyRevokedMeanwhile } from '../../src/services/known-keys.ts';
import { keyWith } from '../store/fixtures.ts';

function setup() {
  const time = { now: new Date('2026-11-20T12:00:00.000Z') };
  return { time, keys: new KnownKeys({ clock: () => time.now }) };
}

describe('KnownKeys', () => {
  it('knows who holds a key until it is forgotten, and nobody by another text', () => {
    const { keys } = setup();
    const key = keyWith({ role: 'source' });
    assert.equal(keys.holderOf('a'), undefined);
    keys.remember('a', key);
    const actor = { keyId: key.id, keyName: key.name, organizationId: key.organizationId, role: 'source' };
    assert.deepEqual([keys.holderOf('a'), keys.holderOf('b')], [actor, undefined]);
    keys.forget('a');
    assert.equal(keys.holderOf('a'), undefined);
  });

  it('knows nobody by a key that has expired', () => {
    const { keys, time } = setup();
    keys.remember('a', keyWith({ expiresAt: new Date('2026-11-20T12:00:01.000Z') }));
    time.now = new Date('2026-11-20T12:00:00.999Z');
    assert.ok(keys.holderOf('a'));
    time.now = new Date('2026-11-20T12:00:01.000Z');
    assert.equal(keys.holderOf('a'), undefined);
  });

  it('goes by what was said last', () => {
    const { keys } = setup();
    keys.remember('a', keyWith({ name: 'old', expiresAt: new Date('2026-11-20T11:00:00.000Z') }));
    keys.remember('a', keyWith({ name: 'new' }));
    assert.equal(keys.holderOf('a')?.keyName, 'new');
  });

  it('keeps ten thousand, of which the oldest goes', () => {
    const { keys } = setup();
    for (let index = 0; index <= 10_000; index += 1) keys.remember(String(index), keyWith({}));
    assert.deepEqual(
      ['0', '1', '10000'].map((text) => keys.holderOf(text) !== undefined),
      [false, true, true],
    );
  });
});

describe('keyRevokedMeanwhile', () => {
  it('is told from other mistakes', () => {
    assert.equal(isRevokedMeanwhile(keyRevokedMeanwhile()), true);
    for (const other of [new AppError('unauthenticated', 'key_unknown', 'x'), new Error('x'), undefined])
      assert.equal(isRevokedMeanwhile(other), false);
  });
});
