// Sends long answers piece by piece, each when the caller has taken the one before.
import { once } from 'node:events';
import type { Response } from 'express';

// Whoever takes nothing for so long has gone, or may as well: what it holds is needed for others.
const STALLED_MS = 60_000;

/**
 * Writes the pieces as they come. `begin` sets status and headers: it is called when the first piece is there, so that a
 * mistake found by then is answered as one. What fails later ends the connection, since the answer is not whole; so does a
 * caller that takes nothing for a minute. Resolves when all is written or the caller has gone.
 */
export async function sendPieces(response: Response, pieces: AsyncIterable<string>, begin: () => void): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]();
  let piece = await iterator.next();
  begin();
  response.setTimeout(STALLED_MS, () => response.destroy());
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    while (piece.done !== true && !gone.signal.aborted) {
      if (!response.write(piece.value)) await once(response, 'drain', { signal: gone.signal });
      piece = await iterator.next();
    }
    response.end();
  } catch (error) {
    response.destroy();
    if (!gone.signal.aborted) throw error;
  } finally {
    await iterator.return?.();
  }
}
