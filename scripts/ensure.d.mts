// The types of ensure.mjs, for its tests.

/** What `ensure` works on and with. */
export interface EnsureOptions {
  readonly root: string;
  readonly version: string;
  readonly build: boolean;
  run(command: string, args: readonly string[]): number;
  say(text: string): void;
}

export function tooOld(version: string, engines: string): boolean;
export function installStamp(root: string): string;
export function buildStamp(root: string): string;
export function stampFiles(root: string): { readonly install: string; readonly build: string };
export function ensure(options: EnsureOptions): void;
export function ensureHere(build: boolean): void;
