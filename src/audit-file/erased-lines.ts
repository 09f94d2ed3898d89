// Erases in the files of one organization: every line of an erased event is written over where it stands. What is to be done
// is kept beside the files until it is done, so that nothing ends it, and no line stays torn.
import { join } from 'node:path';
import type { FileEnd } from '../domain/audit-file.ts';
import { ownFiles, readFileName } from '../domain/audit-file.ts';
import type { LinePlace } from '../domain/audit-file-erasing.ts';
import { fitted, readUnerased, shortErasedLine, writeUnerased } from '../domain/audit-file-erasing.ts';
import type { Event } from '../domain/event.ts';
import type { Files } from './files.ts';
import { findLines } from './find-lines.ts';
import type { LineDeps } from './lines.ts';
import { textOf } from './lines.ts';

/** What erasing in files touches. */
export interface ErasedLinesDeps extends LineDeps {
  readonly files: Files;
  /** An event as it is now; `undefined` where it is not there any more. */
  eventOf(organizationId: string, id: string): Promise<Event | undefined>;
}

/** An event whose lines are looked for. */
interface Search {
  /** What may stand in the place of a line, the best first. */
  readonly texts: readonly string[];
  /** Its lines are most likely in the files of this day and of later ones. */
  readonly from: string;
  /** The files that have been looked through. */
  readonly done: Set<string>;
}

const UNERASED = '.erasing.json';
const NEWLINE = 10;
// The day of a file is that of the first line in it or a later one, in the time zone of that time.
const EARLIER_MS = 48 * 3_600_000;

/** Erases there. One call after the other. */
export class ErasedLines {
  readonly #deps: ErasedLinesDeps;
  readonly #organizationId: string;
  readonly #folder: string;
  #searches: Map<string, Search> | undefined;
  /** Lines that are being written over. */
  #begun: readonly LinePlace[] = [];
  /** Files in which it could not be done; the one that was tried last comes last. */
  readonly #failed = new Map<string, unknown>();

  constructor(deps: ErasedLinesDeps, folder: string, organizationId: string) {
    this.#deps = deps;
    this.#folder = folder;
    this.#organizationId = organizationId;
  }

  /** Keeps for good that lines of these events are to be erased, all that are there by then. */
  async remember(ids: readonly string[]): Promise<void> {
    const searches = await this.#known();
    const added = await this.#searchesOf(ids);
    await this.#save([...new Set([...searches.keys(), ...ids])]);
    for (const [id, search] of added) searches.set(id, search);
  }

  /**
   * Looks through one file, up to `current`, which ends what is written; gives whether there may be more. Rejects where
   * that failed, or has failed in another file and was not made up for; every file has its turn.
   */
  async step(current: FileEnd | undefined): Promise<boolean> {
    const searches = await this.#known();
    if (searches.size === 0) return false;
    const file = await this.#next(searches);
    if (file === undefined) {
      await this.#deps.files.remove(join(this.#folder, UNERASED));
      this.#begun = [];
      searches.clear();
      return false;
    }
    try {
      this.#failed.delete(file);
      await this.#eraseIn(searches, file, file === current?.file ? current.bytes : Infinity);
    } catch (error) {
      this.#failed.set(file, error);
    }
    if (this.#failed.size > 0) throw [...this.#failed.values()][0];
    return true;
  }

  async #known(): Promise<Map<string, Search>> {
    if (this.#searches !== undefined) return this.#searches;
    const text = await this.#deps.files.read(join(this.#folder, UNERASED));
    const { ids, lines } = readUnerased(text ?? '');
    const searches = new Map(await this.#searchesOf(ids));
    this.#begun = lines.filter(({ id }) => searches.has(id));
    this.#searches = searches;
    return searches;
  }

  async #searchesOf(ids: readonly string[]): Promise<readonly (readonly [string, Search])[]> {
    const searches: (readonly [string, Search])[] = [];
    for (const id of ids) {
      const event = await this.#deps.eventOf(this.#organizationId, id);
      searches.push([id, { ...this.#standIn(event), done: new Set<string>() }]);
    }
    return searches;
  }

  // What a database that was put back has with its content again was erased all the same.
  #standIn(event: Event | undefined): Omit<Search, 'done'> {
    if (event === undefined) return { texts: [], from: '' };
    const texts = event.erased === undefined ? [] : [textOf(this.#deps, event)];
    const from = this.#deps.dayOf(new Date(event.receivedAt.getTime() - EARLIER_MS));
    return { texts: [...texts, shortErasedLine(event)], from };
  }

  // What has failed comes after all the others.
  async #next(searches: ReadonlyMap<string, Search>): Promise<string | undefined> {
    const names = ownFiles(await this.#deps.files.list(this.#folder));
    for (const name of this.#failed.keys()) if (!names.includes(name)) this.#failed.delete(name);
    const open = [...searches.values()].flatMap(({ from, done }) => {
      const left = names.filter((name) => !done.has(name));
      const isLikely = (name: string): boolean => (readFileName(name)?.day ?? '') >= from;
      return [left.find((name) => isLikely(name) && !this.#failed.has(name)), ...left];
    });
    const left = open.filter((name) => name !== undefined);
    return left.find((name) => !this.#failed.has(name)) ?? [...this.#failed.keys()].find((name) => left.includes(name));
  }

  async #eraseIn(searches: ReadonlyMap<string, Search>, file: string, end: number): Promise<void> {
    const asked = [...searches].filter(([, { done }]) => !done.has(file));
    await this.#writeOver(
      searches,
      this.#begun.filter((line) => line.file === file),
    );
    const pieces = this.#deps.files.pieces(join(this.#folder, file), 0, end);
    const found = await findLines(pieces, new Set(asked.map(([id]) => id)));
    await this.#writeOver(
      searches,
      found.map((line) => ({ ...line, file })),
    );
    for (const [, { done }] of asked) done.add(file);
  }

  async #writeOver(searches: ReadonlyMap<string, Search>, lines: readonly LinePlace[]): Promise<void> {
    if (lines.length === 0) return;
    const others = this.#begun.filter((begun) => !lines.some((line) => isSame(line, begun)));
    this.#begun = [...others, ...lines];
    await this.#save([...searches.keys()]);
    for (const line of lines) await this.#writeLine(line, searches.get(line.id)?.texts ?? []);
    this.#begun = others;
  }

  async #writeLine({ file, offset, bytes }: LinePlace, texts: readonly string[]): Promise<void> {
    const path = join(this.#folder, file);
    const before = Math.min(offset, 1);
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#deps.files.pieces(path, offset - before, offset + bytes + 1)) pieces.push(piece);
    const there = Buffer.concat(pieces);
    // In a file that somebody has changed, it is no line any more.
    const isLine = there.indexOf(NEWLINE, before) === before + bytes && (before === 0 || there[0] === NEWLINE);
    const line = fitted(texts, bytes);
    if (isLine && !there.subarray(before, before + bytes).equals(line)) {
      await this.#deps.files.writeOver(path, line, offset);
    }
  }

  async #save(ids: readonly string[]): Promise<void> {
    await this.#deps.files.replace(join(this.#folder, UNERASED), writeUnerased({ ids, lines: this.#begun }));
  }
}

function isSame(one: LinePlace, other: LinePlace): boolean {
  return one.file === other.file && one.offset === other.offset;
}
