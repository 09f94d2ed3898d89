// What readiness depends on, each in a sentence where it is not well.
import { AppError } from '../domain/errors.ts';
import type { HealthCheck } from '../http/handlers/operations.ts';
import type { Reporter } from '../observe/report.ts';
import type { Storage } from './storage.ts';

/** What the checks touch. */
export interface HealthDeps {
  readonly storage: Pick<Storage, 'problem' | 'missingKeyId'>;
  readonly report: Pick<Reporter, 'encryptionKeyMissing'>;
}

/** Every check. Never throws. */
export async function healthOf(deps: HealthDeps): Promise<readonly HealthCheck[]> {
  const problem = await deps.storage.problem();
  // A database that takes no writes may not answer for long; then it is the one thing to say.
  const keyProblem = problem === undefined ? await missingKey(deps) : undefined;
  return [
    { name: 'database', problem },
    { name: 'encryption_keys', problem: keyProblem },
  ];
}

async function missingKey({ storage, report }: HealthDeps): Promise<string | undefined> {
  try {
    const keyId = await storage.missingKeyId();
    if (keyId === undefined) return undefined;
    report.encryptionKeyMissing({ keyId });
    return `Secrets are encrypted with the key "${keyId}", which this process was started without. Start it again with that key; until then it stores no secrets, and leaves what needs the key to other processes.`;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
