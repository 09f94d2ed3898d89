// Lists by state or outcome. The indexes of these leave out what is being sent: almost every row is so for a moment, and
// would come in, go out and come in again. An index with a condition is used only by queries that have it word for word.
import type { Knex } from 'knex';

/** In which state rows are wanted. */
export interface WantedState {
  readonly table: 'deliveries' | 'invocations';
  /** What the query calls the table. */
  readonly alias?: string;
  readonly column: 'state' | 'outcome';
  /** `undefined`: in any. */
  readonly state: string | undefined;
  /** Whether the query names an event, a delivery or a replay, whose index is to be used: it leads to fewer rows. */
  readonly isNarrowed: boolean;
}

/** Keeps rows in a state, where one is given, such that the list finds them by an index. */
export function whereState(query: Knex.QueryBuilder, wanted: WantedState): void {
  const { table, alias = table, column, state, isNarrowed } = wanted;
  if (state === undefined) return;
  if (state === 'sending') {
    // The ids first, from the small index of what is being sent: by itself, SQLite would go through the whole list.
    void query.whereIn(`${alias}.id`, (ids) => void ids.select('id').from(table).whereRaw(`${column} = 'sending'`));
    return;
  }
  void query.where(`${alias}.${column}`, state);
  // SQLite takes the index of states where it can, also for an event that has a handful of rows: there it must not.
  if (!isNarrowed) void query.whereRaw(`${alias}.${column} <> 'sending'`);
}
