// Gets an access token by client credentials (RFC 6749 §4.4), over the same guarded exchanges as everything else.
import {
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  OperationProcessingError,
  processClientCredentialsResponse,
  ResponseBodyError,
  UnsupportedOperationError,
} from 'oauth4webapi';
import type { OAuth2Authentication } from '../domain/authentication.ts';
import { authorizationOf } from '../domain/authentication.ts';
import type { ExchangeFailure, ExchangeResult, OutgoingRequest } from '../domain/exchange.ts';
import { headerValueFaults } from '../domain/headers.ts';

/** What getting a token touches. */
export interface TokenDeps {
  send(request: OutgoingRequest): Promise<ExchangeResult>;
  /** `Hookwright/<version>`. */
  readonly userAgent: string;
}

/** Why there is no token. Neither holds anything that the endpoint is free to choose. */
export interface TokenFailure {
  /** An error code of RFC 6749 §5.2, that of the system or library, or `TOKEN_RESPONSE_INVALID`. */
  readonly code: string;
  /** What happened, and what to check. */
  readonly message: string;
  /** Whether the endpoint has an address that is not public: asking again does not help. */
  readonly blocked: boolean;
  /** Whether nobody is to blame: the engine was stopping. */
  readonly interrupted: boolean;
}

/** What came of asking for a token. `status` is there where the endpoint answered. */
export type TokenAnswer = { readonly status: number | undefined } & (
  | { readonly ok: true; readonly accessToken: string; readonly expiresInSec: number | undefined }
  | { readonly ok: false; readonly failure: TokenFailure }
);

// RFC 6749 §5.2. Any other text could be a secret that the endpoint sends back.
const CHECK_BY_ERROR: ReadonlyMap<string, string> = new Map([
  ['invalid_request', 'Check scopes and client_authentication.'],
  ['invalid_client', 'Check client_id, client_secret and client_authentication.'],
  ['invalid_grant', 'Check client_id and client_secret.'],
  ['unauthorized_client', 'The client must be allowed to use client credentials there.'],
  ['unsupported_grant_type', 'The endpoint must know client credentials; check token_endpoint.'],
  ['invalid_scope', 'Check scopes.'],
]);

const CHECK_BY_OUTCOME: Readonly<Record<ExchangeFailure['outcome'], string>> = {
  dns_error: 'Check the host name of token_endpoint.',
  connect_error: 'Check that the endpoint is up, and that no firewall is in between.',
  tls_error: 'Its certificate must be valid, name the host and come from a public authority; TLS 1.2 is the minimum.',
  timeout: 'Check that the endpoint is up and answers in time.',
  protocol_error: 'Check that HTTPS speaks at token_endpoint.',
  blocked_address:
    'Use a token_endpoint with a public address; the operator can allow private ones with HOOKWRIGHT_EGRESS_ALLOW.',
  not_sent: '',
  unknown: '',
};

const CHECK_ANSWER = 'Check that token_endpoint is the address of the endpoint itself, and look into its log.';

/** What to check where an endpoint gives no token in time. */
export const CHECK_LATE = CHECK_BY_OUTCOME.timeout;

/** Asks once. What the endpoint does or fails to do is an answer, never an error. */
export async function requestToken(
  deps: TokenDeps,
  authentication: OAuth2Authentication,
  timeoutMs: number,
): Promise<TokenAnswer> {
  const { clientId, clientSecret, tokenEndpoint, scopes } = authentication;
  const { host, origin } = new URL(tokenEndpoint);
  const server = { issuer: origin, token_endpoint: tokenEndpoint };
  const client = { client_id: clientId };
  const identify = authentication.clientAuthentication === 'post' ? ClientSecretPost : ClientSecretBasic;
  const parameters: Record<string, string> = scopes.length === 0 ? {} : { scope: scopes.join(' ') };
  let result: ExchangeResult | undefined;
  const exchange: Fetch = async (url, { body, headers }) => {
    result = await deps.send(outgoing(deps, url, body, headers, timeoutMs));
    return responseOf(result, host);
  };
  try {
    const options = { [customFetch]: exchange };
    const response = await clientCredentialsGrantRequest(server, client, identify(clientSecret), parameters, options);
    const given = await processClientCredentialsResponse(server, client, response);
    const problem = unusable(authentication, given.token_type, given.access_token);
    if (problem !== undefined) throw new NoToken(invalidResponse(`${host} ${problem}`));
    return { ok: true, status: response.status, accessToken: given.access_token, expiresInSec: given.expires_in };
  } catch (error) {
    const status = result?.response?.status;
    return { ok: false, status, failure: failureOf(error, host, status) };
  }
}

type Fetch = (
  url: string,
  init: { readonly body: URLSearchParams; readonly headers: Readonly<Record<string, string>> },
) => Promise<Response>;

/** Carries a failure through the library. */
class NoToken extends Error {
  readonly failure: TokenFailure;

  constructor(failure: TokenFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

function outgoing(
  { userAgent }: TokenDeps,
  url: string,
  body: URLSearchParams,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): OutgoingRequest {
  const all = { ...headers, 'user-agent': userAgent, 'accept-encoding': 'identity' };
  return { method: 'POST', url, headers: Object.entries(all), body: body.toString(), timeoutMs };
}

// Statuses for which a Response cannot have a body, or which it cannot have at all.
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

function responseOf({ response, failure }: ExchangeResult, host: string): Response {
  if (failure !== undefined) {
    const { outcome, code } = failure;
    const interrupted = outcome === 'not_sent' || outcome === 'unknown';
    const message = `${failure.message} ${CHECK_BY_OUTCOME[outcome]}`.trimEnd();
    throw new NoToken({ code, message, blocked: outcome === 'blocked_address', interrupted });
  }
  if (response === undefined || response.status < 200 || response.status > 599) {
    throw new NoToken(invalidResponse(`${host} answered with a status that means nothing.`));
  }
  if (response.truncated) throw new NoToken(invalidResponse(`${host} answered with more than 64 KiB.`));
  const body = WITHOUT_BODY.includes(response.status) ? null : Buffer.from(response.body);
  // Only this one: the library would look at challenges before it looks at the error in the body.
  const [, type] = response.headers.find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return new Response(body, { status: response.status, headers: type === undefined ? {} : { 'content-type': type } });
}

function unusable(authentication: OAuth2Authentication, type: string, token: string): string | undefined {
  if (type !== 'bearer') return 'gave a token of another type than Bearer.';
  const faults = headerValueFaults('authorization', authorizationOf(authentication, token), '');
  return faults.length > 0 ? 'gave a token that cannot be sent in a header.' : undefined;
}

function failureOf(error: unknown, host: string, status: number | undefined): TokenFailure {
  if (error instanceof NoToken) return error.failure;
  if (error instanceof ResponseBodyError) {
    const check = CHECK_BY_ERROR.get(error.error);
    const what = check === undefined ? 'an error that RFC 6749 does not know' : error.error;
    const message = `${host} refused with ${what} (status ${String(status)}).`;
    if (check === undefined) return invalidResponse(message);
    return { code: error.error, message: `${message} ${check}`, blocked: false, interrupted: false };
  }
  if (!(error instanceof OperationProcessingError) && !(error instanceof UnsupportedOperationError)) throw error;
  return invalidResponse(`${host} answered ${String(status)}, and neither with a token nor with an error.`);
}

function invalidResponse(what: string): TokenFailure {
  const message = `${what} ${CHECK_ANSWER}`;
  return { code: 'TOKEN_RESPONSE_INVALID', message, blocked: false, interrupted: false };
}
