// What was written last before a place, on each way that leads there: a comma that is missing belongs behind it.
import { positionAt } from '../../../domain/text.ts';
import { lineOf } from './lines.ts';

/** Offsets in the author's text of characters that were written last, in order. */
export type Ink = readonly number[];

/** Nothing is written yet. */
export const NO_INK: Ink = [];

// More places would help nobody in one sentence.
const MOST_PLACES = 3;

/** What may have been written last where two ways come together; the first places where there are many. */
export function joinInk(a: Ink, b: Ink): Ink {
  if (a === b || b.every((offset) => a.includes(offset))) return a;
  return [...new Set([...a, ...b])].sort((one, other) => one - other).slice(0, MOST_PLACES);
}

/** The last character of a text that is written at an offset; what was there before where it has only blanks. */
export function inkOf(text: string, offset: number, before: Ink): Ink {
  const { length } = text.trimEnd();
  return length === 0 ? before : [offset + length - 1];
}

const HARMLESS = 'Commas too many do no harm.';

/**
 * How to end what was written last with a comma, where something at `offset` follows on it: people mend lines, so those
 * that can be ended with it are named. `undefined` where it stands just before, on the same line.
 */
export function commaHint(text: string, offset: number, ink: Ink): string | undefined {
  const isNear = (at: number): boolean => at < offset && lineOf(text, at) === lineOf(text, offset);
  if (ink.every(isNear)) return undefined;
  if (!ink.every((at) => endsLine(text, at))) {
    return `Put a comma at ${listed(ink.map((at) => placeBehind(text, at)))}. ${HARMLESS}`;
  }
  const lines = [...new Set(ink.map((at) => String(lineOf(text, at))))];
  return `End line${lines.length > 1 ? 's' : ''} ${listed(lines)} with a comma. ${HARMLESS}`;
}

/** How to give a value in the case in which a block between its key and `offset` writes none. */
export function elseHint(text: string, offset: number, [colon]: Ink): string | undefined {
  const between = colon === undefined ? '' : text.slice(colon + 1, offset);
  const block = /.*\{\{~?\/(\w+)/s.exec(between.slice(-LONGEST_TAIL))?.[1];
  return block === undefined || /\{\{~?\s*(?:else|\^)\s*~?\}\}/.test(between)
    ? undefined
    : `Write a value in every case: put {{else}}null before {{/${block}}}.`;
}

// The closing tag of the block stands at the end.
const LONGEST_TAIL = 300;

function endsLine(text: string, at: number): boolean {
  return /^[ \t]*(?:[\r\n]|$)/.test(text.slice(at + 1));
}

function placeBehind(text: string, at: number): string {
  const { line, column } = positionAt(text, at + 1);
  return `line ${String(line)}, column ${String(column)}`;
}

function listed(parts: readonly string[]): string {
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${String(parts.at(-1))}` : parts.join('');
}
