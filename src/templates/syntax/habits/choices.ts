// `test ? yes : no`, which is a block here.
import type { Written } from './blocks.ts';
import type { Meaning } from './meaning.ts';
import { writeAlone, writeArgument } from './writing.ts';

/** How much of the text before a tag is looked at. */
export const LONGEST_BEFORE = 1000;

/** The block that a choice is, behind the text `before`; `undefined` where it cannot be written. */
export function writeChoice(
  { test, yes, no }: Extract<Meaning, { kind: 'choice' }>,
  before: string,
): Written | undefined {
  const condition = writeArgument(test, 'condition');
  if (condition === undefined) return undefined;
  const parts = [yes, no].map((part) => writeOutside(part, before));
  const [first, second] = parts.includes(undefined) ? [' … ', ' … '] : parts;
  return { inside: `#if ${condition}`, after: `${String(first)}{{else}}${String(second)}{{/if}}` };
}

// A value outside of tags: text in a string loses its quotes.
function writeOutside(meaning: Meaning, before: string): string | undefined {
  if (meaning.kind === 'number' || (meaning.kind === 'path' && /^(?:true|false|null)$/.test(meaning.text)))
    return meaning.text;
  if (meaning.kind === 'text') return writeText(meaning.text.slice(1, -1), before);
  if (meaning.kind !== 'choice') return tagged(writeAlone(meaning, 'value'));
  const inner = writeChoice(meaning, before);
  return inner === undefined ? undefined : `{{${inner.inside}}}${inner.after}`;
}

function tagged(inside: string | undefined): string | undefined {
  return inside === undefined ? undefined : `{{${inside}}}`;
}

function writeText(text: string, before: string): string | undefined {
  const isInString = standsInString(before);
  if (isInString === undefined || /["\\\n{}]/.test(text)) return undefined;
  return isInString ? text : `"${text}"`;
}

// Strings of JSON end with their line, so its quotes tell; `undefined` where the beginning of the line is not in sight.
function standsInString(before: string): boolean | undefined {
  const line = before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1);
  if (line.length === LONGEST_BEFORE) return undefined;
  const literal = line.replace(/\{\{[^{}]*\}\}|\\./g, '');
  return literal.split('"').length % 2 === 0;
}
