// Access tokens that are in use: asked for once, shared by all deliveries of the same client, renewed before they end.
import { LRUCache } from 'lru-cache';
import type { OAuth2Authentication } from '../domain/authentication.ts';
import type { Clock } from '../domain/clock.ts';
import { sha256Hex } from '../domain/event.ts';
import type { TokenRequested } from '../observe/report.ts';
import type { TokenAnswer, TokenFailure } from './token.ts';
import { CHECK_LATE } from './token.ts';
import { createTokenPauses } from './token-pauses.ts';

/** What keeping tokens touches. */
export interface TokenCacheDeps {
  /** Asks the endpoint, once. */
  request(authentication: OAuth2Authentication, timeoutMs: number): Promise<TokenAnswer>;
  readonly clock: Clock;
  monotonicMs(): number;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  readonly report: { tokenRequested(fact: TokenRequested): void };
}

/** Who asks for a token. */
export interface TokenAsk {
  readonly organizationId: string;
  readonly authentication: OAuth2Authentication;
  /** Only one that was asked for after this instant will do; `undefined`: any that has not ended. */
  readonly newerThan: Date | undefined;
  /** Whether the endpoint is asked also where it has just failed: somebody looks whether that was mended. */
  readonly atOnce: boolean;
  /** How long the caller waits, counted from the beginning of the call that he joins. */
  readonly timeoutMs: number;
}

/** Gives tokens. */
export interface Tokens {
  /** Never rejects for what an endpoint does. When `signal` fires, the answer is an interrupted failure. */
  token(ask: TokenAsk, signal: AbortSignal): Promise<TokenAnswer>;
  /** The latest tokens of a client, whatever its secret and its scopes were, ended and refused ones, too. */
  known(organizationId: string, authentication: OAuth2Authentication): readonly string[];
}

interface Kept {
  readonly askedAt: Date;
  readonly renewAt: Date;
  readonly answer: TokenAnswer;
}

interface Flight {
  readonly askedAt: Date;
  readonly askedAtMs: number;
  readonly answer: Promise<TokenAnswer>;
}

/** The longest that an endpoint may take. */
export const MAX_TOKEN_MS = 10_000;
const MAX_TOKENS = 1000;
// Of one client. A token has at most 4 KiB, and each that is known costs time with every answer that is recorded.
const MAX_KNOWN = 8;
// RFC 6749 §5.1 lets an endpoint leave the lifetime out.
const DEFAULT_LIFETIME_SEC = 3600;
// A token must not end between being chosen and being read by the receiver.
const LEAST_MARGIN_SEC = 30;
const MARGIN_PART = 0.1;

/** Makes a cache without tokens. */
export function createTokens(deps: TokenCacheDeps): Tokens {
  const kept = new LRUCache<string, Kept>({ max: MAX_TOKENS });
  const known = new LRUCache<string, readonly string[]>({ max: MAX_TOKENS });
  const pauses = createTokenPauses(MAX_TOKENS);
  const flights = new Map<string, Flight>();
  const remember = ({ organizationId, authentication }: TokenAsk, token: string): void => {
    const client = clientOf(organizationId, authentication);
    const others = (known.get(client) ?? []).filter((other) => other !== token);
    known.set(client, [token, ...others].slice(0, MAX_KNOWN));
  };
  const land = (key: string, ask: TokenAsk, askedAt: Date, answer: TokenAnswer): void => {
    const isNewest = askedAt >= (kept.peek(key)?.askedAt ?? askedAt);
    if (answer.ok) {
      remember(ask, answer.accessToken);
      pauses.succeeded(key);
      if (isNewest) kept.set(key, { askedAt, renewAt: renewalOf(askedAt, answer.expiresInSec), answer });
    } else if (isNewest && isToPause(answer.failure)) {
      pauses.failed(key, { askedAt, failedAt: deps.clock(), answer });
    }
  };
  const fly = (key: string, ask: TokenAsk): Flight => {
    const askedAt = deps.clock();
    const askedAtMs = deps.monotonicMs();
    const answer = askEndpoint(deps, ask).then((given) => {
      land(key, ask, askedAt, given);
      return given;
    });
    const flight = { askedAt, askedAtMs, answer };
    flights.set(key, flight);
    const over = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    answer.then(over, over);
    return flight;
  };
  return {
    token: (ask, signal) => {
      const key = keyOf(ask);
      const now = deps.clock();
      const token = kept.get(key);
      if (token !== undefined && isNewer(token, ask) && isFresh(token, now)) return Promise.resolve(token.answer);
      const underWay = flights.get(key);
      const failure = ask.atOnce ? undefined : pauses.instead(key, now, underWay !== undefined);
      if (failure !== undefined) return Promise.resolve(failure);
      const flight = underWay !== undefined && isNewer(underWay, ask) ? underWay : fly(key, ask);
      return inTime(deps, ask, flight, signal);
    },
    known: (organizationId, authentication) => known.get(clientOf(organizationId, authentication)) ?? [],
  };
}

