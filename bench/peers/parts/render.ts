// The body of a request: the engine's default template for audit events, by Handlebars with JSON escaping.
import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { AuditEvent } from './events.ts';

const TEMPLATE = new URL('../../../templates/audit/default.hbs', import.meta.url);

/**
 * Gives what renders an event. Each placeholder calls a helper that escapes for the inside of a JSON string, so the
 * result is JSON whatever the event holds, and is not parsed again.
 */
export function createRenderer(): (event: AuditEvent) => string {
  const environment = Handlebars.create();
  environment.registerHelper('esc', escape);
  const source = readFileSync(TEMPLATE, 'utf8').replaceAll(/\{\{([\w.]+)\}\}/g, '{{esc $1}}');
  const options = { noEscape: true, knownHelpers: { esc: true }, knownHelpersOnly: true };
  const template = environment.compile<AuditEvent>(source, options);
  return (event) => template(event);
}

function escape(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(JSON.stringify(value)).slice(1, -1) : JSON.stringify(value);
}
