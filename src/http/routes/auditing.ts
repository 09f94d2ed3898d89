// Routes of Jira's auditing API. Paths, names and shapes are Jira's, and so are the errors (jira-answer.ts).
import { coverageFaults } from '../../domain/audit/coverage.ts';
import { eventsPeriodFaults } from '../../domain/period-bodies.ts';
import type { AuditingConfigurationDeps } from '../handlers/auditing-configuration.ts';
import * as configuration from '../handlers/auditing-configuration.ts';
import * as events from '../handlers/auditing-events.ts';
import { AUDITING as ROOT } from '../jira-answer.ts';
import { AUDIT_EVENT_QUERY } from '../parameters.ts';
import { body, success, table } from './table.ts';

const CONFIGURATION = `${ROOT}/1.0/configuration`;
const TAG = 'Jira auditing';

/** The routes of Jira's auditing API. */
export const AUDITING = table<AuditingConfigurationDeps & events.AuditingEventsDeps>([
  {
    id: 'listAuditEntries',
    method: 'get',
    path: `${ROOT}/1.0/events`,
    permission: 'audit:read',
    tag: TAG,
    summary: 'Search the audit log, newest first',
    query: AUDIT_EVENT_QUERY,
    readsQuery: true,
    success: {
      ...success('auditing-events', 'A page of entries; as lines or a table where that is asked for.'),
      alsoAs: ['application/x-ndjson', 'text/csv'],
    },
    handler: events.listEntries,
  },
  {
    id: 'readCoverage',
    method: 'get',
    path: `${CONFIGURATION}/coverage`,
    permission: 'audit:read',
    tag: TAG,
    summary: 'Read up to which level each area is kept',
    success: success('auditing-coverage', 'The level of each area.'),
    handler: configuration.readCoverage,
  },
  {
    id: 'replaceCoverage',
    method: 'put',
    path: `${CONFIGURATION}/coverage`,
    permission: 'audit:write',
    tag: TAG,
    summary: 'Set up to which level areas are kept; those left out stay as they are',
    body: body('auditing-coverage-change', { furtherFaults: coverageFaults }),
    success: success('auditing-coverage', 'The level of each area.'),
    handler: configuration.replaceCoverage,
  },
  {
    id: 'readDenylist',
    method: 'get',
    path: `${CONFIGURATION}/denylist`,
    permission: 'audit:read',
    tag: TAG,
    summary: 'Read which actions are not kept',
    success: success('auditing-denylist', 'All of them.'),
    handler: configuration.readDenylist,
  },
  {
    id: 'replaceDenylist',
    method: 'put',
    path: `${CONFIGURATION}/denylist`,
    permission: 'audit:write',
    tag: TAG,
    summary: 'Replace the list of actions that are not kept',
    body: body('auditing-denylist'),
    success: success('auditing-denylist', 'All of them.'),
    handler: configuration.replaceDenylist,
  },
  {
    id: 'readAuditRetention',
    method: 'get',
    path: `${CONFIGURATION}/retention`,
    permission: 'audit:read',
    tag: TAG,
    summary: 'Read how long events are kept',
    success: success('auditing-retention', 'The period.'),
    handler: configuration.readRetention,
  },
  {
    id: 'replaceAuditRetention',
    method: 'put',
    path: `${CONFIGURATION}/retention`,
    permission: 'audit:write',
    tag: TAG,
    summary: 'Set how long events are kept, at least one day',
    body: body('auditing-retention', { furtherFaults: eventsPeriodFaults }),
    success: success('auditing-retention', 'The period.'),
    handler: configuration.replaceRetention,
  },
  {
    id: 'readFileRetention',
    method: 'get',
    path: `${CONFIGURATION}/retention/file`,
    permission: 'audit:read',
    tag: TAG,
    summary: 'Read how many audit log files there are at most',
    success: success('auditing-file-retention', 'The number.'),
    handler: configuration.readFileRetention,
  },
  {
    id: 'replaceFileRetention',
    method: 'put',
    path: `${CONFIGURATION}/retention/file`,
    permission: 'audit:write',
    tag: TAG,
    summary: 'Set how many audit log files there are at most',
    body: body('auditing-file-retention'),
    success: success('auditing-file-retention', 'The number.'),
    handler: configuration.replaceFileRetention,
  },
]);
