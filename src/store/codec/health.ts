// Health of webhooks as rows.
import type { Health } from '../../domain/health.ts';
import { HEALTH_STATES } from '../../domain/health.ts';
import type { Row, RowOf } from './columns.ts';
import {
  instant,
  integer,
  oneOf,
  optionalInstant,
  optionalText,
  text,
  writeInstant,
  writeOptionalInstant,
} from './columns.ts';

/** The health in a row of `webhook_health`. */
export function readHealth(row: Row): Health {
  return {
    state: oneOf(row, 'state', HEALTH_STATES),
    reason: optionalText(row, 'reason'),
    since: instant(row, 'since'),
    recent: text(row, 'recent'),
    firstFailureAt: optionalInstant(row, 'first_failure_at'),
    failures: integer(row, 'failures'),
    lastSuccessAt: optionalInstant(row, 'last_success_at'),
    lastFailureAt: optionalInstant(row, 'last_failure_at'),
    probeAt: optionalInstant(row, 'probe_at'),
    failedProbes: integer(row, 'failed_probes'),
    warnedAt: optionalInstant(row, 'warned_at'),
  };
}

/** The columns of `writeHealth`, and those of them that hold whole numbers. */
export const HEALTH_COLUMNS = [
  'state',
  'reason',
  'since',
  'recent',
  'first_failure_at',
  'failures',
  'last_success_at',
  'last_failure_at',
  'probe_at',
  'failed_probes',
  'warned_at',
] as const;
export const HEALTH_INTEGERS: readonly string[] = ['failures', 'failed_probes'];

/** A health as a row. */
export function writeHealth(health: Health): RowOf<typeof HEALTH_COLUMNS> {
  return {
    state: health.state,
    reason: health.reason ?? null,
    since: writeInstant(health.since),
    recent: health.recent,
    first_failure_at: writeOptionalInstant(health.firstFailureAt),
    failures: health.failures,
    last_success_at: writeOptionalInstant(health.lastSuccessAt),
    last_failure_at: writeOptionalInstant(health.lastFailureAt),
    probe_at: writeOptionalInstant(health.probeAt),
    failed_probes: health.failedProbes,
    warned_at: writeOptionalInstant(health.warnedAt),
  };
}
