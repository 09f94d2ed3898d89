// What a reader of the log can ask for, as the terms by which the index finds it.
import { authorOf } from '../domain/audit/author.ts';
import { affectedObjectsOf } from '../domain/audit/objects.ts';
import { typeOf } from '../domain/audit/type.ts';
import type { Fault } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { ExactJson } from '../domain/json.ts';
import type { Facet, FacetName } from '../domain/search-words.ts';
import { facetTerm, wordsOfQuery } from '../domain/search-words.ts';
import type { Clause } from './log-source.ts';

/** An object that was acted on, by its type and id. */
export interface FilterObject {
  readonly type: string;
  readonly id: string;
}

/**
 * Of each list one value has to fit; an empty list, or what is left out, does not narrow. In categories, actions and types of
 * objects upper and lower case are alike.
 */
export interface LogFilters {
  readonly userIds?: readonly string[];
  /** Displayed text or key. */
  readonly categories?: readonly string[];
  readonly actions?: readonly string[];
  readonly objects?: readonly FilterObject[];
  readonly eventTypes?: readonly string[];
  readonly schemas?: readonly string[];
  readonly origins?: readonly string[];
  /** All of its words have to be there. */
  readonly text?: string | undefined;
}

/** The value of the facet of an object. */
export function objectFacet({ type, id }: FilterObject): string {
  return `${type.trim().toLowerCase()},${id.trim()}`;
}

/** What an event can be asked for besides its words, its organization, schema, type and origin. `value`: its body as read. */
export function facetsOf(event: Event, value: ExactJson): readonly Facet[] {
  const { category, categoryI18nKey, action, actionI18nKey } = typeOf(event, value);
  const objects = affectedObjectsOf(value).flatMap(({ type, id }) => (id === undefined ? [] : [{ type, id }]));
  return [
    { name: 'user', value: authorOf(value).id },
    { name: 'category', value: category },
    { name: 'category', value: categoryI18nKey },
    { name: 'action', value: action },
    { name: 'action', value: actionI18nKey },
    ...objects.map((object) => ({ name: 'object', value: objectFacet(object) }) as const),
  ];
}

/** The terms of these filters. */
export function clausesOf(filters: LogFilters): Clause[] {
  const { userIds = [], categories = [], actions = [], objects = [] } = filters;
  const { eventTypes = [], schemas = [], origins = [], text } = filters;
  const lists: readonly (readonly [FacetName, readonly string[]])[] = [
    ['user', userIds],
    ['category', categories],
    ['action', actions],
    ['object', objects.map(objectFacet)],
    ['event_type', eventTypes],
    ['schema', schemas],
    ['origin', origins],
  ];
  const facets = lists.filter(([, values]) => values.length > 0);
  return [
    ...facets.map(([name, values]) => values.map((value) => facetTerm({ name, value }))),
    ...(text === undefined ? [] : wordsOfQuery(text).map((word) => [word])),
  ];
}

/** A fault where a text is asked for that has no word: it would find nothing, or everything. */
export function checkText(text: string | undefined, pointer: string): Fault[] {
  if (text === undefined || text.trim() === '' || wordsOfQuery(text).length > 0) return [];
  return [
    {
      pointer,
      code: 'search_without_words',
      detail: `"${text.slice(0, 100).toWellFormed()}" has no word to look for.`,
      hint: 'Give words of letters or digits; everything between them only separates them.',
    },
  ];
}
