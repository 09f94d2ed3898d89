// Receivers that harm their sender, all at the same time: each attempt ends in time, with the outcome that it is, a
// message that says what happened and the hint of that outcome, and the memory of the engine stays flat.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { outcomeEntry } from '../../src/domain/outcomes.ts';
import type { Outcome } from '../../src/domain/outcomes.ts';
import { HOSTILE } from './support/behaviours.ts';
import type { StoredInvocation } from './support/checker.ts';
import { KINDS_OR_ONE } from './support/databases.ts';
import { perform } from './support/scene.ts';
import type { Scene } from './support/scene.ts';
import { howOften, isBounded } from './support/settings.ts';
import type { TlsFaults } from './support/tls-faults.ts';
import { startTlsFaults } from './support/tls-faults.ts';

const LIMIT_MS = 600_000;
// Ten failures would open the breaker, and nothing more would be sent.
const EVENTS = howOften('TEST_HOSTILE_EVENTS', 2, 2);
// Room for all of them at the same time, and for the healthy one.
const CONCURRENCY = 128;
const WARM = 30;
const AT_ONCE = 50;
// A hundred handshakes at the same moment keep one core busy for seconds.
const HEALTHY_MS = 5000;
const MAX_GROWN_MIB = 50;
// The short form shares two cores with other experiments.
const DEADLINE_MS = 1000 + (isBounded ? 1000 : 250);

const CUT = /was cut: /;
const NO_HTTP = /is not a valid HTTP\/1\.1 response: /;
const ANSWERED = /answered 200/;

/** What comes of an attempt against each of them, without validators, and what must be said. */
const EXPECTED: Readonly<Record<string, readonly [outcome: Outcome, message: RegExp]>> = {
  'reset-at-once': ['connect_error', CUT],
  'reset-in-headers': ['connect_error', CUT],
  'reset-after-headers': ['connect_error', CUT],
  'reset-in-body': ['connect_error', CUT],
  'close-at-once': ['connect_error', CUT],
  'close-in-headers': ['connect_error', CUT],
  'close-in-body': ['connect_error', CUT],
  'close-in-chunks': ['connect_error', CUT],
  'length-too-long': ['connect_error', CUT],
  hang: ['timeout', /had not answered/],
  'hang-after-headers': ['timeout', /answer was not complete/],
  'drip-headers': ['timeout', /had not answered/],
  'drip-status-line': ['timeout', /had not answered/],
  'drip-body': ['timeout', /answer was not complete/],
  'drip-chunks': ['timeout', /answer was not complete/],
  'byte-a-second-in-headers': ['timeout', /had not answered/],
  'byte-a-second-in-body': ['timeout', /answer was not complete/],
  'endless-body': ['success', ANSWERED],
  'endless-chunks': ['success', ANSWERED],
  'huge-length': ['success', ANSWERED],
  'gzip-bomb': ['success', ANSWERED],
  'deflate-bomb': ['success', ANSWERED],
  'br-bomb': ['success', ANSWERED],
  'bomb-in-a-bomb': ['success', ANSWERED],
  'two-answers': ['success', ANSWERED],
  'length-too-short': ['success', ANSWERED],
  'endless-103': ['protocol_error', /more than 20 interim answers/],
  'flood-of-103': ['protocol_error', /more than 20 interim answers/],
  'endless-chunk-extension': ['protocol_error', /more than 1 MiB/],
  'endless-reason': ['protocol_error', /more than 1 MiB/],
  'endless-headers': ['protocol_error', NO_HTTP],
  'endless-trailers': ['protocol_error', NO_HTTP],
  'huge-header': ['protocol_error', NO_HTTP],
  'endless-100': ['protocol_error', /100 Continue/],
  'upgrade-101': ['protocol_error', /another protocol/],
  garbage: ['protocol_error', NO_HTTP],
  'two-lengths': ['protocol_error', NO_HTTP],
  'length-and-chunks': ['protocol_error', NO_HTTP],
  'length-below-zero': ['protocol_error', NO_HTTP],
  'length-beyond-numbers': ['protocol_error', NO_HTTP],
  'bad-chunk': ['protocol_error', NO_HTTP],
  'code-999': ['protocol_error', /Status 999/],
  'code-000': ['protocol_error', /below 100/],
  'tcp-nothing-listens': ['connect_error', /nothing listens there/],
  'tls-reset-in-handshake': ['tls_error', /cut the connection/],
  'tls-close-in-handshake': ['tls_error', /cut the connection/],
  'tls-silent': ['timeout', /TLS handshake was not finished/],
  'tls-drip': ['timeout', /TLS handshake was not finished/],
  'tls-none': ['tls_error', /does not speak TLS/],
  'tls-expired': ['tls_error', /has expired/],
  'tls-not-yet-valid': ['tls_error', /not valid yet/],
  'tls-wrong-name': ['tls_error', /for another name/],
  'tls-self-signed': ['tls_error', /self-signed/],
  'tls-1-1': ['tls_error', /handshake failed/],
};

type Named = StoredInvocation & { readonly name: string };

