// One attempt, from an event and a webhook to a judged, recordable end. Deliveries and tests both come through here.
import type { OAuth2Authentication } from '../domain/authentication.ts';
import type { Clock } from '../domain/clock.ts';
import type { Verdict } from '../domain/delivery.ts';
import type { Event, SentEvent } from '../domain/event.ts';
import type { ExchangeResult, OutgoingRequest } from '../domain/exchange.ts';
import type { InvocationEnd, InvocationStart, RenderWarning } from '../domain/invocation.ts';
import type { ExactJson } from '../domain/json.ts';
import { outcomeEntry } from '../domain/outcomes.ts';
import type { RequestFacts, RequestSettings } from '../domain/request.ts';
import { buildRequest } from '../domain/request.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import type { Judgement } from '../responses/judge.ts';
import { judge } from '../responses/judge.ts';
import type { Rendering, TemplatePlan } from '../templates/index.ts';
import type { KitSettings, Kits } from './kit.ts';
import { recordEnd } from './recording.ts';

/** What an attempt touches. */
export interface AttemptDeps {
  send(request: OutgoingRequest, signal: AbortSignal): Promise<ExchangeResult>;
  /** The access tokens that this process has got lately for the client of a webhook. */
  knownTokens(organizationId: string, authentication: OAuth2Authentication): readonly string[];
  readonly kitOf: Kits;
  readonly clock: Clock;
  readonly userAgent: string;
}

/**
 * Renders the body of a webhook for an event, by a template that is ready: it takes no time worth speaking of. The
 * event's text is read where its value is not given.
 */
export interface BodyRenderer {
  (event: SentEvent, value?: ExactJson): Rendering;
  /** The plan of its template, by which another thread renders the same. Missing where none is needed for it. */
  readonly plan?: TemplatePlan;
}

/** What an attempt asks of the settings of its webhook. */
export type AttemptSettings = KitSettings & RequestSettings & Pick<WebhookSettings, 'customValidationErrorMessage'>;

/** What `attempt` takes. The event of a test need not be stored. */
export interface AttemptInput {
  readonly start: Pick<InvocationStart, 'organizationId' | 'deliveryId' | 'attempt'>;
  readonly settings: AttemptSettings;
  readonly event: SentEvent;
  /** The value of the event's text, where somebody has read it already. */
  readonly value?: ExactJson | undefined;
  readonly messageId: string;
  /** `undefined`: no body is sent. */
  readonly render: BodyRenderer | undefined;
  /** Of a webhook with `oauth2`. */
  readonly accessToken?: string | undefined;
}

/** What is attempted, as those know it who ask for an attempt. */
export interface Attempt extends AttemptInput {
  readonly start: InvocationStart;
  readonly settings: WebhookSettings;
  readonly event: Event;
  /** On the monotonic clock: it may not begin to be sent later than this. Missing where no lease can run out. */
  readonly startByMs?: number;
}

/** How it ended: what to record (what happens next is not known here) and what it means for the delivery. */
export interface AttemptResult {
  readonly end: InvocationEnd;
  readonly verdict: Verdict;
}

interface Rendered {
  readonly body: string | undefined;
  readonly templateSha256: string | undefined;
  readonly warnings: readonly RenderWarning[];
}

/**
 * Renders, sends and judges. Never throws for anything that a receiver or an event can do. It begins to send without
 * waiting for anything, so whoever has looked at the clock before knows when it was sent.
 */
export async function attempt(deps: AttemptDeps, input: AttemptInput, signal: AbortSignal): Promise<AttemptResult> {
  const rendered = renderBody(deps, input);
  if ('failed' in rendered) return rendered.failed;
  const request = buildRequest(input.settings, rendered.body, requestFacts(deps, input));
  const result = await deps.send(request, signal);
  const kit = deps.kitOf(input.settings);
  const masker = kit.masker(tokensToHide(deps, input));
  const judgement = judge(
    result,
    {
      validators: kit.validators,
      customValidationErrorMessage: input.settings.customValidationErrorMessage,
      // Long values are cut before they are recorded, and half a secret would no longer be recognised.
      hide: (text) => masker(text).text,
    },
    deps.clock(),
  );
  const end = recordEnd({
    settings: input.settings,
    masker,
    request,
    result,
    judgement,
    ...rendered,
    finishedAt: deps.clock(),
  });
  return { end, verdict: verdictOf(input, judgement.verdict, result) };
}

// RFC 6750 §3.1: a receiver answers 401 where the token has ended, or was never good.
function verdictOf({ settings }: AttemptInput, verdict: Verdict, { response }: ExchangeResult): Verdict {
  const isRefused = settings.authentication?.kind === 'oauth2' && response?.status === 401;
  return isRefused && verdict.kind === 'failed' ? { ...verdict, tokenRefused: true } : verdict;
}

function renderBody(deps: AttemptDeps, input: AttemptInput): Rendered | { readonly failed: AttemptResult } {
  if (input.render === undefined) return { body: undefined, templateSha256: undefined, warnings: [] };
  const rendering = input.render(input.event, input.value);
  const { templateSha256 } = rendering;
  if (rendering.ok) return { body: rendering.body, templateSha256, warnings: rendering.warnings };
  const judgement: Judgement = {
    verdict: { kind: 'refused', reason: rendering.outcome },
    outcome: rendering.outcome,
    phase: 'render',
    errorCode: rendering.outcome,
    message: `${outcomeEntry(rendering.outcome).sentence} ${rendering.message}`,
    validators: [],
  };
  const end = recordEnd({
    settings: input.settings,
    request: undefined,
    result: undefined,
    judgement,
    templateSha256,
    warnings: [],
    finishedAt: deps.clock(),
  });
  return { failed: { end, verdict: judgement.verdict } };
}

// A receiver may name the token that it refused before. The one that was sent may be older than all that are known.
function tokensToHide(deps: AttemptDeps, { start, settings, accessToken }: AttemptInput): readonly string[] {
  if (accessToken === undefined || settings.authentication?.kind !== 'oauth2') return [];
  return [accessToken, ...deps.knownTokens(start.organizationId, settings.authentication)];
}

function requestFacts(deps: AttemptDeps, input: AttemptInput): RequestFacts {
  return {
    messageId: input.messageId,
    eventId: input.event.id,
    deliveryId: input.start.deliveryId,
    attempt: input.start.attempt,
    hop: input.event.hop,
    sentAt: deps.clock(),
    userAgent: deps.userAgent,
    accessToken: input.accessToken,
  };
}
