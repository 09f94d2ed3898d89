// The settings of an audit log as a row.
import type { Level } from '../../domain/audit/areas.ts';
import { levelNamed } from '../../domain/audit/areas.ts';
import { DEFAULT_LEVELS, levelsBy } from '../../domain/audit/coverage.ts';
import type { AuditSettings } from '../../domain/audit/settings.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Row, RowOf } from './columns.ts';
import { integer, optionalJson, text, writeInstant } from './columns.ts';

/** The settings in a row. */
export function readAuditSettings(row: Row): AuditSettings {
  const levels = optionalJson(row, 'coverage') as Readonly<Record<string, string>>;
  const levelOf = (area: string): Level | undefined => levelNamed(levels[area] ?? '');
  return {
    organizationId: text(row, 'organization_id'),
    version: integer(row, 'version'),
    levelByArea: levelsBy((area) => levelOf(area) ?? DEFAULT_LEVELS[area]),
    deniedActions: optionalJson(row, 'denied_actions') as readonly string[],
    retention: optionalJson(row, 'retention') as JsonObject,
    maxFileCount: integer(row, 'max_file_count'),
  };
}

/** The columns of the table. */
export const AUDIT_SETTINGS_COLUMNS = [
  'organization_id',
  'version',
  'coverage',
  'denied_actions',
  'retention',
  'max_file_count',
  'updated_at',
  'updated_by',
] as const;

/** The row of settings that somebody has changed. */
export function writeAuditSettings(
  settings: AuditSettings,
  changed: { readonly at: Date; readonly by: string },
): RowOf<typeof AUDIT_SETTINGS_COLUMNS> {
  return {
    organization_id: settings.organizationId,
    version: settings.version,
    coverage: JSON.stringify(settings.levelByArea),
    denied_actions: JSON.stringify(settings.deniedActions),
    retention: JSON.stringify(settings.retention),
    max_file_count: settings.maxFileCount,
    updated_at: writeInstant(changed.at),
    updated_by: changed.by,
  };
}
