// Compiles src and db into dist. What was there goes first: a file that was renamed must not live on under its old name.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStamp, stampFiles } from './ensure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = buildStamp(root);
rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status === 0) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stampFiles(root).build, stamp);
}
process.exitCode = status ?? 1;
