// Whether the accounts of all loads of a run agree: of the warm-ups and of every round, not only of those that are shown.
import type { Row } from '../support/table.ts';
import type { Reconciled } from './reconcile.ts';
import { sumOf } from './reconcile.ts';

const WANTED_NONE: readonly (readonly [name: string, of: (sum: Reconciled) => number])[] = [
  ['lost', ({ lost }) => lost],
  ['dead, where the receiver is alive', ({ dead }) => dead],
  ['still waiting when all was over', ({ waiting }) => waiting],
  ['events without a clear answer', ({ unclear }) => unclear],
  ['arrived, and not on record', ({ unrecorded }) => unrecorded],
  ['accepted or delivered by one account only', ({ disputed }) => disputed],
];

/** A row for each thing that must not be; none where nothing was posted. */
export function verdict(all: readonly Reconciled[]): Row[] {
  if (all.length === 0) return [];
  const sum = sumOf(all);
  const rows = WANTED_NONE.map(([name, of]) => {
    const count = of(sum);
    return { name, measured: String(count), wanted: '0', met: count === 0 && sum.delivered > 0 };
  });
  const published = `${String(sum.published)} events, ${String(sum.delivered)} of ${String(sum.due)} deliveries`;
  const again = `${String(sum.duplicated)}, ${String(sum.late)}`;
  return [
    { name: `published and delivered, in ${String(all.length)} loads`, measured: published, wanted: '–', met: true },
    { name: 'arrived again, and after its load', measured: again, wanted: '–', met: true },
    ...rows,
  ];
}
