// What an exchange means: the table of DELIVERY.md section 3, as one pure function.
import type { Verdict } from '../domain/delivery.ts';
import type { ExchangeFailure, ExchangeResult, IncomingResponse } from '../domain/exchange.ts';
import type { ValidatorResult } from '../domain/invocation.ts';
import type { Outcome, Phase } from '../domain/outcomes.ts';
import { outcomeEntry } from '../domain/outcomes.ts';
import { headerValue, responseDocument } from './document.ts';
import { retryAfterMs } from './retry-after.ts';
import type { CompiledValidator } from './validators.ts';
import { checkValidators, readsBody } from './validators.ts';
import type { Hide } from './wording.ts';

/** What the webhook asks of a response. `hide` takes secrets out of what is quoted from it, before it is cut. */
export interface JudgeRules {
  readonly validators: readonly CompiledValidator[];
  readonly customValidationErrorMessage: string | undefined;
  readonly hide?: Hide;
}

/** What an exchange came to: what follows for the delivery, and what the invocation records of it. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  readonly phase: Phase | undefined;
  /** The code of the system or library, where no complete response came. */
  readonly errorCode: string | undefined;
  /** Sentences for people. */
  readonly message: string;
  /** What each rule said; empty where no complete response came. */
  readonly validators: readonly ValidatorResult[];
}

/**
 * Judges an exchange. A failure is what it is, whatever came before it; otherwise the status decides, and on 2xx the
 * validators do. They are run on every response, so that the record shows what each one says.
 */
export function judge(result: ExchangeResult, rules: JudgeRules, now: Date): Judgement {
  const { failure, response } = result;
  if (failure !== undefined) return judgeFailure(failure);
  if (response === undefined) throw new Error('An exchange ended with neither a response nor a failure.');
  const validators = validatorResults(response, rules);
  const outcome = outcomeOf(response, rules.validators, validators);
  return {
    verdict: verdictOf(outcome, response, now),
    outcome,
    phase: outcome === 'success' || outcome === 'validation_failed' ? 'validate' : 'receive',
    errorCode: undefined,
    message: describe(outcome, response, rules, validators),
    validators,
  };
}

// Without validators nobody asks what is in the response.
function validatorResults(response: IncomingResponse, { validators, hide }: JudgeRules): ValidatorResult[] {
  return validators.length === 0 ? [] : checkValidators(validators, responseDocument(response), hide);
}

function judgeFailure(failure: ExchangeFailure): Judgement {
  const { outcome, phase, code, message } = failure;
  return {
    verdict: failedVerdict(outcome),
    outcome,
    phase,
    errorCode: code,
    message: `${outcomeEntry(outcome).sentence} ${message}`.trim(),
    validators: [],
  };
}

function failedVerdict(outcome: ExchangeFailure['outcome']): Verdict {
  if (outcome === 'not_sent') return { kind: 'unsent' };
  if (outcome === 'unknown') return { kind: 'unknown' };
  return { kind: outcome === 'blocked_address' ? 'refused' : 'failed', reason: outcome };
}

function outcomeOf(
  { status, truncated }: IncomingResponse,
  validators: readonly CompiledValidator[],
  results: readonly ValidatorResult[],
): Outcome {
  if (status < 200 || status > 599) return 'protocol_error';
  if (status >= 500) return 'server_error';
  if (status >= 400) return clientOutcome(status);
  if (status >= 300) return 'redirect_refused';
  if (truncated && readsBody(validators)) return 'response_too_large';
  return results.every(({ passed }) => passed) ? 'success' : 'validation_failed';
}

function clientOutcome(status: number): Outcome {
  if (status === 410) return 'gone';
  return status === 429 ? 'rate_limited' : 'client_error';
}

function verdictOf(outcome: Outcome, response: IncomingResponse, now: Date): Verdict {
  if (outcome === 'success') return { kind: 'accepted' };
  if (outcome === 'gone') return { kind: 'refused', reason: outcome };
  const pauseMs = askedPauseMs(response, now);
  return { kind: 'failed', reason: outcome, ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }) };
}

function askedPauseMs({ status, headers }: IncomingResponse, now: Date): number | undefined {
  return asksToWait(status) ? retryAfterMs(headers, now) : undefined;
}

// Retry-After is honoured on these two only; on a redirect it would ask for a pause before following it.
function asksToWait(status: number): boolean {
  return status === 429 || status === 503;
}

function describe(
  outcome: Outcome,
  response: IncomingResponse,
  rules: JudgeRules,
  results: readonly ValidatorResult[],
): string {
  const { sentence } = outcomeEntry(outcome);
  const { status } = response;
  if (outcome === 'validation_failed') {
    const failed = results.filter(({ passed }) => !passed);
    return [asSentence(rules.customValidationErrorMessage ?? sentence), ...summary(failed)].join(' ');
  }
  if (outcome === 'success') return results.length > 0 ? sentence : `The receiver answered ${String(status)}.`;
  const telling = outcome === 'redirect_refused' ? 'location' : asksToWait(status) ? 'retry-after' : undefined;
  return [sentence, `Status ${String(status)}.`, ...quoteHeader(response, telling, rules.hide)].join(' ');
}

function summary(failed: readonly ValidatorResult[]): string[] {
  const [first, ...others] = failed;
  if (first === undefined) return [];
  return others.length === 0 ? [first.message] : [first.message, `${String(others.length)} more did not pass.`];
}

function asSentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function quoteHeader({ headers }: IncomingResponse, name: string | undefined, hide: Hide = (text) => text): string[] {
  const value = name === undefined ? undefined : headerValue(headers, name);
  return value === undefined ? [] : [`It says ${String(name)}: ${hide(value).slice(0, 500)}`];
}
