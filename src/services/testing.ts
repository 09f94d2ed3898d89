// Sends a test event through the same code as a delivery, for a saved webhook or an unsaved draft, and records it.
import type { Actor } from '../domain/access.ts';
import type { Clock } from '../domain/clock.ts';
import type { Fault } from '../domain/errors.ts';
import { invalid, notFound } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { acceptEvent } from '../domain/event.ts';
import { MASK } from '../domain/headers.ts';
import type { NewId } from '../domain/ids.ts';
import type { InvocationEnd, InvocationStart } from '../domain/invocation.ts';
import type { ExactJson, ExactJsonObject, JsonObject } from '../domain/json.ts';
import { isObject, writeExact } from '../domain/json.ts';
import { nearestName, pointerTo } from '../domain/text.ts';
import type { Webhook, WebhookSettings } from '../domain/webhook.ts';
import { payloadFaults } from './check-event.ts';
import type { EventFinders } from './event-content.ts';
import { eventWithContent, keepContent } from './event-content.ts';
import type { EventSink } from './own-events.ts';
import type { BodyRenderer } from './rendering.ts';
import type { WebhookCheckDeps } from './webhook-check.ts';
import { checkWebhook } from './webhook-check.ts';
import { shownSettings } from './webhook-events.ts';
import type { HealthChanged, HealthStore } from './webhook-health.ts';
import { tellHealth } from './webhook-health.ts';
import { maskedMembers } from './webhook-secrets.ts';

/** A sample event of a payload schema. */
export interface Sample {
  readonly name: string;
  readonly event: ExactJsonObject;
}

/** Which event a test sends: a sample by its name, a given one, a recorded one; none of them: the first sample. */
export interface TestEvent {
  readonly sample: string | undefined;
  readonly event: ExactJsonObject | undefined;
  readonly eventId: string | undefined;
}

/** The part of the store that tests touch. */
export interface TestingStore {
  readonly events: EventFinders;
  readonly webhooks: HealthStore['webhooks'] & {
    byId(organizationId: string, id: string): Promise<Webhook | undefined>;
  };
  readonly invocations: { insertStart(start: InvocationStart): Promise<void> };
  record(
    finishes: readonly {
      readonly invocationId: string;
      readonly start: InvocationStart;
      readonly end: InvocationEnd;
    }[],
  ): Promise<readonly { readonly changed: readonly HealthChanged[] }[]>;
}

/** What this service touches. */
export interface TestingDeps<Store extends TestingStore = TestingStore> {
  readonly check: WebhookCheckDeps;
  readonly payloads: {
    readonly names: readonly string[];
    faults(name: string, value: ExactJson): Fault[];
    samples(name: string): readonly Sample[];
  };
  readonly store: Store & { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> };
  readonly newId: NewId;
  readonly clock: Clock;
  readonly ownEvents: EventSink<Store>;
  /** Makes the body template ready. Rejects with `unavailable` where that is not possible now. */
  prepare(settings: WebhookSettings): BodyRenderer | undefined | Promise<BodyRenderer | undefined>;
  /** One attempt, as the dispatcher makes it. */
  attempt(
    input: {
      start: InvocationStart;
      settings: WebhookSettings;
      event: Event;
      messageId: string;
      render: BodyRenderer | undefined;
    },
    signal: AbortSignal,
  ): Promise<{ readonly end: InvocationEnd }>;
  /** Told after a commit that there may be work: the test is an event itself, and so is a change of health. */
  wake(): void;
  /** Told after the commit: deliveries of these webhooks may have to be held or released. */
  healthChanged(changed: readonly HealthChanged[]): void;
  readonly report: { attemptFinished(fact: TestFact): void };
}

/** What is reported of a test. */
export interface TestFact {
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
  readonly urlHost: string | undefined;
  readonly settlement: undefined;
  readonly settled: boolean;
}

