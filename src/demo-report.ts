// The tables that the demo prints.
import type { JsonObject } from './domain/json.ts';
import { isObject } from './domain/json.ts';

const COLUMNS = ['webhook', 'event', 'attempt', 'outcome', 'status', 'total ms', 'next attempt'] as const;

/** Invocations as a table with aligned columns, one line each. */
export function invocationTable(invocations: readonly JsonObject[]): string {
  const rows = [COLUMNS, ...invocations.map(rowOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return (
    rows
      .map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      )
      .join('\n') + '\n'
  );
}

function rowOf(invocation: JsonObject): readonly string[] {
  const {
    webhook,
    event_id: eventId,
    attempt,
    outcome,
    response,
    timings_ms: timings,
    next_attempt_at: next,
  } = invocation;
  const total = isObject(timings) ? timings['total'] : undefined;
  return [
    isObject(webhook) ? text(webhook['name']) : '–',
    text(eventId).slice(-12),
    isObject(attempt) ? `${text(attempt['number'])} of ${text(attempt['max'])}` : '–',
    text(outcome),
    isObject(response) ? text(response['status']) : '–',
    typeof total === 'number' ? total.toFixed(1) : '–',
    text(next),
  ];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
}

/** Whether everything that was accepted is accounted for, and the sum in words. */
export interface Balance {
  readonly even: boolean;
  readonly text: string;
}

/** The balance of `accepted` deliveries, given the state of each. */
export function balanceOf(accepted: number, states: readonly string[]): Balance {
  const count = (...wanted: readonly string[]): number => states.filter((state) => wanted.includes(state)).length;
  const delivered = count('delivered');
  const waiting = count('pending', 'sending', 'held');
  const ended = count('exhausted', 'rejected', 'cancelled');
  const sum = `${String(delivered)} delivered + ${String(waiting)} waiting + ${String(ended)} ended`;
  return { even: accepted === delivered + waiting + ended, text: `${String(accepted)} accepted = ${sum}` };
}
