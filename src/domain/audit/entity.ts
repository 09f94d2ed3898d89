// An event as an entry of Jira's auditing API: what collectors read. docs/audit-log.md describes it field by field.
import type { ExactJson } from '../json.ts';
import type { ExtraAttribute } from './attributes.ts';
import { cutNote, extraAttributesOf } from './attributes.ts';
import type { AuthorIdentity } from './author.ts';
import { ANONYMOUS, authorOf, methodOf } from './author.ts';
import type { ChangedValue } from './changes.ts';
import { changedValuesOf, statesOf } from './changes.ts';
import { authorPath, objectPath } from './links.ts';
import type { ObjectIdentity } from './objects.ts';
import { affectedObjectsOf } from './objects.ts';
import { nodeOf, sourceOf } from './source.ts';
import type { AuditType, LoggedEvent } from './type.ts';
import { typeOf } from './type.ts';

/** Where the log is kept. */
export interface Place {
  /** The installation's base URL, without a slash at its end. */
  readonly system: string;
  /** The process among several. */
  readonly node?: string | undefined;
}

/** An entry, its members in the order of real servers. Nothing that is not known has a member. */
export interface AuditEntity {
  /** When the event was accepted: ISO 8601, milliseconds, `Z`. */
  readonly timestamp: string;
  readonly author: AuthorIdentity & { readonly uri?: string; readonly avatarUri: string };
  readonly type: AuditType;
  readonly affectedObjects: readonly (ObjectIdentity & { readonly uri?: string })[];
  readonly changedValues: readonly ChangedValue[];
  readonly source?: string;
  readonly system: string;
  readonly node?: string;
  readonly method: 'Browser' | 'System';
  readonly extraAttributes: readonly ExtraAttribute[];
}

/** What an entry and a line of the audit log file have in common. */
export type EntryContent = Pick<AuditEntity, 'changedValues' | 'extraAttributes' | 'method' | 'system'> & {
  readonly author: AuthorIdentity;
  readonly type: AuditType;
  readonly objects: readonly ObjectIdentity[];
  readonly source: string | undefined;
  readonly node: string | undefined;
};

/** The entry of an event. `value` is its body as `readJson` gives it; whatever it holds, there is an entry. */
export function entityOf(event: LoggedEvent, value: ExactJson, place: Place): AuditEntity {
  const { author, type, objects, changedValues, source, system, node, method, extraAttributes } = contentOf(
    event,
    value,
    place,
  );
  return {
    timestamp: event.receivedAt.toISOString(),
    author: {
      ...author,
      ...(author === ANONYMOUS ? {} : { uri: `${system}${authorPath(author)}` }),
      // Nobody has one here. Readers expect the member.
      avatarUri: '',
    },
    type,
    affectedObjects: objects.map((object) => withLink(object, system)),
    changedValues,
    ...(source === undefined ? {} : { source }),
    system,
    ...(node === undefined ? {} : { node }),
    method,
    extraAttributes,
  };
}

// Jira has the id behind the link.
function withLink(object: ObjectIdentity, system: string): AuditEntity['affectedObjects'][number] {
  const { name, type, id } = object;
  return id === undefined ? { name, type } : { name, type, uri: `${system}${objectPath(type, id)}`, id };
}

/** The parts of an entry that do not depend on its form. */
export function contentOf(event: LoggedEvent, value: ExactJson, place: Place): EntryContent {
  const states = statesOf(value);
  const changed = changedValuesOf(states);
  const extra = extraAttributesOf(event, value, states);
  const author = authorOf(value);
  return {
    author,
    type: typeOf(event, value),
    objects: affectedObjectsOf(value),
    changedValues: changed.items,
    source: sourceOf(value),
    system: place.system,
    node: place.node ?? nodeOf(value),
    method: methodOf(author),
    extraAttributes: [...extra.items, ...cutNote(event.id, [...changed.notes, ...extra.notes])],
  };
}
