// Identifiers: a type prefix and a UUIDv7 (RFC 9562 §5.7), so that they sort by time and say what they name.

/** The prefixes of PRODUCT.md, by what they name. */
export const ID_PREFIXES = ['org', 'evt', 'whk', 'dlv', 'inv', 'rpl', 'key', 'req'] as const;

export type IdPrefix = (typeof ID_PREFIXES)[number];

/** Makes a new identifier. Calls within a process give ascending identifiers. */
export type NewId = (prefix: IdPrefix) => string;

const UUID_V7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** Whether `text` is an identifier of that type, in the one spelling that we make. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return new RegExp(`^${prefix}_${UUID_V7}$`).test(text);
}
