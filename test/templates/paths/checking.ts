// What the tests of the path check share: schemas, and one line for each finding.
import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { PathCheck } from '../../../src/templates/paths/index.ts';
import { checkPaths } from '../../../src/templates/paths/index.ts';
import { draftTemplate } from '../../../src/templates/plan.ts';
import { documents } from '../../schemas/contract.ts';

/** The payload schema of audit events. */
export const AUDIT = documents['audit'] as JsonObject;

/** A payload schema whose `data` is this. */
export function payloadOf(data: unknown, definitions: unknown = {}): JsonObject {
  return { type: 'object', required: ['data'], properties: { data }, $defs: definitions } as JsonObject;
}

/** A payload schema with these fields in an open `data`, all required. */
export function fields(properties: Record<string, unknown>, definitions: unknown = {}): JsonObject {
  return payloadOf({ type: 'object', required: Object.keys(properties), properties }, definitions);
}

/** Checks a template that can be read. */
export function check(schema: JsonObject, source: string): PathCheck {
  const drafted = draftTemplate(source);
  assert.ok(drafted.ok, `not read: ${source} ${JSON.stringify(drafted)}`);
  return checkPaths(drafted.draft.text, drafted.draft.nodes, drafted.draft.slots, schema);
}

/** The warnings, as `code @ text` with the text up to the end of what is meant. */
export function warningsOf(schema: JsonObject, source: string): string[] {
  return lines(source, check(schema, source).warnings);
}

/** The errors, in the same way. */
export function errorsOf(schema: JsonObject, source: string): string[] {
  return lines(source, check(schema, source).findings);
}

function lines(source: string, findings: PathCheck['warnings']): string[] {
  return findings.map(({ code, offset }) => `${code} @ ${placeAt(source, offset)}`);
}

function placeAt(source: string, offset: number): string {
  const rest = source.slice(offset);
  return (/^\{\{.*?\}\}/s.exec(rest) ?? /^[^\s(){}]*/.exec(rest) ?? [''])[0];
}

/** The hints of all warnings and errors. */
export function hintsOf(schema: JsonObject, source: string): string[] {
  const { findings, warnings } = check(schema, source);
  return [...findings, ...warnings].map(({ hint }) => hint);
}

/** The placeholders, as `path: type slot`, with `?` where the schema does not know them. */
export function placeholdersOf(schema: JsonObject, source: string): string[] {
  return check(schema, source).placeholders.map(
    ({ path, type, slot, known }) => `${path}${known ? '' : '?'}: ${type} ${slot ?? 'nowhere'}`,
  );
}

/** The schema of any text. */
export const text = { type: 'string' };
const issue = {
  type: 'object',
  required: ['status', 'message'],
  properties: { status: text, message: text, note: text },
};
/** A payload schema with a field of each kind. */
export const OWN = payloadOf({
  type: 'object',
  additionalProperties: false,
  required: ['name', 'count', 'issues', 'actor', 'labels', 'any', 'active'],
  properties: {
    name: text,
    title: text,
    count: { type: 'integer' },
    score: { type: ['number', 'null'] },
    active: { type: 'boolean' },
    issues: { type: 'array', items: issue },
    tags: { type: 'array', items: text },
    actor: { type: 'object', required: ['name'], properties: { name: text, email: text } },
    labels: { type: 'object', additionalProperties: text },
    any: {},
  },
});
