// As audit-cases.ts: what setting the audit log says in it.
import type { Case, Told } from './audit-cases.ts';
import { nothing } from './audit-cases.ts';

const told = (what: string, name: string, changes: Told['changes']) => (): readonly Told[] => [
  { type: `audit_log.${what}_updated`, target: null, name, metadata: {}, shows: 'both', changes },
];
const AREAS = {
  'global-config-and-administration': 'full',
  'user-management': 'full',
  permissions: 'full',
  'local-config-and-administration': 'full',
  security: 'full',
  'end-user-activity': 'full',
  ecosystem: 'full',
};
const LEVELS = () => ({ levelByArea: { 'end-user-activity': 'off' } });

export const SETTINGS_CASES: readonly Case[] = [
  {
    route: 'replaceCoverage',
    body: LEVELS,
    status: 200,
    tells: told('coverage', 'Coverage', { level_by_area: [AREAS, { ...AREAS, 'end-user-activity': 'off' }] }),
  },
  { route: 'replaceCoverage', what: 'no change', body: LEVELS, status: 200, tells: nothing },
  {
    route: 'replaceDenylist',
    body: () => ({ actions: ['not.wanted'] }),
    status: 200,
    tells: told('denylist', 'Excluded actions', { actions: [[], ['not.wanted']] }),
  },
  {
    route: 'replaceAuditRetention',
    body: () => ({ period: { years: 1 } }),
    status: 200,
    tells: told('retention', 'Retention', {
      events: [
        // As another case has left it.
        { years: 0, months: 0, days: 1 },
        { years: 1, months: 0, days: 0 },
      ],
    }),
  },
  {
    route: 'replaceFileRetention',
    body: () => ({ maxFileCount: 7 }),
    status: 200,
    tells: told('file', 'Audit log file', { max_file_count: [100, 7] }),
  },
];
