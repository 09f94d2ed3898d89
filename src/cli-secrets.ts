// `hookwright secrets …`: the keys that encrypt what webhooks keep secret.
import { parseArgs } from 'node:util';
import type { KeyStatus, RotationReport } from './assembly/encryption-keys.ts';
import { generateKey, rotateSecrets, secretsStatus } from './assembly/encryption-keys.ts';
import type { CliDeps } from './cli-deps.ts';
import { EXIT, settingsOrSay } from './cli-deps.ts';

const USAGE = `Usage: hookwright secrets <generate | status | rotate [--drop-old]>

  generate   print a new key, as id:base64; nothing is changed
  status     how many secrets are encrypted with which key
  rotate     encrypt all secrets with the newest key; with a key file on SQLite, with a new one
             --drop-old   then take the other keys out of the key file
`;

const EVERY_PROCESS =
  'Every process that shares the database must have been started with this key by now: one that was not answers 503 at /readyz, and names the key.\n';

/** Runs `hookwright secrets`. Throws `StartupError` with the sentence to say. */
export async function secrets(deps: CliDeps, args: readonly string[]): Promise<number> {
  const given = readArguments(args);
  if (given === undefined) {
    deps.say(USAGE);
    return EXIT.usage;
  }
  if (given.action === 'generate') {
    deps.print(generateKey());
    return EXIT.done;
  }
  const config = settingsOrSay(deps);
  if (config === undefined) return EXIT.config;
  if (given.action === 'status') {
    deps.print(statusText(await secretsStatus(config)));
    return EXIT.done;
  }
  const isShared = config.databaseUrl !== undefined;
  if (isShared) deps.say(`Everything will be encrypted with the newest key of this list. ${EVERY_PROCESS}`);
  const report = await rotateSecrets(config, { dropOld: given.dropOld });
  deps.print(rotationText(report) + (isShared ? EVERY_PROCESS : ''));
  for (const secret of report.unreadable) {
    deps.say(`No key opens ${secret}: it was left as it is, and no key was taken out. Replace that webhook.\n`);
  }
  return report.unreadable.length === 0 ? EXIT.done : EXIT.failed;
}

interface Arguments {
  readonly action: 'generate' | 'status' | 'rotate';
  readonly dropOld: boolean;
}

function readArguments(args: readonly string[]): Arguments | undefined {
  try {
    const options = { 'drop-old': { type: 'boolean', default: false } } as const;
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [action] = positionals;
    if (positionals.length !== 1) return undefined;
    if (action === 'rotate') return { action, dropOld: values['drop-old'] };
    return (action === 'generate' || action === 'status') && !values['drop-old']
      ? { action, dropOld: false }
      : undefined;
  } catch {
    return undefined;
  }
}

function statusText({ place, keys }: KeyStatus): string {
  if (keys.length === 0) return `There is no secret, and no key in ${place}.\n`;
  const lines = keys.map(({ id, secrets: count, standing }) => {
    const what = `${String(count)} ${count === 1 ? 'secret' : 'secrets'}`;
    return `  ${id.padEnd(32)}  ${what.padStart(16)}  ${standing}\n`;
  });
  return `Keys in ${place}, and what is encrypted with them:\n${lines.join('')}`;
}

function rotationText(report: RotationReport): string {
  const { keyId, secrets: count, versions, others, place } = report;
  const made = report.isNew ? `The key "${keyId}" was made and put on top of ${place}.\n` : '';
  const done =
    count === 0
      ? `No secret was encrypted with another key than "${keyId}".\n`
      : `${String(count)} secrets in ${String(versions)} versions of webhooks were encrypted anew, with the key "${keyId}".\n`;
  return made + done + othersText(report, others.map((id) => `"${id}"`).join(', '));
}

function othersText({ others, place, isDropped, isInEnvironment, unreadable }: RotationReport, names: string): string {
  if (others.length === 0 || unreadable.length > 0) return '';
  const backups = 'Backups of the database from before need them: keep them with those.';
  if (isDropped) return `Taken out of ${place}: ${names}. ${backups}\n`;
  const how = isInEnvironment ? 'take them out of' : 'remove their lines, or run this again with --drop-old:';
  return `Not needed any more: ${names}. You can ${how} ${place}. ${backups}\n`;
}
