// Routes of how long what is kept.
import { periodOf } from '../../domain/audit/settings.ts';
import type { ExactJson, ExactJsonObject } from '../../domain/json.ts';
import { isObject, toPlain } from '../../domain/json.ts';
import type { Period } from '../../domain/retention.ts';
import type { PlanningStore } from '../../services/planning.ts';
import type { PeriodStore, RetentionDeps } from '../../services/retention.ts';
import { periodsView, readPeriods, replacePeriods } from '../../services/retention.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok } from '../route.ts';

/** What these routes touch. */
export interface RetentionHandlerDeps {
  readonly retention: RetentionDeps<PeriodStore & PlanningStore>;
}

/** `GET /v1/retention` */
export async function read(deps: RetentionHandlerDeps, request: ApiRequest): Promise<Reply> {
  return ok(periodsView(await readPeriods(deps.retention, actorOf(request))));
}

/** `PUT /v1/retention` */
export async function replace(deps: RetentionHandlerDeps, request: ApiRequest): Promise<Reply> {
  const body: ExactJsonObject = request.body ?? {};
  const periods = {
    events: readPeriod(body['events']),
    deliveries: readPeriod(body['deliveries']),
    invocations: readPeriod(body['invocations']),
    bodies: readPeriod(body['bodies']),
    failures: readPeriod(body['failures']),
  };
  return ok(periodsView(await replacePeriods(deps.retention, actorOf(request), periods)));
}

// The schema of the body has let it through.
function readPeriod(value: ExactJson = {}): Period {
  const plain = toPlain(value);
  return periodOf(isObject(plain) ? plain : {});
}
