// The keys that the stored secrets need, found before anything else is read: better at the start than later.
import type { Database } from './database.ts';
import { loadOrCreateKeyFile, readKeyFile } from './key-file.ts';
import type { SecretKey } from './secrets.ts';
import { StartupError } from './startup-error.ts';
import { sealingKeyIds } from './webhooks.ts';

/**
 * The keys in the file at `path`. It is made only where nothing is sealed yet. Throws `StartupError` where a stored
 * secret needs a key that is not there, and then changes nothing.
 */
export async function findKeys(database: Pick<Database, 'writer'>, path: string): Promise<readonly SecretKey[]> {
  const needed = await sealingKeyIds(database.writer);
  if (needed.length === 0) return loadOrCreateKeyFile(path);
  const keys = readKeyFile(path) ?? [];
  const missing = needed.filter((id) => !keys.some((key) => key.id === id));
  if (missing.length === 0) return keys;
  throw new StartupError(
    `The header values of some webhooks were encrypted with the key ${missing.map((id) => `"${id}"`).join(', ')}, which is not in ${path}. Put the key file back from your backup; nothing was changed.`,
  );
}
