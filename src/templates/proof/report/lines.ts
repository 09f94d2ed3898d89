// Lines of the author's text, for hints that name them.
import { positionAt } from '../../../domain/text.ts';

/** The line (from 1) of an offset. */
export function lineOf(text: string, offset: number): number {
  return positionAt(text, offset).line;
}

/** The line of the last character before an offset that is written: no blank, no block tag, no comment. */
export function lineOfInkBefore(text: string, offset: number): number {
  let ink = text.slice(0, offset).trimEnd();
  for (let tag = silentTagAtEnd(ink); tag !== undefined; tag = silentTagAtEnd(ink)) ink = ink.slice(0, tag).trimEnd();
  return lineOf(text, Math.max(0, ink.length - 1));
}

// Where the tag at the end of a text begins, if it writes nothing by itself.
function silentTagAtEnd(text: string): number | undefined {
  if (!text.endsWith('}}')) return undefined;
  const start = text.lastIndexOf('{{');
  return /^\{\{~?(?:[#/^!]|\s*else\b)/.test(text.slice(start, start + 40)) ? start : undefined;
}
