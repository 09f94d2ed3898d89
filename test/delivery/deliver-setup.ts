// A delivery whose parts are plain objects: what is attempted, recorded and reported can be looked at afterwards.
import type { Attempt, AttemptResult, BodyRenderer } from '../../src/delivery/attempt.ts';
import type { AttemptFact, DeliverDeps } from '../../src/delivery/deliver.ts';
import { deliver } from '../../src/delivery/deliver.ts';
import type { AuthorizeInput, Authorized } from '../../src/delivery/authorize.ts';
import { unsent } from '../../src/delivery/unsent.ts';
import type { Asked, Verdict, WebhookStanding } from '../../src/domain/delivery.ts';
import { conflict } from '../../src/domain/errors.ts';
import type { Event } from '../../src/domain/event.ts';
import type { Invocation } from '../../src/domain/invocation.ts';
import type { Claimed, Finish } from '../../src/domain/lease.ts';
import type { Webhook } from '../../src/domain/webhook.ts';
import { eventWith, webhookWith } from '../store/fixtures.ts';

export const NOW = new Date('2026-11-20T12:00:00.000Z');
export const LATEST_START_MS = 10_000;
export const RENDER: BodyRenderer = () => ({ ok: true, body: '{}', warnings: [], templateSha256: 'ab' });

/** How it differs from one that goes well. */
export interface Given {
  readonly verdict?: Verdict;
  readonly attempt?: number;
  /** The webhook as it is when the attempt has ended; `null`: deleted. */
  readonly current?: Webhook | null;
  /** What it has become, where `current` does not say. */
  readonly standing?: WebhookStanding;
  readonly claimedAgoMs?: number;
  readonly event?: Event | null;
  readonly settled?: boolean;
  /** Fails some of the recordings, or all. */
  readonly recording?: () => Promise<never> | undefined;
  /** What happens in each pause; time passes by itself. */
  readonly pausing?: () => void;
  /** Makes the template ready; `pass` lets time go by. */
  readonly prepare?: (pass: (ms: number) => void) => ReturnType<DeliverDeps['prepare']>;
  readonly createdAt?: Date;
  /** Gets the access token; `pass` lets time go by. */
  readonly authorize?: (pass: (ms: number) => void) => Authorized;
  /** Waits for the wire; `pass` lets time go by. */
  readonly entering?: (pass: (ms: number) => void) => Promise<void>;
  readonly tokenRefusedAt?: Date;
  readonly asked?: Asked;
  /** Whether somebody cancels it while it is sent. */
  readonly cancelled?: boolean;
  /** Whether a secret of the webhook cannot be opened. */
  readonly unreadable?: boolean;
  /** The key that the webhook was sealed with, where this process lacks it. */
  readonly missingKeyId?: string;
  /** What is recorded of earlier ones. */
  readonly earlier?: Invocation;
}

/** One claimed delivery; `run` delivers it. */
export function setup(given: Given = {}) {
  const webhook = webhookWith({
    retryPolicy: { delaysInSec: [60, 600], jitter: 0.5 },
    url: 'https://receiver.example/secret/path?t=1',
  });
  const event = eventWith();
  const attempts: Attempt[] = [];
  const finishes: Finish[] = [];
  const facts: AttemptFact[] = [];
  const pauses: number[] = [];
  const failures: { readonly job: string; readonly error: unknown }[] = [];
  const missingKeys: string[] = [];
  let nowMs = 1_000_000;
  let answered = 0;
  const asked: (readonly [string, number])[] = [];
  const authorized: AuthorizeInput[] = [];
  const claimed: Claimed = {
    delivery: {
      id: 'dlv_1',
      organizationId: webhook.organizationId,
      eventId: event.id,
      webhookId: webhook.id,
      messageId: 'dlv_first',
      state: 'sending',
      reason: undefined,
      attempts: given.attempt ?? 1,
      dueAt: NOW,
      createdAt: given.createdAt ?? NOW,
      updatedAt: NOW,
      finishedAt: undefined,
      heldUntil: undefined,
      asked: given.asked,
      cancelRequestedAt: undefined,
      tokenRefusedAt: given.tokenRefusedAt,
    },
    leaseToken: 'lease',
    leaseUntil: new Date(NOW.getTime() + 25_000),
    invocation: {
      id: 'inv_1',
      organizationId: webhook.organizationId,
      kind: 'delivery',
      deliveryId: 'dlv_1',
      eventId: event.id,
      webhookId: webhook.id,
      webhookVersion: 7,
      webhookName: 'w',
      requestedBy: undefined,
      attempt: given.attempt ?? 1,
      maxAttempts: 3,
      scheduledAt: NOW,
      startedAt: NOW,
    },
  };
  const end = { ...unsent(NOW, 'x').end, outcome: 'server_error' as const };
  const deps: DeliverDeps = {
    store: {
      events: { byId: async () => (given.event === null ? undefined : event) },
      webhooks: {
        byVersion: async (_organizationId, id, version) => {
          asked.push([id, version]);
          if (given.unreadable === true) throw conflict('secret_unreadable', 'It was changed.', 'Replace it.');
          return webhook;
        },
        missingKeyOf: async () => given.missingKeyId,
        standing: async () => {
          const { settings } = given.current ?? webhook;
          const { retryPolicy: policy, maxHeldInSec } = settings;
          const standing = given.current === null ? 'deleted' : settings.active ? 'active' : 'inactive';
          return { standing: given.standing ?? standing, policy, maxHeldInSec };
        },
      },
      deliveries: {
        byId: async () => ({ ...claimed.delivery, cancelRequestedAt: given.cancelled === true ? NOW : undefined }),
      },
      invocations: {
        byId: async (_organizationId, id) => (id === given.earlier?.start.id ? given.earlier : undefined),
      },
      record: async (finish) => {
        finishes.push(finish);
        await given.recording?.();
        return { settled: given.settled ?? true };
      },
    },
    prepare: () => (given.prepare === undefined ? RENDER : given.prepare((ms) => void (nowMs += ms))),
    authorize: async (input) => {
      authorized.push(input);
      return given.authorize?.((ms) => void (nowMs += ms)) ?? { ok: true, accessToken: undefined };
    },
    attempt: async (input): Promise<AttemptResult> => {
      attempts.push(input);
      return { end, verdict: given.verdict ?? { kind: 'accepted' } };
    },
    clock: () => NOW,
    chance: () => 0.5,
    monotonicMs: () => nowMs,
    pause: async (pauseMs) => {
      pauses.push(pauseMs);
      nowMs += pauseMs;
      given.pausing?.();
    },
    report: {
      attemptFinished: (fact) => facts.push(fact),
      jobFailed: (fact) => failures.push(fact),
      encryptionKeyMissing: ({ keyId }) => missingKeys.push(keyId),
    },
  };
  const run = (signal = new AbortController().signal) =>
    deliver(deps, claimed, 1_000_000 - (given.claimedAgoMs ?? 0), signal, {
      enter: () => given.entering?.((ms) => void (nowMs += ms)),
      answered: () => void (answered += 1),
    });
  const wire = { answered: () => answered };
  return { run, webhook, event, attempts, finishes, facts, asked, authorized, pauses, failures, missingKeys, wire };
}
