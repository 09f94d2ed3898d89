// Runs replays step by step. A step is one transaction that plans deliveries and moves the position with them, so that
// what a crash or a stop cuts off is done wholly by the next step, and nothing is done twice.
import type { Actor } from '../domain/access.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { actorOf } from '../domain/api-key.ts';
import { engineActor } from '../domain/own-events.ts';
import type { Clock } from '../domain/clock.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { NewId } from '../domain/ids.ts';
import { planAgain } from '../domain/plan.ts';
import type { Replay } from '../domain/replay.ts';
import { allowanceAt, payFor } from '../domain/replay.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { EventSink } from './own-events.ts';
import { replayEvent } from './replay-events.ts';
import type { Scan, ScanStore } from './replay-scan.ts';
import { scanNext } from './replay-scan.ts';

/** The part of the store that a step touches. */
export interface ReplayRunStore extends ScanStore {
  readonly replays: ScanStore['replays'] & {
    /** `undefined` where somebody else is at it. */
    lock(organizationId: string, id: string): Promise<Replay | undefined>;
    update(replay: Replay): Promise<void>;
    insertDeliveries(deliveries: readonly Delivery[]): Promise<void>;
    cancelDeliveries(replay: Replay, now: Date, limit: number): Promise<number>;
  };
  readonly webhooks: { byIdMasked(organizationId: string, id: string): Promise<Webhook | undefined> };
  readonly apiKeys: { byId(id: string): Promise<ApiKey | undefined> };
}

/** What running replays touches. */
export interface ReplayRunDeps<Store extends ReplayRunStore = ReplayRunStore> {
  readonly store: {
    readonly replays: { open(): Promise<readonly Pick<Replay, 'id' | 'organizationId'>[]> };
    transaction<T>(work: (store: Store) => Promise<T>): Promise<T>;
  };
  readonly newId: NewId;
  readonly clock: Clock;
  readonly ownEvents: EventSink<Store>;
  /** Told after each step that has made work. */
  wake(): void;
  /** Lets everything else run between two steps. */
  yieldToOthers(): Promise<void>;
  isStopping(): boolean;
  readonly report: { jobFailed(fact: { job: string; error: unknown }): void };
}

// Deliveries that one step cancels at most, in each state.
const CANCELLED_AT_ONCE = 500;

/** Does what is due now for every replay, in turn; gives how many deliveries were planned or cancelled. */
export async function runReplays<S extends ReplayRunStore>(deps: ReplayRunDeps<S>): Promise<number> {
  let moved = 0;
  let open = await deps.store.replays.open();
  while (open.length > 0 && !deps.isStopping()) {
    const unfinished: (typeof open)[number][] = [];
    for (const replay of open) {
      const step = await stepOrReport(deps, replay);
      moved += step.moved;
      if (step.moved > 0) deps.wake();
      if (step.again) unfinished.push(replay);
    }
    open = unfinished;
    await deps.yieldToOthers();
  }
  return moved;
}

/** What a step has moved, and whether there is more that is due now. */
export interface Step {
  readonly moved: number;
  readonly again: boolean;
}

const NOTHING: Step = { moved: 0, again: false };

// One that fails must not keep the others from going on.
async function stepOrReport<S extends ReplayRunStore>(
  deps: ReplayRunDeps<S>,
  replay: Pick<Replay, 'id' | 'organizationId'>,
): Promise<Step> {
  try {
    return await stepReplay(deps, replay);
  } catch (error) {
    deps.report.jobFailed({ job: 'replays', error });
    return NOTHING;
  }
}

