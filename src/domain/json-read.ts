// A strict JSON reader (RFC 8259): keeps the spelling of numbers, refuses what databases and readers disagree about,
// and says where. Node's own parser gives no positions, merges duplicate keys and rounds numbers.
import type { Fault } from './errors.ts';
import type { JsonDocument } from './json-reader.ts';
import { JsonReader, JsonSyntaxError } from './json-reader.ts';
import { MAX_JSON_DEPTH } from './json-refusals.ts';
import { excerptAt, positionAt } from './text.ts';

export type { JsonDocument } from './json-reader.ts';
export { MAX_JSON_DEPTH } from './json-refusals.ts';

/** What reading gave: the documents, or the one place where the text stops being JSON. */
export type JsonReading =
  | { readonly ok: true; readonly isArray: boolean; readonly documents: readonly JsonDocument[] }
  | { readonly ok: false; readonly fault: Fault };

/** Reads a text that holds one JSON value, nested at most `maxDepth` levels. A byte order mark before it is ignored. */
export function readJson(text: string, maxDepth = MAX_JSON_DEPTH): JsonReading {
  return guarded(new JsonReader(text, maxDepth), text, (reader) => {
    reader.skipBlanks();
    const document = reader.document();
    reader.end();
    return { ok: true, isArray: Array.isArray(document.value), documents: [document] };
  });
}

/**
 * Reads a text that holds one JSON value; of an array, each item becomes a document of its own, with its own faults.
 * Of more than `maxItems` items one too many is kept, so that the caller sees it, and the rest is only checked.
 */
export function readJsonItems(text: string, maxItems = Number.POSITIVE_INFINITY): JsonReading {
  return guarded(new JsonReader(text, MAX_JSON_DEPTH), text, (reader) => {
    reader.skipBlanks();
    const isArray = reader.seesList();
    const documents = isArray ? reader.items(maxItems) : [reader.document()];
    reader.end();
    return { ok: true, isArray, documents };
  });
}

function guarded(reader: JsonReader, text: string, read: (reader: JsonReader) => JsonReading): JsonReading {
  try {
    return read(reader);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { ok: false, fault: syntaxFault(text, error) };
  }
}

function syntaxFault(text: string, error: JsonSyntaxError): Fault {
  return {
    pointer: '',
    code: 'malformed_json',
    detail: `This is not JSON: ${error.message}`,
    position: positionAt(text, error.offset),
    excerpt: excerptAt(text, error.offset),
    hint: 'Mend the text at this position; everything before it was read.',
  };
}
