// Audit log files in a temporary folder, of events in memory, with a clock that a test sets.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditFileDeps } from '../../src/audit-file/audit-file.ts';
import { AuditFile } from '../../src/audit-file/audit-file.ts';
import type { Files } from '../../src/audit-file/files.ts';
import { NODE_FILES } from '../../src/audit-file/files.ts';
import { withoutEventContent } from '../../src/domain/erasure.ts';
import type { Event } from '../../src/domain/event.ts';
import { writeExact } from '../../src/domain/json.ts';
import type { OwnEvent } from '../../src/domain/own-events.ts';
import { engineActor, writeOwnEvent } from '../../src/domain/own-events.ts';
import { eventWith, ORGANIZATION } from '../store/fixtures.ts';

export const NOW = new Date('2026-11-20T12:00:00.000Z');

/** An error as Node gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

export type Told = readonly [fact: string, about?: string];

/** A folder with files, and the processes that write there one after the other. */
export class Scene {
  readonly folder = join(mkdtempSync(join(tmpdir(), 'hookwright-audit-')), 'audit');
  readonly events: Event[] = [];
  readonly told: Told[] = [];
  readonly maxFileCounts = new Map<string, number>();
  now = NOW;
  /** Added to the monotonic clock at each look. */
  limitBytes = 1000;
  zoneHours = 0;
  files: Files = NODE_FILES;
  locked = false;
  lineOf = (event: Event): string => event.body;
  databaseFails = false;
  #monotonicMs = 0;

