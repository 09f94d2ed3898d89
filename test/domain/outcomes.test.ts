import assert from 'node:assert/strict';
import { OUTCOME_NAMES, outcomeEntry } from '../../src/domain/outcomes.ts';

// The table of DELIVERY.md section 3.
const VERDICTS: Readonly<Record<string, readonly string[]>> = {
  accepted: ['success'],
  failed: [
    'validation_failed',
    'rate_limited',
    'server_error',
    'client_error',
    'redirect_refused',
    'dns_error',
    'connect_error',
    'tls_error',
    'timeout',
    'protocol_error',
    'response_too_large',
    'secret_unreadable',
    'token_failed',
  ],
  refused: ['gone', 'blocked_address', 'template_error', 'render_too_large'],
  open: ['not_sent', 'unknown', 'cancelled', 'sending'],
};

describe('the outcomes', () => {
  it('are a closed list, each with its verdict', () => {
    for (const [verdict, names] of Object.entries(VERDICTS)) {
      const found = OUTCOME_NAMES.filter((name) => outcomeEntry(name).verdict === verdict);
      assert.deepEqual([...found].sort(), [...names].sort(), verdict);
    }
    assert.equal(OUTCOME_NAMES.length, Object.values(VERDICTS).flat().length);
  });

  for (const name of OUTCOME_NAMES) {
    it(`say of ${name} what it is and what to do`, () => {
      const { sentence, hint, phases, verdict } = outcomeEntry(name);
      assert.match(sentence, /^[A-Z].+\.$/);
      assert.match(hint, /^[A-Z].+\.$/);
      // Only what an attempt is before its end, or a person's decision, has no phase at all.
      assert.equal(phases.length === 0, ['cancelled', 'sending'].includes(name));
      assert.ok(verdict === 'open' || phases.length > 0);
    });
  }
});
