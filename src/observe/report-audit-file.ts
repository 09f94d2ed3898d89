// What there is to report of the audit log file.
import { describeError } from './error-text.ts';
import type { ReportDeps } from './report.ts';

/** The functions of the reporter that are about the audit log file. */
export function auditFileFacts({ log, metrics }: ReportDeps) {
  return {
    /** Counted, not logged: each event has its line of intake. */
    auditFileWritten(fact: { readonly lines: number }): void {
      metrics.auditFileLines.inc(fact.lines);
    },
    /** Told once for each kind of failure, until it is written again. */
    auditFileFailed(fact: { readonly code: string; readonly advice: string; readonly error: unknown }): void {
      log.error(
        { code: fact.code, advice: fact.advice, error: describeError(fact.error) },
        'audit log file not written',
      );
    },
    auditFileRecovered(): void {
      log.info('audit log file written again');
    },
    /** Another process of this data folder writes it. */
    auditFileElsewhere(fact: { readonly folder: string }): void {
      log.info(fact, 'audit log file left to another process');
    },
    /** A bug of ours: the file has a line that names the event. */
    auditFileLineFailed(fact: {
      readonly organizationId: string;
      readonly eventId: string;
      readonly error: unknown;
    }): void {
      metrics.auditFileBugs.inc();
      log.error({ ...fact, error: describeError(fact.error) }, 'event could not be written to the audit log file');
    },
    /** What is written was not known; from there on it comes once more. */
    auditFilePositionLost(fact: { readonly organizationId: string; readonly from: Date }): void {
      log.warn(fact, 'position of the audit log file lost');
    },
  };
}
