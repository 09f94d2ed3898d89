// Retention in the database: how long each organization keeps what, and the removal of what is older.
import { cutOffs, cutOffsByWeek } from '../../domain/retention.ts';
import type { RetentionPeriods } from '../../domain/retention.ts';
import { optionalText, text } from '../codec/columns.ts';
import { readRetention } from '../codec/retention.ts';
import { startOfWeek } from '../partitions.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRow, readRows } from '../sql/rows.ts';
import { passesOfDeliveries } from './deliveries.ts';
import { passOfEvents, passOfKeys } from './events.ts';
import { passOfBodies, passOfInvocations, passOfSuccesses } from './invocations.ts';
import type { Dropped } from './partitions.ts';
import { dropPartitions } from './partitions.ts';
import type { Due, Pass } from './pass.ts';

export type { Batch, Due, Pass, Removable, Removed } from './pass.ts';
export { REMOVABLE } from './pass.ts';
export type { Dropped } from './partitions.ts';

/** What retention asks for and removes. */
export interface Retention {
  /** The periods of an organization: the defaults where nobody has set any. */
  periods(organizationId: string): Promise<RetentionPeriods>;
  /** What is too old now, in every organization. Where processes share the database, by its clock. */
  due(now: Date): Promise<readonly Due[]>;
  /** Drops whole partitions of what is due, where there are any. */
  dropPartitions(due: readonly Due[]): Promise<Dropped>;
  /** The passes that remove what is due. They may take turns, and be left off at any batch. */
  passes(due: readonly Due[]): readonly Pass[];
}

/** Makes it. */
export function createRetention({ database }: StoreDeps): Retention {
  const { dialect, writer, lookup } = database;
  return {
    async periods(organizationId) {
      const row = await readRow(lookup('audit_settings').where('organization_id', organizationId).select('retention'));
      return readRetention(row === undefined ? undefined : text(row, 'retention'));
    },
    async due(now) {
      const at = await dialect.leaseNow(writer, now);
      const rows = await readRows(
        lookup('organizations as o')
          .leftJoin('audit_settings as s', 's.organization_id', 'o.id')
          .orderBy('o.id')
          .select('o.id', 's.retention'),
      );
      return rows.map((row) => {
        const exact = cutOffs(readRetention(optionalText(row, 'retention')), at);
        const isByWeek = dialect.name === 'postgres';
        return {
          organizationId: text(row, 'id'),
          cutOffs: isByWeek ? cutOffsByWeek(exact, startOfWeek) : exact,
          now: at,
        };
      });
    },
    dropPartitions: (due) => dropPartitions(database, due),
    passes: (due) => [
      passOfBodies(database, due),
      ...due.flatMap((one) => [
        passOfInvocations(database, one),
        passOfSuccesses(database, one),
        ...passesOfDeliveries(database, one),
        passOfEvents(database, one),
        passOfKeys(database, one),
      ]),
    ],
  };
}
