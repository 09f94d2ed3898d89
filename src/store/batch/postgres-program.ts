// The program of a group as PostgreSQL has it: a function that each connection makes for itself. So a group is one SELECT,
// which is a transaction by itself, and one round trip; a statement each would be two dozen.
import type { Knex } from 'knex';
import type { PreparingClient, Statement } from '../dialect.ts';
import { preparingClient } from '../dialect.ts';
import { CHANNEL, JOIN_EPOCH } from '../dialect/postgres.ts';
import { sqlStateOf } from '../dialect/postgres-errors.ts';
import type { GroupRunner } from './group-writer.ts';
import type { GroupValues, Part } from './parts.ts';
import { PART_LIST, PARTS } from './parts.ts';
import type { ProgramLanguage } from './program.ts';
import { programStatements } from './program.ts';

// Among temporary objects, which are the connection's own: so it is that of this version of the program.
const FUNCTION = 'pg_temp.hookwright_group';
// Of a class that neither the standard nor PostgreSQL uses.
const STALE = 'ZH001';
const GIVE_UP = `raise exception 'stale' using errcode = '${STALE}'`;

const LANGUAGE: ProgramLanguage = {
  rows,
  refuseWhere: (rest) => `if exists (select 1 ${rest}) then ${GIVE_UP}; end if`,
  refuseUnlessAll: (part) => `get diagnostics given_changed = row_count;
    if given_changed <> coalesce(jsonb_array_length(${given(part)}), 0) then ${GIVE_UP}; end if`,
  whereAny: (part, statements) => [
    `if ${given(part)} is not null then
      ${statements.join(';\n')};
    end if`,
  ],
  joinEpoch: () => [JOIN_EPOCH.replace('select', 'perform')],
  leaseUntil: (planned) =>
    `to_char((cast(${planned} as timestamptz) + coalesce(clock_timestamp() - ${LEASE_CLOCK}, interval '0')) at time zone 'UTC',
       'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  lockInOrder: (table, column, part) => [
    `perform 1 from ${table} where ${column} in (select ${column} from ${rows(part)} as given)
     order by ${column} for update`,
  ],
  tellWaiting: (part) => [
    `if exists (select 1 from ${rows(part)} as given where given.state = 'pending') then
       perform pg_notify('${CHANNEL}', '');
     end if`,
  ],
};

const LEASE_CLOCK = `cast(${given(PARTS.leaseClock)} -> 0 ->> 0 as timestamptz)`;

function given({ name }: Part): string {
  return `given_${name}`;
}

// The limit is none; but for the planner it is one that it does not know, and then it expects ten rows. So it looks these up
// by their ids, whatever it believes of the tables, and reads each value of a row once.
function rows(part: Part): string {
  const columns = part.columns.map((column, index) => {
    const value = `value ->> ${String(index)}`;
    return `${part.integers.includes(column) ? `cast(${value} as integer)` : value} as ${column}`;
  });
  return `(select ${columns.join(', ')} from jsonb_array_elements(${given(part)}) limit given_limit)`;
}

// A plan is made once, maybe while the tables are empty, and stays for a while: so it has to be one that does for full ones,
// by the indexes. Compiling it would take longer than many groups do.
const SETTINGS = `set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off`;

const CREATE: Statement = {
  key: 'group function',
  text: () => `create or replace function ${FUNCTION}(${PART_LIST.map((part) => `${given(part)} jsonb`).join(', ')})
    returns void language plpgsql ${SETTINGS} as $program$
    declare
      given_limit bigint;
      given_changed bigint;
    begin
      ${programStatements(LANGUAGE).join(';\n')};
    end $program$`,
};

// Also plans for what the server itself looks up, for foreign keys: made while the tables were empty, they read all of one.
const PLAN_ANEW: Statement = { key: 'plan anew', text: () => 'discard plans' };

const CALL: Statement = {
  key: 'group',
  text: () => `select ${FUNCTION}(${PART_LIST.map(() => '?').join(', ')})`,
};

/**
 * Runs groups on any connection that writes. Where the user may not make temporary objects, none is ever run: each is
 * written step by step then.
 */
export function postgresGroups(writer: Knex): GroupRunner {
  const client = preparingClient(writer);
  // How many each connection has run.
  const runs = new WeakMap<object, number>();
  let isForbidden = false;
  const setUp = async (connection: object): Promise<boolean> => {
    const run = runs.get(connection) ?? 0;
    try {
      if (run === 0) await client.runPrepared(connection, CREATE, []);
      // Time and again, and less often the more there is.
      else if (Number.isInteger(Math.log2(run))) await client.runPrepared(connection, PLAN_ANEW, []);
    } catch (error) {
      if (run > 0 || sqlStateOf(error) !== FORBIDDEN) throw error;
      isForbidden = true;
      return false;
    }
    runs.set(connection, run + 1);
    return true;
  };
  return {
    async run(choose) {
      if (isForbidden) return false;
      const connection = await client.acquireConnection();
      try {
        const values = (await setUp(connection)) ? await choose() : undefined;
        return values !== undefined && (await write(client, connection, values));
      } finally {
        await client.releaseConnection(connection);
      }
    },
  };
}

const FORBIDDEN = '42501';

async function write(client: PreparingClient, connection: unknown, values: GroupValues): Promise<boolean> {
  try {
    await client.runPrepared(connection, CALL, values);
    return true;
  } catch (error) {
    if (isRefusal(sqlStateOf(error))) return false;
    throw error;
  }
}

// Violations of constraints, and texts that JSON cannot hold here: written step by step, it is found out what is wrong.
function isRefusal(sqlState: string): boolean {
  return sqlState === STALE || sqlState.startsWith('23') || sqlState.startsWith('22');
}
