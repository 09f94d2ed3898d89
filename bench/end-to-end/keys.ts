// The key by which the benchmark calls whatever it measures. It is made for a run and opens nothing elsewhere.
import { randomBytes } from 'node:crypto';
import { v7 as uuidV7 } from 'uuid';
import { secretFrom, writeKey } from '../../src/domain/api-key.ts';

/** Of the form that the engine reads; the same for a whole run. */
export const BENCH_KEY = writeKey(`key_${uuidV7()}`, secretFrom(randomBytes(32)));

/** A setting of encryption keys, for processes that share a database. */
export const BENCH_ENCRYPTION_KEYS = `bench:${randomBytes(32).toString('base64')}`;

/** The name of the webhook with this number, by which its figures are found again. */
export function webhookName(index: number): string {
  return `bench ${String(index)}`;
}
