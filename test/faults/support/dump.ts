// Reads the tables that the checker judges. The same statements for every database.
import type { Dump } from './checker.ts';

type Row = Record<string, unknown>;

/** Reads them by a function that gives the rows of a statement. */
export async function dumpFrom(rows: (sql: string) => Promise<Row[]>): Promise<Dump> {
  const events = await rows("select id, idempotency_key, received_at from events where origin = 'api' order by id");
  const deliveries = await rows(
    'select id, event_id, webhook_id, message_id, state, attempts, created_at, updated_at, finished_at from deliveries order by id',
  );
  const invocations = await rows(
    'select id, delivery_id, attempt, outcome, message, started_at, finished_at, timings from invocations order by id',
  );
  return {
    events: events.map((row) => ({
      id: text(row, 'id'),
      key: optionalText(row, 'idempotency_key'),
      receivedAtMs: time(row, 'received_at') ?? 0,
    })),
    deliveries: deliveries.map((row) => ({
      id: text(row, 'id'),
      eventId: text(row, 'event_id'),
      webhookId: text(row, 'webhook_id'),
      messageId: text(row, 'message_id'),
      state: text(row, 'state'),
      attempts: Number(row['attempts']),
      createdAtMs: time(row, 'created_at') ?? 0,
      updatedAtMs: time(row, 'updated_at') ?? 0,
      finishedAtMs: time(row, 'finished_at'),
    })),
    invocations: invocations.map((row) => ({
      id: text(row, 'id'),
      deliveryId: optionalText(row, 'delivery_id'),
      attempt: Number(row['attempt']),
      outcome: text(row, 'outcome'),
      message: optionalText(row, 'message'),
      startedAtMs: time(row, 'started_at') ?? 0,
      finishedAtMs: time(row, 'finished_at'),
      timings: row['timings'] === null ? undefined : (JSON.parse(text(row, 'timings')) as Record<string, number>),
    })),
  };
}

function text(row: Row, column: string): string {
  return String(row[column]);
}

function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

function time(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : Date.parse(text(row, column));
}
