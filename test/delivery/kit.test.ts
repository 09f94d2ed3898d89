import assert from 'node:assert/strict';
import { createKits } from '../../src/delivery/kit.ts';
import { settingsWith } from '../store/fixtures.ts';

describe('createKits', () => {
  const settings = settingsWith({
    headers: { 'X-Key': 'canary-secret-value' },
    publicHeaders: [],
    responseValidators: [{ jsonPath: '$.status', expectedValues: [200] }],
  });

  it('makes the kit of settings once, and another one for others', () => {
    const kitOf = createKits();
    assert.equal(kitOf(settings), kitOf(settings));
    assert.notEqual(kitOf(settings), kitOf({ ...settings }));
    assert.deepEqual(
      kitOf(settings).validators.map(({ rule }) => rule),
      settings.responseValidators,
    );
  });

  it('masks the secrets of the settings with the tokens of each attempt', () => {
    const kit = createKits()(settings);
    const text = 'canary-secret-value, first-token-1 and other-token-2';
    const left = [[], ['first-token-1'], ['first-token-1'], ['other-token-2', 'first-token-1'], []].map(
      (tokens) => kit.masker(tokens)(text).text,
    );
    const none = '***, first-token-1 and other-token-2';
    const first = '***, *** and other-token-2';
    assert.deepEqual(left, [none, first, first, '***, *** and ***', none]);
    assert.equal(kit.masker(['first-token-1']), kit.masker(['first-token-1']));
  });
});
