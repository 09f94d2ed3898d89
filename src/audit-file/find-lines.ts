// Finds the lines of events in a file, piece by piece: a file can have more than fits into memory.
import { BEFORE_ID } from '../domain/audit-file-erasing.ts';

/** A line of an event, its end left out. */
export interface FoundLine {
  readonly id: string;
  readonly offset: number;
  readonly bytes: number;
}

const NEWLINE = 10;
const QUOTE = 34;

/** The lines of these events in a file that is read from its beginning. One without an end is none. */
export async function findLines(
  pieces: AsyncIterable<Uint8Array>,
  ids: ReadonlySet<string>,
): Promise<readonly FoundLine[]> {
  const found: FoundLine[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const piece of pieces) {
    const text = Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = text.indexOf(NEWLINE, rest.length); end >= 0; end = text.indexOf(NEWLINE, start)) {
      const id = idIn(text.subarray(start, end));
      if (id !== undefined && ids.has(id)) found.push({ id, offset: offset + start, bytes: end - start });
      start = end + 1;
    }
    rest = text.subarray(start);
    offset += start;
  }
  return found;
}

function idIn(line: Buffer): string | undefined {
  const before = line.indexOf(BEFORE_ID);
  if (before < 0) return undefined;
  const start = before + BEFORE_ID.length;
  const end = line.indexOf(QUOTE, start);
  return end < 0 ? undefined : line.toString('utf8', start, end);
}
