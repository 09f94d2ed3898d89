// What was done, in the words by which people filter the log, and by keys that stay when the words change.
import type { Event } from '../event.ts';
import type { ExactJson } from '../json.ts';
import { findMember, firstWords, memberOf, placesOf, shortened, wordsOf } from './values.ts';

/** Category and action, each as displayed and as a key. */
export interface AuditType {
  readonly categoryI18nKey: string;
  readonly category: string;
  readonly actionI18nKey: string;
  readonly action: string;
}

/** What an entry needs of an event besides its value. */
export type LoggedEvent = Pick<Event, 'id' | 'schema' | 'eventType' | 'eventTimeExact' | 'receivedAt' | 'origin'>;

/**
 * `Access flow` and `Access flow updated`: the category is `target_type`, or else what stands before the last dot of the
 * event's type; the action is the category with `action`, or else with what stands after that dot. The keys are made of
 * `target_type` and of the event's type. What Jira has words for itself has Jira's.
 */
export function typeOf(event: Pick<LoggedEvent, 'eventType' | 'origin'>, value: ExactJson): AuditType {
  const jira = event.origin === 'engine' && event.eventType.startsWith('audit_log.');
  if (jira && event.eventType === SEARCHED) return SEARCH_PERFORMED;
  const [subject, verb] = splitEventType(event.eventType);
  const target = firstWords(memberOf(value, 'data'), ['target_type']) ?? subject;
  const done = wordsOf(findMember(placesOf(value), ['action'])) ?? verb;
  const category = sentence(target);
  const own = { categoryI18nKey: `${CATEGORY}${keyOf(target)}`, category };
  return {
    ...(jira ? AUDITING : own),
    actionI18nKey: `${ACTION}${keyOf(event.eventType)}`,
    action: shortened(actionText(category, plainWords(done))),
  };
}

/** The type of the engine's event about a reading of the log. */
export const SEARCHED = 'audit_log.searched';

const AUDITING = { categoryI18nKey: 'atlassian.audit.event.category.audit', category: 'Auditing' };

const SEARCH_PERFORMED: AuditType = {
  ...AUDITING,
  actionI18nKey: 'atlassian.audit.event.action.audit.search',
  action: 'Audit Log search performed',
};

const CATEGORY = 'hookwright.audit.category.';
const ACTION = 'hookwright.audit.action.';

/** What an event is about, before the last dot of its type, and what happened, after it; without one, all is the former. */
export function splitEventType(eventType: string): readonly [subject: string, verb: string] {
  const dot = eventType.lastIndexOf('.');
  const [subject, verb] = [eventType.slice(0, dot), eventType.slice(dot + 1)];
  return dot <= 0 || verb.trim() === '' ? [eventType, ''] : [subject, verb];
}

// A text without blanks is an identifier, whose words stand between such characters.
function plainWords(text: string): string {
  const words = /\s/.test(text) ? text : text.replace(/[_.:/-]+/g, ' ');
  return words.replace(/\s+/g, ' ').trim();
}

function sentence(text: string): string {
  const words = plainWords(text);
  return words === '' ? text : words.charAt(0).toUpperCase() + words.slice(1);
}

function actionText(category: string, verb: string): string {
  if (verb === '') return category;
  if (`${verb} `.toLowerCase().startsWith(`${category} `.toLowerCase())) return sentence(verb);
  // Not the first letter of an abbreviation.
  const goesOn = /^\p{Lu}(?!\p{Lu})/u.test(verb) ? verb.charAt(0).toLowerCase() + verb.slice(1) : verb;
  return `${category} ${goesOn}`;
}

/** Letters, digits and dots, small, with one underscore for everything between them. */
export function keyOf(text: string): string {
  if (IS_KEY.test(text)) return text;
  const key = text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}.]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  return key === '' ? '_' : key;
}

// Most names are such, and looking is cheaper by far than replacing.
const IS_KEY = /^[a-z\d.]+(?:_[a-z\d.]+)*$/;
