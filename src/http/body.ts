// Reads request bodies strictly: content type, size, UTF-8 and JSON, each with a message that says how to mend it.
import { isUtf8 } from 'node:buffer';
import type { Fault, Position } from '../domain/errors.ts';
import { AppError, invalid } from '../domain/errors.ts';
import type { ExactJsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { readJson } from '../domain/json-read.ts';
import { positionAt } from '../domain/text.ts';
import type { BodySpec } from './route.ts';

/** The media type of a content-type header, lower case, without parameters. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Refuses a content type that the route does not read. */
export function checkContentType(spec: BodySpec, contentType: string | undefined): void {
  const given = mediaType(contentType);
  if (spec.contentTypes.includes(given)) {
    checkCharset(contentType ?? '');
    return;
  }
  const named = given === '' ? 'no content type' : `the content type "${given}"`;
  throw new AppError(
    'unsupported_media_type',
    'unsupported_content_type',
    `The body has ${named}, which is not read here.`,
    {
      hint: `Send the header content-type: ${spec.contentTypes.join(' or ')}.`,
    },
  );
}

// JSON has one charset (RFC 8259 §8.1), of which ASCII is a part; to take bytes of another for it would garble them.
function checkCharset(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  if (/^(?:utf-?8|us-ascii)$/i.test(charset)) return;
  const detail = `The body is said to be in the charset "${charset}", which is not read here.`;
  throw new AppError('unsupported_media_type', 'unsupported_content_type', detail, {
    hint: 'Send it as UTF-8, and leave charset out.',
  });
}

/** The text of a body. Throws `invalid` where the bytes are not UTF-8. */
export function bodyText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw notUtf8(bytes);
  // Many times faster than a decoder; like one, it leaves a byte order mark out.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

const BYTE_ORDER_MARK = '\ufeff';

function notUtf8(bytes: Uint8Array): AppError {
  return invalid(
    [
      {
        pointer: '',
        code: 'invalid_utf8',
        detail: 'The body is not valid UTF-8.',
        position: positionOfBadByte(bytes),
        hint: 'JSON is sent as UTF-8 (RFC 8259 §8.1); convert the text before sending it.',
      },
    ],
    'invalid_utf8',
  );
}

// Where the text ends that can be read. A character that is cut off counts as bad only at the end of the body.
function positionOfBadByte(bytes: Uint8Array): Position {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (textBefore(bytes, middle) === undefined) bad = middle;
    else good = middle;
  }
  const text = textBefore(bytes, good) ?? '';
  return positionAt(text, text.length);
}

function textBefore(bytes: Uint8Array, end: number): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
  } catch {
    return undefined;
  }
}

/** The object that a body holds. Throws `malformed` with the position where it is no JSON, `invalid` with what is refused in it. */
export function bodyObject(spec: Pick<BodySpec, 'holdsSecrets'>, text: string): ExactJsonObject {
  const reading = readJson(text);
  if (!reading.ok) throw malformed(spec, reading.fault);
  const [document] = reading.documents;
  if (document === undefined) throw new Error('A reading without faults has a document.');
  if (document.faults.length > 0) throw invalid(document.faults);
  if (isObject(document.value)) return document.value;
  throw invalid([
    {
      pointer: '',
      code: 'wrong_type',
      detail: 'The body is JSON, but no object.',
      hint: 'Send { … } with the members of this resource.',
    },
  ]);
}

function malformed({ holdsSecrets }: Pick<BodySpec, 'holdsSecrets'>, { excerpt, ...fault }: Fault): AppError {
  const isShown = holdsSecrets !== true && excerpt !== undefined;
  const faults = [isShown ? { ...fault, excerpt } : fault];
  return new AppError('malformed', 'malformed_json', fault.detail, { faults });
}
