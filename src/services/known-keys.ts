// Keys that were judged good, kept in memory: intake is asked with the same few again and again, and asking the database
// each time costs more than all the rest of recognising.
import { hash } from 'node:crypto';
import type { Actor } from '../domain/access.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { actorOf } from '../domain/api-key.ts';
import type { Clock } from '../domain/clock.ts';
import { AppError } from '../domain/errors.ts';

/** What remembering touches. */
export interface KnownKeysDeps {
  readonly clock: Clock;
}

interface Known {
  readonly actor: Actor;
  readonly expiresAt: Date | undefined;
}

// As many as other tables of keys and addresses have. The oldest goes, however often it is asked for: it is judged again.
const CAPACITY = 10_000;

/**
 * Holders of good keys by the hash of their key's text; the text is not kept. What is known here may have been revoked
 * since, by another process or on the command line: whoever acts on it looks at the stored key when it acts.
 */
export class KnownKeys {
  readonly #deps: KnownKeysDeps;
  // In the order in which they were judged.
  readonly #known = new Map<string, Known>();

  constructor(deps: KnownKeysDeps) {
    this.#deps = deps;
  }

  /** Who holds a key that was good when it was last judged, and has not expired; `undefined` says nothing about it. */
  holderOf(keyText: string): Actor | undefined {
    const known = this.#known.get(nameOf(keyText));
    if (known === undefined) return undefined;
    const isOver = known.expiresAt !== undefined && known.expiresAt <= this.#deps.clock();
    return isOver ? undefined : known.actor;
  }

  /** The key was judged, and is good. */
  remember(keyText: string, key: Pick<ApiKey, 'id' | 'name' | 'organizationId' | 'role' | 'expiresAt'>): void {
    const name = nameOf(keyText);
    this.#known.delete(name);
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= CAPACITY) this.#known.delete(oldest);
    this.#known.set(name, { actor: actorOf(key), expiresAt: key.expiresAt });
  }

  /** The key was judged, and is not good. */
  forget(keyText: string): void {
    this.#known.delete(nameOf(keyText));
  }
}

function nameOf(keyText: string): string {
  return hash('sha256', keyText, 'base64');
}

// Not a literal where the error is made: it is never answered, so no document lists it.
const REVOKED_MEANWHILE = 'key_revoked_meanwhile';

/** What is thrown, and nothing stored, where a key turns out not to be good any more after it had let its holder in. */
export function keyRevokedMeanwhile(): AppError {
  return new AppError('unauthenticated', REVOKED_MEANWHILE, 'The key was revoked while its request was under way.');
}

/** Whether it is that. */
export function isRevokedMeanwhile(error: unknown): boolean {
  return error instanceof AppError && error.code === REVOKED_MEANWHILE;
}
