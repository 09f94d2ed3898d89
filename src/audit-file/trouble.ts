// What keeps the audit log file from being written, and what to do about it.

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Make room; the file goes on by itself.',
  EDQUOT: 'The disk quota is used up. Make room or raise it; the file goes on by itself.',
  EACCES: 'The folder or a file in it cannot be written. Give them back to the user that runs Hookwright.',
  EPERM: 'The folder or a file in it cannot be written. Give them back to the user that runs Hookwright.',
  EROFS: 'The file system is read-only. Mount it to be written again; the file goes on by itself.',
  ENOENT:
    'The folder is gone. It is made again and the file goes on by itself, unless the folder above it is gone, too.',
  ENOTDIR: 'A file stands where a folder has to be. Move it away.',
  EISDIR: 'A folder stands where a file has to be. Move it away.',
  EMFILE: 'The process has too many files open. Raise its limit (ulimit -n).',
  EIO: 'The disk fails. Look at the log of the operating system.',
};

const OTHERWISE =
  'The error says why. It is tried again every second, and nothing is missing afterwards, unless its event was removed meanwhile.';

/** A failure: what it is known by, and what to do. */
export interface Trouble {
  readonly code: string;
  readonly advice: string;
}

/** What an error means for the file. */
export function troubleOf(error: unknown): Trouble {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  return { code, advice: ADVICE[code] ?? OTHERWISE };
}
