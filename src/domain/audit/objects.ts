// What it was done to.
import type { ExactJson } from '../json.ts';
import { isList, isObject } from '../json.ts';
import { splitEventType } from './type.ts';
import { findMember, firstWords, memberOf, placesOf, wordsOf } from './values.ts';

/** An object that was acted on. `affectedObject` asks for type and id. */
export interface ObjectIdentity {
  readonly name: string;
  readonly type: string;
  readonly id?: string;
}

const MAX_OBJECTS = 50;

/**
 * The object of `target_id`, `target_name` and `target_type`, or those of a member `target`, `object`, `resource` or
 * `context`, which may be a list: at most 50. The type is the sender's own word. Where one has no name, its id is its name.
 */
export function affectedObjectsOf(value: ExactJson): readonly ObjectIdentity[] {
  const data = memberOf(value, 'data');
  const fallback = typeInEvent(value);
  const named = identity(data, ['target_id'], ['target_name'], ['target_type'], fallback);
  if (named !== undefined) return [named];
  const found = findMember(placesOf(value), ['target', 'object', 'resource', 'context']);
  const targets = isList(found) ? found.slice(0, MAX_OBJECTS) : [found];
  return targets.flatMap((target) => described(target, fallback) ?? []);
}

function described(target: ExactJson | undefined, fallback: string): ObjectIdentity | undefined {
  if (isObject(target)) return identity(target, ['id', 'key'], ['name', 'title', 'key'], ['type'], fallback);
  const id = wordsOf(target);
  return id === undefined ? undefined : { name: id, type: fallback, id };
}

function identity(
  from: ExactJson | undefined,
  ids: readonly string[],
  names: readonly string[],
  types: readonly string[],
  fallback: string,
): ObjectIdentity | undefined {
  const [id, name, type] = [firstWords(from, ids), firstWords(from, names), firstWords(from, types)];
  const known = name ?? id ?? type;
  if (known === undefined) return undefined;
  return { name: known, type: type ?? fallback, ...(id === undefined ? {} : { id }) };
}

function typeInEvent(value: ExactJson): string {
  return splitEventType(wordsOf(memberOf(value, 'event_type')) ?? 'object')[0];
}
