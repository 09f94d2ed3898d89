// What every command of `hookwright` is given, and how it may end.
import type { Config, Environment } from './config.ts';
import { readConfig } from './config.ts';

/** What a command touches. */
export interface CliDeps {
  readonly env: Environment;
  /** Where relative paths start. */
  readonly cwd: string;
  /** What was asked for: standard output. */
  print(text: string): void;
  /** What went wrong: standard error. */
  say(text: string): void;
}

/** How a command ended, as the process' exit code. */
export const EXIT = { done: 0, failed: 1, usage: 2, config: 3 } as const;

/** A command: its exit code. Throws `StartupError` with the sentence to say. */
export type Command = (deps: CliDeps, args: readonly string[]) => Promise<number>;

/** The settings; `undefined` where they cannot be read, which has been said then. */
export function settingsOrSay(deps: CliDeps): Config | undefined {
  const reading = readConfig(deps.env, deps.cwd);
  if (reading.ok) return reading.config;
  deps.say(`The settings cannot be read:\n${reading.problems.map((problem) => `  - ${problem}`).join('\n')}\n`);
  return undefined;
}
