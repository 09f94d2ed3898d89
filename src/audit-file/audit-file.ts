// Writes the audit log file, for as long as the engine runs: looks every second what has been accepted since, and gives each
// organization its lines. Whatever fails is told once, tried again, and stops nothing else.
import { join } from 'node:path';
import type { Event } from '../domain/event.ts';
import type { LogPlace } from '../domain/event-window.ts';
import { FIRST_BATCH, nextBatchSize, readBeginning, writeBeginning } from '../domain/audit-file.ts';
import type { OrganizationLogDeps } from './organization-log.ts';
import { OrganizationLog } from './organization-log.ts';
import type { Trouble } from './trouble.ts';
import { troubleOf } from './trouble.ts';

/** What writing the audit log file touches. */
export interface AuditFileDeps extends OrganizationLogDeps {
  /** Has a folder for each organization. */
  readonly folder: string;
  /** Takes the lock of the folder; gives nothing where another process has it. */
  lock(path: string): Promise<FolderLock | undefined>;
  readonly eventLog: {
    after(organizationId: string, place: LogPlace | undefined, until: Date, limit: number): Promise<readonly Event[]>;
    organizationsSince(from: Date): Promise<readonly string[]>;
  };
  /** Moves on the instant before which all is decided, and gives it. */
  readonly horizon: { advance(): Promise<Date> };
  /** How many files an organization may have. */
  maxFileCount(organizationId: string): Promise<number>;
  clock(): Date;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  readonly report: OrganizationLogDeps['report'] & {
    auditFileFailed(fact: Trouble & { readonly error: unknown }): void;
    auditFileRecovered(): void;
    auditFileElsewhere(fact: { readonly folder: string }): void;
    auditFileWritten(fact: { readonly lines: number }): void;
  };
}

/** The lock of a folder. */
export interface FolderLock {
  release(): Promise<void>;
}

/** What a look has come to: there is more, all is written, something failed, or another process writes. */
type Outcome = 'more' | 'done' | 'failed' | 'elsewhere';

const BEGINNING = '.since.json';
const LOCK = '.lock';
const LOOK_EVERY_MS = 1000;
const ADVANCE_EVERY_MS = 500;
const TRY_LOCK_EVERY_MS = 5000;
// A batch that is being written takes milliseconds, and there is no grace for them where requests have used it up.
const LEAST_GRACE_MS = 1000;
// How soon a lowered count of files holds where nothing new comes.
const TRIM_EVERY_MS = 60_000;
// What is behind in the process as a whole, beside the organizations.
const ALL = '';

interface Log {
  readonly files: OrganizationLog;
  batchSize: number;
}

/** Writes it. */
export class AuditFile {
  readonly #deps: AuditFileDeps;
  readonly #stopping = new AbortController();
  readonly #logs = new Map<string, Log>();
  /** Since when something has been waiting to be written, by organization. */
  readonly #waiting = new Map<string, Date>();
  #loop: Promise<void> | undefined;
  #turn: Promise<Outcome> = Promise.resolve('done');
  #startedAt = new Date(0);
  /** Until when all was decided when the folder became ours. */
  #ownedAt = new Date(0);
  #until = new Date(0);
  #advancedAtMs = -Infinity;
  #lock: FolderLock | undefined;
  #since: Date | undefined;
  /** Everything accepted before it is written. */
  #writtenUntil = new Date(0);
  #trimmedAtMs = -Infinity;
  /** What keeps it from being written, as far as that was told. */
  readonly #told = new Set<string>();

  constructor(deps: AuditFileDeps) {
    this.#deps = deps;
  }

  /** Starts writing. What is accepted once this has resolved is in the file, also where it was switched on just now. */
  async start(): Promise<void> {
    this.#startedAt = await this.#deps.horizon.advance();
    this.#loop ??= this.#run();
  }

