// What is doubtful about a placeholder because of where in the JSON it stands.
import type { Finding } from '../findings.ts';
import type { Expression, PlaceholderNode } from '../syntax/tree.ts';
import type { Message, Standing } from './messages.ts';
import { jsonInString, mayBeNullMessage, objectInString } from './messages.ts';
import type { Place } from './places.ts';
import { mayBeNull } from './places.ts';
import { isOnly } from './schema/types.ts';
import type { StringState } from './strings.ts';
import { endsWithInnerQuote, innerKeyBefore, innerSlot } from './strings.ts';

/** A placeholder in a string: JSON inside a string that its value can break, or an object where text is expected. */
export function warnInString(
  text: string,
  { offset, source }: PlaceholderNode,
  standing: Standing,
  present: ReadonlySet<Place>,
  state: StringState,
): Finding[] {
  const { expression, place } = standing;
  const slot = innerSlot(state);
  const inJson = (quotes: 'all' | 'part' | 'none'): Finding[] =>
    warning('json_in_string', offset, jsonInString(standing, innerKeyBefore(state), quotes));
  if (slot === 'text') {
    if (isPlain(standing)) return [];
    const isAll = endsWithInnerQuote(state) && text.startsWith('\\"', offset + source.length);
    return inJson(isAll ? 'all' : 'part');
  }
  if (isJsonCall(expression)) return [];
  if (slot === 'value') return isOnly(place.types, WRITTEN_AS_JSON) && !mayBeNull(place, present) ? [] : inJson('none');
  return isOnly(place.types, ['object', 'array']) ? warning('object_in_string', offset, objectInString(standing)) : [];
}

// Whether a value has neither quotes nor backslashes, whatever the event holds.
function isPlain({ expression, place }: Standing): boolean {
  if (isOnly(place.types, ['number', 'integer', 'boolean'])) return true;
  if (expression.kind === 'call') return PLAIN_HELPERS.has(expression.helper);
  return place.parent?.path === '' && PLAIN_MEMBERS.has(place.path);
}

const PLAIN_HELPERS: ReadonlySet<string> = new Set(['base64', 'isoDate', 'sha256', 'urlEncode']);
const PLAIN_MEMBERS: ReadonlySet<string> = new Set(['id', 'schema', 'event_time', 'received_at']);

// In a string, these types are written in their JSON spelling; text is written as it is.
const WRITTEN_AS_JSON = ['object', 'array', 'number', 'integer', 'boolean'] as const;

/** A placeholder where a value is expected, which becomes null where the field at `place` is missing. `written`: an argument. */
export function warnInValue(
  { offset }: PlaceholderNode,
  value: { readonly written: string; readonly types: Place['types'] },
  place: Place,
  present: ReadonlySet<Place>,
): Finding[] {
  return mayBeNull(place, present) ? warning('may_be_null', offset, mayBeNullMessage(place.path, value)) : [];
}

/** Whether an expression is a call of `json`, which writes what its argument is. */
export function isJsonCall(expression: Expression): expression is Extract<Expression, { kind: 'call' }> {
  return expression.kind === 'call' && expression.helper === 'json';
}

function warning(code: Finding['code'], offset: number, message: Message): Finding[] {
  return [{ code, offset, ...message }];
}
