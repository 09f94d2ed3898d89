import assert from 'node:assert/strict';
import { errors } from 'undici';
import { OUTCOMES } from '../../src/domain/outcomes.ts';
import type { Phase } from '../../src/domain/outcomes.ts';
import { BlockedAddressError } from '../../src/egress/connector.ts';
import type { ExchangePhase } from '../../src/egress/failures.ts';
import {
  blockedUrlFailure,
  connectingFailure,
  deadlineFailure,
  exchangeFailure,
  interruptedFailure,
  isCallersMistake,
  isUnsentBody,
} from '../../src/egress/failures.ts';

const PHASES: readonly ExchangePhase[] = ['queued', 'dns', 'connect', 'ssl', 'send', 'wait', 'receive'];

function coded(code: string): Error {
  return Object.assign(new Error('text of the system'), { code });
}

describe('connectingFailure', () => {
  for (const [phase, outcome] of [
    ['dns', 'dns_error'],
    ['connect', 'connect_error'],
    ['ssl', 'tls_error'],
  ] as const) {
    it(`calls an error in ${phase} ${outcome}, with the system's code and a sentence of ours`, () => {
      const failure = connectingFailure('a.example.com', phase, coded('EWHATEVER'));
      assert.equal(failure.outcome, outcome);
      assert.equal(failure.phase, phase);
      assert.equal(failure.code, 'EWHATEVER');
      assert.match(failure.message, /^a\.example\.com .*EWHATEVER\.$/);
      assert.doesNotMatch(failure.message, /text of the system/);
    });
  }

  it('knows an address that is not public', () => {
    assert.equal(connectingFailure('a.b', 'connect', new BlockedAddressError()).outcome, 'blocked_address');
  });

  for (const [code, words] of [
    ['ETIMEOUT', /no DNS server answered in time/],
    ['ESERVFAIL', /could not find out/],
    ['EREFUSED', /refused to answer/],
    ['ECONNREFUSED', /no DNS server can be reached/],
    ['ECANCELLED', /was broken off/],
  ] as const) {
    it(`says of ${code} what it means to DNS`, () => {
      assert.match(connectingFailure('a.b', 'dns', coded(code)).message, words);
    });
  }

  it('has a code for what has none', () => {
    assert.equal(connectingFailure('a.b', 'dns', 'no error').code, 'UNKNOWN');
    assert.equal(connectingFailure('a.b', 'dns', coded('x: secret')).code, 'UNKNOWN');
  });
});

describe('exchangeFailure', () => {
  const parser = (reason: string): Error =>
    new errors.HTTPParserError(`Response does not match the HTTP/1.1 protocol (${reason})`);
  const table: readonly (readonly [
    what: string,
    error: Error,
    phase: 'send' | 'wait' | 'receive',
    expected: string,
  ])[] = [
    ['a TLS alert after our handshake', coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'wait', 'tls_error ssl'],
    ['EPROTO', coded('EPROTO'), 'send', 'tls_error ssl'],
    ['a reset', coded('ECONNRESET'), 'receive', 'connect_error receive'],
    ['a broken pipe', coded('EPIPE'), 'send', 'connect_error send'],
    ['a closed socket', new errors.SocketError('other side closed'), 'wait', 'connect_error wait'],
    ['an interim answer too many', new errors.SocketError('bad response'), 'wait', 'protocol_error wait'],
    ['an upgrade', new errors.SocketError('bad upgrade'), 'wait', 'protocol_error wait'],
    ['a parser error', parser('Invalid header token'), 'wait', 'protocol_error wait'],
    ['a parser error while still sending', parser('Expected HTTP/'), 'send', 'protocol_error wait'],
    ['an end in the middle', parser('Invalid EOF state'), 'receive', 'connect_error receive'],
    ['too many headers', new errors.HeadersOverflowError(), 'wait', 'protocol_error wait'],
    ['a short body', new errors.ResponseContentLengthMismatchError(), 'receive', 'connect_error receive'],
    ['contradicting lengths', new errors.ResponseContentLengthMismatchError(), 'wait', 'protocol_error wait'],
  ];
  it('calls a 204 with a length a protocol_error, and a 304 with one nothing', () => {
    const error = new errors.ResponseContentLengthMismatchError();
    const failure = exchangeFailure('a.example.com', 'receive', error, 204);
    assert.equal(`${failure.outcome} ${failure.phase}`, 'protocol_error receive');
    assert.match(failure.message, /its status is 204 \(no content\), but it announces a body\.$/);
    assert.equal(exchangeFailure('a.example.com', 'receive', error, 200).outcome, 'connect_error');
    assert.deepEqual(
      [204, 304, 200, undefined].map((status) => isUnsentBody(status, error)),
      [false, true, false, false],
    );
    assert.equal(isUnsentBody(304, coded('ECONNRESET')), false);
  });

  for (const [what, error, phase, expected] of table) {
    it(`calls ${what} ${expected}`, () => {
      const failure = exchangeFailure('a.example.com', phase, error);
      assert.equal(`${failure.outcome} ${failure.phase}`, expected);
      const phases: readonly Phase[] = OUTCOMES[failure.outcome].phases;
      assert.ok(phases.includes(failure.phase));
      assert.match(failure.message, /a\.example\.com .*\.$/);
    });
  }
});

describe('the failures that the engine itself makes', () => {
  for (const phase of PHASES) {
    it(`are in phases that the list of outcomes knows: ${phase}`, () => {
      const failure = deadlineFailure('a.b', phase, 1000);
      const phases: readonly Phase[] = OUTCOMES.timeout.phases;
      assert.ok(phases.includes(failure.phase));
      assert.match(failure.message, /longer than 1000 ms/);
    });

    const expected = ['send', 'wait', 'receive'].includes(phase) ? 'unknown' : 'not_sent';
    it(`are ${expected} when it breaks off in ${phase}`, () => {
      assert.equal(interruptedFailure('a.b', phase).outcome, expected);
    });
  }

  it('name the first fault of a URL and tell all', () => {
    const faults = [
      { pointer: '/url', code: 'url_port', detail: 'One.', hint: 'secret' },
      { pointer: '/url', code: 'url_fragment', detail: 'Two.' },
    ];
    const failure = blockedUrlFailure(faults);
    assert.equal(failure.code, 'url_port');
    assert.match(failure.message, /One\. Two\.$/);
    assert.doesNotMatch(failure.message, /secret/);
  });
});

describe('isCallersMistake', () => {
  it('knows a request that cannot be sent from a receiver that fails', () => {
    assert.equal(isCallersMistake(new errors.InvalidArgumentError('x')), true);
    assert.equal(isCallersMistake(new errors.NotSupportedError('x')), true);
    assert.equal(isCallersMistake(new errors.SocketError('x')), false);
    assert.equal(isCallersMistake(coded('ECONNRESET')), false);
  });
});
