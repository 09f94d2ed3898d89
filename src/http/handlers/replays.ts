// Routes of replays.
import type { JsonObject } from '../../domain/json.ts';
import { isObject, toPlain } from '../../domain/json.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import type { Replay } from '../../domain/replay.ts';
import { REPLAY_STATES } from '../../domain/replay.ts';
import type { ReplayFilter } from '../../domain/search.ts';
import type { PlanningStore } from '../../services/planning.ts';
import type { ReplayDeps, ReplayStore } from '../../services/replays.ts';
import {
  cancelReplay,
  createReplay,
  getReplay,
  pauseReplay,
  previewReplay,
  resumeReplay,
} from '../../services/replays.ts';
import { nextCursor, pageOf } from '../query.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, param, queryText } from '../route.ts';
import { previewView, replayView } from '../views/replay.ts';

/** The part of the store that these routes touch. */
export interface ReplayListStore extends ReplayStore {
  readonly replays: ReplayStore['replays'] & {
    list(organizationId: string, filter: ReplayFilter, page: PageRequest): Promise<Page<Replay>>;
  };
}

/** What these routes touch. */
export interface ReplayHandlerDeps {
  readonly replays: ReplayDeps<ReplayListStore & PlanningStore>;
}

/** `POST /v1/replays` */
export async function create(deps: ReplayHandlerDeps, request: ApiRequest): Promise<Reply> {
  const plain = toPlain(request.body ?? {});
  const input: JsonObject = isObject(plain) ? plain : {};
  if (request.query['dry_run'] === true) {
    return ok(previewView(await previewReplay(deps.replays, actorOf(request), input)));
  }
  const replay = await createReplay(deps.replays, actorOf(request), input);
  return { status: 201, body: replayView(replay), headers: { location: `/v1/replays/${replay.id}` } };
}

/** `GET /v1/replays` */
export async function list(deps: ReplayHandlerDeps, request: ApiRequest): Promise<Reply> {
  const state = queryText(request, 'state');
  const filter: ReplayFilter = {
    webhookId: queryText(request, 'webhook_id'),
    state: REPLAY_STATES.find((known) => known === state),
  };
  const { organizationId } = actorOf(request);
  const page = await deps.replays.store.replays.list(organizationId, filter, pageOf(request));
  return ok({ data: page.items.map(replayView), next_cursor: nextCursor(request, page.lastId) });
}

/** `GET /v1/replays/{replay_id}` */
export async function read(deps: ReplayHandlerDeps, request: ApiRequest): Promise<Reply> {
  return ok(replayView(await getReplay(deps.replays, actorOf(request).organizationId, param(request, 'replay_id'))));
}

/** `POST /v1/replays/{replay_id}/pause` */
export async function pause(deps: ReplayHandlerDeps, request: ApiRequest): Promise<Reply> {
  return ok(replayView(await pauseReplay(deps.replays, actorOf(request), param(request, 'replay_id'))));
}

/** `POST /v1/replays/{replay_id}/resume` */
export async function resume(deps: ReplayHandlerDeps, request: ApiRequest): Promise<Reply> {
  return ok(replayView(await resumeReplay(deps.replays, actorOf(request), param(request, 'replay_id'))));
}

/** `POST /v1/replays/{replay_id}/cancel` */
export async function cancel(deps: ReplayHandlerDeps, request: ApiRequest): Promise<Reply> {
  const cancelWaiting = request.body?.['cancel_waiting'] !== false;
  return ok(replayView(await cancelReplay(deps.replays, actorOf(request), param(request, 'replay_id'), cancelWaiting)));
}
