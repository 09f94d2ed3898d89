import assert from 'node:assert/strict';
import { OUTCOME_NAMES, OUTCOMES } from '../../../src/domain/outcomes.ts';
import { invocationSummaryView, invocationView, validatorView } from '../../../src/http/views/invocation.ts';
import { assertView } from './assert-view.ts';
import { endedWith, fullInvocation, openInvocation, unrenderedInvocation } from './records.ts';

const INVOCATIONS = [
  ['everything', fullInvocation],
  ['no request', unrenderedInvocation],
  [
    'no response',
    endedWith({ response: undefined, peer: { address: '2001:db8::1', port: 443, tlsVersion: undefined } }),
  ],
  ['no end', openInvocation],
] as const;

describe('invocationView', () => {
  for (const [what, invocation] of INVOCATIONS) {
    it(`fits its schemas with ${what}`, () => {
      assertView('invocation', invocationView(invocation));
      assertView('test-result', { message: 'Test failed', invocation: invocationView(invocation) });
    });
  }

  it('fits its schema with every outcome, and gives the hint of each', () => {
    for (const outcome of OUTCOME_NAMES) {
      for (const phase of [undefined, ...OUTCOMES[outcome].phases]) {
        const view = invocationView(endedWith({ outcome, phase }));
        assertView('invocation', view);
        assert.equal(view['hint'], OUTCOMES[outcome].hint);
      }
    }
  });

  it('is sending until it has ended', () => {
    const view = invocationView(openInvocation);
    assert.deepEqual(
      [view['outcome'], view['message'], view['finished_at']],
      ['sending', OUTCOMES.sending.sentence, null],
    );
  });

  it('shows request and response as recorded', () => {
    const view = invocationView(fullInvocation) as Record<string, Record<string, unknown>>;
    assert.equal(view['request']?.['body'], '{"text":"it\'s done"}');
    assert.deepEqual(view['request']['headers'], fullInvocation.end?.request?.headers);
    assert.equal(view['response']?.['body'], '{"ok":false}');
    assert.deepEqual(view['response']['headers'], fullInvocation.end?.response?.headers);
    assert.deepEqual(view['attempt'], { number: 2, max: 4 });
    assert.deepEqual(view['timings_ms'], fullInvocation.end?.timings);
  });
});

describe('invocationSummaryView', () => {
  for (const [what, invocation] of INVOCATIONS) {
    it(`fits its schemas with ${what}, and is part of the whole`, () => {
      const view = invocationSummaryView(invocation);
      assertView('invocation-summary', view);
      assertView('invocation-list', { data: [view], next_cursor: null });
      const whole = invocationView(invocation);
      for (const [name, value] of Object.entries(view)) {
        if (name !== 'request' && name !== 'response') assert.deepEqual(value, whole[name], name);
      }
    });
  }

  it('holds no headers and no bodies', () => {
    assert.doesNotMatch(JSON.stringify(invocationSummaryView(fullInvocation)), /it's done|"ok"|headers|set-cookie/);
  });
});

describe('validatorView', () => {
  it('tells nothing from null', () => {
    const rule = { jsonPath: '$.data', expectedValues: [null], passed: true, message: 'Fine.' };
    const selected = validatorView({ ...rule, actual: { found: 'values', values: [null] } });
    const nothing = validatorView({ ...rule, actual: { found: 'nothing' } });
    assert.deepEqual([selected['found'], selected['actual']], ['values', [null]]);
    assert.deepEqual([nothing['found'], nothing['actual']], ['nothing', null]);
    for (const view of [selected, nothing]) {
      assertView('validator-result', view);
      assertView('validators-check-result', { passed: true, validators: [view] });
    }
  });
});