for (const kind of KINDS_OR_ONE) {
  describe(`receivers that reset, drip, hang, lie and bomb on ${kind.name}`, function () {
    this.timeout(LIMIT_MS);
    let tls: TlsFaults | undefined;
    afterEach(() => tls?.close());

    it(`end in time, each with its outcome and hint, ${String(Object.keys(EXPECTED).length)} of them at once`, () =>
      perform({ name: 'hostile receivers', kind, concurrency: CONCURRENCY }, async (scene) => {
        const { engine, receiver } = scene;
        const authority = readFileSync(String(receiver.env['HOOKWRIGHT_EGRESS_CA']), 'utf8');
        tls = await startTlsFaults(scene.folder, receiver.env, authority);
        await engine.start(tls.env);
        const healthy = await scene.webhook('/ok');
        scene.poster.start(WARM);
        await scene.poster.finished();
        await scene.drain();
        const names = await makeHostile(scene, tls.urls);
        const grown = watchMemory(scene);
        scene.poster.start(WARM + EVENTS);
        await scene.poster.finished();
        await scene.drain();
        const grownMib = grown();
        scene.webhookIds.length = 0;
        const dump = await scene.database.dump();
        const nameOf = new Map(dump.deliveries.map(({ id, webhookId }) => [id, names.get(webhookId) ?? 'healthy']));
        const found = dump.invocations.map((one) => ({ ...one, name: nameOf.get(one.deliveryId ?? '') ?? '' }));
        const hostile = found.filter(({ name }) => name !== 'healthy');
        assert.deepEqual(lateOnes(found), []);
        assert.deepEqual(outcomesByName(hostile), expectedOutcomes());
        await assertSaid(scene, hostile);
        assert.ok(mostAtOnce(hostile) >= AT_ONCE, `at most ${String(mostAtOnce(hostile))} were under way at once`);
        await scene.judge({ faults: 0, endStates: ['delivered', 'exhausted'] });
        assert.ok(grownMib < MAX_GROWN_MIB, `the engine grew by ${grownMib.toFixed(0)} MiB`);
        const waits = dump.deliveries
          .filter(({ webhookId }) => webhookId === healthy)
          .map(({ createdAtMs, finishedAtMs = Infinity }) => finishedAtMs - createdAtMs);
        assert.ok(Math.max(...waits) < HEALTHY_MS, `a healthy delivery took ${String(Math.max(...waits))} ms`);
      }));
  });
}

/** A webhook to each of them, for events from now on; the name of each by the id of its webhook. */
async function makeHostile(scene: Scene, urls: TlsFaults['urls']): Promise<Map<string, string>> {
  scene.webhookIds.length = 0;
  const onlyOnce = { retry_policy: { delays_in_sec: [], jitter: 0 } };
  const names = new Map<string, string>();
  for (const name of Object.keys(HOSTILE)) names.set(await scene.webhook(`/${name}`, onlyOnce), name);
  for (const [name, url] of urls) names.set(await scene.webhook(`/${name}`, { ...onlyOnce, url }), name);
  return names;
}

/** Watches from now on; the result tells by how many MiB the engine has grown at most. */
function watchMemory({ engine }: Scene): () => number {
  const warmMib = engine.residentMib() ?? 0;
  let mostMib = warmMib;
  const watching = setInterval(() => (mostMib = Math.max(mostMib, engine.residentMib() ?? 0)), 20);
  return () => {
    clearInterval(watching);
    process.stdout.write(`      from ${warmMib.toFixed(0)} to ${mostMib.toFixed(0)} MiB at most\n`);
    return mostMib - warmMib;
  };
}

function lateOnes(found: readonly Named[]): string[] {
  const totals = found.map(({ timings }) => timings?.['total'] ?? 0);
  process.stdout.write(`      the longest took ${Math.max(...totals).toFixed(0)} ms\n`);
  return found
    .filter(({ timings }) => (timings?.['total'] ?? 0) > DEADLINE_MS)
    .map(({ name, timings }) => `${name} took ${String(timings?.['total'])} ms`);
}

function outcomesByName(found: readonly Named[]): Record<string, string> {
  const all = new Map<string, Set<string>>();
  for (const { name, outcome } of found) all.set(name, (all.get(name) ?? new Set()).add(outcome));
  return Object.fromEntries([...all].map(([name, outcomes]) => [name, [...outcomes].join(' or ')]));
}

function expectedOutcomes(): Record<string, string> {
  return Object.fromEntries(Object.entries(EXPECTED).map(([name, [outcome]]) => [name, outcome]));
}

// What the API says of the first attempt against each of them.
async function assertSaid({ engine }: Scene, found: readonly Named[]): Promise<void> {
  for (const [name, [outcome, message]] of Object.entries(EXPECTED)) {
    const first = found.find((one) => one.name === name);
    const { body } = await engine.call('GET', `/v1/invocations/${String(first?.id)}`);
    assert.equal(body.hint, outcomeEntry(outcome).hint, name);
    assert.match(body.message, message, name);
  }
}

function mostAtOnce(found: readonly Named[]): number {
  const under = (at: number): number =>
    found.filter(({ startedAtMs, finishedAtMs = Infinity }) => startedAtMs <= at && finishedAtMs > at).length;
  return Math.max(...found.map(({ startedAtMs }) => under(startedAtMs)));
}
