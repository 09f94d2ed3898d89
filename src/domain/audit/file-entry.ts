// An event as a line of Jira's audit log file, which has a form of its own.
import type { ExactJson } from '../json.ts';
import type { ExtraAttribute } from './attributes.ts';
import type { AuthorIdentity } from './author.ts';
import { ANONYMOUS } from './author.ts';
import type { ChangedValue } from './changes.ts';
import type { Place } from './entity.ts';
import { contentOf } from './entity.ts';
import { authorPath } from './links.ts';
import type { ObjectIdentity } from './objects.ts';
import type { AuditType, LoggedEvent } from './type.ts';

/** Area and level of an event, in any spelling: `end-user-activity`, `END_USER_ACTIVITY`. */
export interface FileClassification {
  readonly area: string;
  readonly level: string;
}

/** A line, its members in alphabetical order as in the files of real servers. */
export interface AuditFileEntry {
  readonly affectedObjects: readonly ObjectIdentity[];
  readonly auditType: AuditType & Partial<FileClassification>;
  readonly author: AuthorIdentity & { readonly uri?: string };
  readonly changedValues: readonly ChangedValue[];
  readonly extraAttributes: readonly ExtraAttribute[];
  readonly method: 'Browser' | 'System';
  readonly node?: string;
  readonly source?: string;
  readonly system: string;
  /** When the event was accepted. */
  readonly timestamp: { readonly epochSecond: number; readonly nano: number };
  readonly version: '1.0';
}

/** The entry of an event in the file. An event without area and level has no members for them. */
export function fileEntryOf(
  event: LoggedEvent,
  value: ExactJson,
  place: Place,
  classification: FileClassification | undefined,
): AuditFileEntry {
  const { author, type, objects, source, node, ...content } = contentOf(event, value, place);
  return {
    affectedObjects: objects.map(({ id, name, type: kind }) => ({
      ...(id === undefined ? {} : { id }),
      name,
      type: kind,
    })),
    auditType: auditType(type, classification),
    author: {
      id: author.id,
      name: author.name,
      type: author.type,
      ...(author === ANONYMOUS ? {} : { uri: authorPath(author) }),
    },
    changedValues: content.changedValues.map(({ from, i18nKey, key, to }) => ({
      ...(from === undefined ? {} : { from }),
      i18nKey,
      key,
      ...(to === undefined ? {} : { to }),
    })),
    extraAttributes: content.extraAttributes.map(({ name, nameI18nKey, value: text }) => ({
      name,
      nameI18nKey,
      value: text,
    })),
    method: content.method,
    ...(node === undefined ? {} : { node }),
    ...(source === undefined ? {} : { source }),
    system: content.system,
    timestamp: instant(event.receivedAt),
    version: '1.0',
  };
}

function auditType(type: AuditType, classification: FileClassification | undefined): AuditFileEntry['auditType'] {
  return {
    action: type.action,
    actionI18nKey: type.actionI18nKey,
    ...(classification === undefined ? {} : { area: upperSnake(classification.area) }),
    category: type.category,
    categoryI18nKey: type.categoryI18nKey,
    ...(classification === undefined ? {} : { level: upperSnake(classification.level) }),
  };
}

function upperSnake(text: string): string {
  return text.toUpperCase().replaceAll('-', '_');
}

function instant(at: Date): AuditFileEntry['timestamp'] {
  const epochSecond = Math.floor(at.getTime() / 1000);
  return { epochSecond, nano: (at.getTime() - epochSecond * 1000) * 1_000_000 };
}

/** The entry as one line of JSON, without the line feed. No reader, whatever it takes for the end of a line, finds one in it. */
export function fileLineOf(
  event: LoggedEvent,
  value: ExactJson,
  place: Place,
  classification: FileClassification | undefined,
): string {
  const text = JSON.stringify(fileEntryOf(event, value, place, classification));
  return text.replace(/[\u0085\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