// Another organization never gets a token that was not given for it, whatever it knows of the client.
function keyOf({ organizationId, authentication }: TokenAsk): string {
  const { tokenEndpoint, clientId, clientSecret, scopes, clientAuthentication } = authentication;
  return sha256Hex(
    JSON.stringify([organizationId, tokenEndpoint, clientId, sha256Hex(clientSecret), scopes, clientAuthentication]),
  );
}

/** The name of a client, by which its tokens are known whatever its secret and its scopes were. It says no secret. */
export function clientOf(organizationId: string, { tokenEndpoint, clientId }: OAuth2Authentication): string {
  return sha256Hex(JSON.stringify([organizationId, tokenEndpoint, clientId]));
}

// What ends deliveries for good is never told from an earlier call; it is found out before anything is connected.
function isToPause({ blocked, interrupted }: TokenFailure): boolean {
  return !blocked && !interrupted;
}

function isNewer({ askedAt }: Pick<Flight, 'askedAt'>, { newerThan }: TokenAsk): boolean {
  return newerThan === undefined || askedAt > newerThan;
}

// One that was asked for in the future says that the clock was set back.
function isFresh({ askedAt, renewAt }: Kept, now: Date): boolean {
  return askedAt <= now && now < renewAt;
}

function renewalOf(askedAt: Date, expiresInSec = DEFAULT_LIFETIME_SEC): Date {
  const marginSec = Math.max(LEAST_MARGIN_SEC, expiresInSec * MARGIN_PART);
  return new Date(askedAt.getTime() + (expiresInSec - marginSec) * 1000);
}

// Callers may wait for less than that, and come and go; the call goes on for those that are left.
async function askEndpoint(deps: TokenCacheDeps, { organizationId, authentication }: TokenAsk): Promise<TokenAnswer> {
  const startedAtMs = deps.monotonicMs();
  const answer = await deps.request(authentication, MAX_TOKEN_MS);
  deps.report.tokenRequested({
    organizationId,
    urlHost: new URL(authentication.tokenEndpoint).host,
    status: answer.status,
    errorCode: answer.ok ? undefined : answer.failure.code,
    durationMs: Math.round(deps.monotonicMs() - startedAtMs),
  });
  return answer;
}

async function inTime(
  deps: TokenCacheDeps,
  { authentication, timeoutMs }: TokenAsk,
  { askedAtMs, answer }: Flight,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const over = new AbortController();
  const late = (): TokenAnswer => {
    const message = signal.aborted
      ? 'The engine broke off while it waited for a token.'
      : `${new URL(authentication.tokenEndpoint).host} gave no token within ${String(Math.round(timeoutMs))} ms. ${CHECK_LATE}`;
    const code = signal.aborted ? 'ABORTED' : 'DEADLINE';
    return { ok: false, status: undefined, failure: { code, message, blocked: false, interrupted: signal.aborted } };
  };
  try {
    const leftMs = Math.max(0, askedAtMs + timeoutMs - deps.monotonicMs());
    const until = AbortSignal.any([signal, over.signal]);
    return await Promise.race([answer, deps.pause(leftMs, until).then(late)]);
  } finally {
    over.abort();
  }
}
