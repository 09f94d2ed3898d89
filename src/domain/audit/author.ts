// Who did it, as Jira's audit entries name people.
import type { ExactJson } from '../json.ts';
import { isObject } from '../json.ts';
import { findMember, firstWords, memberOf, placesOf, wordsOf } from './values.ts';

/** Who did it. `id` is what `userIds` asks for. */
export interface AuthorIdentity {
  readonly name: string;
  readonly type: string;
  readonly id: string;
}

/** Jira's author of what nobody is known to have done. */
export const ANONYMOUS: AuthorIdentity = { name: 'Anonymous', type: 'user', id: '-2' };

// How Jira calls the type of its users. All others keep the words of their sender.
const JIRA_USER = 'ApplicationUser';

/**
 * Who did it, by `actor_id`, `actor_name` and `actor_type`, or a member `actor`, `author`, `requester` or `user`. Id and name
 * stand in for each other; without both it is `ANONYMOUS`.
 */
export function authorOf(value: ExactJson): AuthorIdentity {
  const data = memberOf(value, 'data');
  const named = identity(
    firstWords(data, ['actor_id']),
    firstWords(data, ['actor_name']),
    firstWords(data, ['actor_type']),
  );
  return named ?? described(findMember(placesOf(value), ['actor', 'author', 'requester', 'user'])) ?? ANONYMOUS;
}

function described(actor: ExactJson | undefined): AuthorIdentity | undefined {
  if (!isObject(actor)) return identity(wordsOf(actor), undefined, undefined);
  return identity(
    firstWords(actor, ['id', 'account_id', 'accountId', 'email', 'username']),
    firstWords(actor, ['name', 'display_name', 'displayName', 'full_name', 'email']),
    firstWords(actor, ['type']),
  );
}

function identity(
  id: string | undefined,
  name: string | undefined,
  type: string | undefined,
): AuthorIdentity | undefined {
  const known = id ?? name ?? (isSystem(type) ? type : undefined);
  if (known === undefined) return undefined;
  return { name: name ?? known, type: typeIn(type), id: known };
}

function typeIn(type = 'user'): string {
  return type.toLowerCase() === 'user' ? JIRA_USER : type;
}

const SYSTEMS: readonly string[] = ['system', 'engine', 'command_line'];

function isSystem(type: string | undefined): boolean {
  return type !== undefined && SYSTEMS.includes(type.toLowerCase());
}

/** Jira's method: `System` for what a system did by itself, `Browser` for what somebody asked of it, through whatever. */
export function methodOf({ type, id }: AuthorIdentity): 'Browser' | 'System' {
  return isSystem(type) || (type === JIRA_USER && isSystem(id)) ? 'System' : 'Browser';
}