/** A finished test. */
export interface TestResult {
  readonly passed: boolean;
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
}

/** Tests a saved webhook, also while it is inactive. Throws `not_found`, or `invalid` where the event is not one. */
export async function testWebhook<S extends TestingStore>(
  deps: TestingDeps<S>,
  actor: Actor,
  id: string,
  testEvent: TestEvent,
  signal: AbortSignal,
): Promise<TestResult> {
  const webhook = await deps.store.webhooks.byId(actor.organizationId, id);
  if (webhook === undefined) throw notFound('webhook', id);
  return runTest(deps, actor, { settings: webhook.settings, webhook }, testEvent, signal);
}

const DRAFT_TEST_SCHEMA = 'urn:hookwright:api:draft-test-request';

/** Tests an unsaved webhook, in the request's member `webhook`. Throws `invalid` with every fault of the draft; `***` stands for nothing here. */
export async function testDraft<S extends TestingStore>(
  deps: TestingDeps<S>,
  actor: Actor,
  request: JsonObject,
  testEvent: TestEvent,
  signal: AbortSignal,
): Promise<TestResult> {
  const draft = isObject(request['webhook']) ? request['webhook'] : {};
  const checked = await checkWebhook(deps.check, draft);
  const faults = [...maskFaults(draft), ...(checked.ok ? [] : checked.faults)];
  const around = deps.check.schemas
    .faults(DRAFT_TEST_SCHEMA, request)
    .filter(({ pointer }) => !pointer.startsWith('/webhook/'));
  if (around.some(({ pointer }) => pointer === '/webhook')) throw invalid(around);
  if (!checked.ok || faults.length + around.length > 0) {
    const inside = faults.map((fault) => ({ ...fault, pointer: `/webhook${fault.pointer}` }));
    throw invalid([...around, ...inside], 'invalid_webhook');
  }
  return runTest(deps, actor, { settings: checked.settings, webhook: undefined }, testEvent, signal);
}

interface Subject {
  readonly settings: WebhookSettings;
  readonly webhook: Webhook | undefined;
}

async function runTest<S extends TestingStore>(
  deps: TestingDeps<S>,
  actor: Actor,
  subject: Subject,
  testEvent: TestEvent,
  signal: AbortSignal,
): Promise<TestResult> {
  const event = await chooseEvent(deps, actor, subject.settings, testEvent);
  // Before anything is recorded: a test that cannot be made now is none.
  const render = await deps.prepare(subject.settings);
  const start = startOf(deps, actor, subject, testEvent.eventId);
  // Both before the first byte: whatever ends this process, a request that may have left is in the audit log.
  await deps.store.transaction(async (store) => {
    // Whoever erases the event afterwards finds the invocation.
    if (testEvent.eventId !== undefined) await keepContent(store.events, { ...start, eventId: event.id });
    await store.invocations.insertStart(start);
    await tell(deps, store, actor, subject, start);
  });
  deps.wake();
  const { settings } = subject;
  const { end } = await deps.attempt({ start, settings, event, messageId: start.id, render }, signal);
  const passed = end.outcome === 'success';
  const changed = await deps.store.transaction(async (store) => {
    const [recorded] = await store.record([{ invocationId: start.id, start, end }]);
    await tellHealth(deps, store, recorded?.changed ?? [], actor);
    return recorded?.changed ?? [];
  });
  if (changed.length > 0) deps.healthChanged(changed);
  deps.wake();
  const urlHost = URL.canParse(settings.url) ? new URL(settings.url).host : undefined;
  deps.report.attemptFinished({ start, end, urlHost, settlement: undefined, settled: false });
  return { passed, start, end };
}

