// The files of the audit log on the disk: what was written and answered for is there after a power cut.
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What is done with files. Each rejects with Node's error where it could not be done. */
export interface Files {
  /** Makes a folder, for its owner only, where it is missing. */
  makeFolder(folder: string): Promise<void>;
  /** The names in a folder; none where it is missing. */
  list(folder: string): Promise<readonly string[]>;
  /** The text of a file; `undefined` where it is missing. */
  read(path: string): Promise<string | undefined>;
  /** The bytes that a file has; `undefined` where it is missing. */
  size(path: string): Promise<number | undefined>;
  /** Puts a text in place of a file: afterwards, and after any crash, it holds the old text or the new one. */
  replace(path: string, text: string): Promise<void>;
  /**
   * Writes lines into a file from `offset` on, which is its end or before it, and ends the file behind them. With 0, the file
   * is made where it is missing. Where that fails half-way, no line is left torn, if that can be helped.
   */
  writeAt(path: string, lines: Uint8Array, offset: number): Promise<void>;
  /** What a file has from `start` up to `end` or its own end, one piece after the other; nothing where it is missing. */
  pieces(path: string, start: number, end: number): AsyncIterable<Uint8Array>;
  /** Writes over bytes of a file, which keeps its length. Where that fails half-way, some are written. */
  writeOver(path: string, bytes: Uint8Array, offset: number): Promise<void>;
  /** Removes a file, if it is there. */
  remove(path: string): Promise<void>;
}

/** Those of this machine. */
export const NODE_FILES: Files = {
  async makeFolder(folder) {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(dirname(folder));
  },
  list: async (folder) => (await unlessMissing(readdir(folder))) ?? [],
  read: (path) => unlessMissing(readFile(path, 'utf8')),
  size: async (path) => (await unlessMissing(stat(path)))?.size,
  async replace(path, text) {
    const draft = `${path}.new`;
    await withFile(draft, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY, async (file) => {
      await writeAll(file, Buffer.from(text), 0);
      await file.sync();
    });
    await rename(draft, path);
    await syncFolder(dirname(path));
  },
  async writeAt(path, lines, offset) {
    const making = offset === 0 ? constants.O_CREAT : 0;
    const before = await withFile(path, constants.O_RDWR | making, async (file) => {
      const { size } = await file.stat();
      if (size < offset) throw shortened(path);
      await writeAll(file, lines, offset);
      const end = offset + lines.length;
      if (size > end) await file.truncate(end);
      await file.sync();
      return size;
    });
    // The name of a file that was made just now.
    if (before === 0) await syncFolder(dirname(path));
  },
  async *pieces(path, start, end) {
    const file = await unlessMissing(open(path, constants.O_RDONLY));
    if (file === undefined) return;
    try {
      for (let offset = start; offset < end;) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - offset));
        const { bytesRead } = await file.read(piece, 0, piece.length, offset);
        if (bytesRead === 0) return;
        yield piece.subarray(0, bytesRead);
        offset += bytesRead;
      }
    } finally {
      await file.close();
    }
  },
  async writeOver(path, bytes, offset) {
    await withFile(path, constants.O_RDWR, async (file) => {
      const { size } = await file.stat();
      if (size < offset + bytes.length) throw shortened(path);
      for (let written = 0; written < bytes.length;) {
        const left = bytes.length - written;
        written += (await file.write(bytes, written, left, offset + written)).bytesWritten;
      }
      await file.sync();
    });
  },
  remove: (path) => rm(path, { force: true }),
};

const PIECE_BYTES = 2 ** 20;

function shortened(path: string): Error {
  return new Error(`The file ${path} was shortened by somebody else.`);
}

async function withFile<Result>(
  path: string,
  flags: number,
  work: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, flags, 0o600);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

const NEWLINE = 10;

async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let written = 0;
  try {
    while (written < bytes.length) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, offset + written);
      written += bytesWritten;
    }
  } catch (error) {
    const whole = bytes.subarray(0, written).lastIndexOf(NEWLINE) + 1;
    await file.truncate(offset + whole).catch(() => undefined);
    throw error;
  }
}

// Windows can neither open a folder nor needs to.
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await withFile(folder, constants.O_RDONLY, (file) => file.sync());
}

async function unlessMissing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
