// `hookwright keys …`: for whoever has the machine and no key, or wants one without the API.
import { parseArgs } from 'node:util';
import { endKey, generateKey, listKeys, makeKey } from './assembly/keys.ts';
import type { CliDeps } from './cli-deps.ts';
import { EXIT, settingsOrSay } from './cli-deps.ts';
import type { Config } from './config.ts';
import { ROLES } from './domain/access.ts';
import { keyState } from './domain/api-key.ts';

const USAGE = `Usage: hookwright keys generate
       hookwright keys create --role ROLE [--name NAME] [--organization NAME] [--expires-in-days N]
       hookwright keys list [--organization NAME]
       hookwright keys revoke KEY_ID
ROLE is one of ${ROLES.join(', ')}.
`;

const OPTIONS = {
  role: { type: 'string' },
  name: { type: 'string' },
  organization: { type: 'string' },
  'expires-in-days': { type: 'string' },
} as const;

interface Given {
  readonly action: string;
  readonly rest: readonly string[];
  readonly options: Readonly<Partial<Record<keyof typeof OPTIONS, string>>>;
}

/** Runs one of these commands; gives its exit code. */
export async function keys(deps: CliDeps, args: readonly string[]): Promise<number> {
  const given = readArguments(args);
  if (given?.action === 'generate' && isBare(given, 0, [])) return generate(deps);
  const run = given === undefined ? undefined : commandOf(given);
  if (run === undefined) {
    deps.say(USAGE);
    return EXIT.usage;
  }
  const config = settingsOrSay(deps);
  return config === undefined ? EXIT.config : run(deps, config);
}

function readArguments(args: readonly string[]): Given | undefined {
  try {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [action = '', ...rest] = positionals;
    return { action, rest, options: values };
  } catch {
    return undefined;
  }
}

type Run = (deps: CliDeps, config: Config) => Promise<number>;

function commandOf(given: Given): Run | undefined {
  const { action, rest, options } = given;
  const [id = ''] = rest;
  if (action === 'create' && isBare(given, 0, Object.keys(OPTIONS))) return create(options);
  if (action === 'list' && isBare(given, 0, ['organization'])) return list(options.organization);
  return action === 'revoke' && isBare(given, 1, []) ? revoke(id) : undefined;
}

function isBare({ rest, options }: Given, words: number, allowed: readonly string[]): boolean {
  return rest.length === words && Object.keys(options).every((name) => allowed.includes(name));
}

function generate(deps: CliDeps): number {
  deps.print(`${generateKey()}\n`);
  return EXIT.done;
}

// As schemas/api/common.schema.json has it for the API.
const NAME = /^(?=.{1,64}$)[\p{L}\p{N}_-](?:[\p{L}\p{N} _-]*[\p{L}\p{N}_-])?$/u;

function create(options: Given['options']): Run | undefined {
  const role = ROLES.find((known) => known === options.role);
  const { name = 'made on the command line', organization, 'expires-in-days': days } = options;
  const isDays = days === undefined || (/^\d{1,4}$/.test(days) && Number(days) >= 1 && Number(days) <= 3650);
  if (role === undefined || !NAME.test(name) || !isDays) return undefined;
  return async (deps, config) => {
    const expiresInDays = days === undefined ? undefined : Number(days);
    const made = await makeKey(config, organization, { name, role, expiresInDays });
    const { key, text } = made;
    const until = key.expiresAt === undefined ? '' : `, good until ${key.expiresAt.toISOString()}`;
    deps.say(
      `The ${role} key ${key.id} of the organization "${made.organization.name}"${until}; it is shown this once:\n`,
    );
    deps.print(`${text}\n`);
    return EXIT.done;
  };
}

function list(organization: string | undefined): Run {
  return async (deps, config) => {
    const now = new Date();
    for (const key of await listKeys(config, organization)) {
      const used = key.lastUsedAt === undefined ? 'never used' : `last used ${key.lastUsedAt.toISOString()}`;
      deps.print(`${key.id}  ${key.role}  ${keyState(key, now)}  ${key.name}  (${used})\n`);
    }
    return EXIT.done;
  };
}

function revoke(id: string): Run {
  return async (deps, config) => {
    const key = await endKey(config, id);
    deps.say(`The key ${key.id} ("${key.name}") is revoked.\n`);
    return EXIT.done;
  };
}
