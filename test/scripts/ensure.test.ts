import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStamp, ensure, installStamp, stampFiles, tooOld } from '../../scripts/ensure.mjs';
import { lockFile, withLock } from '../../scripts/lock.mjs';

const SCRIPTS = join(dirname(fileURLToPath(import.meta.url)), '../../scripts');

describe('tooOld', () => {
  const table: readonly (readonly [version: string, isTooOld: boolean])[] = [
    ['20.19.0', false],
    ['20.20.2', false],
    ['21.0.0', false],
    ['24.1.0', false],
    ['100.0.0', false],
    ['20.18.9', true],
    ['20.2.0', true],
    ['18.20.4', true],
    ['8.0.0', true],
  ];
  for (const [version, isTooOld] of table) {
    it(`is ${String(isTooOld)} for ${version} where 20.19 is needed`, () => {
      assert.equal(tooOld(version, '>=20.19'), isTooOld);
    });
  }
});

describe('ensure', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ensure-'));
    writeFileSync(join(root, 'package.json'), '{"engines":{"node":">=20.19"}}');
    writeFileSync(join(root, 'package-lock.json'), '{}');
    for (const folder of ['src', 'db', 'schemas']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'src/main.ts'), '1');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Runs it with commands that only write down what they were; they do what npm and the build would leave behind. */
  function attempt(build: boolean, options: { readonly version?: string; readonly exitCode?: number } = {}) {
    const commands: string[] = [];
    const said: string[] = [];
    const run = (command: string, args: readonly string[]): number => {
      commands.push([command, ...args].join(' ').replace(root, '.'));
      if (options.exitCode !== undefined) return options.exitCode;
      if (command === 'npm') mkdirSync(join(root, 'node_modules'), { recursive: true });
      else {
        mkdirSync(join(root, 'dist'), { recursive: true });
        writeFileSync(stampFiles(root).build, buildStamp(root));
      }
      return 0;
    };
    const version = options.version ?? '20.19.0';
    const go = (): void => ensure({ root, version, build, run, say: (text) => said.push(text) });
    return { go, commands, said };
  }

  const INSTALL = 'npm ci --include=dev --no-audit --no-fund --loglevel=error';
  const BUILD = 'node ./scripts/build.mjs';

  it('stops with one plain sentence on a Node that is too old, and runs nothing', () => {
    const { go, commands } = attempt(true, { version: '18.20.4' });
    assert.throws(go, {
      message: 'Hookwright needs Node.js 20.19 or later, and this is 18.20.4: see https://nodejs.org.',
    });
    assert.deepEqual(commands, []);
  });

  it('installs on a fresh clone, says that it takes a while, and does nothing the next time', () => {
    const first = attempt(false);
    first.go();
    assert.deepEqual(first.commands, [INSTALL]);
    assert.match(first.said.join(), /about a minute/);
    const second = attempt(false);
    second.go();
    assert.deepEqual([second.commands, second.said], [[], []]);
  });

  it('builds after installing where a build is asked for', () => {
    const { go, commands, said } = attempt(true);
    go();
    assert.deepEqual(commands, [INSTALL, BUILD]);
    assert.match(said.join(), /Building/);
  });

  for (const file of ['package.json', 'package-lock.json']) {
    it(`installs again when ${file} has changed`, () => {
      attempt(false).go();
      writeFileSync(join(root, file), '{"engines":{"node":">=20.19"},"changed":true}');
      const { go, commands } = attempt(false);
      go();
      assert.deepEqual(commands, [INSTALL]);
    });
  }

  it('installs again after node_modules was removed', () => {
    attempt(false).go();
    rmSync(join(root, 'node_modules'), { recursive: true });
    const { go, commands } = attempt(false);
    go();
    assert.deepEqual(commands, [INSTALL]);
  });

  for (const file of [
    'src/main.ts',
    'src/new.ts',
    'db/new.ts',
    'schemas/new.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    it(`builds again when ${file} has changed, and does not install`, () => {
      attempt(true).go();
      writeFileSync(join(root, file), '2');
      const { go, commands } = attempt(true);
      go();
      assert.deepEqual(commands, [BUILD]);
    });
  }

  it('builds again when a file has been renamed', () => {
    const before = buildStamp(root);
    rmSync(join(root, 'src/main.ts'));
    writeFileSync(join(root, 'src/mainly.ts'), '1');
    assert.notEqual(buildStamp(root), before);
  });

  it('says what to do when installing fails, and tries again the next time', () => {
    const { go } = attempt(false, { exitCode: 1 });
    assert.throws(go, /Installing failed.+python3, make and g\+\+/);
    assert.equal(existsSync(stampFiles(root).install), false);
    const next = attempt(false);
    next.go();
    assert.deepEqual(next.commands, [INSTALL]);
    assert.equal(readFileSync(stampFiles(root).install, 'utf8'), installStamp(root));
  });

  it('leaves no lock behind, whether it worked or not', () => {
    attempt(true).go();
    writeFileSync(join(root, 'src/main.ts'), '2');
    assert.throws(attempt(true, { exitCode: 2 }).go, /The build failed/);
    assert.equal(existsSync(lockFile(root)), false);
  });

  it('has nothing left to do after waiting for another run that did it', () => {
    writeFileSync(lockFile(root), String(process.pid));
    const { commands, said } = attempt(false);
    const say = (text: string): void => {
      said.push(text);
      mkdirSync(join(root, 'node_modules'));
      writeFileSync(stampFiles(root).install, installStamp(root));
      rmSync(lockFile(root));
    };
    ensure({ root, version: '20.19.0', build: false, run: () => commands.push('run'), say });
    assert.deepEqual(commands, []);
    assert.equal(said.length, 1);
  });
});

describe('withLock', () => {
  const root = realpathSync(tmpdir());

  it('takes over the lock of a process that has died', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(lockFile(root), String(dead));
    let worked = false;
    withLock(
      root,
      () => undefined,
      () => (worked = true),
    );
    assert.ok(worked);
    assert.equal(existsSync(lockFile(root)), false);
  });

  it('waits, and says so, while a process that lives holds it', () => {
    writeFileSync(lockFile(root), String(process.pid));
    const said: string[] = [];
    withLock(
      root,
      (text) => {
        said.push(text);
        rmSync(lockFile(root));
      },
      () => undefined,
    );
    assert.match(said.join(), /Another process installs or builds here/);
  });
});

describe('the scripts that run before anything is installed', () => {
  for (const name of ['ensure.mjs', 'lock.mjs']) {
    it(`${name} has no syntax and no import that a Node of 2019 cannot read`, () => {
      const code = readFileSync(join(SCRIPTS, name), 'utf8').replace(/^ *\/\/.*$/gm, '');
      assert.doesNotMatch(
        code,
        /\?\?|\?\.|\|\|=|&&=|^await |from 'node:|from '[^.']*\/|\.at\(|\.flatMap\(|Object\.hasOwn/m,
      );
    });
  }

  it('import nothing but built-ins and each other', () => {
    for (const name of ['ensure.mjs', 'lock.mjs', 'start.mjs', 'build.mjs']) {
      const code = readFileSync(join(SCRIPTS, name), 'utf8');
      for (const [, from = ''] of code.matchAll(/from '([^']+)'/g)) {
        assert.match(
          from,
          /^(?:node:)?(?:child_process|crypto|fs|os|path|url)$|^\.\/(?:ensure|lock)\.mjs$/,
          `${name}: ${from}`,
        );
      }
    }
  });
});
