// The table of what each organization has set for its audit log. No row: the defaults.
import type { AuditSettings } from '../domain/audit/settings.ts';
import { defaultSettings } from '../domain/audit/settings.ts';
import { AUDIT_SETTINGS_COLUMNS, readAuditSettings, writeAuditSettings } from './codec/audit-settings.ts';
import type { StoreDeps } from './sql/rows.ts';
import { readRow, runStatement } from './sql/rows.ts';

/** Stored settings of audit logs. */
export interface AuditSettingsTable {
  /** Those of an organization; the defaults where it has set nothing. */
  of(organizationId: string): Promise<AuditSettings>;
  /**
   * Saves settings as the version after their own, if that still is the current one; gives whether it was. `by` is the id
   * of a key. Whoever reads and writes them in one transaction holds the organization first, and it always is.
   */
  save(settings: AuditSettings, by: string, at: Date): Promise<boolean>;
}

/** Makes the functions of this table. */
export function createAuditSettings({ database }: StoreDeps): AuditSettingsTable {
  return {
    async of(organizationId) {
      const row = await readRow(database.lookup('audit_settings').where('organization_id', organizationId));
      return row === undefined ? defaultSettings(organizationId) : readAuditSettings(row);
    },
    async save(settings, by, at) {
      const row = writeAuditSettings({ ...settings, version: settings.version + 1 }, { at, by });
      const values = AUDIT_SETTINGS_COLUMNS.map((column) => row[column]);
      return (await runStatement(database, SAVE, values)).length > 0;
    },
  };
}

const SAVE = {
  key: 'save audit settings',
  text: () => `insert into audit_settings (${AUDIT_SETTINGS_COLUMNS.join(', ')})
    values (${AUDIT_SETTINGS_COLUMNS.map(() => '?').join(', ')})
    on conflict (organization_id) do update set
      ${AUDIT_SETTINGS_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}
      where audit_settings.version = excluded.version - 1
    returning version`,
};
