// Probes: of a failing webhook, the delivery that waits longest is tried now and then. It is never an invented request.
import { nextProbeAt } from '../../domain/health.ts';
import type { Row } from '../codec/columns.ts';
import { instant, text } from '../codec/columns.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRow } from '../sql/rows.ts';
import type { ClaimRequest, DueDelivery } from './claim.ts';
import type { ProbeHead } from './heads.ts';
import { readProbeHeads } from './heads.ts';

type Connection = StoreDeps['database'];

/** Takes one delivery of each failing webhook whose probe is due and that has a slot free, at most `limit`. */
export async function takeProbes(database: Connection, request: ClaimRequest): Promise<DueDelivery[]> {
  // In one order, whoever probes: two processes never wait for each other in a circle.
  const heads = (await readProbeHeads(database.writer))
    .filter(({ dueAt, webhookId }) => dueAt <= request.now && request.freeSlots(webhookId) > 0)
    .sort((a, b) => (a.webhookId < b.webhookId ? -1 : 1));
  const taken: DueDelivery[] = [];
  for (const head of heads.slice(0, Math.max(request.limit, 0))) {
    if (!(await takeTurn(database, head, request.now))) continue;
    const row = await readLongestWaiting(database, head.webhookId, request.now);
    if (row !== undefined) taken.push({ row, webhook: head.webhook, isProbe: true });
  }
  return taken;
}

// Whoever moves the time of the next probe makes this one: two processes never probe a webhook at once, and one that
// dies with its probe delays the next by a pause.
async function takeTurn({ writer }: Connection, head: ProbeHead, now: Date): Promise<boolean> {
  const changed = await writer('webhook_health')
    .where({ organization_id: head.organizationId, webhook_id: head.webhookId, state: 'failing' })
    .where('probe_at', '<=', now.toISOString())
    .update({ probe_at: nextProbeAt(head, now).toISOString() });
  return changed > 0;
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
