// The commands of `hookwright`: what each prints, and the code that it ends with.
import { parseArgs } from 'node:util';
import { StartupError } from './app.ts';
import { backUp } from './assembly/backup.ts';
import type { CliDeps, Command } from './cli-deps.ts';
import { EXIT, settingsOrSay } from './cli-deps.ts';
import { keys } from './cli-keys.ts';
import { secrets } from './cli-secrets.ts';
import type { Environment } from './config.ts';
import { nearestName } from './domain/text.ts';
import { readProductFiles } from './product-files.ts';

export type { CliDeps } from './cli-deps.ts';
export { EXIT } from './cli-deps.ts';

const HELP = `Usage: hookwright <command>

  backup FILE   copy the database to a new file, also while the engine runs
  keys ACTION   generate, create, list or revoke API keys, also while the engine runs
  secrets       the keys that encrypt secrets: generate, status, rotate
  help          this text
  --version     what this is

The engine itself is started with: npm start
Settings are those of the engine, from the environment: HOOKWRIGHT_DATA_DIR says where the database is.
`;

const COMMANDS: Readonly<Record<string, Command>> = { backup, keys, secrets, help, version };

/** Runs the command that the arguments name. Gives the exit code; never throws for what a person can do wrong. */
export async function runCommand(deps: CliDeps, args: readonly string[]): Promise<number> {
  const [given = '--help', ...rest] = args;
  const name = given.replace(/^--(?=(?:help|version)$)/, '');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return unknownCommand(deps, given);
  try {
    return await command(deps, rest);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    deps.say(`${error.message}\n`);
    return EXIT.failed;
  }
}

function unknownCommand(deps: CliDeps, given: string): number {
  const near = nearestName(given, Object.keys(COMMANDS));
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  deps.say(`There is no command "${given}".${meant} hookwright help lists them.\n`);
  return EXIT.usage;
}

function help(deps: CliDeps): Promise<number> {
  deps.print(HELP);
  return Promise.resolve(EXIT.done);
}

function version(deps: CliDeps): Promise<number> {
  deps.print(`Hookwright ${readProductFiles().version}\n`);
  return Promise.resolve(EXIT.done);
}

async function backup(deps: CliDeps, args: readonly string[]): Promise<number> {
  const file = onlyArgument(args);
  if (file === undefined) {
    deps.say('Name one file that does not exist yet: hookwright backup FILE\n');
    return EXIT.usage;
  }
  if (isPostgres(deps.env)) {
    deps.say(
      'HOOKWRIGHT_DATABASE_URL names PostgreSQL, which has its own way: pg_dump --format=custom --file=FILE URL\n',
    );
    return EXIT.failed;
  }
  const config = settingsOrSay(deps);
  if (config === undefined) return EXIT.config;
  const { path, bytes, keyFile } = await backUp(config, file, deps.cwd);
  const keys =
    config.encryptionKeys === undefined
      ? `${keyFile}: keep a copy of that file, too, in another place`
      : 'the keys of HOOKWRIGHT_ENCRYPTION_KEYS: keep a copy of them, too, in another place';
  deps.print(
    `The database was copied to ${path} (${String(bytes)} bytes).\n` +
      `The secrets in it can only be read with ${keys}.\n`,
  );
  return EXIT.done;
}

function isPostgres(env: Environment): boolean {
  return /^postgres(?:ql)?:/i.test(env['HOOKWRIGHT_DATABASE_URL']?.trim() ?? '');
}

// Options are refused: there are none.
function onlyArgument(args: readonly string[]): string | undefined {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    return positionals.length === 1 && positionals[0] !== '' ? positionals[0] : undefined;
  } catch {
    return undefined;
  }
}
