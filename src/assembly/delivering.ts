// The sending side: what the dispatcher, the tests and the jobs share.
import type { Config } from '../config.ts';
import type { Attempt, AttemptResult, BodyRenderer } from '../delivery/attempt.ts';
import { attemptAfresh } from '../delivery/authorize.ts';
import type { DeliverDeps } from '../delivery/deliver.ts';
import { deliver } from '../delivery/deliver.ts';
import { Dispatcher } from '../delivery/dispatcher.ts';
import type { AttemptEnd, Settlement } from '../domain/delivery.ts';
import { settle } from '../domain/delivery.ts';
import { TermMaker } from '../domain/search-words.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import { sendsBody } from '../domain/webhook.ts';
import type { EgressPolicy } from '../egress/policy.ts';
import { JOBS } from '../jobs/index.ts';
import { Scheduler } from '../jobs/scheduler.ts';
import type { Reporter } from '../observe/report.ts';
import type { SandboxAddress } from '../sandbox/index.ts';
import type { Accepted, AcceptDeps, Waiting } from '../services/accept.ts';
import type { Birth, Intake } from '../services/intake-plan.ts';
import { cleanErasures } from '../services/erasing.ts';
import type { Horizon } from '../services/horizon.ts';
import { facetsOf } from '../services/log-filters.ts';
import { followWebhooks } from '../services/follow-webhooks.ts';
import { indexEvents } from '../services/index-events.ts';
import { createEventSink } from '../services/own-events.ts';
import { removeExpired } from '../services/remove-expired.ts';
import { runReplays } from '../services/replay-run.ts';
import type { RenderingDeps } from '../services/rendering.ts';
import { prepareBody } from '../services/rendering.ts';
import type { HealthChanged } from '../services/webhook-health.ts';
import { WebhookVersions } from '../services/webhook-versions.ts';
import { withEvents } from '../delivery/with-events.ts';
import type { Database } from '../store/database.ts';
import type { RescueRequest } from '../store/lifecycle/rescue.ts';
import type { Store } from '../store/index.ts';
import { NoticeListener } from '../store/notices.ts';
import { startAttempting } from './attempting.ts';
import type { Tools, Undo } from './tools.ts';
import { pause, yieldToOthers } from './waiting.ts';
import type { Writing } from './writing.ts';
import { createWriting } from './writing.ts';

/** What sending is made of. */
export interface DeliveringParts {
  readonly config: Config;
  readonly tools: Tools;
  readonly store: Store;
  readonly database: Pick<Database, 'dialect' | 'listen'>;
  readonly report: Reporter;
  readonly rendering: RenderingDeps;
  readonly sandbox: SandboxAddress | undefined;
  readonly version: string;
  readonly undo: Undo[];
  /** How far the log can be read. */
  readonly horizon: Pick<Horizon, 'follow'>;
}

type Prepare = (settings: WebhookSettings) => BodyRenderer | undefined | Promise<BodyRenderer>;

/** The running sending side. */
export interface Delivering {
  readonly policy: EgressPolicy;
  /** Makes the body template of a webhook ready; `undefined` where it sends no body. */
  prepare: Prepare;
  /** An attempt of a test: with an access token that was asked for just now. */
  attemptAfresh(input: Attempt, signal: AbortSignal): Promise<AttemptResult>;
  /** Stores a request with events, and the deliveries that it sets in motion. */
  accept(intake: Intake): Promise<Accepted>;
  /** Sends what was leased with its event. */
  launch(births: readonly Birth[]): void;
  /** Something waits for these webhooks. */
  planned(waitingFor: Waiting): void;
  /** There may be something due. */
  wake(): void;
  /** Webhooks have changed: what waits for them may have to be held, released or cancelled. */
  follow(): void;
  /** The health of webhooks has changed: reports it, and holds or releases what waits for them. */
  healthChanged(changed: readonly HealthChanged[]): void;
  /** Events were erased: cleans what is left of them outside of rows. */
  cleanErasures(): void;
  /** Puts what can be read into the index. */
  index(): Promise<void>;
  /** Replays have something to do. */
  replay(): void;
  /** Claims nothing more; what is under way goes on. */
  pause(): void;
  /** Resolves when nothing is in flight and nothing is due. */
  idle(): Promise<void>;
  inFlight(): number;
}