  /** Writes what was accepted so far, and stops; leaves the rest to the next start where that takes longer than `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    const late = new AbortController();
    const ended = this.#end().then(() => late.abort());
    await Promise.race([ended, this.#deps.pause(Math.max(graceMs, LEAST_GRACE_MS), late.signal)]);
  }

  /** Resolves when all that was accepted before the call is written, or cannot be now. */
  async settled(): Promise<void> {
    this.#advancedAtMs = -Infinity;
    while ((await this.#look()) === 'more');
  }

  /** For how many seconds the event has been waiting that has waited longest for its line. */
  lagSeconds(): number {
    const since = [...this.#waiting.values()].map((instant) => instant.getTime());
    return since.length === 0 ? 0 : Math.max(0, this.#deps.clock().getTime() - Math.min(...since)) / 1000;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const outcome = await this.#look();
      if (outcome === 'more') continue;
      await this.#deps.pause(outcome === 'elsewhere' ? TRY_LOCK_EVERY_MS : LOOK_EVERY_MS, signal);
    }
  }

  // A lock that is still needed is given free by the end of the process.
  async #end(): Promise<void> {
    await this.#loop;
    if (this.#told.size === 0) await this.#look();
    await this.#turn;
    await this.#lock?.release();
    this.#lock = undefined;
  }

  // One look after the other, whoever asks.
  #look(): Promise<Outcome> {
    this.#turn = this.#turn.then(() => this.#attempt());
    return this.#turn;
  }

  async #attempt(): Promise<Outcome> {
    try {
      if (!(await this.#own())) return this.#elsewhere();
      if (!this.#waiting.has(ALL)) this.#waiting.set(ALL, this.#deps.clock());
      const outcome = await this.#writeAll();
      if (outcome === 'done') await this.#trimAll();
      if (outcome !== 'failed') this.#recovered();
      return outcome;
    } catch (error) {
      return this.#failed(error);
    }
  }

  // The folder is ours, and it is known since when the file is on.
  async #own(): Promise<boolean> {
    const { files, folder, horizon } = this.#deps;
    if (this.#lock === undefined) {
      await files.makeFolder(folder);
      this.#lock = await this.#deps.lock(join(folder, LOCK));
      if (this.#lock === undefined) return false;
      // Up to here others may have written.
      this.#ownedAt = await horizon.advance();
    }
    this.#since ??= await this.#begin();
    return true;
  }

  async #begin(): Promise<Date> {
    const { files, folder } = this.#deps;
    const path = join(folder, BEGINNING);
    const text = await files.read(path);
    const known = text === undefined ? undefined : readBeginning(text);
    if (known !== undefined) return known;
    await files.replace(path, writeBeginning(this.#startedAt));
    return this.#startedAt;
  }

  async #writeAll(): Promise<Outcome> {
    const organizations = await this.#deps.eventLog.organizationsSince(this.#writtenUntil);
    const until = organizations.length === 0 ? this.#writtenUntil : await this.#horizon();
    const outcomes: Outcome[] = [];
    for (const organizationId of organizations) outcomes.push(await this.#writeSome(organizationId, until));
    if (outcomes.includes('failed')) return 'failed';
    if (outcomes.includes('more')) return 'more';
    this.#writtenUntil = until;
    this.#waiting.delete(ALL);
    return 'done';
  }

  // Each advance is a commit: a backlog is not worth one for each batch.
  async #horizon(): Promise<Date> {
    if (this.#deps.monotonicMs() - this.#advancedAtMs < ADVANCE_EVERY_MS) return this.#until;
    const nowMs = this.#deps.monotonicMs();
    this.#until = await this.#deps.horizon.advance();
    this.#advancedAtMs = nowMs;
    return this.#until;
  }

  // One batch, then it is the turn of the next organization: nobody waits for another one's backlog.
  async #writeSome(organizationId: string, until: Date): Promise<Outcome> {
    const log = this.#logOf(organizationId);
    try {
      const limit = log.batchSize;
      const events = await this.#deps.eventLog.after(organizationId, await log.files.place(), until, limit);
      const [first] = events;
      const last = events.at(-1);
      if (first !== undefined && last !== undefined) {
        this.#waiting.set(organizationId, first.receivedAt);
        await this.#writeBatch(organizationId, log, events);
        this.#waiting.set(organizationId, last.receivedAt);
      }
      const isAll = events.length < limit;
      if (isAll) this.#waiting.delete(organizationId);
      return (await log.files.eraseSome()) || !isAll ? 'more' : 'done';
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #writeBatch(organizationId: string, log: Log, events: readonly Event[]): Promise<void> {
    const { isNewFile } = await log.files.write(events);
    this.#deps.report.auditFileWritten({ lines: events.length });
    log.batchSize = nextBatchSize(
      events.length,
      events.reduce((sum, { body }) => sum + body.length, 0),
    );
    if (isNewFile) await log.files.trim(await this.#deps.maxFileCount(organizationId));
  }

  async #trimAll(): Promise<void> {
    if (this.#deps.monotonicMs() - this.#trimmedAtMs < TRIM_EVERY_MS) return;
    for (const [organizationId, { files }] of this.#logs)
      await files.trim(await this.#deps.maxFileCount(organizationId));
    this.#trimmedAtMs = this.#deps.monotonicMs();
  }

  #logOf(organizationId: string): Log {
    const known = this.#logs.get(organizationId);
    if (known !== undefined) return known;
    const beginnings = { since: this.#since ?? this.#startedAt, ownedAt: this.#ownedAt };
    const files = new OrganizationLog(this.#deps, this.#deps.folder, organizationId, beginnings);
    const made = { files, batchSize: FIRST_BATCH };
    this.#logs.set(organizationId, made);
    return made;
  }

  #elsewhere(): Outcome {
    if (!this.#told.has('elsewhere')) this.#deps.report.auditFileElsewhere({ folder: this.#deps.folder });
    this.#told.add('elsewhere');
    return 'elsewhere';
  }

  #failed(error: unknown): Outcome {
    const trouble = troubleOf(error);
    if (!this.#told.has(trouble.code)) this.#deps.report.auditFileFailed({ ...trouble, error });
    this.#told.add(trouble.code);
    return 'failed';
  }

  #recovered(): void {
    if (this.#told.size > 0) this.#deps.report.auditFileRecovered();
    this.#told.clear();
  }
}
