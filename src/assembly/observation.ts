// Log, metrics and the reporter that writes both.
import type { Config } from '../config.ts';
import { createLog } from '../observe/log.ts';
import type { Metrics, MetricSources } from '../observe/metrics.ts';
import { createMetrics } from '../observe/metrics.ts';
import type { Reporter } from '../observe/report.ts';
import { createReporter } from '../observe/report.ts';
import type { Tools } from './tools.ts';

/** How the engine tells what it does. */
export interface Observation {
  readonly report: Reporter;
  readonly metrics: Metrics;
}

/** Makes it. */
export function createObservation(config: Config, tools: Tools, sources: MetricSources): Observation {
  const sink = tools.logSink === undefined ? {} : { sink: tools.logSink };
  const log = createLog({ level: config.logLevel, ...sink });
  const metrics = createMetrics(sources);
  return { metrics, report: createReporter({ log, metrics }) };
}
