// What the rows of the route table have in common.
import type { BodySpec, Route, SuccessSpec } from '../route.ts';

/** 2^20 bytes. */
export const MIB = 1024 * 1024;

const JSON_TYPES = ['application/json'];

/** A body of JSON, at most 1 MiB, checked against its schema, where `extra` does not say otherwise. */
export function body(schema: string, extra: Partial<BodySpec> = {}): BodySpec {
  return { schema, contentTypes: JSON_TYPES, maxBytes: MIB, checked: true, ...extra };
}

/** An answer with a body of that schema, or with none. */
export function success(schema: string | undefined, description: string, status = 200): SuccessSpec {
  return { status, description, schema };
}

/** A row, in which query and body may be left out. */
export type Row<Deps> = Omit<Route<Deps>, 'query' | 'body'> & Partial<Pick<Route<Deps>, 'query' | 'body'>>;

/** Fills in what was left out. */
export function table<Deps>(rows: readonly Row<Deps>[]): readonly Route<Deps>[] {
  return rows.map((row) => ({ ...row, query: row.query ?? {}, body: row.body }));
}
