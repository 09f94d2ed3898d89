// Runs the commands that the documents show, as a person would: in a shell, with curl.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { quote } from '../../src/domain/curl.ts';

const STAND_IN = fileURLToPath(new URL('curl.mjs', import.meta.url));

/** Which curl a shell finds: the machine's, or the stand-in. */
export type CurlKind = 'curl' | 'the stand-in for curl';

/** The curls that commands can be run with here: the stand-in always, the machine's where it has one. */
export function curlKinds(): CurlKind[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => isExecutable(join(folder, 'curl')))
    ? ['curl', 'the stand-in for curl']
    : ['the stand-in for curl'];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A shell in which 127.0.0.1:8080 is the engine under test. */
export interface Shell {
  /** What a command prints. Rejects where it fails. */
  run(command: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a shell. Its environment holds nothing but what is given here, so no proxy of the machine is in the way. */
export async function openShell(kind: CurlKind, url: string, env: Readonly<Record<string, string>>): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'hookwright-shell-'));
  const { port } = new URL(url);
  await writeFile(join(folder, '.curlrc'), `connect-to = "127.0.0.1:8080:127.0.0.1:${port}"\n`);
  const machinePath = process.env['PATH'] ?? '';
  if (kind !== 'curl') {
    const script = join(folder, 'curl');
    await writeFile(script, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(STAND_IN)} "$@"\n`);
    await chmod(script, 0o700);
  }
  const path = kind === 'curl' ? machinePath : `${folder}${delimiter}${machinePath}`;
  return {
    run: async (command) => {
      const options = { env: { ...env, PATH: path, HOME: folder, CURL_HOME: folder } };
      const { stdout } = await promisify(execFile)('sh', ['-c', command], options);
      return stdout;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
