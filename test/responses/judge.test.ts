import assert from 'node:assert/strict';
import type { ExchangeFailure, HeaderLines } from '../../src/domain/exchange.ts';
import { outcomeEntry } from '../../src/domain/outcomes.ts';
import type { Outcome, Phase } from '../../src/domain/outcomes.ts';
import type { ResponseValidator } from '../../src/domain/webhook.ts';
import type { Judgement } from '../../src/responses/judge.ts';
import { judge } from '../../src/responses/judge.ts';
import { compileValidators } from '../../src/responses/validators.ts';
import { exchange, response } from './responses.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const OK: ResponseValidator = { jsonPath: '$.data.ok', expectedValues: [true] };
const STATUS: ResponseValidator = { jsonPath: '$.status', expectedValues: [200] };

interface Received {
  readonly status: number;
  readonly body?: string;
  readonly headers?: HeaderLines;
  readonly truncated?: boolean;
  readonly validators?: readonly ResponseValidator[];
  readonly custom?: string;
}

function judged({ status, body = '', headers = [], truncated = false, validators = [], custom }: Received): Judgement {
  return judge(
    exchange({ response: response(status, body, headers, truncated) }),
    { validators: compileValidators(validators), customValidationErrorMessage: custom },
    NOW,
  );
}

describe('judge', () => {
  const statuses: [status: number, outcome: Outcome, kind: string][] = [
    [100, 'protocol_error', 'failed'],
    [103, 'protocol_error', 'failed'],
    [200, 'success', 'accepted'],
    [204, 'success', 'accepted'],
    [299, 'success', 'accepted'],
    [300, 'redirect_refused', 'failed'],
    [304, 'redirect_refused', 'failed'],
    [399, 'redirect_refused', 'failed'],
    [400, 'client_error', 'failed'],
    [408, 'client_error', 'failed'],
    [410, 'gone', 'refused'],
    [425, 'client_error', 'failed'],
    [429, 'rate_limited', 'failed'],
    [499, 'client_error', 'failed'],
    [500, 'server_error', 'failed'],
    [599, 'server_error', 'failed'],
    [600, 'protocol_error', 'failed'],
    [999, 'protocol_error', 'failed'],
    [0, 'protocol_error', 'failed'],
  ];
  for (const [status, outcome, kind] of statuses) {
    it(`judges ${String(status)} as ${outcome}, ${kind}`, () => {
      const judgement = judged({ status });
      assert.deepEqual([judgement.outcome, judgement.verdict.kind], [outcome, kind]);
      assert.ok(outcomeEntry(outcome).phases.includes(judgement.phase ?? 'render'));
      assert.match(judgement.message, status === 200 ? /200/ : new RegExp(String(status)));
    });
  }

  const failures: [outcome: ExchangeFailure['outcome'], phase: Phase, kind: string][] = [
    ['dns_error', 'dns', 'failed'],
    ['connect_error', 'connect', 'failed'],
    ['tls_error', 'ssl', 'failed'],
    ['timeout', 'wait', 'failed'],
    ['protocol_error', 'receive', 'failed'],
    ['blocked_address', 'connect', 'refused'],
    ['not_sent', 'send', 'unsent'],
    ['unknown', 'wait', 'unknown'],
  ];
  for (const [outcome, phase, kind] of failures) {
    it(`passes ${outcome} on as it is, ${kind}, even after the head of a response`, () => {
      const failure = { outcome, phase, code: 'ECODE', message: 'It said why.' };
      for (const result of [exchange({ failure }), exchange({ failure, response: response(200, '{"ok":') })]) {
        const judgement = judge(
          result,
          { validators: compileValidators([OK]), customValidationErrorMessage: undefined },
          NOW,
        );
        assert.deepEqual(
          [judgement.outcome, judgement.phase, judgement.errorCode, judgement.verdict.kind, judgement.validators],
          [outcome, phase, 'ECODE', kind, []],
        );
        assert.equal(judgement.message, `${outcomeEntry(outcome).sentence} It said why.`);
      }
    });
  }

  it('accepts 2xx where every validator passes', () => {
    const judgement = judged({ status: 200, body: '{"ok":true}', validators: [OK, STATUS] });
    assert.deepEqual(judgement.verdict, { kind: 'accepted' });
    assert.equal(judgement.phase, 'validate');
    assert.equal(judgement.validators.length, 2);
  });

  it('fails 2xx where one validator does not, and says which', () => {
    const judgement = judged({ status: 200, body: '{"ok":false}', validators: [STATUS, OK] });
    assert.deepEqual(judgement.verdict, { kind: 'failed', reason: 'validation_failed' });
    assert.equal(
      judgement.message,
      'The receiver answered 2xx, but a response validator did not pass. $.data.ok selected false, expected true.',
    );
  });

  it('puts the custom message first', () => {
    const other = { jsonPath: '$.data.x', expectedValues: [1] };
    const judgement = judged({ status: 200, body: '{}', validators: [OK, other], custom: 'Ticket was not made' });
    assert.equal(
      judgement.message,
      'Ticket was not made. $.data.ok selected nothing; expected true. 1 more did not pass.',
    );
  });

  it('lets the status decide outside of 2xx, and records what the validators say', () => {
    const judgement = judged({ status: 500, body: '{"ok":true}', validators: [OK], custom: 'Not shown' });
    assert.equal(judgement.outcome, 'server_error');
    assert.equal(judgement.validators[0]?.passed, true);
    assert.ok(!judgement.message.includes('Not shown'));
  });

  it('names the location of a redirect', () => {
    const judgement = judged({ status: 302, headers: [['Location', 'https://other.example/x']] });
    assert.match(judgement.message, /never followed\. Status 302\. It says location: https:\/\/other\.example\/x$/);
  });

  it('fails a cut body only where a validator reads it', () => {
    const cut = { status: 200, body: '{"ok":true', truncated: true };
    const large = judged({ ...cut, validators: [OK] });
    assert.deepEqual([large.outcome, large.phase, large.verdict.kind], ['response_too_large', 'receive', 'failed']);
    assert.match(large.validators[0]?.message ?? '', /longer than 64 KiB/);
    assert.equal(judged({ ...cut, validators: [STATUS] }).outcome, 'success');
    assert.equal(judged(cut).outcome, 'success');
    assert.equal(judged({ ...cut, status: 410, validators: [OK] }).outcome, 'gone');
  });

  it('honours Retry-After on 429 and 503 only', () => {
    const headers: HeaderLines = [['retry-after', '90']];
    for (const status of [429, 503]) {
      const { verdict } = judged({ status, headers });
      assert.equal(verdict.kind === 'failed' ? verdict.retryAfterMs : undefined, 90_000);
    }
    for (const status of [200, 301, 408, 500]) assert.ok(!('retryAfterMs' in judged({ status, headers }).verdict));
    assert.deepEqual(judged({ status: 429, headers: [['retry-after', '-1']] }).verdict, {
      kind: 'failed',
      reason: 'rate_limited',
    });
  });

  it('fails a validator on a body in an encoding that is never decoded', () => {
    const judgement = judged({ status: 200, body: 'x', headers: [['content-encoding', 'gzip']], validators: [OK] });
    assert.equal(judgement.outcome, 'validation_failed');
    assert.match(judgement.message, /content-encoding "gzip"/);
  });

  it('hides secrets in what it quotes', () => {
    const result = exchange({ response: response(302, '', [['location', 'https://x.example/?t=s3cret-token']]) });
    const hide = (text: string): string => text.replaceAll('s3cret-token', '***');
    const { message } = judge(result, { validators: [], customValidationErrorMessage: undefined, hide }, NOW);
    assert.ok(message.endsWith('https://x.example/?t=***'));
  });

  it('takes an exchange without response and failure for a bug', () => {
    assert.throws(
      () => judge(exchange({}), { validators: [], customValidationErrorMessage: undefined }, NOW),
      /neither/,
    );
  });
});
