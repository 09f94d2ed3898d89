// The audit log file: off unless it is switched on.
import { join } from 'node:path';
import { AuditFile } from '../audit-file/audit-file.ts';
import { NODE_FILES } from '../audit-file/files.ts';
import { LOCAL_DAYS } from '../audit-file/local-days.ts';
import type { Config } from '../config.ts';
import { classify } from '../domain/audit/classification.ts';
import { fileLineOf } from '../domain/audit/file-entry.ts';
import { FILE_LIMIT_BYTES } from '../domain/audit-file.ts';
import type { Event } from '../domain/event.ts';
import { readJson } from '../domain/json-read.ts';
import type { Reporter } from '../observe/report.ts';
import type { Horizon } from '../services/horizon.ts';
import type { Store } from '../store/index.ts';
import { lockFolder } from '../store/folder-lock.ts';
import type { Tools, Undo } from './tools.ts';
import { pause, yieldToOthers } from './waiting.ts';

/** What it is made of. */
export interface AuditFileParts {
  readonly config: Pick<Config, 'auditFile' | 'dataDir'>;
  readonly tools: Tools;
  readonly store: Store;
  readonly report: Reporter;
  readonly undo: Undo[];
  /** How far the log can be read. */
  readonly horizon: Pick<Horizon, 'advance'>;
  /** The base URL of the installation. */
  system(): string;
}

/** The file, as far as others know it. */
export type RunningAuditFile = Pick<AuditFile, 'settled' | 'lagSeconds'>;

/** Starts writing it; `undefined` while it is off. Belongs before intake: what comes from then on is in the file. */
export async function startAuditFile(parts: AuditFileParts): Promise<RunningAuditFile | undefined> {
  const { config, tools, store, undo } = parts;
  if (!config.auditFile) return undefined;
  const file = new AuditFile({
    ...LOCAL_DAYS,
    folder: join(config.dataDir, 'audit'),
    files: NODE_FILES,
    limitBytes: FILE_LIMIT_BYTES,
    lock: lockFolder,
    eventLog: store.eventLog,
    eventOf: (organizationId, id) => store.events.byId(organizationId, id),
    horizon: parts.horizon,
    lineOf: (event) => lineOf(event, parts.system()),
    maxFileCount: async (organizationId) => (await store.auditSettings.of(organizationId)).maxFileCount,
    clock: tools.clock,
    monotonicMs: () => tools.monotonicMs(),
    pause,
    yieldToOthers,
    report: parts.report,
  });
  await file.start();
  undo.push((graceMs) => file.stop(graceMs));
  return file;
}

function lineOf(event: Event, system: string): string {
  const reading = readJson(event.body);
  const value = reading.ok ? (reading.documents[0]?.value ?? null) : null;
  return fileLineOf(event, value, { system }, classify(event, value));
}
