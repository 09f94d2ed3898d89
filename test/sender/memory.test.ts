import assert from 'node:assert/strict';
import { createKits } from '../../src/delivery/kit.ts';
import { settingsToSend, writeAttempt } from '../../src/sender/attempt-codec.ts';
import { createMemory } from '../../src/sender/memory.ts';
import type { SentAttempt } from '../../src/sender/messages.ts';
import { attemptWith } from './fixtures.ts';

describe('createMemory', () => {
  const { settings } = attemptWith({ settings: { headers: { 'X-Key': 'canary-secret-value' } } });
  const sentWith = (slot: number): SentAttempt =>
    writeAttempt(attemptWith(), {
      id: 1,
      group: 1,
      startBy: Infinity,
      settings: slot,
      body: undefined,
      tokens: undefined,
    });

  it('gives all attempts of a version the very same settings, so that what follows from them is made once', () => {
    const memory = createMemory();
    const kitOf = createKits();
    memory.keep(structuredClone({ settings: [[1, settingsToSend(settings)]], plans: [] }));
    const [first, second] = [sentWith(1), sentWith(1)].map((sent) =>
      kitOf(memory.read(structuredClone(sent)).settings),
    );
    assert.equal(first, second);
    assert.equal(first?.masker([])('canary-secret-value').text, '***');
  });

  it('throws where an attempt names what was never given, or was dropped', () => {
    const memory = createMemory();
    assert.throws(() => memory.read(sentWith(1)), /never given/);
    memory.keep({ settings: [[1, settingsToSend(settings)]], plans: [] });
    memory.drop({ dropped: [1] });
    assert.throws(() => memory.read(sentWith(1)), /never given/);
  });
});
