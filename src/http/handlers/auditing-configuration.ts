// Routes of what an organization keeps in its audit log, as Jira's auditing API has them.
import { distinctActions, readLevels } from '../../domain/audit/coverage.ts';
import type { AuditSettings } from '../../domain/audit/settings.ts';
import { eventsPeriod, periodOf, withEventsPeriod } from '../../domain/audit/settings.ts';
import { invalid } from '../../domain/errors.ts';
import type { ExactJson, JsonObject } from '../../domain/json.ts';
import { isList, isObject } from '../../domain/json.ts';
import { readPeriod } from '../../domain/period-bodies.ts';
import type { AuditSettingsDeps, AuditSettingsStore, SettingsChange } from '../../services/audit-settings.ts';
import { changeAuditSettings, readAuditSettings } from '../../services/audit-settings.ts';
import type { PlanningStore } from '../../services/planning.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok } from '../route.ts';

/** What these routes touch. */
export interface AuditingConfigurationDeps {
  readonly auditSettings: AuditSettingsDeps<AuditSettingsStore & PlanningStore>;
}

type View = (settings: AuditSettings) => JsonObject;

async function shown(deps: AuditingConfigurationDeps, request: ApiRequest, view: View): Promise<Reply> {
  return ok(view(await readAuditSettings(deps.auditSettings, actorOf(request))));
}

async function changed(
  deps: AuditingConfigurationDeps,
  request: ApiRequest,
  view: View,
  change: SettingsChange,
): Promise<Reply> {
  return ok(view(await changeAuditSettings(deps.auditSettings, actorOf(request), change)));
}

const coverageView: View = ({ levelByArea }) => ({ levelByArea });

/** `GET /rest/auditing/1.0/configuration/coverage` */
export function readCoverage(deps: AuditingConfigurationDeps, request: ApiRequest): Promise<Reply> {
  return shown(deps, request, coverageView);
}

/** `PUT /rest/auditing/1.0/configuration/coverage`. Areas that are left out stay as they are. */
export function replaceCoverage(deps: AuditingConfigurationDeps, request: ApiRequest): Promise<Reply> {
  const wanted = member(request, 'levelByArea');
  return changed(deps, request, coverageView, {
    type: 'audit_log.coverage_updated',
    name: 'Coverage',
    shown: ({ levelByArea }) => ({ level_by_area: levelByArea }),
    change: (settings) => {
      const reading = readLevels(isObject(wanted) ? wanted : {}, settings.levelByArea, '/levelByArea');
      if (!reading.ok) throw invalid(reading.faults);
      return { ...settings, levelByArea: reading.levels };
    },
  });
}

const denylistView: View = ({ deniedActions }) => ({ actions: deniedActions });

/** `GET /rest/auditing/1.0/configuration/denylist` */
export function readDenylist(deps: AuditingConfigurationDeps, request: ApiRequest): Promise<Reply> {
  return shown(deps, request, denylistView);
}

/** `PUT /rest/auditing/1.0/configuration/denylist`. Of actions that are the same but for their case, the first is kept. */
export function replaceDenylist(deps: AuditingConfigurationDeps, request: ApiRequest): Promise<Reply> {
  const wanted = member(request, 'actions');
  const actions = isList(wanted) ? wanted.filter((action) => typeof action === 'string') : [];
  const deniedActions = distinctActions(actions);
  return changed(deps, request, denylistView, {
    type: 'audit_log.denylist_updated',
    name: 'Excluded actions',
    shown: (settings) => ({ actions: settings.deniedActions }),
    change: (settings) => ({ ...settings, deniedActions }),
  });
}

const retentionView: View = (settings) => ({ period: { ...eventsPeriod(settings) } });

/** `GET /rest/auditing/1.0/configuration/retention` */
export function readRetention(deps: AuditingConfigurationDeps, request: ApiRequest): Promise<Reply> {
  return shown(deps, request, retentionView);
}

/** `PUT /rest/auditing/1.0/configuration/retention`. Parts that are left out are 0. */
export function replaceRetention(deps: AuditingConfigurationDeps, request: ApiRequest): Promise<Reply> {
  const period = readPeriod(member(request, 'period')) ?? periodOf({});
  return changed(deps, request, retentionView, {
    type: 'audit_log.retention_updated',
    name: 'Retention',
    shown: (settings) => ({ events: { ...eventsPeriod(settings) } }),
    change: (settings) => ({ ...settings, retention: withEventsPeriod(settings.retention, period) }),
  });
}

const filesView: View = ({ maxFileCount }) => ({ maxFileCount });

/** `GET /rest/auditing/1.0/configuration/retention/file` */
export function readFileRetention(deps: AuditingConfigurationDeps, request: ApiRequest): Promise<Reply> {
  return shown(deps, request, filesView);
}

/** `PUT /rest/auditing/1.0/configuration/retention/file` */
export function replaceFileRetention(deps: AuditingConfigurationDeps, request: ApiRequest): Promise<Reply> {
  const maxFileCount = Number(member(request, 'maxFileCount'));
  return changed(deps, request, filesView, {
    type: 'audit_log.file_updated',
    name: 'Audit log file',
    shown: (settings) => ({ max_file_count: settings.maxFileCount }),
    change: (settings) => ({ ...settings, maxFileCount }),
  });
}

// Its schema has let the body through.
function member({ body }: ApiRequest, name: string): ExactJson {
  return body?.[name] ?? null;
}
