// The rules of ARCHITECTURE.md that a compiler does not know: one case a file.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Layer } from './support/layers.ts';
import { ASSERTIONS, CODECS, FOLDERS, LAYERS, TOP_FILES } from './support/layers.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SRC = join(ROOT, 'src');

function filesBelow(folder: string, ending = '.ts'): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

const parsed = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  const known = parsed.get(file) ?? ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2023, true);
  parsed.set(file, known);
  return known;
}

/** Every node of a file that `pick` takes, in order. */
function nodes(file: string, pick: (node: ts.Node) => boolean): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (pick(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** What a file imports, exports from or imports dynamically, as written. */
function importsOf(file: string): string[] {
  return nodes(file, (node) => ts.isStringLiteral(node))
    .filter((node) => {
      const { parent } = node;
      const dynamic = ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword;
      return dynamic || ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent);
    })
    .map((node) => (ts.isStringLiteral(node) ? node.text : ''));
}

function layerName(path: string): string | undefined {
  const [first = '', ...rest] = path.split('/');
  return rest.length === 0 ? TOP_FILES[first] : (FOLDERS[first] ?? first);
}

/** What is wrong with an import, or nothing. */
function importFault(file: string, layer: Layer, from: string): string | undefined {
  if (from.startsWith('.')) return relativeFault(file, layer, from);
  if (from.startsWith('node:')) {
    const allowed = layer.builtins === 'all' || layer.builtins.includes(from.slice(5));
    return allowed ? undefined : `${layer.name} may not import ${from}`;
  }
  const [scope = '', name = ''] = from.split('/');
  const npmName = from.startsWith('@') ? `${scope}/${name}` : scope;
  return layer.packages.includes(npmName) ? undefined : `${layer.name} may not import the package ${npmName}`;
}

function relativeFault(file: string, layer: Layer, from: string): string | undefined {
  const path = relative(SRC, join(ROOT, dirname(file), from)).replaceAll('\\', '/');
  const target = path.startsWith('../db/migrations') ? 'migrations' : layerName(path);
  if (!from.endsWith('.ts')) return `${from} must end in .ts`;
  if (target === layer.name || (target !== undefined && layer.layers.includes(target))) return undefined;
  return `${layer.name} may not import ${path}`;
}

// Only these may look at the environment of the process.
const READS_ENVIRONMENT: readonly string[] = ['main.ts', 'cli.ts', 'config.ts'];

const SOURCES = filesBelow('src');
const TESTS = filesBelow('test');

describe('imports point down', () => {
  for (const file of SOURCES) {
    it(`in ${file}`, () => {
      const name = layerName(file.slice('src/'.length));
      const layer = LAYERS.find((candidate) => candidate.name === name);
      assert.ok(layer, 'The file belongs to no layer: name it in test/support/layers.ts.');
      assert.deepEqual(
        importsOf(file).flatMap((from) => importFault(file, layer, from) ?? []),
        [],
      );
    });
  }

  it('and would be found if they did not', () => {
    const domain = LAYERS.find((layer) => layer.name === 'domain');
    assert.ok(domain);
    const fault = (from: string): string | undefined => importFault('src/domain/x.ts', domain, from);
    assert.equal(fault('./y.ts'), undefined);
    assert.equal(fault('node:crypto'), undefined);
    for (const from of ['../store/x.ts', '../app.ts', '../../db/x.ts', './y.js', 'node:fs', 'fs', 'knex', '@scope/x']) {
      assert.ok(fault(from), from);
    }
  });

  it('in a table without circles', () => {
    const below = (name: string, seen: readonly string[]): void => {
      assert.ok(!seen.includes(name), [...seen, name].join(' → '));
      for (const next of LAYERS.find((layer) => layer.name === name)?.layers ?? []) below(next, [...seen, name]);
    };
    for (const { name } of LAYERS) below(name, []);
  });
});

describe('the sizes', () => {
  for (const file of [...SOURCES, ...filesBelow('db')]) {
    it(`of ${file} stay below 300 lines`, () => {
      assert.ok(read(file).split('\n').length <= 301);
    });
  }

  it('have a median below 120 lines', () => {
    const lengths = SOURCES.map((file) => read(file).split('\n').length).sort((a, b) => a - b);
    assert.ok((lengths[Math.floor(lengths.length / 2)] ?? 0) < 120);
  });
});

describe('the habits of the source', () => {
  for (const file of SOURCES) {
    it(`hold in ${file}`, () => {
      const short = file.slice('src/'.length);
      if (!READS_ENVIRONMENT.includes(short)) assert.deepEqual(texts(file, isEnvironment), []);
      assert.deepEqual(texts(file, isConsole), [], 'console is banned');
      assert.deepEqual(texts(file, ts.isNonNullExpression), [], 'no !');
      assert.deepEqual(
        texts(file, (node) => node.kind === ts.SyntaxKind.AnyKeyword),
        [],
        'no any',
      );
      assert.match(read(file), /^\/\/ \S/, 'it opens with why it exists');
    });
  }

  for (const file of SOURCES) {
    it(`assert types in ${file} no more than the list allows`, () => {
      const short = file.slice('src/'.length);
      if (CODECS.some((folder) => short.startsWith(folder))) return;
      const found = texts(file, isAssertion);
      assert.ok(found.length <= (ASSERTIONS[short]?.count ?? 0), `write a guard instead of: ${found.join(' | ')}`);
    });
  }

  it('list no assertions that are gone', () => {
    for (const [short, { count }] of Object.entries(ASSERTIONS)) {
      assert.equal(texts(`src/${short}`, isAssertion).length, count, short);
    }
  });
});

function texts(file: string, pick: (node: ts.Node) => boolean): string[] {
  return nodes(file, pick).map((node) => node.getText());
}

function isEnvironment(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) && node.getText() === 'process.env';
}

