// Attempts and results of every kind, for the tests of what passes between threads.
import fc from 'fast-check';
import type { Attempt, AttemptResult, BodyRenderer } from '../../src/delivery/attempt.ts';
import type { Verdict } from '../../src/domain/delivery.ts';
import type { InvocationEnd, InvocationStart } from '../../src/domain/invocation.ts';
import type { ExactJson } from '../../src/domain/json.ts';
import { readJson } from '../../src/domain/json-read.ts';
import { OUTCOME_NAMES } from '../../src/domain/outcomes.ts';
import { compileTemplate, renderEvent } from '../../src/templates/index.ts';
import { eventWith, settingsWith } from '../store/fixtures.ts';

const START: InvocationStart = {
  id: 'inv_1',
  organizationId: 'org_1',
  kind: 'delivery',
  deliveryId: 'dlv_1',
  eventId: 'evt_1',
  webhookId: 'whk_1',
  webhookVersion: 1,
  webhookName: 'w',
  requestedBy: undefined,
  attempt: 1,
  maxAttempts: 4,
  scheduledAt: new Date('2026-11-20T12:00:00.000Z'),
  startedAt: new Date('2026-11-20T12:00:00.100Z'),
};

/** Renders by a template, as a webhook's is. */
export function rendererOf(source: string): BodyRenderer {
  const compiled = compileTemplate(source);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const { template } = compiled;
  return Object.assign((event: Parameters<BodyRenderer>[0]) => renderEvent(template, event), { plan: template.plan });
}

/** An attempt to deliver an event to a stored webhook; `start` and `settings` only say what is different. */
export function attemptWith(
  changes: Partial<Omit<Attempt, 'start' | 'settings'>> & {
    readonly start?: Partial<InvocationStart>;
    readonly settings?: Partial<Attempt['settings']>;
  } = {},
): Attempt {
  return {
    event: eventWith({ id: 'evt_1' }),
    messageId: 'dlv_1',
    render: rendererOf('{"id":"{{id}}"}'),
    ...changes,
    start: { ...START, ...changes.start },
    settings: settingsWith({ responseValidators: [], ...changes.settings }),
  };
}

// Copying gives every object the usual prototype.
const PLAIN = { noNullPrototype: true } as const;

const text = fc.string({ unit: 'grapheme' });
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
const instant = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const outcome = fc.constantFrom(...OUTCOME_NAMES);
const headers = fc.array(fc.tuple(text, fc.oneof(text, fc.constantFrom('', 'a\nb', '\r\n'))), { maxLength: 6 });
const duration = fc.oneof(fc.constant(-1), fc.double({ min: 0, max: 1e6, noNaN: true }));
// As a receiver could have sent it: some numbers keep their spelling.
const selected = fc
  .oneof(
    fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
    fc.constantFrom('1.10', '[1e2,{"a":12345678901234567890}]'),
  )
  .map((json): ExactJson => {
    const reading = readJson(json);
    return (reading.ok ? reading.documents[0]?.value : undefined) ?? null;
  });

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constantFrom<Verdict>(
    { kind: 'accepted' },
    { kind: 'unknown' },
    { kind: 'unsent' },
    { kind: 'unsent', pauseMs: 5 },
  ),
  fc.record({ kind: fc.constant('refused' as const), reason: outcome }, PLAIN),
  fc.record(
    {
      kind: fc.constant('failed' as const),
      reason: outcome,
      retryAfterMs: fc.nat(),
      tokenRefused: fc.constant(true as const),
    },
    { requiredKeys: ['kind', 'reason'], noNullPrototype: true },
  ),
);

const end: fc.Arbitrary<InvocationEnd> = fc.record(
  {
    finishedAt: instant,
    outcome,
    phase: maybe(fc.constantFrom('render' as const, 'dns' as const, 'validate' as const)),
    errorCode: maybe(text),
    message: text,
    templateSha256: maybe(text),
    request: maybe(
      fc.record(
        {
          method: text,
          url: text,
          headers,
          body: maybe(text),
          bodyBytes: fc.nat(),
          bodySha256: maybe(text),
        },
        PLAIN,
      ),
    ),
    response: maybe(
      fc.record(
        {
          status: fc.integer({ min: 100, max: 999 }),
          httpVersion: fc.constant('1.1'),
          headers,
          body: text,
          bodyEncoding: fc.constantFrom('utf8' as const, 'base64' as const),
          bodyBytes: fc.nat(),
          truncated: fc.boolean(),
        },
        PLAIN,
      ),
    ),
    timings: maybe(
      fc.record(
        {
          blocked: duration,
          dns: duration,
          connect: duration,
          ssl: duration,
          send: duration,
          wait: duration,
          receive: duration,
          total: duration,
        },
        PLAIN,
      ),
    ),
    peer: maybe(fc.record({ address: text, port: fc.nat(), tlsVersion: maybe(text) }, PLAIN)),
    validators: fc.array(
      fc.record(
        {
          jsonPath: text,
          expectedValues: fc.array(fc.constantFrom('a', 1, true, null)),
          actual: fc.oneof(
            fc.constant({ found: 'nothing' as const }),
            fc.record({ found: fc.constant('values' as const), values: fc.array(selected, { maxLength: 3 }) }, PLAIN),
          ),
          passed: fc.boolean(),
          message: text,
        },
        PLAIN,
      ),
      { maxLength: 3 },
    ),
    warnings: fc.array(fc.record({ code: text, detail: text }, PLAIN), { maxLength: 2 }),
    nextAttemptAt: fc.constant(undefined),
    nextAttemptReason: fc.constant(undefined),
    maskedPlaces: fc.nat(),
  },
  PLAIN,
);

/** How an attempt may end: every field, there and missing. */
export const RESULTS: fc.Arbitrary<AttemptResult> = fc.record({ end, verdict }, PLAIN);
