// The program of a group as SQLite has it: the trigger of a temporary view. So a group is one INSERT, which is a
// transaction by itself, and one call of the driver; a statement each would be two dozen.
import type { Knex } from 'knex';
import type { PreparingClient, Statement } from '../dialect.ts';
import { preparingClient } from '../dialect.ts';
import { isConstraintViolation } from '../dialect/sqlite.ts';
import type { GroupRunner } from './group-writer.ts';
import type { GroupValues, Part } from './parts.ts';
import { PART_LIST } from './parts.ts';
import type { ProgramLanguage } from './program.ts';
import { programStatements } from './program.ts';

const VIEW = 'hookwright_group';
const NAMES = PART_LIST.map(given);

function given({ name }: Part): string {
  return `given_${name}`;
}

const LANGUAGE: ProgramLanguage = {
  rows: (part) => `(select ${columnsOf(part)} from jsonb_each(new.${given(part)}))`,
  refuseWhere: (rest) => `select raise(abort, 'stale') ${rest}`,
  refuseUnlessAll: (part) =>
    `select raise(abort, 'stale') where changes() <> (select count(*) from jsonb_each(new.${given(part)}))`,
  whereAny: (_part, statements) => statements,
  joinEpoch: () => [],
  leaseUntil: (planned) => planned,
  // Nobody else writes meanwhile, and there is no other process.
  lockInOrder: () => [],
  tellWaiting: () => [],
};

function columnsOf({ columns }: Part): string {
  return columns.map((column, index) => `value ->> ${String(index)} as ${column}`).join(', ');
}

// They are the connection's own, so that they are those of this version of the program.
const SETUP: readonly Statement[] = [
  {
    key: 'group view',
    text: () => `create temp view if not exists ${VIEW} as select ${NAMES.map((name) => `null as ${name}`).join(', ')}`,
  },
  {
    key: 'group trigger',
    text: () => `create temp trigger if not exists ${VIEW}_write instead of insert on ${VIEW} begin
      ${programStatements(LANGUAGE).join(';\n')};
    end`,
  },
];

const WRITE: Statement = {
  key: 'group',
  text: () => `insert into ${VIEW} (${NAMES.join(', ')}) values (${NAMES.map(() => '?').join(', ')})`,
};

/**
 * Runs groups on the connection that writes. One after the other: while another statement on the connection has begun to
 * write and not ended, as one has that found the database locked, SQLite does not commit what a statement has done by
 * itself (measured: 5 acknowledged events were lost by having two under way).
 */
export function sqliteGroups(writer: Knex): GroupRunner {
  const client = preparingClient(writer);
  const ready = new WeakSet<object>();
  const setUp = async (connection: object): Promise<void> => {
    if (ready.has(connection)) return;
    for (const statement of SETUP) await client.runPrepared(connection, statement, []);
    ready.add(connection);
  };
  return {
    async run(choose) {
      const connection = await client.acquireConnection();
      try {
        await setUp(connection);
        const values = await choose();
        return values !== undefined && (await write(client, connection, values));
      } finally {
        await client.releaseConnection(connection);
      }
    },
  };
}

async function write(client: PreparingClient, connection: unknown, values: GroupValues): Promise<boolean> {
  try {
    await client.runPrepared(connection, WRITE, values);
    return true;
  } catch (error) {
    if (isConstraintViolation(error)) return false;
    throw error;
  }
}
