// Makes `npm start` and `npm test` work on a fresh clone: installs what is missing and builds what has changed.
// Only Node's built-ins, and only syntax that an old Node can read, so that it can say that it is too old.
import childProcess from 'child_process';
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';
import { fileURLToPath } from 'url';
import { withLock } from './lock.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BUILD_INPUTS = ['src', 'db', 'schemas', 'tsconfig.json', 'tsconfig.build.json'];

/** Whether a version of Node is older than the one that `engines` in package.json asks for (`>=20.19`). */
export function tooOld(version, engines) {
  const has = numbersOf(version);
  const needs = numbersOf(engines);
  return has[0] < needs[0] || (has[0] === needs[0] && has[1] < needs[1]);
}

function numbersOf(text) {
  const match = /(\d+)\.(\d+)/.exec(text);
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}

/** Changes when an installation made for another package.json, lock file or native interface does not fit any more. */
export function installStamp(root) {
  return hashOf([
    process.versions.modules,
    fs.readFileSync(path.join(root, 'package.json')),
    fs.readFileSync(path.join(root, 'package-lock.json')),
  ]);
}

/** Changes when a file changes that the build is made from. */
export function buildStamp(root) {
  const files = BUILD_INPUTS.reduce((all, name) => all.concat(filesBelow(root, name)), []);
  return hashOf(files.reduce((all, file) => all.concat([file, fs.readFileSync(path.join(root, file))]), []));
}

function filesBelow(root, name) {
  const full = path.join(root, name);
  if (!fs.existsSync(full)) return [];
  if (!fs.statSync(full).isDirectory()) return [name];
  const names = fs.readdirSync(full).sort();
  return names.reduce((all, inner) => all.concat(filesBelow(root, `${name}/${inner}`)), []);
}

// Each part is preceded by its length, so that no two lists of parts give the same bytes.
function hashOf(parts) {
  const hash = crypto.createHash('sha256');
  parts.forEach((part) => {
    hash.update(`${String(part.length)}:`);
    hash.update(part);
  });
  return hash.digest('hex');
}

/** Where the stamps lie: in what they are about, so that they vanish with it. */
export function stampFiles(root) {
  return { install: path.join(root, 'node_modules/.hookwright'), build: path.join(root, 'dist/.hookwright') };
}

function isStamped(file, stamp) {
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === stamp;
}

/**
 * Installs and, where `build` is asked for, builds; does nothing where both are up to date. Throws a sentence for
 * people where it cannot. `run(command, args)` gives an exit code; `say` shows what is being done.
 */
export function ensure(options) {
  const { root, version, build, run, say } = options;
  const engines = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).engines.node;
  if (tooOld(version, engines)) {
    const needed = engines.replace('>=', '');
    throw new Error(`Hookwright needs Node.js ${needed} or later, and this is ${version}: see https://nodejs.org.`);
  }
  const files = stampFiles(root);
  const isInstalled = () => isStamped(files.install, installStamp(root));
  const isBuilt = () => !build || isStamped(files.build, buildStamp(root));
  if (isInstalled() && isBuilt()) return;
  withLock(root, say, () => {
    if (!isInstalled()) install(options, files.install);
    if (!isBuilt()) makeBuild(run, say, root);
  });
}

function install(options, stampFile) {
  const { root, run, say } = options;
  const stamp = installStamp(root);
  say('Installing dependencies. The first time, compiling SQLite takes about a minute without a word …');
  // --include=dev: the build needs the compiler, also where NODE_ENV says production.
  const code = run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) {
    throw new Error(
      'Installing failed; npm says why above. If it was sqlite3: it is compiled where no ready-made file can be ' +
        'downloaded, and that needs python3, make and g++.',
    );
  }
  fs.writeFileSync(stampFile, stamp);
}

function makeBuild(run, say, root) {
  say('Building …');
  if (run('node', [path.join(root, 'scripts/build.mjs')]) !== 0) {
    throw new Error('The build failed; the compiler says why above.');
  }
}

// On Windows npm is a command file, which only a shell can start.
function runIn(root) {
  return (command, args) => {
    const isNode = command === 'node';
    const shell = !isNode && process.platform === 'win32';
    const result = childProcess.spawnSync(isNode ? process.execPath : command, args, {
      cwd: root,
      stdio: 'inherit',
      shell,
    });
    if (result.error) throw result.error;
    return result.status;
  };
}

/** Does it for this clone, on this Node; ends the process with a plain sentence where it cannot. */
export function ensureHere(build) {
  try {
    ensure({ root: ROOT, version: process.versions.node, build, run: runIn(ROOT), say: (text) => console.error(text) });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

const isMain = process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) ensureHere(process.argv[2] === 'build');