/** Makes one step of a replay, in one transaction. */
export async function stepReplay<S extends ReplayRunStore>(
  deps: ReplayRunDeps<S>,
  { organizationId, id }: Pick<Replay, 'id' | 'organizationId'>,
): Promise<Step> {
  return deps.store.transaction(async (store) => {
    const replay = await store.replays.lock(organizationId, id);
    if (replay === undefined) return NOTHING;
    if (replay.cancelWaiting) return cancelSome(deps, store, replay);
    if (replay.state !== 'running') return NOTHING;
    const webhook = await store.webhooks.byIdMasked(organizationId, replay.scope.webhookId);
    if (webhook?.settings.active !== true) return halt(deps, store, replay, webhook);
    return planSome(deps, store, replay, webhook);
  });
}

async function cancelSome<S extends ReplayRunStore>(deps: ReplayRunDeps<S>, store: S, replay: Replay): Promise<Step> {
  const moved = await store.replays.cancelDeliveries(replay, deps.clock(), CANCELLED_AT_ONCE);
  // Over only when there is none left: what was being sent may wait again by now.
  const again = moved > 0;
  if (!again) await store.replays.update({ ...replay, cancelWaiting: false });
  return { moved, again };
}

// What the webhook forbids: off, it may be on again; deleted, it never comes back.
async function halt<S extends ReplayRunStore>(
  deps: ReplayRunDeps<S>,
  store: S,
  replay: Replay,
  webhook: Webhook | undefined,
): Promise<Step> {
  const now = deps.clock();
  const isGone = webhook === undefined;
  const halted: Replay = {
    ...replay,
    state: isGone ? 'cancelled' : 'paused',
    reason: isGone ? 'webhook_deleted' : 'webhook_inactive',
    updatedAt: now,
    finishedAt: isGone ? now : undefined,
  };
  await store.replays.update(halted);
  const type = isGone ? 'replay.cancelled' : 'replay.paused';
  await deps.ownEvents(store, replayEvent(type, engineActor(replay.organizationId), halted));
  return NOTHING;
}

async function planSome<S extends ReplayRunStore>(
  deps: ReplayRunDeps<S>,
  store: S,
  replay: Replay,
  webhook: Webhook,
): Promise<Step> {
  const now = deps.clock();
  const allowance = allowanceAt(replay.paidUntil, replay.ratePerSec, now);
  if (allowance.count === 0 && replay.lastEventId !== undefined) return NOTHING;
  const scan = await scanNext(store, webhook, replay, allowance.count);
  const planned = scan.chosen.length;
  await store.replays.insertDeliveries(deliveriesOf(deps, replay, scan, now));
  const next: Replay = {
    ...replay,
    state: scan.isOver ? 'finished' : 'running',
    progress: {
      total: replay.progress.total,
      scanned: replay.progress.scanned + scan.scanned,
      planned: replay.progress.planned + planned,
      skipped: replay.progress.skipped + scan.skipped,
    },
    position: scan.position,
    paidUntil: payFor(allowance.from, planned, replay.ratePerSec),
    updatedAt: now,
    finishedAt: scan.isOver ? now : undefined,
  };
  await store.replays.update(next);
  if (scan.isOver) await deps.ownEvents(store, replayEvent('replay.finished', await creator(store, replay), next));
  return { moved: planned, again: !scan.isOver && planned < allowance.count };
}

function deliveriesOf(deps: Pick<ReplayRunDeps, 'newId'>, replay: Replay, scan: Scan, now: Date): Delivery[] {
  const { organizationId, scope, createdBy, id, newWebhookId } = replay;
  const request = { by: createdBy, replayId: id, sameBytesOf: undefined, newMessageId: newWebhookId, now };
  return scan.chosen.map(({ eventId, earlier }) =>
    planAgain({ organizationId, eventId, webhookId: scope.webhookId }, earlier, request, deps.newId),
  );
}

// A replay acts for whoever has made it, also when the key has been revoked since.
async function creator(store: ReplayRunStore, { createdBy, organizationId }: Replay): Promise<Actor> {
  const key = await store.apiKeys.byId(createdBy);
  return key === undefined ? { keyId: createdBy, keyName: createdBy, organizationId, role: 'operator' } : actorOf(key);
}
