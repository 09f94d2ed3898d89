// Replays by hand: make one, try what it would do, pause, resume, cancel. What they do is in replay-run.ts.
import type { Actor } from '../domain/access.ts';
import type { Clock } from '../domain/clock.ts';
import { conflict, invalid, notFound } from '../domain/errors.ts';
import type { NewId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Replay, ReplayProgress } from '../domain/replay.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { EventSink } from './own-events.ts';
import { requireReceiver } from './redelivery.ts';
import type { ReplayInput, ReplayInputDeps } from './replay-input.ts';
import { readReplayInput } from './replay-input.ts';
import { replayEvent } from './replay-events.ts';
import type { ScanFrom, ScanStore } from './replay-scan.ts';
import { scanNext, SCANNED_AT_ONCE } from './replay-scan.ts';

/** The part of the store that this service touches. */
export interface ReplayStore extends ScanStore {
  readonly replays: ScanStore['replays'] & {
    insert(replay: Replay): Promise<void>;
    byId(organizationId: string, id: string): Promise<Replay | undefined>;
    /** Waits for whoever has it where `wait` is true. */
    lock(organizationId: string, id: string, wait?: boolean): Promise<Replay | undefined>;
    update(replay: Replay): Promise<void>;
    span(
      organizationId: string,
      range: Pick<ReplayInput['scope'], 'receivedAfter' | 'receivedBefore'>,
    ): Promise<{ readonly count: number; readonly lastId: string | undefined }>;
  };
  readonly webhooks: { byIdMasked(organizationId: string, id: string): Promise<Webhook | undefined> };
}

/** What this service touches. */
export interface ReplayDeps<Store extends ReplayStore = ReplayStore> extends ReplayInputDeps {
  readonly store: Store & { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> };
  readonly newId: NewId;
  readonly clock: Clock;
  readonly ownEvents: EventSink<Store>;
  /** Told after the commit that a replay has something to do. */
  run(): void;
  /** Lets everything else run. */
  yieldToOthers(): Promise<void>;
}

// The first step of a replay may plan what its rate gives in one second.
const HEAD_START_MS = 1000;

/** Makes a replay, which begins at once. Throws `invalid` with all faults, `not_found`, `conflict` as `redeliver`. */
export async function createReplay<S extends ReplayStore>(
  deps: ReplayDeps<S>,
  actor: Actor,
  input: JsonObject,
): Promise<Replay> {
  const { request, span } = await prepare(deps, actor, input);
  const now = deps.clock();
  const replay: Replay = {
    id: deps.newId('rpl'),
    organizationId: actor.organizationId,
    ...request,
    state: 'running',
    reason: undefined,
    progress: { total: span.count, scanned: 0, planned: 0, skipped: 0 },
    position: undefined,
    lastEventId: span.lastId,
    paidUntil: new Date(now.getTime() - HEAD_START_MS),
    cancelWaiting: false,
    createdBy: actor.keyId,
    createdAt: now,
    updatedAt: now,
    finishedAt: undefined,
  };
  await deps.store.transaction(async (store) => {
    await store.replays.insert(replay);
    await deps.ownEvents(store, replayEvent('replay.created', actor, replay));
  });
  deps.run();
  return replay;
}

/** What a replay would do now. `isComplete`: all events were looked at. */
export interface ReplayPreview extends ReplayProgress {
  readonly isComplete: boolean;
}

// Looking through this many takes seconds (measured: six); whoever has more learns what the first of them come to.
const MOST_PREVIEWED = 100_000;

/** Says what a replay would do, and stores nothing. Throws as `createReplay`. */
export async function previewReplay<S extends ReplayStore>(
  deps: ReplayDeps<S>,
  actor: Actor,
  input: JsonObject,
): Promise<ReplayPreview> {
  const { request, span, webhook } = await prepare(deps, actor, input);
  let from: ScanFrom = { scope: request.scope, position: undefined, lastEventId: span.lastId };
  let [scanned, planned, skipped] = [0, 0, 0];
  for (;;) {
    const scan = await scanNext(deps.store, webhook, from, SCANNED_AT_ONCE);
    scanned += scan.scanned;
    planned += scan.chosen.length;
    skipped += scan.skipped;
    from = { ...from, position: scan.position };
    if (scan.isOver || scanned >= MOST_PREVIEWED) {
      return { total: span.count, scanned, planned, skipped, isComplete: scan.isOver };
    }
    await deps.yieldToOthers();
  }
}

