// The envelopes within a stored version of a webhook: which there are, and others in their place.
import { AppError } from '../../domain/errors.ts';
import { mapSecrets } from '../../domain/webhook-secrets.ts';
import type { SecretBox } from '../secrets.ts';
import type { Row } from './columns.ts';
import { integer, text } from './columns.ts';
import { readSealedSettings } from './webhook.ts';

/** One version as it is stored, its secrets sealed. */
export interface StoredVersion {
  readonly organizationId: string;
  readonly webhookId: string;
  readonly version: number;
  /** JSON. */
  readonly settings: string;
}

/** The columns that `readStoredVersion` needs. */
export const STORED_VERSION_COLUMNS = ['organization_id', 'webhook_id', 'version', 'settings'];

/** A version from its row. */
export function readStoredVersion(row: Row): StoredVersion {
  return {
    organizationId: text(row, 'organization_id'),
    webhookId: text(row, 'webhook_id'),
    version: integer(row, 'version'),
    settings: text(row, 'settings'),
  };
}

/** The envelopes of a version, with the field that each belongs to. */
export function sealedFields({ settings }: StoredVersion): readonly (readonly [field: string, envelope: string])[] {
  const found: (readonly [string, string])[] = [];
  mapSecrets(readSealedSettings(settings), (field, envelope) => {
    found.push([field, envelope]);
    return envelope;
  });
  return found;
}

/** A version sealed anew. */
export interface Resealed {
  readonly settings: string;
  readonly sealed: number;
  /** Fields whose envelopes no key opens; they are left as they were. */
  readonly unreadable: readonly string[];
}

/** Seals every secret of a version anew by the current key of the box. Nothing else in its text changes. */
export function reseal(box: SecretBox, version: StoredVersion): Resealed {
  const { organizationId, webhookId } = version;
  const unreadable: string[] = [];
  let { settings } = version;
  let sealed = 0;
  for (const [field, envelope] of sealedFields(version)) {
    const secret = openOrNot(box, envelope, [organizationId, webhookId, field]);
    if (secret === undefined) {
      unreadable.push(field);
      continue;
    }
    // An envelope has no character that JSON escapes. Where somebody has copied it to another field, the copy stays one.
    settings = settings.replaceAll(envelope, box.seal(secret, [organizationId, webhookId, field]));
    sealed += 1;
  }
  return { settings, sealed, unreadable };
}

/** The secret in an envelope; `undefined` where it cannot be opened. */
export function openOrNot(box: SecretBox, ...sealed: Parameters<SecretBox['open']>): string | undefined {
  try {
    return box.open(...sealed);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
