// Hints for text that is no JSON and no tag, but means something elsewhere: comments, blocks of other template languages,
// quotes that were meant as text, characters that nobody sees.
import type { FindingCode } from '../../findings.ts';

// Of these faults the text itself may be the reason.
const STRUCTURAL: ReadonlySet<FindingCode> = new Set([
  'invalid_literal',
  'misplaced_slot',
  'missing_colon',
  'missing_comma',
  'missing_value',
  'more_text',
  'unquoted_key',
]);

type HintFor = (match: RegExpExecArray) => string;

const COMMENT: HintFor = () => 'JSON has no comments. In a template they are written {{! like this }}.';
const BLOCK: HintFor = () => 'Blocks are written {{#if x}} … {{/if}} and {{#each xs}} … {{/each}}.';
const FIELD: HintFor = ([, path = 'x']) => `A value of the event stands in two braces: {{${path}}}.`;

// Each is tried at the offset of the fault. No pattern looks further than a line, nor at more than some 100 characters.
const AT: readonly (readonly [pattern: RegExp, hint: HintFor])[] = [
  [/\/\/|\/\*|<!--|#|\{#/y, COMMENT],
  [/```/y, () => 'Remove the line with ```: the template is the JSON alone.'],
  [/\{%|<%/y, BLOCK],
  [/\$\{\s*([\w.]{1,100})\s*\}/y, FIELD],
  [
    /\\["n]/y,
    () => 'Outside of strings there are no backslashes: quotes and line ends of the JSON are written as they are.',
  ],
  [/\+(?!\d)/y, () => 'Texts are not joined with +: write all of it into one string, with the placeholders in it.'],
  [/;/y, () => 'Members are separated by commas, not by semicolons.'],
  [/=>?/y, () => 'Between a key and its value stands a colon.'],
  [
    /[^\s,:[\]{}"]{0,40}?([\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff])/y,
    ([, char = '']) =>
      `Here stands U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}, a character that nobody sees, and that is no blank to JSON. Replace it by a blank.`,
  ],
];

// And these one character before, behind what JSON took for a bracket.
const BEFORE: readonly (readonly [pattern: RegExp, hint: HintFor])[] = [
  [/\{%/y, BLOCK],
  [/\{#/y, COMMENT],
  [/\{\s*([\w.]{1,100})\s*\}/y, FIELD],
];

/** What a fault at an offset seems to come from, and how that is written here; `undefined` where nobody can tell. */
export function foreignHint(code: FindingCode, text: string, offset: number): string | undefined {
  if (!STRUCTURAL.has(code)) return undefined;
  return firstHint(AT, text, offset) ?? firstHint(BEFORE, text, offset - 1) ?? quoteHint(text, offset);
}

function firstHint(table: typeof AT, text: string, offset: number): string | undefined {
  for (const [pattern, hint] of table) {
    pattern.lastIndex = Math.max(0, offset);
    const match = pattern.exec(text);
    if (match !== null) return hint(match);
  }
  return undefined;
}

// Something stands directly behind a string: most often its quote was meant as text.
function quoteHint(text: string, offset: number): string | undefined {
  const isBehindQuote = text[offset - 1] === '"' && /[^\s",:}\]]/.test(text.charAt(offset));
  if (isBehindQuote && text[offset - 2] === ',')
    return 'The string before this comma may lack its closing quote. A quote that belongs to a text is written \\".';
  return isBehindQuote
    ? 'A quote that belongs to a text is written \\". If the string ends here on purpose, put a comma behind it.'
    : undefined;
}
