// The program of a group: the statements that look whether what was planned holds, and store it. The database has it once
// for each connection, and is given the rows. SQLite and PostgreSQL differ in how a program is said, not in what it does.
import { isGood } from '../access.ts';
import { HEALTH_COLUMNS } from '../codec/health.ts';
import { END_CHANGE, SETTLE_CHANGE } from '../lifecycle/record.ts';
import { healthText } from '../webhook-health.ts';
import { stampOf } from '../webhooks.ts';
import type { BulkChange } from '../sql/rows.ts';
import { assignmentsOf } from '../sql/rows.ts';
import type { Part } from './parts.ts';
import { PARTS } from './parts.ts';

/** How a kind of database says the statements of a program. */
export interface ProgramLanguage {
  /** What stands after `from` for the rows of a part: a table with its columns, to be named. */
  readonly rows: (part: Part) => string;
  /** Gives up where the rest of a query, from `from` on, finds a row. */
  readonly refuseWhere: (rest: string) => string;
  /** Gives up where the statement before has not changed as many rows as the part has. */
  readonly refuseUnlessAll: (part: Part) => string;
  /** Statements that do nothing where a part has no rows: there they can be passed over. */
  readonly whereAny: (part: Part, statements: readonly string[]) => readonly string[];
  /** Joins the epoch of acceptance that is on: see `acceptance.ts`. */
  readonly joinEpoch: () => readonly string[];
  /** Until when a lease is by the clock of the database, where it was planned by that of the caller. */
  readonly leaseUntil: (planned: string) => string;
  /** Locks rows of a table in the order of a column, so that two who change several never wait for each other in a circle. */
  readonly lockInOrder: (table: string, column: string, part: Part) => readonly string[];
  /** Tells other processes that some of these deliveries may be due, once they are committed. */
  readonly tellWaiting: (part: Part) => readonly string[];
}

/** The statements, in their order. */
export function programStatements(language: ProgramLanguage): readonly string[] {
  return [...checks(language), ...intakes(language), ...finishes(language)];
}

// What was remembered holds still.
function checks(language: ProgramLanguage): string[] {
  return [
    ...language.whereAny(PARTS.acceptance, language.joinEpoch()),
    ...refuseWhere(language, PARTS.acceptance, 'join acceptance as a on a.floor > given.accepted_at'),
    ...refuseWhere(
      language,
      PARTS.apiKeys,
      `where not exists (select 1 from api_keys as k where k.id = given.id and ${isGood('given.now')})`,
    ),
    ...refuseWhere(language, PARTS.stamps, `where ${stampOf('given.organization_id')} <> given.stamp`),
    ...refuseWhere(
      language,
      PARTS.healths,
      `left join webhook_health as h on h.webhook_id = given.webhook_id
       left join webhooks as w on w.id = given.webhook_id
       where coalesce(${healthText('h')}, '') <> given.found or coalesce(w.version, 0) <> given.version`,
    ),
  ];
}

// Gives up where the rest of a query over the rows of a part finds one.
function refuseWhere(language: ProgramLanguage, part: Part, rest: string): readonly string[] {
  return language.whereAny(part, [language.refuseWhere(`from ${language.rows(part)} as given ${rest}`)]);
}

// Requests with events. A key that somebody has is a violation; one that is not taken is looked for when all others are.
function intakes(language: ProgramLanguage): string[] {
  return [
    ...insert(language, 'idempotency_keys', PARTS.idempotencyKeys),
    ...refuseWhere(
      language,
      PARTS.unclaimedKeys,
      'join idempotency_keys as k on k.organization_id = given.organization_id and k.key_sha256 = given.key_sha256',
    ),
    ...insert(language, 'events', PARTS.events),
    ...insert(language, 'deliveries', PARTS.deliveries, { lease_until: language.leaseUntil('given.lease_until') }),
    ...insert(language, 'invocations', PARTS.invocations),
    ...language.whereAny(PARTS.deliveries, language.tellWaiting(PARTS.deliveries)),
  ];
}

// Ends of attempts: deliveries first, as claim and rescue lock them.
function finishes(language: ProgramLanguage): string[] {
  const lockHealths = language.lockInOrder('webhook_health', 'webhook_id', PARTS.nextHealths);
  return [
    ...change(language, SETTLE_CHANGE, PARTS.settlements),
    // Each end has a fence, so that there are as many. One whose event has been erased meanwhile is written step by step.
    ...change(language, END_CHANGE, PARTS.ends, PARTS.settlements),
    ...insert(language, 'invocation_bodies', PARTS.bodies, {}, 'on conflict (invocation_id) do nothing'),
    ...language.whereAny(PARTS.nextHealths, lockHealths),
    ...change(language, NEXT_HEALTH, PARTS.nextHealths),
  ];
}

const NEXT_HEALTH: BulkChange = {
  table: 'webhook_health',
  set: Object.fromEntries(HEALTH_COLUMNS.map((column) => [column, `next.${column}`])),
  // Somebody else may have changed it since it was looked at above: then it is left alone, and the group given up.
  where: `webhook_health.webhook_id = next.webhook_id and ${healthText('webhook_health')} = next.found`,
};

function insert(
  { rows, whereAny }: ProgramLanguage,
  table: string,
  part: Part,
  others: Readonly<Record<string, string>> = {},
  suffix = '',
): readonly string[] {
  const { columns } = part;
  const values = columns.map((column) => others[column] ?? `given.${column}`);
  // Without a condition, SQLite would take `on` for that of a join.
  return whereAny(part, [
    `insert into ${table} (${columns.join(', ')})
     select ${values.join(', ')} from ${rows(part)} as given where true ${suffix}`,
  ]);
}

function change(language: ProgramLanguage, bulk: BulkChange, part: Part, counted = part): readonly string[] {
  return language.whereAny(part, [
    `update ${bulk.table} set ${assignmentsOf(bulk)} from ${language.rows(part)} as next
     where ${bulk.where}`,
    language.refuseUnlessAll(counted),
  ]);
}
