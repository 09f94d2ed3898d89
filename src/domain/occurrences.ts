// Finds text in text in linear time, whatever both hold. JavaScript's own search takes quadratic time for long parts
// (25 s for 300 KB in 700 KB of the letter a), and here both may come from somebody who means harm.

/** Up to this length of a part JavaScript's own search is used: it is faster by far, and cannot become slow. */
export const SHORT_PART = 64;

/**
 * Offsets (UTF-16 units) at which `part` stands in `text`, from left to right and without overlaps, the first `most` of
 * them. An empty part stands nowhere.
 */
export function occurrences(text: string, part: string, most = Number.POSITIVE_INFINITY): number[] {
  if (part === '' || part.length > text.length) return [];
  return part.length <= SHORT_PART ? shortOccurrences(text, part, most) : longOccurrences(text, part, most);
}

function shortOccurrences(text: string, part: string, most: number): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at !== -1 && found.length < most; at = text.indexOf(part, at + part.length)) {
    found.push(at);
  }
  return found;
}

// Knuth, Morris and Pratt: no character of the text is looked at again after it has fitted.
function longOccurrences(text: string, part: string, most: number): number[] {
  const borders = bordersOf(part);
  const found: number[] = [];
  let fitting = 0;
  for (let index = 0; index < text.length && found.length < most; index += 1) {
    fitting = extended(part, borders, fitting, text.charCodeAt(index));
    if (fitting < part.length) continue;
    found.push(index + 1 - fitting);
    fitting = 0;
  }
  return found;
}

// For each beginning of the part, by its length: how long the longest shorter beginning is that it also ends with.
function bordersOf(part: string): Uint32Array {
  const borders = new Uint32Array(part.length + 1);
  for (let length = 2; length <= part.length; length += 1) {
    borders[length] = extended(part, borders, borders[length - 1] ?? 0, part.charCodeAt(length - 1));
  }
  return borders;
}

// How much of the part fits after one more character, where `fitting` of it fitted before.
function extended(part: string, borders: Uint32Array, fitting: number, code: number): number {
  let length = fitting;
  while (length > 0 && part.charCodeAt(length) !== code) length = borders[length] ?? 0;
  return part.charCodeAt(length) === code ? length + 1 : 0;
}
