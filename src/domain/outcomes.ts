// The closed list of what an attempt can come to: what it means, in a sentence, and what to do about it.

/** Where in an attempt something ended. */
export type Phase = 'render' | 'token' | 'dns' | 'connect' | 'ssl' | 'send' | 'wait' | 'receive' | 'validate';

/** What an outcome means for its delivery: done, may be tried again, must not be; `open` is decided by section 2 of DELIVERY.md. */
export type OutcomeVerdict = 'accepted' | 'failed' | 'refused' | 'open';

/** What is said of an outcome wherever it is shown. */
export interface OutcomeEntry {
  readonly verdict: OutcomeVerdict;
  readonly phases: readonly Phase[];
  readonly sentence: string;
  readonly hint: string;
}

const SOCKET_PHASES: readonly Phase[] = ['dns', 'connect', 'ssl', 'send', 'wait', 'receive'];

/** Every outcome. The documentation lists the same ones, and a test keeps the two equal. */
export const OUTCOMES = {
  success: {
    verdict: 'accepted',
    phases: ['validate'],
    sentence: 'The receiver answered 2xx and every response validator passed.',
    hint: 'Nothing to do.',
  },
  validation_failed: {
    verdict: 'failed',
    phases: ['validate'],
    sentence: 'The receiver answered 2xx, but a response validator did not pass.',
    hint: 'Compare expected and actual of each validator below; try the path with POST /v1/validators/check.',
  },
  rate_limited: {
    verdict: 'failed',
    phases: ['receive'],
    sentence: 'The receiver answered 429: too many requests.',
    hint: 'While attempts are left it is tried again, not before the time that Retry-After asks for. Ask the receiver for its limit.',
  },
  server_error: {
    verdict: 'failed',
    phases: ['receive'],
    sentence: 'The receiver answered with a 5xx status.',
    hint: 'The fault is on the receiving side: look into its log at the time of this invocation.',
  },
  client_error: {
    verdict: 'failed',
    phases: ['receive'],
    sentence: 'The receiver answered with a 4xx status.',
    hint: 'Read the response: 401 and 403 ask for other credentials, 404 for another URL, 400 and 422 for another body.',
  },
  gone: {
    verdict: 'refused',
    phases: ['receive'],
    sentence: 'The receiver answered 410: it is gone for good.',
    hint: 'It is not tried again, and the webhook is disabled. Give it the new URL together with "active": true, or delete it.',
  },
  redirect_refused: {
    verdict: 'failed',
    phases: ['receive'],
    sentence: 'The receiver answered with a redirect, which is never followed.',
    hint: 'Put the final address into the URL of the webhook; the location is in the response headers.',
  },
  dns_error: {
    verdict: 'failed',
    phases: ['dns'],
    sentence: 'The host name could not be resolved.',
    hint: 'Check the spelling of the host, and that its DNS record is public.',
  },
  connect_error: {
    verdict: 'failed',
    phases: ['connect', 'send', 'wait', 'receive'],
    sentence: 'No connection came about, or it was cut before the answer was complete.',
    hint: 'Before the request was sent: check that the receiver listens on port 443 and that no firewall is in between. After: look for a crash, a restart or a proxy timeout on the receiving side.',
  },
  tls_error: {
    verdict: 'failed',
    phases: ['ssl'],
    sentence: 'The TLS handshake failed: the certificate or the protocol was not acceptable.',
    hint: 'The certificate must be valid, name the host and come from a public authority; TLS 1.2 is the minimum.',
  },
  timeout: {
    verdict: 'failed',
    phases: SOCKET_PHASES,
    sentence: 'The exchange was not finished within the timeout of the webhook.',
    hint: 'Answer first and work afterwards, or raise timeout_in_sec (at most 60). The timings show where the time went.',
  },
  protocol_error: {
    verdict: 'failed',
    phases: ['wait', 'receive'],
    sentence: 'What came back is not a valid HTTP/1.1 response.',
    hint: 'Check that HTTPS speaks at this address, and what a proxy in between does to the answer.',
  },
  response_too_large: {
    verdict: 'failed',
    phases: ['receive'],
    sentence: 'The response is longer than 64 KiB and a validator reads its body.',
    hint: 'Answer with less, or let the validators read $.status only.',
  },
  blocked_address: {
    verdict: 'refused',
    phases: ['dns', 'connect'],
    sentence: 'The URL leads to an address that is not public, so no connection was made.',
    hint: 'Use a public host. The operator can allow private ones with HOOKWRIGHT_EGRESS_ALLOW.',
  },
  template_error: {
    verdict: 'refused',
    phases: ['render'],
    sentence: 'The body template could not be rendered for this event.',
    hint: 'Mend the template, then redeliver it; the message says where it failed.',
  },
  render_too_large: {
    verdict: 'refused',
    phases: ['render'],
    sentence:
      'Rendering went past one of its limits: 1 MiB of output, 20,000 loop turns, 1,000,000 steps of work, or 4 MiB of text made by helpers.',
    hint: 'Render less of the event, then redeliver it; the message names the limit.',
  },
  secret_unreadable: {
    verdict: 'failed',
    phases: ['render'],
    sentence: 'A secret of the webhook cannot be read from the database, so nothing was sent.',
    hint: 'Replace the webhook (PUT) with the values of all its secrets, or start the engine with the key that is missing; the message says which.',
  },
  token_failed: {
    verdict: 'failed',
    phases: ['token'],
    sentence: 'The OAuth access token could not be had.',
    hint: 'The message says what the token endpoint did and what to check; then test the webhook, which asks for a fresh token at once.',
  },
  not_sent: {
    verdict: 'open',
    phases: ['dns', 'connect', 'ssl'],
    sentence: 'Nothing was sent; this does not count as an attempt.',
    hint: 'Nothing to do: it is sent as soon as that is possible.',
  },
  unknown: {
    verdict: 'open',
    phases: ['send', 'wait', 'receive'],
    sentence:
      'The request was broken off while it was under way, or its end was not seen; the receiver may have got it.',
    hint: 'While attempts are left it is sent again with the same webhook-id, by which the receiver can tell that it is a repetition.',
  },
  cancelled: {
    verdict: 'open',
    phases: [],
    sentence: 'The delivery was cancelled while this attempt was under way.',
    hint: 'Nothing to do.',
  },
  sending: {
    verdict: 'open',
    phases: [],
    sentence: 'The request is under way.',
    hint: 'Look again in a moment.',
  },
} as const satisfies Record<string, OutcomeEntry>;

/** The name of an outcome. */
export type Outcome = keyof typeof OUTCOMES;

/** All names, in the order of the documentation. */
export const OUTCOME_NAMES = Object.keys(OUTCOMES) as readonly Outcome[];

/** What is said of an outcome. */
export function outcomeEntry(outcome: Outcome): OutcomeEntry {
  return OUTCOMES[outcome];
}
