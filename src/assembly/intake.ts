// What intake is bounded by: how many requests are inside at once.
import { INTAKE_LIMITS, IntakeGate } from '../domain/intake-gate.ts';
import type { MetricSources } from '../observe/metrics.ts';
import type { Tools } from './tools.ts';

/** The gate of intake, and what metrics say of it. */
export interface Intake {
  readonly gate: IntakeGate;
  readonly load: MetricSources['intake'];
}

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
