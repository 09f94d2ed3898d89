// The files of one organization: lines are written, made safe, and only then the position says that they are there. What
// a crash left behind the position is written over, which are the same lines again.
import { join } from 'node:path';
import type { Event } from '../domain/event.ts';
import type { LogPlace } from '../domain/event-window.ts';
import type { FileEnd, Part, Position } from '../domain/audit-file.ts';
import {
  cutIntoFiles,
  ownFiles,
  readFileName,
  readPosition,
  surplusFiles,
  writePosition,
} from '../domain/audit-file.ts';
import { erasedBy } from '../domain/erasure.ts';
import type { ErasedLinesDeps } from './erased-lines.ts';
import { ErasedLines } from './erased-lines.ts';
import type { LineDeps } from './lines.ts';
import { linesOf } from './lines.ts';
import type { Days } from './local-days.ts';

/** What the files of an organization touch. */
export interface OrganizationLogDeps extends ErasedLinesDeps, Days {
  readonly limitBytes: number;
  readonly report: LineDeps['report'] & {
    auditFilePositionLost(fact: { readonly organizationId: string; readonly from: Date }): void;
  };
}

/** Where the log of an organization begins that has none yet, and what is the latest that can have been written. */
export interface Beginnings {
  /** When the file was switched on. */
  readonly since: Date;
  /** Until when all was decided when the folder became ours. */
  readonly ownedAt: Date;
}

/** A place in the log, and the file that ends with it, if there is one. */
interface End {
  readonly place: LogPlace;
  readonly file: FileEnd | undefined;
}

const POSITION = '.position.json';
// From 12 hours west to 14 hours east.
const LARGEST_ZONE_CHANGE_MS = 26 * 3_600_000;

/** Writes them. One call after the other. */
export class OrganizationLog {
  readonly #deps: OrganizationLogDeps;
  readonly #organizationId: string;
  readonly #folder: string;
  readonly #beginnings: Beginnings;
  readonly #erasedLines: ErasedLines;
  #end: End | undefined;
  /** Whether `#end` is what stands on the disk. */
  #isKnown = false;

  constructor(deps: OrganizationLogDeps, folder: string, organizationId: string, beginnings: Beginnings) {
    this.#deps = deps;
    this.#organizationId = organizationId;
    this.#folder = join(folder, organizationId);
    this.#beginnings = beginnings;
    this.#erasedLines = new ErasedLines(deps, this.#folder, organizationId);
  }

  /** The place up to which the log is written. Makes the folder. */
  async place(): Promise<LogPlace> {
    return (await this.#known()).place;
  }

  /** Writes the events that follow. Rejects where that failed; then what follows `place` is to be written again. */
  async write(events: readonly Event[]): Promise<{ readonly isNewFile: boolean }> {
    let end = await this.#known();
    const lines = await linesOf(this.#deps, events);
    this.#isKnown = false;
    const erased = events.map(erasedBy).filter((id) => id !== undefined);
    // Before the position passes over what says so.
    if (erased.length > 0) await this.#erasedLines.remember(erased);
    const { limitBytes } = this.#deps;
    const names = await this.#deps.files.list(this.#folder);
    const taken = end.file === undefined ? names : [...names, end.file.file];
    const parts = cutIntoFiles({ current: await this.#current(end), taken, limitBytes }, lines);
    for (const part of parts) end = await this.#append(end, part);
    this.#isKnown = true;
    return { isNewFile: parts.some(({ bytes }) => bytes === 0) };
  }

  /** Erases in one file what is known to be erased; gives whether there may be more. Belongs behind `write`. */
  async eraseSome(): Promise<boolean> {
    return this.#erasedLines.step((await this.#known()).file);
  }

  /** Removes the oldest files where there are more than `maxFileCount`. */
  async trim(maxFileCount: number): Promise<void> {
    const current = (await this.#known()).file?.file;
    if (current === undefined) return;
    const names = await this.#deps.files.list(this.#folder);
    for (const name of surplusFiles(names, current, maxFileCount))
      await this.#deps.files.remove(join(this.#folder, name));
  }

  // Nothing goes into a file that somebody has taken away or shortened.
  async #current({ file }: End): Promise<FileEnd | undefined> {
    if (file === undefined || file.bytes === 0) return file;
    const size = await this.#deps.files.size(join(this.#folder, file.file));
    return size === undefined || size < file.bytes ? undefined : file;
  }

  async #append(end: End, { file, bytes, lines }: Part): Promise<End> {
    // Named before it is made: so what is behind a position is in one file, whatever happens.
    if (end.file?.file !== file) await this.#commit({ file, bytes, place: end.place });
    const all = Buffer.concat(lines.map((line) => line.bytes));
    await this.#deps.files.writeAt(join(this.#folder, file), all, bytes);
    const place = lines.at(-1)?.place ?? end.place;
    return this.#commit({ file, bytes: bytes + all.length, place });
  }

  async #commit(position: Position): Promise<End> {
    await this.#deps.files.replace(join(this.#folder, POSITION), writePosition(position));
    this.#end = endOf(position);
    return this.#end;
  }

  async #known(): Promise<End> {
    if (this.#isKnown && this.#end !== undefined) return this.#end;
    await this.#deps.files.makeFolder(this.#folder);
    this.#end = (await this.#stored()) ?? this.#end ?? (await this.#begin());
    this.#isKnown = true;
    return this.#end;
  }

  // A position that is later is that of another database, or of one that was put back: that one's time has come again.
  async #stored(): Promise<End | undefined> {
    const text = await this.#deps.files.read(join(this.#folder, POSITION));
    const position = text === undefined ? undefined : readPosition(text);
    if (position === undefined) return undefined;
    const { ownedAt } = this.#beginnings;
    if (this.#end !== undefined || position.place.receivedAt <= ownedAt) return endOf(position);
    // Written at once: the next start would pass over what comes until then.
    return this.#commit({ ...position, place: this.#lost(ownedAt) });
  }

  // There are files, and nothing says how far they go: what they have of their last two days comes once more, and none is
  // missing, also where the time zone was another one.
  async #begin(): Promise<End> {
    const { since } = this.#beginnings;
    const newest = readFileName(ownFiles(await this.#deps.files.list(this.#folder)).at(-1) ?? '');
    if (newest === undefined) return { place: { receivedAt: since, id: '' }, file: undefined };
    const start = new Date(this.#deps.startOf(newest.day).getTime() - LARGEST_ZONE_CHANGE_MS);
    return { place: this.#lost(start > since ? start : since), file: undefined };
  }

  #lost(from: Date): LogPlace {
    this.#deps.report.auditFilePositionLost({ organizationId: this.#organizationId, from });
    return { receivedAt: from, id: '' };
  }
}

function endOf({ file, bytes, place }: Position): End {
  return { place, file: { file, bytes } };
}
