// Passes over invocations, and over bodies, which go earlier.
import { leastId } from '../../domain/ids.ts';
import type { CutOffs } from '../../domain/retention.ts';
import { OPEN_OUTCOME } from '../codec/invocation.ts';
import type { Row } from '../codec/columns.ts';
import { optionalText, text } from '../codec/columns.ts';
import { rowsOf } from '../dialect.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRows } from '../sql/rows.ts';
import type { Due, Pass } from './pass.ts';
import { batchOf } from './pass.ts';
import { removeBodies, removeInvocations } from './removing.ts';

type Connection = StoreDeps['database'];

/** Invocations of an organization that are too old whatever their outcome, tests included. */
export function passOfInvocations(database: Connection, { organizationId, cutOffs }: Due): Pass {
  return async ({ after, limit }) => {
    const query = database.reader('invocations').where('organization_id', organizationId);
    void query.where('id', '<', leastId('inv', earlier(cutOffs.invocations, cutOffs.failedInvocations)));
    if (after !== undefined) void query.where('id', '>', after);
    const rows = await readRows(query.orderBy('id').limit(limit).select('id', 'outcome'));
    const over = rows.filter((row) => text(row, 'outcome') !== OPEN_OUTCOME);
    return remove(database, rows, over, limit);
  };
}

/** Invocations of an organization that succeeded and are too old, where failures are kept for longer. */
export function passOfSuccesses(database: Connection, { organizationId, cutOffs }: Due): Pass {
  return async ({ after, limit }) => {
    // The condition of the index of outcomes, word for word.
    const query = database.reader('invocations').whereRaw("outcome = 'success' and outcome <> 'sending'");
    void query.where('organization_id', organizationId).where('id', '<', leastId('inv', cutOffs.invocations));
    if (after !== undefined) void query.where('id', '>', after);
    const rows = await readRows(query.orderBy('id').limit(limit).select('id'));
    return remove(database, rows, rows, limit);
  };
}

async function remove(
  database: Connection,
  looked: readonly Row[],
  going: readonly Row[],
  limit: number,
): ReturnType<Pass> {
  const ids = going.map((row) => text(row, 'id'));
  const removed = await removeInvocations(database, ids);
  return batchOf(
    looked.map((row) => text(row, 'id')),
    limit,
    { removed },
  );
}

// In the order of bodies, since these have no other index; what is looked at more than once is what is kept for longer.
const OLD_BODIES = `
  select b.invocation_id, b.organization_id, i.outcome from (
    select invocation_id, organization_id from invocation_bodies where invocation_id > ? and invocation_id < ?
    order by invocation_id limit ?
  ) as b left join invocations as i on i.id = b.invocation_id and i.id > ? and i.id < ? order by b.invocation_id`;

/** Bodies that are too old, of all organizations. */
export function passOfBodies(database: Connection, due: readonly Due[]): Pass {
  const byOrganization = new Map(due.map(({ organizationId, cutOffs }) => [organizationId, cutOffs]));
  const latest = due.map(({ cutOffs }) => leastId('inv', later(cutOffs.bodies, cutOffs.failedBodies))).toSorted();
  const end = latest.at(-1) ?? '';
  return async ({ after = '', limit }) => {
    const found: unknown = await database.reader.raw(OLD_BODIES, [after, end, limit, after, end]);
    const rows = rowsOf(found);
    const ids = rows.filter((row) => isTooOld(row, byOrganization)).map((row) => text(row, 'invocation_id'));
    const bodies = ids.length === 0 ? 0 : await removeBodies(database, ids);
    return batchOf(
      rows.map((row) => text(row, 'invocation_id')),
      limit,
      { removed: { bodies } },
    );
  };
}

function isTooOld(row: Row, byOrganization: ReadonlyMap<string, CutOffs>): boolean {
  const cutOffs = byOrganization.get(text(row, 'organization_id'));
  if (cutOffs === undefined) return false;
  const outcome = optionalText(row, 'outcome');
  if (outcome === OPEN_OUTCOME) return false;
  const cutOff = outcome === 'success' ? cutOffs.bodies : cutOffs.failedBodies;
  return text(row, 'invocation_id') < leastId('inv', cutOff);
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
