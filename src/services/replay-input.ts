// Reads what a replay is asked to do: all faults at once, defaults filled in.
import type { Fault } from '../domain/errors.ts';
import { filterFaults } from '../domain/filter.ts';
import type { ExactJson, Json, JsonObject } from '../domain/json.ts';
import { isList, isObject } from '../domain/json.ts';
import type { Replay } from '../domain/replay.ts';
import { REPLAY_SELECTIONS } from '../domain/replay.ts';
import { parseInstant } from '../domain/time.ts';
import { formatFault } from './schema-faults.ts';
import { eventTypeFaults } from './webhook-check.ts';

/** What reading touches. */
export interface ReplayInputDeps {
  readonly schemas: { faults(schemaId: string, value: ExactJson): Fault[] };
}

/** What was asked for. */
export type ReplayInput = Pick<Replay, 'scope' | 'newWebhookId' | 'ratePerSec'>;

/** It, or everything that is wrong with it. */
export type ReplayReading =
  { readonly ok: true; readonly request: ReplayInput } | { readonly ok: false; readonly faults: readonly Fault[] };

const SCHEMA = 'urn:hookwright:api:replay-create';

/** Deliveries planned in a second, where nobody says otherwise. */
export const DEFAULT_RATE_PER_SEC = 50;

/** Reads it. The range ends now at the latest, so that what comes in from now on is no part of it. */
export function readReplayInput(deps: ReplayInputDeps, input: JsonObject, now: Date): ReplayReading {
  const shape = deps.schemas.faults(SCHEMA, input);
  const receivedAfter = instantOf(input['received_after']);
  const until = instantOf(input['received_before']) ?? now;
  const receivedBefore = until < now ? until : now;
  const eventTypes = textsOf(input['event_types']);
  const filter = isObject(input['filter']) ? input['filter'] : undefined;
  const meant = [
    ...['received_after', 'received_before'].flatMap((name) => unreadable(name, input[name])),
    ...emptyRange(receivedAfter, receivedBefore),
    ...eventTypes.flatMap(eventTypeFaults),
    ...(filter === undefined ? [] : filterFaults(filter)),
  ];
  const faults = [...shape, ...meant.filter(({ pointer }) => !shape.some((fault) => fault.pointer === pointer))];
  if (faults.length > 0) return { ok: false, faults };
  const webhookId = typeof input['webhook_id'] === 'string' ? input['webhook_id'] : '';
  const selection = REPLAY_SELECTIONS.find((known) => known === input['select']) ?? 'failed';
  const rate = input['rate_per_sec'];
  return {
    ok: true,
    request: {
      scope: { webhookId, selection, receivedAfter, receivedBefore, eventTypes, filter },
      newWebhookId: input['new_webhook_id'] === true,
      ratePerSec: typeof rate === 'number' ? rate : DEFAULT_RATE_PER_SEC,
    },
  };
}

function instantOf(value: Json | undefined): Date | undefined {
  return typeof value === 'string' ? parseInstant(value) : undefined;
}

function textsOf(value: Json | undefined): string[] {
  return isList(value) ? value.filter((item) => typeof item === 'string') : [];
}

// The schema's format takes a few spellings that we do not read.
function unreadable(name: string, value: Json | undefined): Fault[] {
  if (typeof value !== 'string' || parseInstant(value) !== undefined) return [];
  return [formatFault(`/${name}`, 'date-time', {})];
}

function emptyRange(receivedAfter: Date | undefined, receivedBefore: Date): Fault[] {
  if (receivedAfter === undefined || receivedAfter < receivedBefore) return [];
  return [
    {
      pointer: '/received_after',
      code: 'range_empty',
      detail: `No time lies between ${receivedAfter.toISOString()} and ${receivedBefore.toISOString()}, where the range ends.`,
      hint: 'Give a received_after before received_before, and before now.',
    },
  ];
}
