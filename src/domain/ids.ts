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

/**
 * What every identifier of that type sorts at or after that was made at `instant` or later, and all earlier ones
 * before: its prefix and the 48 bits of milliseconds (RFC 9562 §5.7), compared as bytes.
 */
export function leastId(prefix: IdPrefix, instant: Date): string {
  const hex = Math.max(instant.getTime(), 0).toString(16).padStart(12, '0');
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8, 12)}`;
}
