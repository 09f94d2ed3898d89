// Compiles the benchmark's own programs beside the built product, in dist/bench: what runs beside the engine, or is
// compared with it, must not be slowed by a compiler at run time (tsx names each function anew whenever it is made).
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['bench/end-to-end', 'bench/ceiling', 'bench/peers', 'bench/peers/parts'];
// What programs look for relative to themselves.
const LINKS = ['schemas', 'templates', 'bench/peers/node_modules'];

/** The path of a compiled program: `bench/ceiling/ceiling.ts`. Compiles all of them at the first call. */
export function built(file: string): string {
  compileAll();
  return join(ROOT, 'dist', file.replace(/\.ts$/, '.js'));
}

let isCompiled = false;

function compileAll(): void {
  if (isCompiled) return;
  if (!existsSync(join(ROOT, 'dist/src/main.js'))) throw new Error('The product is not built: npm run build');
  for (const folder of FOLDERS.filter((one) => existsSync(join(ROOT, one)))) {
    for (const name of readdirSync(join(ROOT, folder))) if (name.endsWith('.ts')) compile(`${folder}/${name}`);
  }
  for (const path of LINKS) link(path);
  isCompiled = true;
}

function compile(file: string): void {
  const { outputText } = ts.transpileModule(readFileSync(join(ROOT, file), 'utf8'), {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  const target = join(ROOT, 'dist', file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
}

function link(path: string): void {
  const target = join(ROOT, 'dist', path);
  if (!existsSync(join(ROOT, path)) || existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(ROOT, path), target, 'junction');
}