  /** A process. */
  create(changes: Partial<AuditFileDeps> = {}): AuditFile {
    return new AuditFile({ ...this.#deps(), ...changes });
  }

  /** Starts a process, has it write everything, and kills it: nothing is tidied up. */
  async run(changes: Partial<AuditFileDeps> = {}): Promise<AuditFile> {
    const file = this.create(changes);
    await file.start();
    await file.settled();
    // Once more: its loop may have asked for a look meanwhile.
    await file.settled();
    this.locked = false;
    return file;
  }

  /** Accepts events, one each millisecond; their bodies, which are their lines. */
  accept(bodies: readonly string[], organizationId = ORGANIZATION): void {
    for (const body of bodies) {
      this.events.push(eventWith({ organizationId, body, receivedAt: this.now }));
      this.tick(1);
    }
  }

  /** Erases an event that was accepted, and accepts the event that says so. */
  erase(index: number, changes: Partial<Event> = {}): void {
    const event = this.events[index];
    assert.ok(event);
    const { id: targetId, organizationId } = event;
    this.events[index] = { ...withoutEventContent(event, { at: this.now, by: 'key_1' }) };
    const told: OwnEvent = {
      type: 'event.erased',
      action: 'erased',
      actor: engineActor(organizationId),
      targetId,
      targetName: targetId,
      metadata: {},
      current: undefined,
      previous: undefined,
    };
    const body = writeExact(writeOwnEvent(told, this.now));
    const own = { organizationId, body, receivedAt: this.now, eventType: told.type, origin: 'engine' } as const;
    this.events.push(eventWith({ ...own, ...changes }));
    this.tick(1);
  }

  tick(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
    this.#monotonicMs += ms;
  }

  path(name: string, organizationId = ORGANIZATION): string {
    return join(this.folder, organizationId, name);
  }

  /** The names of the files, hidden ones left out. */
  names(organizationId = ORGANIZATION): string[] {
    return readdirSync(join(this.folder, organizationId))
      .filter((name) => !name.startsWith('.'))
      .sort();
  }

  text(name: string, organizationId = ORGANIZATION): string {
    return readFileSync(this.path(name, organizationId), 'utf8');
  }

  /** The lines of all files, in the order of their names; fails where the last one has no end. */
  lines(organizationId = ORGANIZATION): string[] {
    const texts = this.names(organizationId).map((name) => this.text(name, organizationId));
    for (const text of texts) assert.ok(text === '' || text.endsWith('\n'), 'a torn line');
    return texts.join('').split('\n').slice(0, -1);
  }

  remove(): void {
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }

  #deps(): AuditFileDeps {
    const failing = (): void => {
      if (this.databaseFails) throw systemError('storage_away');
    };
    return {
      folder: this.folder,
      files: forwarding(() => this.files),
      limitBytes: this.limitBytes,
      lineOf: (event) => this.lineOf(event),
      dayOf: (instant) => this.#local(instant).toISOString().slice(0, 10).replaceAll('-', ''),
      startOf: (day) =>
        new Date(Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`) - this.zoneHours * 3_600_000),
      clock: () => this.now,
      monotonicMs: () => this.#monotonicMs,
      yieldToOthers: () => Promise.resolve(),
      // Only a stop ends it: looks are asked for.
      pause: (_pauseMs, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener('abort', () => resolve(), { once: true });
        }),
      horizon: {
        advance: async () => {
          failing();
          this.tick(1);
          return this.now;
        },
      },
      eventLog: {
        after: async (organizationId, place, until, limit) =>
          this.#ofLog(organizationId)
            .filter(({ receivedAt }) => receivedAt < until)
            .filter((event) => place === undefined || isAfter(event, place))
            .slice(0, limit),
        organizationsSince: async (from) => {
          failing();
          return [
            ...new Set(this.events.filter(({ receivedAt }) => receivedAt >= from).map((one) => one.organizationId)),
          ];
        },
      },
      eventOf: async (organizationId, id) =>
        this.events.find((event) => event.organizationId === organizationId && event.id === id),
      maxFileCount: async (organizationId) => this.maxFileCounts.get(organizationId) ?? 100,
      lock: async () => {
        if (this.locked) return undefined;
        this.locked = true;
        return { release: async () => void (this.locked = false) };
      },
      report: {
        auditFileFailed: ({ code }) => void this.told.push(['failed', code]),
        auditFileRecovered: () => void this.told.push(['recovered']),
        auditFileElsewhere: () => void this.told.push(['elsewhere']),
        auditFileWritten: () => undefined,
        auditFileLineFailed: ({ eventId }) => void this.told.push(['line', eventId]),
        auditFilePositionLost: ({ from }) => void this.told.push(['lost', from.toISOString()]),
      },
    };
  }

  #local(instant: Date): Date {
    return new Date(instant.getTime() + this.zoneHours * 3_600_000);
  }

  #ofLog(organizationId: string): Event[] {
    return this.events
      .filter((event) => event.organizationId === organizationId)
      .sort((a, b) => (isAfter(a, b) ? 1 : -1));
  }
}

function isAfter(event: Pick<Event, 'receivedAt' | 'id'>, place: Pick<Event, 'receivedAt' | 'id'>): boolean {
  const apart = event.receivedAt.getTime() - place.receivedAt.getTime();
  return apart > 0 || (apart === 0 && event.id > place.id);
}

function forwarding(current: () => Files): Files {
  return {
    makeFolder: (folder) => current().makeFolder(folder),
    list: (folder) => current().list(folder),
    read: (path) => current().read(path),
    size: (path) => current().size(path),
    replace: (path, text) => current().replace(path, text),
    writeAt: (path, lines, offset) => current().writeAt(path, lines, offset),
    pieces: (path, start, end) => current().pieces(path, start, end),
    writeOver: (path, bytes, offset) => current().writeOver(path, bytes, offset),
    remove: (path) => current().remove(path),
  };
}

/** Files of a process that ends within its step number `step`, of those that change something. */
export function dyingFiles(step: number): { readonly files: Files; readonly life: { isOver: boolean } } {
  const life = { left: step, isOver: false };
  const count = async (work: () => Promise<void>, partly?: () => Promise<void>): Promise<void> => {
    if (life.isOver) throw systemError('EKILLED');
    life.left -= 1;
    if (life.left > 0) return work();
    life.isOver = true;
    await partly?.();
    throw systemError('EKILLED');
  };
  const some = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, (step * 97) % bytes.length);
  const files: Files = {
    ...NODE_FILES,
    makeFolder: (folder) => count(() => NODE_FILES.makeFolder(folder)),
    replace: (path, text) =>
      count(
        () => NODE_FILES.replace(path, text),
        async () => (step % 2 === 0 ? NODE_FILES.replace(path, text) : writeFileSync(`${path}.new`, text.slice(0, 5))),
      ),
    writeAt: (path, lines, offset) =>
      count(
        () => NODE_FILES.writeAt(path, lines, offset),
        () => NODE_FILES.writeAt(path, some(lines), offset),
      ),
    writeOver: (path, bytes, offset) =>
      count(
        () => NODE_FILES.writeOver(path, bytes, offset),
        () => NODE_FILES.writeOver(path, some(bytes), offset),
      ),
    remove: (path) => count(() => NODE_FILES.remove(path)),
  };
  return { files, life };
}
