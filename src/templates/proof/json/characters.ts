// What single characters mean to the automaton.

/** JSON's white space (RFC 8259 section 2). */
export function isBlank(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t';
}

/** Whether an object or list begins here. */
export function isOpening(char: string): boolean {
  return char === '{' || char === '[';
}

/** What may stand behind a number, or begins something else, so that a comma is missing. */
export function endsScalar(char: string): boolean {
  return isBlank(char) || ',]}:"[{'.includes(char);
}

/** The text that a JSON string with its quotes stands for; `undefined` where it is none. */
export function decodeString(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
