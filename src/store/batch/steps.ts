// A transaction as data: statements one after the other, some with what they have to find. It is written down before it
// begins, so that it can be run where nothing else has to be waited for between two statements.
import type { SqlValue, Statement } from '../dialect.ts';
import type { Row } from '../codec/columns.ts';

/** One statement, and what it has to come to. */
export interface Step {
  readonly statement: Statement;
  readonly values: readonly SqlValue[];
  readonly expects?: Expectation;
}

/** How many rows a statement has to give, or the JSON text of all of them. */
export type Expectation = number | string;

/** Runs a statement and gives its rows. */
export type Run = (statement: Statement, values: readonly SqlValue[]) => Promise<readonly Row[]>;

/**
 * Runs steps as one transaction of SQLite; gives whether it was committed. Where a step does not come to what it has to,
 * or fails, nothing is changed. `choose` is asked for the steps when it has begun; there may be none.
 */
export async function transact(
  run: Run,
  choose: () => Promise<readonly Step[] | undefined> | readonly Step[],
): Promise<boolean> {
  await run(BEGIN, []);
  try {
    const steps = await choose();
    const isDone = steps !== undefined && (await runAll(run, steps));
    await run(isDone ? COMMIT : ROLLBACK, []);
    return isDone;
  } catch (error) {
    // SQLite may have rolled back by itself, as it does when the disk is full.
    await run(ROLLBACK, []).catch(() => undefined);
    throw error;
  }
}

const BEGIN: Statement = { key: 'begin', text: () => 'BEGIN IMMEDIATE' };
const COMMIT: Statement = { key: 'commit', text: () => 'COMMIT' };
const ROLLBACK: Statement = { key: 'rollback', text: () => 'ROLLBACK' };

async function runAll(run: Run, steps: readonly Step[]): Promise<boolean> {
  for (const { statement, values, expects } of steps) {
    const rows = await run(statement, values);
    if (expects !== undefined && !isAsExpected(rows, expects)) return false;
  }
  return true;
}

function isAsExpected(rows: readonly Row[], expects: Expectation): boolean {
  return typeof expects === 'number' ? rows.length === expects : textOf(rows) === expects;
}

/** The text by which rows are compared. */
export function textOf(rows: readonly Row[]): string {
  return JSON.stringify(rows);
}
