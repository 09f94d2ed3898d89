// What the path check says, in words for people.
import { isObject } from '../../domain/json.ts';
import { quoted } from '../findings.ts';
import type { Expression, PathExpression } from '../syntax/tree.ts';
import type { Doubt } from './frames.ts';
import type { Place } from './places.ts';
import { joinPath } from './places.ts';
import { listOf } from './schema/shape.ts';
import { namesOf } from './schema/steps.ts';
import { isOnly, typeText } from './schema/types.ts';

/** What is wrong, and how it is mended. */
export interface Message {
  readonly detail: string;
  readonly hint: string;
}

// Source that is to be copied from a hint is whole, unless it is longer than anybody writes: hints must stay small.
function code(source: string): string {
  return source.length > LONGEST_CODE ? quoted(source) : source;
}

const LONGEST_CODE = 120;

/** A field that the payload schema does not know, with the nearest ones that it knows; `undefined`: nobody looked. */
export function unknownField({ from, to }: Doubt, suggestions: readonly string[] | undefined): Message {
  return { detail: unknownDetail(from, to), hint: unknownHint(from, suggestions) };
}

/** A field that the items of a helper's list do not have. */
export function unknownInItems({ path, shape }: Place, name: string): Message {
  return {
    detail: `The items of ${quoted(path.replace(/\[\]$/, ''))} have no field ${quoted(name)}.`,
    hint: `They have ${namesOf(shape).join(', ')}.`,
  };
}

function unknownDetail(from: Place, to: Place): string {
  const field = quoted(to.path);
  if (from.path === '' && from.parent === undefined) return `An event has no field ${field}.`;
  if (to.status === 'nothing') return `There is no ${field}: ${quoted(from.path)} is ${kindOf(from)}, without fields.`;
  if (to.status === 'forbidden') return `There is no ${field}: the payload schema allows no such field there.`;
  return `The payload schema does not know ${field}.`;
}

function unknownHint(from: Place, suggestions: readonly string[] | undefined): string {
  if (suggestions !== undefined && suggestions.length > 0) return `Did you mean ${anyOf(suggestions.map(quoted))}?`;
  const names = suggestions === undefined ? [] : namesOf(from.shape);
  if (names.length === 0) return 'Remove it, or look up the fields of the payload schema.';
  const shown = names.slice(0, MOST_NAMES).map(quoted).join(', ');
  return `${from.path === '' ? 'An event' : quoted(from.path)} has ${shown}${names.length > MOST_NAMES ? ', …' : ''}.`;
}

const MOST_NAMES = 12;

function anyOf(words: readonly string[]): string {
  const [last = '', ...others] = [...words].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} or ${last}`;
}

function kindOf({ types }: Place): string {
  if (isOnly(types, ['string'])) return 'text';
  if (isOnly(types, ['number', 'integer'])) return 'a number';
  return isOnly(types, ['boolean']) ? 'true or false' : typeText(types).replaceAll('|', ' or ');
}

/** A field of the event, in a block that stands on something else. */
export function fieldOfEvent(source: string): Message {
  return {
    detail: `Inside of this block ${quoted(source)} is looked up in what the block stands on, of which the payload schema says nothing; the event has a field of this name.`,
    hint: `If that of the event is meant, write @root.${code(source.replace(/^this\./, ''))}.`,
  };
}

/** A comma that is written behind the last item of a list inside of a string. */
export function commaInString(): Message {
  return {
    detail:
      'Inside of a string no comma is dropped: behind the last turn of this loop one too many is left in the JSON there.',
    hint: 'Write {{#unless @first}},{{/unless}} before each item instead, or let json write the whole list.',
  };
}

/** A field that is asked of a whole list. */
export function pathThroughList(path: PathExpression, { from, index }: Doubt): Message {
  const keys = path.keys.slice(index).join('.');
  const list = path.source.endsWith(`.${keys}`) ? code(path.source.slice(0, -keys.length - 1)) : 'this';
  const rest = code(keys);
  const key = quoted(path.keys[index] ?? '');
  return {
    detail: `${quoted(from.path)} is a list, and a list has no field ${key}: this is always missing.`,
    hint: `Write {{#each ${list}}}…{{${rest}}}…{{/each}}, or {{${list}.[0].${rest}}} for the first one only.`,
  };
}

