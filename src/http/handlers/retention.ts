// Routes of how long what is kept.
import { periodOf } from '../../domain/audit/settings.ts';
import type { ExactJsonObject } from '../../domain/json.ts';
import { readPeriod } from '../../domain/period-bodies.ts';
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
    events: readPeriod(body['events']) ?? NONE,
    deliveries: readPeriod(body['deliveries']) ?? NONE,
    invocations: readPeriod(body['invocations']) ?? NONE,
    bodies: readPeriod(body['bodies']) ?? NONE,
    failures: readPeriod(body['failures']) ?? NONE,
  };
  return ok(periodsView(await replacePeriods(deps.retention, actorOf(request), periods)));
}

// Where the schema of the body would let through what is no period: then it is too short.
const NONE = periodOf({});
