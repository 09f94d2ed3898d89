// All migrations, in order. A list in code, because loading a folder breaks between .ts and .js; never edited once merged.
import type { Knex } from 'knex';
import * as init from './migrations/20261120000000_init.ts';
import * as postgres from './migrations/20261128000000_postgres.ts';
import * as health from './migrations/20261128000100_health.ts';
import * as redeliveries from './migrations/20261128000200_redeliveries.ts';
import * as replays from './migrations/20261128000201_replays.ts';
import * as tokenRefusals from './migrations/20261128000300_token_refusals.ts';
import * as access from './migrations/20261128000400_access.ts';
import * as encryptionKeys from './migrations/20261128000500_encryption_keys.ts';
import * as indexesOfStates from './migrations/20261128000600_indexes_of_states.ts';
import * as acceptance from './migrations/20261129000100_acceptance.ts';
import * as auditSettings from './migrations/20261129000200_audit_settings.ts';
import * as retention from './migrations/20261129000300_retention.ts';
import * as eventSearch from './migrations/20261129000400_event_search.ts';
import * as erasures from './migrations/20261129000500_erasures.ts';
import * as hashedKeys from './migrations/20261129000600_hashed_keys.ts';

/** One step of the schema, and its name in the database. */
export interface NamedMigration {
  readonly name: string;
  readonly migration: Knex.Migration;
}

/** The migrations from the first to the newest. */
export const MIGRATIONS: readonly NamedMigration[] = [
  { name: '20261120000000_init', migration: init },
  { name: '20261128000000_postgres', migration: postgres },
  { name: '20261128000100_health', migration: health },
  { name: '20261128000200_redeliveries', migration: redeliveries },
  { name: '20261128000201_replays', migration: replays },
  { name: '20261128000300_token_refusals', migration: tokenRefusals },
  { name: '20261128000400_access', migration: access },
  { name: '20261128000500_encryption_keys', migration: encryptionKeys },
  { name: '20261128000600_indexes_of_states', migration: indexesOfStates },
  { name: '20261129000100_acceptance', migration: acceptance },
  { name: '20261129000200_audit_settings', migration: auditSettings },
  { name: '20261129000300_retention', migration: retention },
  { name: '20261129000400_event_search', migration: eventSearch },
  { name: '20261129000500_erasures', migration: erasures },
  { name: '20261129000600_hashed_keys', migration: hashedKeys },
];
