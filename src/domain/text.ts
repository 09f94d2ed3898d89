// Places in a text, as people and editors count them.
import type { Position } from './errors.ts';

/** Line and column (both 1-based, columns in UTF-16 units) of an offset. CR LF, LF and CR each end a line. */
export function positionAt(text: string, offset: number): Position {
  return createPositionFinder(text)(offset);
}

/**
 * Finds positions in one text. It goes on from where it found the last one, so that many positions in ascending
 * order cost one reading of the text in all, however many there are.
 */
export function createPositionFinder(text: string): (offset: number) => Position {
  let line = 1;
  let lineStart = 0;
  let index = 0;
  return (offset) => {
    if (offset < index) [line, lineStart, index] = [1, 0, 0];
    for (; index < offset && index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      const endsLine = code === 10 || (code === 13 && text.charCodeAt(index + 1) !== 10);
      if (!endsLine) continue;
      line += 1;
      lineStart = index + 1;
    }
    return { line, column: offset - lineStart + 1, offset };
  };
}

/** A piece of the line around an offset, at most 80 characters, for showing where a fault is. */
export function excerptAt(text: string, offset: number): string {
  const near = text.slice(Math.max(0, offset - 40), offset);
  const onwards = text.slice(offset, offset + 40);
  const before = near.slice(Math.max(near.lastIndexOf('\n'), near.lastIndexOf('\r')) + 1);
  // A cut may fall into the middle of a surrogate pair.
  return `${before}${onwards.split(/[\r\n]/, 1)[0] ?? ''}`.toWellFormed();
}

/** One step of a JSON pointer (RFC 6901 §3), escaped. */
export function pointerTo(parent: string, step: string | number): string {
  return `${parent}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The number of edits (insert, delete, replace) between two words: for "did you mean". */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The known word nearest to what was written, or none that is near enough to be meant. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  const reach = Math.max(2, Math.floor(written.length / 3));
  return best !== undefined && best.distance <= reach ? best.name : undefined;
}

/** Whether what came in a query is text: what cannot be decoded has become U+FFFD, and no database here holds NUL. */
export function isReadable(text: string): boolean {
  return text.isWellFormed() && !/[\uFFFD\0]/.test(text);
}