// What another process has put into the database waits no longer than this where the notice of it was lost.
const LONGEST_NAP_BESIDE_OTHERS_MS = 2000;

/** Sets free what an earlier process left, and starts sending. */
export async function startDelivering(parts: DeliveringParts): Promise<Delivering> {
  const { tools, store, report, undo } = parts;
  const { policy, ...attempting } = await startAttempting(parts);
  const prepare: Prepare = (settings) => (sendsBody(settings) ? prepareBody(parts.rendering, settings) : undefined);
  await store.makePartitions(tools.clock());
  // Leases of an earlier process are void where no other process can hold this database.
  await rescue(parts, { all: !parts.database.dialect.isShared, isUnderWay: () => false });
  let follow = (): void => undefined;
  const healthChanged = (changed: readonly HealthChanged[]): void => {
    for (const one of changed) report.webhookHealthChanged(one);
    follow();
  };
  let slots: AcceptDeps['slots'] = NO_SLOTS;
  const writing = createWriting({
    ...parts,
    healthChanged,
    slots: { reserve: (id) => slots.reserve(id), release: (id) => slots.release(id) },
    ease: () => dispatcher.ease(),
  });
  const sending = { ...attempting, prepare, pause };
  const delivery = { ...tools, store: deliveryStore(store, writing), ...sending, report };
  const dispatcher = createDispatcher(parts, delivery);
  slots = dispatcher;
  undo.push((graceMs) => dispatcher.stop(graceMs));
  dispatcher.start();
  listenToOthers(parts, dispatcher);
  const jobs = await startJobs(parts, dispatcher);
  follow = () => void jobs.scheduler.runNow('follow-webhooks');
  return {
    policy,
    prepare,
    attemptAfresh: (input, signal) => attemptAfresh(delivery, input, signal),
    accept: (intake) => writing.accept(intake),
    launch: (births) => {
      for (const { claimed, claimedAtMs } of births) dispatcher.launch(claimed, claimedAtMs);
    },
    planned: ({ pending, probes }) => {
      dispatcher.planned(pending);
      dispatcher.held(probes);
    },
    wake: () => dispatcher.wake(),
    pause: () => dispatcher.pause(),
    follow,
    healthChanged,
    ...askedFor(jobs),
    idle: () => idle(jobs, dispatcher),
    inFlight: () => dispatcher.inFlight,
  };
}

// What need not wait for its time.
function askedFor({ scheduler }: Jobs): Pick<Delivering, 'cleanErasures' | 'index' | 'replay'> {
  return {
    cleanErasures: () => void scheduler.runNow('erasures'),
    index: () => scheduler.runNow('index-events'),
    replay: () => void scheduler.runNow('replays'),
  };
}

const NO_SLOTS: AcceptDeps['slots'] = { reserve: () => false, release: () => undefined };

// What is sent again and again is kept, and what has ended is written down with others.
function deliveryStore(store: Store, writing: Writing): DeliverDeps['store'] {
  const versions = new WebhookVersions({ store });
  const byVersion: DeliverDeps['store']['webhooks']['byVersion'] = (organizationId, id, version) =>
    versions.byVersion(organizationId, id, version);
  return { ...store, webhooks: { ...store.webhooks, byVersion }, record: (finish) => writing.record(finish) };
}

function listenToOthers({ database: { listen }, undo }: DeliveringParts, dispatcher: Dispatcher): void {
  if (listen === undefined) return;
  const listener = new NoticeListener({ listen, onNotice: () => dispatcher.wake(), pause });
  undo.push(() => listener.stop());
  listener.start();
}