/** `#each` over something that has no items. */
export function notIterable(source: string, place: Place): Message {
  const kind = kindOf(place);
  return {
    detail: `${quoted(source)} is ${kind}: each goes through lists and objects, so what stands in it is never written.`,
    hint: `Write {{${code(source)}}} alone, or loop over a list.`,
  };
}

/** A placeholder as seen where it stands. */
export interface Standing {
  /** What it holds, without braces. */
  readonly inside: string;
  readonly expression: Expression;
  readonly place: Place;
  /** Whether it is all that stands between two quotes. */
  readonly alone: boolean;
}

/** An object or list in a string. */
export function objectInString(standing: Standing): Message {
  const { place, alone } = standing;
  const inside = code(standing.inside);
  const isList = isOnly(place.types, ['array']);
  const kind = isList ? 'a list' : isOnly(place.types, ['object']) ? 'an object' : 'a list or an object';
  const asJson = alone
    ? `Drop the quotes around {{${inside}}} to send it as JSON`
    : `To send it as JSON, give {{${inside}}} a member of its own, without quotes`;
  return {
    detail: `${quoted(standing.inside)} is ${kind}, and stands in a string: its JSON is written there as text.`,
    hint: `${asJson}${partAsText(standing, isList)}. If its JSON as text is meant, say so with ${asJsonCall(standing)}.`,
  };
}

function partAsText(standing: Standing, isList: boolean): string {
  if (isList) return `, or write {{join ${argument(standing)} ", "}} to send its items as text`;
  if (standing.expression.kind !== 'path') return '';
  return `, or send one of its fields as text, such as {{${code(standing.inside)}.${exampleField(standing.place)}}}`;
}

function exampleField({ shape }: Place): string {
  const examples = shape.flatMap(({ schemas }) => schemas.flatMap((schema) => listOf(schema['examples'])));
  const seen = examples.flatMap((example) => (isObject(example) ? Object.keys(example) : []));
  return joinPath('', namesOf(shape)[0] ?? seen[0] ?? 'name');
}

/** A value in JSON that is inside of a string. */
export function jsonInString(standing: Standing, key: string | undefined, quotes: 'all' | 'part' | 'none'): Message {
  const member = key === undefined ? '' : code(key);
  const form = `${member}${asJsonCall(standing)}`;
  const hint = {
    all: `Write ${form}, without the quotes around it: json brings its own.`,
    none: `Write ${form}.`,
    part: `Build the whole text with concat, and write ${member}{{json (concat "…" ${argument(standing)})}}, without the quotes around it.`,
  }[quotes];
  const detail =
    quotes === 'none'
      ? `{{${quoted(standing.inside)}}} stands in JSON that is inside a string, and writes text there, not JSON.`
      : `{{${quoted(standing.inside)}}} stands in JSON that is inside a string: a quote or backslash in it breaks that JSON.`;
  return { detail, hint };
}

// The call of `json` that writes the same value as JSON.
function asJsonCall(standing: Standing): string {
  const { inside, expression } = standing;
  const isJson = expression.kind === 'call' && expression.helper === 'json';
  return isJson ? `{{${code(inside)}}}` : `{{json ${argument(standing)}}}`;
}

function argument({ inside, expression }: Standing): string {
  return expression.kind === 'path' ? code(inside) : `(${code(inside)})`;
}

/** A value that can be null where it is written as JSON. */
export function mayBeNullMessage(
  path: string,
  { written, types }: { readonly written: string; readonly types: Place['types'] },
): Message {
  return {
    detail: `${quoted(path)} can be absent or null; then null is written here.`,
    hint: `If the receiver takes no null, write ${fallbackFor(types, code(written))}.`,
  };
}

function fallbackFor(types: Place['types'], source: string): string {
  // A call stands in parentheses where it is an argument, and in none where it is the whole tag.
  const alone = source.replace(/^\(|\)$/g, '');
  if (isOnly(types, ['object', 'array'])) {
    const empty = isOnly(types, ['array']) ? '[]' : '{}';
    return `{{#if ${source}}}{{${alone}}}{{else}}${empty}{{/if}}`;
  }
  if (isOnly(types, ['number', 'integer'])) return `{{default ${source} 0}}`;
  if (isOnly(types, ['boolean'])) return `{{default ${source} false}}`;
  return `{{default ${source} "none"}}, or "{{${alone}}}" for an empty text`;
}
