// Probes: of a failing webhook, the delivery that waits longest is tried now and then. It is never an invented request.
import { LONGEST_PROBE_PAUSE_MS, nextProbeAt } from '../../domain/health.ts';
import type { Row } from '../codec/columns.ts';
import { instant, text } from '../codec/columns.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRow } from '../sql/rows.ts';
import type { ClaimRequest, DueDelivery } from './claim.ts';
import type { ProbeHead } from './heads.ts';
import { readProbeHeads } from './heads.ts';
import { takePace } from './pace.ts';

type Connection = StoreDeps['database'];

/** Takes one delivery of each failing webhook whose probe is due and that has a slot free, at most `probeLimit`. */
export async function takeProbes(database: Connection, request: ClaimRequest): Promise<DueDelivery[]> {
  const { now } = request;
  // In one order, whoever probes: two processes never wait for each other in a circle.
  const due = (await readProbeHeads(database.writer, now))
    .filter(({ dueAt }) => dueAt <= now)
    .sort((a, b) => (a.webhookId < b.webhookId ? -1 : 1));
  const pace = await takePace(database, due, request);
  const heads = due.filter(({ webhookId }) => pace.freeSlots(webhookId) > 0);
  const taken: DueDelivery[] = [];
  for (const head of heads.slice(0, Math.max(Math.min(request.limit, request.probeLimit), 0))) {
    if (!(await takeTurn(database, head, now))) continue;
    const row = await readLongestWaiting(database, head.webhookId, now);
    if (row === undefined) continue;
    await pace.spend(head.webhookId, 1);
    taken.push({ row, webhook: head.webhook, isProbe: true });
  }
  return taken;
}

// Whoever moves the time of the next probe makes this one: two processes never probe a webhook at once, and one that
// dies with its probe delays the next by a pause.
async function takeTurn({ writer }: Connection, head: ProbeHead, now: Date): Promise<boolean> {
  const changed = await writer('webhook_health')
    .where({ organization_id: head.organizationId, webhook_id: head.webhookId, state: 'failing' })
    .whereRaw('(probe_at <= ? or probe_at > ?)', [now.toISOString(), farAway(now)])
    .update({ probe_at: nextProbeAt(head, now).toISOString() });
  return changed > 0;
}

// A time that no probe is planned for: the clock was set back since.
function farAway(now: Date): string {
  return new Date(now.getTime() + LONGEST_PROBE_PAUSE_MS).toISOString();
}

async function readLongestWaiting(database: Connection, webhookId: string, now: Date): Promise<Row | undefined> {
  const held = await readOldest(database, 'held', webhookId, now);
  const pending = await readOldest(database, 'pending', webhookId, now);
  if (held === undefined || pending === undefined) return held ?? pending;
  return placeOf(held) <= placeOf(pending) ? held : pending;
}

function placeOf(row: Row): string {
  return `${instant(row, 'due_at').toISOString()} ${text(row, 'id')}`;
}

function readOldest(
  { dialect, writer }: Connection,
  state: 'held' | 'pending',
  webhookId: string,
  now: Date,
): Promise<Row | undefined> {
  const query = writer('deliveries')
    .whereRaw(`state = '${state}'`)
    .where('webhook_id', webhookId)
    .where('due_at', '<=', now.toISOString())
    .orderBy(['due_at', 'id']);
  return readRow(dialect.skipLocked(query));
}