function createDispatcher(parts: DeliveringParts, deps: DeliverDeps): Dispatcher {
  const { config, tools, store, database, report } = parts;
  return new Dispatcher({
    claim: (request) =>
      store.deliveries.claim({
        ...request,
        newLeaseToken: () => tools.newToken(),
        newInvocationId: () => tools.newId('inv'),
      }),
    withEvents: (claimed) => withEvents(store, claimed),
    nextDueAt: (excluded) => store.deliveries.nextDueAt(tools.clock(), excluded),
    deliver: (claimed, claimedAtMs, signal, wire) => deliver(deps, claimed, claimedAtMs, signal, wire),
    clock: tools.clock,
    monotonicMs: () => tools.monotonicMs(),
    concurrency: config.concurrency,
    webhookConcurrency: config.webhookConcurrency,
    ...(database.dialect.isShared ? { longestNapMs: LONGEST_NAP_BESIDE_OTHERS_MS } : {}),
    report,
  });
}

async function rescue(
  { tools, store, database, report }: DeliveringParts,
  { all, isUnderWay }: Pick<RescueRequest, 'all' | 'isUnderWay'>,
): Promise<number> {
  const settleFor = (lost: Omit<AttemptEnd, 'chance'>): Settlement =>
    settle({ kind: 'unknown' }, { ...lost, chance: tools.chance() });
  const isAlone = !database.dialect.isShared;
  const count = await store.deliveries.rescue({ now: tools.clock(), all, isAlone, isUnderWay, settleFor });
  if (count > 0) report.rescued({ count });
  return count;
}

// What was delivered may set free what was held for the same webhook, so it is looked at until nothing moves any more.
async function idle(jobs: Jobs, dispatcher: Dispatcher): Promise<void> {
  let before = Number.NaN;
  await jobs.scheduler.runNow('replays');
  await jobs.scheduler.runNow('erasures');
  while (before !== jobs.followed()) {
    before = jobs.followed();
    await dispatcher.idle();
    await jobs.scheduler.runNow('follow-webhooks');
  }
}

interface Jobs {
  readonly scheduler: Scheduler;
  /** How many deliveries have followed their webhooks so far. */
  followed(): number;
}

async function startJobs(parts: DeliveringParts, dispatcher: Dispatcher): Promise<Jobs> {
  const { tools, store, report, undo } = parts;
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const wake = (): void => dispatcher.wake();
  const pauseFor = (pauseMs: number): Promise<void> => pause(pauseMs, stopping.signal);
  const following = { ...tools, store, pause: pauseFor, wake, isStopping };
  let followed = 0;
  const follow = async (): Promise<number> => {
    const count = await followWebhooks(following);
    followed += count;
    if (count > 0) report.deliveriesFollowed({ count });
    return count;
  };
  const replaying = { ...tools, store, ownEvents: createEventSink(tools), wake, yieldToOthers, report, isStopping };
  const indexing = {
    ...tools,
    store,
    readableUntil: () => parts.horizon.follow(),
    facetsOf,
    terms: new TermMaker(),
    pause: pauseFor,
    yieldToOthers,
    isStopping,
    report,
  };
  const jobs = {
    rescue: () => rescue(parts, { all: false, isUnderWay: (id) => dispatcher.isUnderWay(id) }),
    followWebhooks: follow,
    runReplays: () => runReplays(replaying),
    makePartitions: () => store.makePartitions(tools.clock()),
    indexEvents: () => indexEvents(indexing),
    removeExpired: () => removeExpired({ ...tools, store, pause: pauseFor, isStopping, report }),
    cleanErasures: () => cleanErasures({ store, clock: tools.clock, rest: yieldToOthers, report }),
    wake,
  };
  const claimRun = (job: string, scheduledAt: Date): Promise<boolean> =>
    // Schedules go by the machine's clock, whatever clock the engine was given.
    store.claimRun({ job, scheduledAt, now: new Date() });
  const scheduler = new Scheduler({ jobs, claimRun, report }, JOBS);
  await scheduler.start();
  undo.push(() => {
    stopping.abort();
    return scheduler.stop();
  });
  return { scheduler, followed: () => followed };
}