async function prepare<S extends ReplayStore>(
  deps: ReplayDeps<S>,
  actor: Actor,
  input: JsonObject,
): Promise<{
  readonly request: ReplayInput;
  readonly webhook: Webhook;
  readonly span: { readonly count: number; readonly lastId: string | undefined };
}> {
  const reading = readReplayInput(deps, input, deps.clock());
  if (!reading.ok) throw invalid(reading.faults);
  const { scope } = reading.request;
  const found = await deps.store.webhooks.byIdMasked(actor.organizationId, scope.webhookId);
  if (found === undefined) throw notFound('webhook', scope.webhookId);
  const webhook = requireReceiver(found);
  return { request: reading.request, webhook, span: await deps.store.replays.span(actor.organizationId, scope) };
}

/** One replay. Throws `not_found`. */
export async function getReplay(
  deps: { readonly store: { readonly replays: Pick<ReplayStore['replays'], 'byId'> } },
  organizationId: string,
  id: string,
): Promise<Replay> {
  const replay = await deps.store.replays.byId(organizationId, id);
  if (replay === undefined) throw notFound('replay', id);
  return replay;
}

/** Stops planning until it is resumed; what was planned is delivered. Throws `conflict` where it is not running. */
export async function pauseReplay<S extends ReplayStore>(
  deps: ReplayDeps<S>,
  actor: Actor,
  id: string,
): Promise<Replay> {
  return change(deps, actor, id, 'replay.paused', (replay) => {
    if (replay.state === 'running') return { ...replay, state: 'paused' };
    throw conflict(
      'replay_not_running',
      `The replay is ${replay.state}.`,
      replay.state === 'paused' ? 'Resume it where it is to go on.' : 'It is over; make a new one.',
    );
  });
}

/** Goes on where it stopped. Throws `conflict` where it is not paused, or its webhook is off or gone. */
export async function resumeReplay<S extends ReplayStore>(
  deps: ReplayDeps<S>,
  actor: Actor,
  id: string,
): Promise<Replay> {
  const { scope } = await getReplay(deps, actor.organizationId, id);
  const webhook = await deps.store.webhooks.byIdMasked(actor.organizationId, scope.webhookId);
  return change(deps, actor, id, 'replay.resumed', (replay) => {
    if (replay.state !== 'paused') {
      throw conflict('replay_not_paused', `The replay is ${replay.state}.`, 'Only a paused replay can be resumed.');
    }
    requireReceiver(webhook);
    return { ...replay, state: 'running', reason: undefined };
  });
}

/**
 * Ends a replay that is not over. With `cancelWaiting`, its deliveries that are not over are cancelled, too, also where
 * the replay itself has finished. Throws `conflict` where there is nothing to do.
 */
export async function cancelReplay<S extends ReplayStore>(
  deps: ReplayDeps<S>,
  actor: Actor,
  id: string,
  cancelWaiting: boolean,
): Promise<Replay> {
  const now = deps.clock();
  return change(
    deps,
    actor,
    id,
    'replay.cancelled',
    (replay) => {
      const isOver = replay.finishedAt !== undefined;
      if (isOver && !cancelWaiting) {
        throw conflict(
          'replay_over',
          `The replay is ${replay.state} already.`,
          'With { "cancel_waiting": true } its deliveries that wait are cancelled.',
        );
      }
      if (isOver) return { ...replay, cancelWaiting };
      return { ...replay, state: 'cancelled', reason: 'cancelled_by_hand', cancelWaiting, finishedAt: now };
    },
    { cancel_waiting: cancelWaiting },
  );
}

async function change<S extends ReplayStore>(
  deps: ReplayDeps<S>,
  actor: Actor,
  id: string,
  type: Parameters<typeof replayEvent>[0],
  decide: (replay: Replay) => Replay,
  metadata: JsonObject = {},
): Promise<Replay> {
  const changed = await deps.store.transaction(async (store) => {
    const replay = await store.replays.lock(actor.organizationId, id, true);
    if (replay === undefined) throw notFound('replay', id);
    const next = { ...decide(replay), updatedAt: deps.clock() };
    await store.replays.update(next);
    await deps.ownEvents(store, replayEvent(type, actor, next, metadata));
    return next;
  });
  deps.run();
  return changed;
}
