// Makes identifiers. Each event takes several, and asking the system for the chance of each costs more than all the rest.
import { randomFillSync } from 'node:crypto';
import { v7 as uuidV7 } from 'uuid';
import type { NewId } from '../domain/ids.ts';

const RANDOM_BYTES = 16;
const POOL_BYTES = 256 * RANDOM_BYTES;

/** Makes a source of identifiers that ascend, also within a millisecond, and where the clock goes back. */
export function createNewId(nowMs: () => number = Date.now): NewId {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  let [msecs, seq] = [-Infinity, 0];
  return (prefix) => {
    if (used === POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const random = pool.subarray(used, used + RANDOM_BYTES);
    used += RANDOM_BYTES;
    const now = nowMs();
    // RFC 9562 §6.2, method 1: within a millisecond it counts on from where chance began, of 32 bits with the first one free.
    seq = now > msecs ? first31Bits(random) : seq + 1;
    msecs = Math.max(now, msecs);
    return `${prefix}_${uuidV7({ random, msecs, seq })}`;
  };
}

function first31Bits(random: Uint8Array): number {
  return new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
}
