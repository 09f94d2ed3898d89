// What intake is bounded by: how many requests are inside at once, and how long one waits for the database.
import { INTAKE_LIMITS, IntakeGate } from '../domain/intake-gate.ts';
import type { MetricSources } from '../observe/metrics.ts';
import { beginInTime } from '../services/begin-in-time.ts';
import type { IngestDeps } from '../services/ingest.ts';
import type { Store } from '../store/index.ts';
import type { Tools } from './tools.ts';
import { pause } from './waiting.ts';

/** The gate of intake, and what metrics say of it. */
export interface Intake {
  readonly gate: IntakeGate;
  readonly load: MetricSources['intake'];
}

// Until the database takes the events of a request: less than callers wait for an answer.
const PATIENCE_MS = 3000;

/** Makes it. */
export function createIntake(tools: Pick<Tools, 'monotonicMs'>): Intake {
  const gate = new IntakeGate(INTAKE_LIMITS);
  return {
    gate,
    load: () => {
      const { requests, bytes, oldestAtMs } = gate.load;
      const nowMs = tools.monotonicMs();
      return { requests, bytes, oldestSeconds: (nowMs - (oldestAtMs ?? nowMs)) / 1000 };
    },
  };
}

/** The store whose transactions have begun within three seconds, or store nothing. */
export function patientStore(store: Pick<Store, 'transaction'>): IngestDeps['store'] {
  const transaction: IngestDeps['store']['transaction'] = (work) => store.transaction(work);
  return { transaction: (work) => beginInTime({ transaction, pause }, PATIENCE_MS, work) };
}
