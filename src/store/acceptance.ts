// In which order events were accepted, and until when that is decided, so that who reads on from where he stopped skips none.
//
// One row holds a floor: no event is accepted before it, which each transaction that stores events looks at. Raising it
// begins a new epoch. On PostgreSQL such a transaction holds a lock that is named by the epoch that it began in, before it
// looks at the floor: once no lock of an earlier epoch is held, whatever was to be accepted before the floor is there, or
// never will be. On SQLite whoever raises the floor holds the only lock there is.
import { inTransaction, readRow } from './sql/rows.ts';
import type { StoreDeps } from './sql/rows.ts';
import type { Row } from './codec/columns.ts';
import { integer, text } from './codec/columns.ts';

/** The order of acceptance. */
export interface Acceptance {
  /**
   * The instant at which events are accepted that the transaction of this store is about to insert: `now`, or the floor
   * where that is later. Nothing after it is readable before the transaction has ended.
   */
  begin(now: Date): Promise<Date>;
  /** Raises the floor above `now`, where what was to be accepted before the last one is decided. */
  advance(now: Date): Promise<Advance>;
  /** The instant before which all is decided: what is accepted before it is readable, and nothing will be added to it. */
  readableUntil(): Promise<Date>;
  /** Whether something of an organization was accepted that is not readable yet. */
  isBehind(organizationId: string): Promise<boolean>;
}

/** How far it is decided. */
export interface Advance {
  /** The instant before which all is decided. */
  readonly until: Date;
  /** Whether a transaction is open that may accept something before the instant that was asked for: ask again. */
  readonly isBehind: boolean;
}

/** Makes it. */
export function createAcceptance({ database }: Pick<StoreDeps, 'database'>): Acceptance {
  return {
    begin: (now) => begin(database, now),
    async advance(now) {
      const raised = await inTransaction(database, (inner) => raise(inner, now));
      // What was open when the floor was raised is known for certain only after the commit.
      return raised ?? inTransaction(database, decide);
    },
    readableUntil: async () => instantOf((await readState(database.lookup)).readableUntil),
    async isBehind(organizationId) {
      const newest = database
        .lookup('events')
        .where('organization_id', organizationId)
        .orderBy('received_at', 'desc')
        .select('received_at')
        .limit(1);
      const query = database.lookup('acceptance').where('id', 1).whereRaw('readable_until <= ?', [newest]);
      return (await readRow(query.select('id'))) !== undefined;
    },
  };
}

interface State {
  readonly epoch: number;
  readonly floor: string;
  readonly readableUntil: string;
}

async function begin({ dialect, writer }: StoreDeps['database'], now: Date): Promise<Date> {
  if (writer.isTransaction !== true) throw new Error('Events are accepted in a transaction.');
  await dialect.joinEpoch(writer);
  const floor = instantOf((await readState(writer)).floor);
  return now < floor ? floor : now;
}

// The epochs begin anew where their numbers end; there are never two at once that are that far apart.
const EPOCHS = 2 ** 31 - 1;

// Gives nothing where it has raised the floor, and others may not have heard of it yet.
async function raise(database: StoreDeps['database'], now: Date): Promise<Advance | undefined> {
  const { dialect, writer } = database;
  const state = await lockState(database);
  const isBehind = state.floor > state.readableUntil && (await dialect.hasOlderEpoch(writer, state.epoch));
  if (isBehind) return { until: instantOf(state.readableUntil), isBehind };
  // Above the last one, too: what was accepted at the very instant of it is not before it.
  const floor = new Date(Math.max(now.getTime(), instantOf(state.floor).getTime()) + 1).toISOString();
  const readableUntil = dialect.isShared ? state.floor : floor;
  await write(database, { epoch: (state.epoch % EPOCHS) + 1, floor, readableUntil });
  return dialect.isShared ? undefined : { until: instantOf(readableUntil), isBehind: false };
}

async function decide(database: StoreDeps['database']): Promise<Advance> {
  const state = await lockState(database);
  const isBehind = await database.dialect.hasOlderEpoch(database.writer, state.epoch);
  if (isBehind) return { until: instantOf(state.readableUntil), isBehind };
  if (state.floor > state.readableUntil) await write(database, { ...state, readableUntil: state.floor });
  return { until: instantOf(state.floor), isBehind };
}

async function lockState({ dialect, writer }: StoreDeps['database']): Promise<State> {
  return stateOf(await readRow(dialect.lockRows(writer('acceptance').where('id', 1))));
}

async function readState(db: StoreDeps['database']['lookup']): Promise<State> {
  return stateOf(await readRow(db('acceptance').where('id', 1)));
}

function stateOf(row: Row | undefined): State {
  if (row === undefined) throw new Error('The row of acceptance is gone.');
  return { epoch: integer(row, 'epoch'), floor: text(row, 'floor'), readableUntil: text(row, 'readable_until') };
}

async function write({ writer }: StoreDeps['database'], { epoch, floor, readableUntil }: State): Promise<void> {
  await writer('acceptance').where('id', 1).update({ epoch, floor, readable_until: readableUntil });
}

// Before anybody has read, there is no floor.
function instantOf(text: string): Date {
  return new Date(text === '' ? 0 : text);
}
