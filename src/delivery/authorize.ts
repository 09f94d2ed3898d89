// The access token of an attempt, where its webhook has one got for it: had before anything is sent, or the attempt ends.
import type { Clock } from '../domain/clock.ts';
import type { Outcome } from '../domain/outcomes.ts';
import { outcomeEntry } from '../domain/outcomes.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import type { TokenFailure } from '../egress/token.ts';
import type { TokenAsk, Tokens } from '../egress/token-cache.ts';
import { MAX_TOKEN_MS } from '../egress/token-cache.ts';
import type { Attempt, AttemptResult } from './attempt.ts';
import { recordEnd } from './recording.ts';
import { ENGINE_STOPPING, unsent } from './unsent.ts';

/** What authorizing touches. */
export interface AuthorizeDeps {
  readonly tokens: Pick<Tokens, 'token'>;
  readonly clock: Clock;
}

/** Who is to be authorized. `withinMs` is what is left of the time in which an attempt may begin. */
export interface AuthorizeInput extends Pick<TokenAsk, 'organizationId' | 'newerThan' | 'atOnce'> {
  readonly settings: WebhookSettings;
  readonly withinMs: number;
}

/** The token, `undefined` where the webhook needs none; or how the attempt ends without it. */
export type Authorized =
  | { readonly ok: true; readonly accessToken: string | undefined }
  | { readonly ok: false; readonly result: AttemptResult };

/** Gets the token of a webhook with `oauth2`, within 10 seconds and its own timeout. Never rejects for what an endpoint does. */
export async function authorize(
  { tokens, clock }: AuthorizeDeps,
  { organizationId, settings, newerThan, atOnce, withinMs }: AuthorizeInput,
  signal: AbortSignal,
): Promise<Authorized> {
  const { authentication, timeoutInSec } = settings;
  if (authentication?.kind !== 'oauth2') return { ok: true, accessToken: undefined };
  const timeoutMs = Math.min(MAX_TOKEN_MS, timeoutInSec * 1000, withinMs);
  const answer = await tokens.token({ organizationId, authentication, newerThan, atOnce, timeoutMs }, signal);
  if (answer.ok) return { ok: true, accessToken: answer.accessToken };
  const { failure } = answer;
  if (failure.interrupted) return { ok: false, result: unsent(clock(), ENGINE_STOPPING) };
  return { ok: false, result: failed(settings, failure, clock()) };
}

/** What an attempt with a fresh token touches. */
export interface AttemptAfreshDeps {
  authorize(input: AuthorizeInput, signal: AbortSignal): Promise<Authorized>;
  attempt(input: Attempt, signal: AbortSignal): Promise<AttemptResult>;
  readonly clock: Clock;
}

/** Makes an attempt with a token that is asked for now: a test shows whether the credentials are good, not whether they were. */
export async function attemptAfresh(
  deps: AttemptAfreshDeps,
  input: Attempt,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const { settings, start } = input;
  const { organizationId } = start;
  const asking = { organizationId, settings, newerThan: deps.clock(), atOnce: true, withinMs: Infinity };
  const authorized = await deps.authorize(asking, signal);
  if (!authorized.ok) return authorized.result;
  return deps.attempt({ ...input, accessToken: authorized.accessToken }, signal);
}

const OUTCOME = 'token_failed' satisfies Outcome;

function failed(settings: WebhookSettings, failure: TokenFailure, finishedAt: Date): AttemptResult {
  const { code, message, blocked } = failure;
  // As with a URL that leads there: it takes another address, or an exception of the operator's.
  const verdict = { kind: blocked ? 'refused' : 'failed', reason: OUTCOME } as const;
  const judgement = {
    verdict,
    outcome: OUTCOME,
    phase: 'token',
    errorCode: code,
    message: `${outcomeEntry(OUTCOME).sentence} ${message}`,
    validators: [],
  } as const;
  const nothing = { request: undefined, result: undefined, templateSha256: undefined, warnings: [] };
  return { verdict, end: recordEnd({ settings, judgement, ...nothing, finishedAt }) };
}