function startOf<S extends TestingStore>(
  deps: TestingDeps<S>,
  actor: Actor,
  subject: Subject,
  eventId: string | undefined,
): InvocationStart {
  const now = deps.clock();
  return {
    id: deps.newId('inv'),
    organizationId: actor.organizationId,
    kind: 'test',
    deliveryId: undefined,
    eventId,
    webhookId: subject.webhook?.id,
    webhookVersion: subject.webhook?.version,
    webhookName: subject.settings.name,
    requestedBy: actor.keyId,
    attempt: 1,
    maxAttempts: 1,
    scheduledAt: now,
    startedAt: now,
  };
}

async function tell<S extends TestingStore>(
  deps: TestingDeps<S>,
  store: S,
  actor: Actor,
  subject: Subject,
  start: InvocationStart,
): Promise<void> {
  await deps.ownEvents(store, {
    type: 'webhook.tested',
    action: 'tested',
    actor,
    targetId: subject.webhook?.id,
    targetName: subject.settings.name,
    metadata: { invocation_id: start.id, draft: subject.webhook === undefined },
    current: {
      ...(subject.webhook === undefined ? {} : identity(subject.webhook)),
      ...shownSettings(subject.settings),
    },
    previous: undefined,
  });
}

function identity({ id, version }: Webhook): JsonObject {
  return { id, version };
}

async function chooseEvent<S extends TestingStore>(
  deps: TestingDeps<S>,
  actor: Actor,
  settings: WebhookSettings,
  choice: TestEvent,
): Promise<Event> {
  const given = [choice.sample, choice.event, choice.eventId].filter((one) => one !== undefined);
  if (given.length > 1) throw invalid([onlyOne()]);
  if (choice.eventId !== undefined) return eventWithContent(deps.store.events, actor.organizationId, choice.eventId);
  if (choice.event !== undefined) return givenEvent(deps, actor, choice.event);
  return givenEvent(deps, actor, sampleEvent(deps, settings.schema, choice.sample));
}

function onlyOne(): Fault {
  return {
    pointer: '/event',
    code: 'one_of_many',
    detail: 'More than one of event, event_id and sample is given.',
    hint: 'Choose one; without any the first sample of the schema is sent.',
  };
}

function givenEvent<S extends TestingStore>(deps: TestingDeps<S>, actor: Actor, value: ExactJsonObject): Event {
  const faults = payloadFaults(deps.payloads, value);
  if (faults.length > 0) throw invalid(faults.map((fault) => ({ ...fault, pointer: `/event${fault.pointer}` })));
  return acceptEvent(value, writeExact(value), {
    id: deps.newId('evt'),
    organizationId: actor.organizationId,
    receivedAt: deps.clock(),
    origin: 'api',
    idempotencyKey: undefined,
    hop: 0,
  });
}

function sampleEvent<S extends TestingStore>(
  deps: TestingDeps<S>,
  schema: string,
  name: string | undefined,
): ExactJsonObject {
  const samples = deps.payloads.samples(schema);
  const sample = name === undefined ? samples[0] : samples.find((one) => one.name === name);
  if (sample !== undefined) return sample.event;
  const names = samples.map((one) => one.name);
  const near = name === undefined ? undefined : nearestName(name, names);
  throw invalid([
    {
      pointer: '/sample',
      code: 'unknown_sample',
      detail: `The schema "${schema}" has no sample "${name ?? ''}".`,
      hint: near === undefined ? `Known: ${names.join('; ')}.` : `Did you mean "${near}"?`,
    },
  ]);
}

function maskFaults(draft: JsonObject): Fault[] {
  const headers = isObject(draft['headers']) ? draft['headers'] : {};
  const names = Object.keys(headers).filter((name) => headers[name] === MASK);
  const masked: readonly (readonly string[])[] = [...names.map((name) => ['headers', name]), ...maskedMembers(draft)];
  return masked.map((path) => ({
    pointer: path.reduce<string>(pointerTo, ''),
    code: 'secret_required',
    detail: `A draft has no stored values that "***" could stand for.`,
    hint: `Send the value of "${path.at(-1) ?? ''}" itself, or test the saved webhook.`,
  }));
}
