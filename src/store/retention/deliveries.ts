// Passes over deliveries that ended too long ago.
import { leastId } from '../../domain/ids.ts';
import { FINAL_STATES } from '../../domain/delivery.ts';
import { instant, text } from '../codec/columns.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRows } from '../sql/rows.ts';
import type { Due, Pass } from './pass.ts';
import { batchOf } from './pass.ts';
import { removeDeliveries } from './removing.ts';

/** A pass for each final state, which the index of states leads through. */
export function passesOfDeliveries(database: StoreDeps['database'], due: Due): Pass[] {
  return FINAL_STATES.map((state) => passOf(database, due, state));
}

function passOf(database: StoreDeps['database'], { organizationId, cutOffs }: Due, state: string): Pass {
  return async ({ after, limit }) => {
    const query = database.reader('deliveries').where({ organization_id: organizationId, state });
    // What ended before was made before; the condition of the index, word for word.
    void query.whereRaw("state <> 'sending'").where('id', '<', leastId('dlv', cutOffs.deliveries));
    if (after !== undefined) void query.where('id', '>', after);
    const rows = await readRows(query.orderBy('id').limit(limit).select('id', 'created_at', 'finished_at'));
    const old = rows
      .map((row) => ({
        id: text(row, 'id'),
        createdAt: instant(row, 'created_at'),
        finishedAt: instant(row, 'finished_at'),
      }))
      .filter(({ finishedAt }) => finishedAt < cutOffs.deliveries);
    const removed = await removeDeliveries(database, organizationId, old);
    return batchOf(
      rows.map((row) => text(row, 'id')),
      limit,
      { removed },
    );
  };
}
