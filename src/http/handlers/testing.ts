// Routes that try things out: a saved webhook, a draft, a body template, and response validators.
import type { JsonObject } from '../../domain/json.ts';
import { isObject, toPlain } from '../../domain/json.ts';
import { invalid } from '../../domain/errors.ts';
import type { PlanningStore } from '../../services/planning.ts';
import type { TestEvent, TestingDeps, TestingStore, TestResult } from '../../services/testing.ts';
import { testDraft, testWebhook } from '../../services/testing.ts';
import type { TemplateTrialDeps } from '../../services/template-check.ts';
import { tryTemplate } from '../../services/template-check.ts';
import { tryValidators } from '../../services/validators.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, param } from '../route.ts';
import { invocationView, validatorView } from '../views/invocation.ts';
import { templateReportText } from '../views/template-report.ts';

/** What these routes touch. */
export interface TestHandlerDeps {
  readonly testing: TestingDeps<TestingStore & PlanningStore>;
  readonly templateTrial: TemplateTrialDeps;
}

/** `POST /v1/webhooks/{webhook_id}/test` */
export async function saved(deps: TestHandlerDeps, request: ApiRequest): Promise<Reply> {
  const id = param(request, 'webhook_id');
  return testReply(await testWebhook(deps.testing, actorOf(request), id, testEventOf(request), request.signal));
}

/** `POST /v1/webhooks/test` */
export async function draft(deps: TestHandlerDeps, request: ApiRequest): Promise<Reply> {
  const body = toPlain(request.body ?? {});
  const draftRequest: JsonObject = isObject(body) ? body : {};
  return testReply(await testDraft(deps.testing, actorOf(request), draftRequest, testEventOf(request), request.signal));
}

function testEventOf(request: ApiRequest): TestEvent {
  const { event, event_id: eventId, sample } = request.body ?? {};
  return {
    event: isObject(event) ? event : undefined,
    eventId: typeof eventId === 'string' ? eventId : undefined,
    sample: typeof sample === 'string' ? sample : undefined,
  };
}

function testReply(result: TestResult): Reply {
  const message = result.passed ? 'Test successful' : 'Test failed';
  return ok({ message, invocation: invocationView({ start: result.start, end: result.end }) });
}

/** `POST /v1/templates/check` */
export async function template(deps: TestHandlerDeps, request: ApiRequest): Promise<Reply> {
  const report = await tryTemplate(deps.templateTrial, actorOf(request), request.body ?? {});
  return { status: 200, text: `${templateReportText(report)}\n` };
}

/** `POST /v1/validators/check` */
export function validators(_deps: unknown, request: ApiRequest): Promise<Reply> {
  const result = tryValidators(request.body ?? {});
  if (!result.ok) throw invalid(result.faults);
  return Promise.resolve(
    ok({ passed: result.results.every((one) => one.passed), validators: result.results.map(validatorView) }),
  );
}
