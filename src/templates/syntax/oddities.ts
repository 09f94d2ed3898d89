// What is said of paths that lead nowhere: allowed, as nothing breaks, but never meant.
import { quoted } from '../findings.ts';
import { closeName } from './habits/names.ts';
import type { Message } from './habits/unread.ts';
import type { Binding, Scope, WrittenPath } from './names.ts';
import { heightOf, isInLoop, VARIABLES } from './names.ts';

/** The message for a path, written as `source`, that is odd where it stands. */
export function oddityMessage(
  oddity: NonNullable<Binding['oddity']>,
  written: WrittenPath,
  scope: Scope,
  source: string,
): Message {
  if (oddity === 'above_root') {
    const detail = `${quoted(source)} leads above the event: only each and with are a level, if and unless are none.`;
    return { detail, hint: hintForClimb(written, scope, source) };
  }
  const known = VARIABLES.map((name) => `@${name}`).join(', ');
  const detail = `${quoted(source)} has no value here. There are ${known}; all but @root need an each.`;
  return { detail, hint: hintForVariable(written, scope, source) };
}

function hintForClimb({ depth, parts }: WrittenPath, scope: Scope, source: string): string {
  const surplus = '../'.repeat(depth - heightOf(scope));
  // `..` alone ends with no slash.
  const whole = parts.length === 0 ? `${'../'.repeat(depth)}this` : source;
  return `Remove ${quoted(surplus)}: write ${quoted(whole.replace(surplus, ''))}.`;
}

// What stands at the top of an event.
const EVENT_FIELDS: readonly string[] = ['id', 'schema', 'event_type', 'event_time', 'received_at', 'data'];

function hintForVariable({ parts }: WrittenPath, scope: Scope, source: string): string {
  const [name = ''] = parts;
  const meant = closeName(name, VARIABLES);
  if (meant !== undefined && meant !== name) return `Did you mean ${quoted(source.replace(name, meant))}?`;
  if (meant !== undefined && isInLoop(scope)) return `Write @${name}: the block that it climbs to is no each.`;
  if (meant !== undefined) return 'Write it inside of an {{#each …}}, or remove it.';
  const path = quoted(source.replace(/^@(?:\.\.\/)*/, ''));
  return EVENT_FIELDS.includes(name) ? `Write @root.${path}.` : `If a field is meant, remove the @: ${path}.`;
}
