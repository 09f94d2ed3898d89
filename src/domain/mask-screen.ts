// Tells at a glance that no secret stands in a text, so that not every text has to be decoded to see that. Almost all
// texts of an exchange are of that kind, and looking for secrets in them was most of the work of a delivery.

// Characters that stand for themselves, and that no escape of a tame text stands for.
const PLAIN_RUN = /[A-Za-z0-9_.=~-]+/g;

// Escapes that are something else than a quote, a slash, a control character or a character beyond ASCII, for a reader
// of JSON, URLs, forms or HTML; also within each other. What follows a backslash is looked at however many precede it.
const WILD = /\\(?:[^"\\/bfnrtu]|u00[0-7])|%[0-9a-fA-F]{2}|&#/;

// Whoever leaves out newlines joins what stands before them to this.
const WILD_NEWLINE = /\n[ \t]*[A-Za-z0-9_.=~-]/;

// JavaScript's search takes quadratic time for long parts, and the beginning of a part tells as much.
const LONGEST_PART = 64;

/**
 * Makes the screen for some values: it gives false only where none of `viewsOf` of a text holds one of them. In a tame
 * text each escape stands for one character that is none of a plain run. So a plain run of a view stands in the text
 * itself, letter by letter, and a text without the longest plain run of a value does not hold the value.
 */
export function createScreen(values: readonly string[]): (text: string) => boolean {
  const shortest = Math.min(...values.map((value) => value.length));
  const parts = withoutLonger([...new Set(values.map(longestRun))]);
  return (text) => {
    // No reader makes a text longer.
    if (text.length < shortest) return false;
    return parts.some((part) => text.includes(part)) || WILD.test(text) || WILD_NEWLINE.test(text);
  };
}

// Of a value without plain characters it is empty, and in every text.
function longestRun(value: string): string {
  const runs = value.match(PLAIN_RUN) ?? [];
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '').slice(0, LONGEST_PART);
}

// A text that holds a part holds also those within it.
function withoutLonger(parts: readonly string[]): string[] {
  return parts.filter((part) => !parts.some((other) => other !== part && part.includes(other)));
}
