// Which headers a webhook may set, and which of their values may be shown.
import type { Fault } from './errors.ts';
import { whyForbidden } from './forbidden-headers.ts';
import { pointerTo } from './text.ts';

/** Shown in place of a secret value. */
export const MASK = '***';

const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
// RFC 9110 §5.5 narrowed to visible ASCII: no CR, LF, NUL, no blanks at the ends, at most 4,096 characters.
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/;
const MAX_HEADERS = 50;
const MAX_HEADER_BYTES = 16 * 1024;

const ALWAYS_PUBLIC = new Set(['accept', 'content-type']);
const JSON_MEDIA_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.-]+\+json)(?:\s*;.*)?$/i;

type Headers = Readonly<Record<string, string>>;

/** Everything that is wrong with a webhook's headers, each fault pointing at its header below `pointer`. */
export function headerFaults(headers: Headers, pointer = '/headers'): Fault[] {
  const names = Object.keys(headers);
  return [
    ...names.flatMap((name) => nameFaults(name, pointerTo(pointer, name))),
    ...Object.entries(headers).flatMap(([name, value]) => headerValueFaults(name, value, pointerTo(pointer, name))),
    ...repeatedNames(names, pointer),
    ...sizeFaults(headers, pointer),
  ];
}

function nameFaults(name: string, pointer: string): Fault[] {
  if (!NAME.test(name)) {
    return [
      {
        pointer,
        code: 'header_name_invalid',
        detail: `"${name}" is not a header name.`,
        hint: "Use 1 to 128 letters, digits and ! # $ % & ' * + - . ^ _ ` | ~ (RFC 9110 §5.1).",
      },
    ];
  }
  const why = whyForbidden(name);
  if (why === undefined) return [];
  return [
    {
      pointer,
      code: 'header_forbidden',
      detail: `A webhook cannot set the header "${name}".`,
      hint: `${why} Leave it out.`,
    },
  ];
}

/** What keeps a value from being sent in the header `name`. */
export function headerValueFaults(name: string, value: string, pointer: string): Fault[] {
  if (value.includes('{{')) {
    return [
      {
        pointer,
        code: 'header_value_template',
        detail: `The value of "${name}" holds "{{", but header values are sent as they are.`,
        hint: 'Write the literal value; put what depends on the event into the body template.',
      },
    ];
  }
  if (!VALUE.test(value)) {
    return [
      {
        pointer,
        code: 'header_value_invalid',
        detail: `The value of "${name}" is not one that can be sent.`,
        hint: 'Use 1 to 4,096 visible ASCII characters and inner blanks; no line breaks, no blanks at the ends.',
      },
    ];
  }
  if (name.toLowerCase() !== 'content-type' || JSON_MEDIA_TYPE.test(value)) return [];
  return [
    {
      pointer,
      code: 'content_type_not_json',
      detail: `The body is JSON, but its content type is said to be "${value}".`,
      hint: 'Use application/json or a type that ends in +json.',
    },
  ];
}

function repeatedNames(names: readonly string[], pointer: string): Fault[] {
  const seen = new Set<string>();
  return names.flatMap((name) => {
    const lower = name.toLowerCase();
    if (!seen.has(lower)) {
      seen.add(lower);
      return [];
    }
    return [
      {
        pointer: pointerTo(pointer, name),
        code: 'header_repeated',
        detail: `"${name}" is given twice; upper and lower case do not count.`,
        hint: 'Keep one of them.',
      },
    ];
  });
}

function sizeFaults(headers: Headers, pointer: string): Fault[] {
  const count = Object.keys(headers).length;
  const bytes = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (count <= MAX_HEADERS && bytes <= MAX_HEADER_BYTES) return [];
  return [
    {
      pointer,
      code: 'headers_too_large',
      detail: `There are ${String(count)} headers with ${String(bytes)} bytes.`,
      hint: `At most ${String(MAX_HEADERS)} headers and ${String(MAX_HEADER_BYTES)} bytes in all can be sent.`,
    },
  ];
}

/** Whether a header's value may be shown: named as public by the webhook, or one that never is a secret. */
export function isPublicHeader(name: string, publicHeaders: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return ALWAYS_PUBLIC.has(lower) || publicHeaders.some((publicName) => publicName.toLowerCase() === lower);
}

/** The headers with secret values as `***`. */
export function maskHeaders(headers: Headers, publicHeaders: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isPublicHeader(name, publicHeaders) ? value : MASK]),
  );
}

/** The stored headers that `***` stands for, and what keeps it from standing for one. */
export interface RestoredHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
}

/**
 * Puts the stored values back where the caller sent `***`. A secret only stays while scheme and host of the URL stay
 * (`sameTarget`): otherwise whoever may edit a webhook could send its secrets elsewhere.
 */
export function restoreHeaders(incoming: Headers, stored: Headers, sameTarget: boolean): RestoredHeaders {
  const storedByName = new Map(Object.entries(stored).map(([name, value]) => [name.toLowerCase(), value]));
  const headers: Record<string, string> = {};
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries(incoming)) {
    const kept = storedByName.get(name.toLowerCase());
    if (value !== MASK) headers[name] = value;
    else if (kept !== undefined && sameTarget) headers[name] = kept;
    else faults.push(secretRequired(name, kept !== undefined));
  }
  return { headers, faults };
}

function secretRequired(name: string, isStored: boolean): Fault {
  const why = isStored
    ? 'the URL now names another host, and a stored value is never sent to a host it was not given for'
    : 'there is no stored value under this name';
  return {
    pointer: pointerTo('/headers', name),
    code: 'secret_required',
    detail: `"***" keeps a stored value, but ${why}.`,
    hint: `Send the value of "${name}" itself, or leave the header out.`,
  };
}
