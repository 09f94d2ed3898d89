// What goes is removed in passes: each goes once through what is too old of a kind, oldest first, batch by batch. What is
// too old is looked for on a connection that only reads; what removes it asks again what may go.
import type { CutOffs } from '../../domain/retention.ts';

/** What can be removed; `partitions` are whole weeks of invocations or bodies, and `keys` idempotency keys. */
export const REMOVABLE = ['events', 'deliveries', 'invocations', 'bodies', 'keys', 'partitions'] as const;

export type Removable = (typeof REMOVABLE)[number];

/** How many were removed of each kind. */
export type Removed = Readonly<Partial<Record<Removable, number>>>;

/** What has become of a batch. */
export interface Batch {
  readonly removed: Removed;
  /** Held deliveries that ended because the period of their event is over. */
  readonly expired: number;
  /** Where the next batch begins; `undefined`: the pass is over. */
  readonly next: string | undefined;
}

/** Removes the next batch: of at most `limit` that come after `after`, from the oldest on where that is undefined. */
export type Pass = (request: { readonly after: string | undefined; readonly limit: number }) => Promise<Batch>;

/** What is too old in an organization. */
export interface Due {
  readonly organizationId: string;
  readonly cutOffs: CutOffs;
  readonly now: Date;
}

/** A batch of a pass that has looked through these, whose places are as given. */
export function batchOf(places: readonly string[], limit: number, done: Partial<Omit<Batch, 'next'>>): Batch {
  return { removed: {}, expired: 0, ...done, next: places.length < limit ? undefined : places.at(-1) };
}