function isConsole(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) && node.expression.getText() === 'console';
}

function isAssertion(node: ts.Node): boolean {
  return ts.isTypeAssertionExpression(node) || (ts.isAsExpression(node) && node.type.getText() !== 'const');
}

describe('the tests', () => {
  for (const file of TESTS) {
    it(`in ${file} have no title twice, wait for no clock and import no mocking library`, () => {
      assert.deepEqual(repeatedTitles(file), []);
      assert.deepEqual(texts(file, isPause), []);
      assert.deepEqual(
        importsOf(file).filter((from) => /^(?:sinon|nock|proxyquire|esmock|testdouble)/.test(from)),
        [],
      );
    });
  }

  it('mirror the source, where their folder has one of its name', () => {
    const folders = new Set(SOURCES.map((file) => dirname(file).slice('src'.length)));
    const lost = TESTS.filter((file) => folders.has(`/${file.split('/')[1] ?? ''}`)).filter(
      (file) => !folders.has(dirname(file).slice('test'.length)) && !file.startsWith(INDEPENDENT),
    );
    assert.deepEqual(lost, []);
  });
});

// An interpreter and a generator of templates that share nothing with the source, on purpose.
const INDEPENDENT = 'test/templates/proof/random/';

/** Titles that stand twice in one describe; those with placeholders differ by their data. */
function repeatedTitles(file: string): string[] {
  const titles = nodes(file, isTitled).map((node) => {
    const title = ts.isCallExpression(node) ? node.arguments[0] : undefined;
    return title !== undefined && ts.isStringLiteralLike(title)
      ? [...describesAround(node), title.text].join(' › ')
      : '';
  });
  return titles.filter((title, index) => title !== '' && titles.indexOf(title) !== index);
}

function isTitled(node: ts.Node): boolean {
  return ts.isCallExpression(node) && ['it', 'describe', 'onEachDatabase'].includes(node.expression.getText());
}

function describesAround(node: ts.Node): string[] {
  const around: string[] = [];
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    if (isTitled(at) && ts.isCallExpression(at)) around.unshift(at.arguments[0]?.getText() ?? '');
  }
  return around;
}

function isPause(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /^(?:globalThis\.)?setTimeout$/.test(node.expression.getText());
}

describe('the repository', () => {
  const folders = ['src', 'test', 'db', 'schemas', 'scripts', 'templates', 'docs', '.ci'];
  const top = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile());
  const files = [
    ...folders.flatMap((folder) => filesBelow(folder, '')).filter((file) => /\.[a-z]+$|\/run$/.test(file)),
    ...top.map((entry) => entry.name).filter((name) => name !== 'package-lock.json' && !name.endsWith('.log')),
  ];

  it('names no folder of the machine that it was written on', () => {
    // Put together here, so that this file does not name them either.
    const machine = new RegExp(['work', 'root', 'home'].map((name) => `(?<![\\w.:*-])/${name}/`).join('|'));
    assert.deepEqual(
      files.filter((file) => machine.test(read(file))),
      [],
    );
  });
});

describe('the test runner', () => {
  it('loads modules as the engine does: as ES modules, whose imports see less of CommonJS packages', () => {
    assert.equal(typeof require, 'undefined');
  });
});
