// What is refused although it is JSON, and how that is said. Apart from the reader, which only knows where it stands.

/** The deepest nesting of arrays and objects that is read. */
export const MAX_JSON_DEPTH = 64;

/** The longest spelling of a number that is read, in characters. */
const MAX_NUMBER_LENGTH = 1000;

/** A kind of refusal. */
export type RefusalName =
  | 'duplicate_key'
  | 'forbidden_key'
  | 'number_out_of_range'
  | 'number_too_small'
  | 'number_too_long'
  | 'nul_character'
  | 'lone_surrogate'
  | 'json_too_deep';

/** How a refusal is said. `shown` is the key or number that it is about. */
export interface Refusal {
  /** Where it is not the name. */
  readonly code?: string;
  readonly detail: (shown: string) => string;
  readonly hint: string;
}

/** What is refused although it is JSON: databases and readers disagree about it, or it is made to do harm. */
export const REFUSALS: Readonly<Record<RefusalName, Refusal>> = {
  duplicate_key: {
    detail: (shown: string) => `The key "${shown}" stands twice in one object.`,
    hint: 'Keep one of them: readers disagree about which one counts.',
  },
  forbidden_key: {
    detail: () => 'The key "__proto__" is not accepted.',
    hint: 'Rename the key.',
  },
  number_out_of_range: {
    detail: (shown: string) => `The number ${shown} is beyond what a double can hold.`,
    hint: 'Send it as a string.',
  },
  number_too_small: {
    code: 'number_out_of_range',
    detail: (shown: string) => `The number ${shown} is so close to 0 that a double cannot tell them apart.`,
    hint: 'Send it as a string, or send 0.',
  },
  number_too_long: {
    code: 'number_out_of_range',
    detail: (shown: string) =>
      `The number ${shown} is spelled with more than ${MAX_NUMBER_LENGTH.toLocaleString('en')} characters.`,
    hint: 'Send it as a string.',
  },
  nul_character: {
    detail: () => 'A string holds the character U+0000, which databases cannot keep.',
    hint: 'Remove it, or send the bytes as base64.',
  },
  lone_surrogate: {
    detail: () => 'A string holds half of a surrogate pair, which is no Unicode text.',
    hint: 'Send whole characters.',
  },
  json_too_deep: {
    detail: () => `Arrays and objects nest deeper than ${String(MAX_JSON_DEPTH)} levels.`,
    hint: 'Flatten the value, or send the inner part as a string.',
  },
};

/**
 * Why a number is refused, if it is. What remains has a decimal exponent near those of doubles, however it is spelled:
 * comparing such numbers digit by digit stays cheap.
 */
export function numberRefusal(token: string): RefusalName | undefined {
  if (token.length > MAX_NUMBER_LENGTH) return 'number_too_long';
  const value = Number(token);
  if (!Number.isFinite(value)) return 'number_out_of_range';
  return value === 0 && /^-?[0.]*[1-9]/.test(token) ? 'number_too_small' : undefined;
}
