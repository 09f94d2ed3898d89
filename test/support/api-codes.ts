// Collects the codes that the API can answer with from the source itself, so that a document cannot forget one.
import { readdirSync } from 'node:fs';
import ts from 'typescript';
import { PROBLEMS } from '../../src/http/problem.ts';
import { FINDING_CODES, WARNING_CODES } from '../../src/templates/index.ts';
import { readText, ROOT } from './markdown.ts';

/** Codes of whole problems with their status, codes of single faults, and those of templates. */
export interface ApiCodes {
  readonly problems: ReadonlyMap<string, number>;
  readonly faults: ReadonlySet<string>;
  readonly templateFaults: ReadonlySet<string>;
  readonly templateWarnings: ReadonlySet<string>;
}

// The code of this problem is that of the fault it is made from, in a variable.
const MADE_FROM_FAULTS: readonly (readonly [string, number])[] = [['name_taken', 409]];

// Functions of domain/errors.ts by the place of their code, and the kind of error they make.
const MAKERS: Readonly<Record<string, { readonly kind: keyof typeof PROBLEMS; readonly at: number }>> = {
  conflict: { kind: 'conflict', at: 0 },
  unavailable: { kind: 'unavailable', at: 0 },
  invalid: { kind: 'invalid', at: 1 },
};

const LOWER_CASE = /^[a-z][a-z0-9_]*$/;

/** Reads the whole source. */
export function apiCodes(): ApiCodes {
  const problems = new Map<string, number>(MADE_FROM_FAULTS);
  const faults = new Set<string>();
  for (const file of sourceFiles()) {
    visit(file, (node) => {
      for (const [code, status] of problemsOf(node)) problems.set(code, status);
      // Inside of templates, codes are shorter: findings.ts lists them, and writes their prefix.
      if (!file.fileName.startsWith('src/templates/')) for (const code of faultsOf(node)) faults.add(code);
    });
  }
  const prefixed = (codes: readonly string[]): Set<string> => new Set(codes.map((code) => `template_${code}`));
  return { problems, faults, templateFaults: prefixed(FINDING_CODES), templateWarnings: prefixed(WARNING_CODES) };
}

function sourceFiles(): ts.SourceFile[] {
  return readdirSync(`${ROOT}/src`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .map((name) => ts.createSourceFile(name, readText(name), ts.ScriptTarget.ES2023, true));
}

function visit(node: ts.Node, take: (node: ts.Node) => void): void {
  take(node);
  ts.forEachChild(node, (child) => visit(child, take));
}

function problemsOf(node: ts.Node): [code: string, status: number][] {
  if (ts.isNewExpression(node) && node.expression.getText() === 'AppError') return ofKind(node.arguments);
  if (ts.isCallExpression(node)) return calledProblems(node);
  if (ts.isObjectLiteralExpression(node) && property(node, 'retryAfterSec') !== undefined) {
    return literals(property(node, 'code')).map((code) => [code, PROBLEMS.unavailable.status]);
  }
  if (ts.isParameter(node) && node.name.getText() === 'code') {
    return literals(node.initializer).map((code) => [code, PROBLEMS.invalid.status]);
  }
  return ts.isVariableDeclaration(node) ? destructured(node) : [];
}

function calledProblems(call: ts.CallExpression): [string, number][] {
  const name = call.expression.getText();
  if (name === 'super') return ofKind(call.arguments);
  // problem.ts: document(status, title, code, …)
  if (name === 'document')
    return literals(call.arguments[2]).map((code) => [code, Number(call.arguments[0]?.getText())]);
  const maker = MAKERS[name];
  if (maker === undefined) return [];
  return literals(call.arguments[maker.at]).map((code) => [code, PROBLEMS[maker.kind].status]);
}

function ofKind(given: readonly ts.Expression[] | undefined): [string, number][] {
  const [kind] = literals(given?.[0]);
  const row = Object.entries(PROBLEMS).find(([name]) => name === kind)?.[1];
  return row === undefined ? [] : literals(given?.[1]).map((code) => [code, row.status]);
}

// `const [status, code] = … ? [409, 'a'] : [422, 'b']`
function destructured(node: ts.VariableDeclaration): [string, number][] {
  if (!ts.isArrayBindingPattern(node.name) || node.name.getText() !== '[status, code]') return [];
  const pairs = branches(node.initializer).filter((branch) => ts.isArrayLiteralExpression(branch));
  return pairs.map(({ elements }) => [literals(elements[1])[0] ?? '', Number(elements[0]?.getText())]);
}

function faultsOf(node: ts.Node): string[] {
  if (ts.isObjectLiteralExpression(node) && property(node, 'retryAfterSec') === undefined) {
    return literals(property(node, 'code'));
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'PathError') return literals(node.arguments?.[0]);
  if (ts.isCallExpression(node) && node.expression.getText() === 'this.#refuse') return literals(node.arguments[0]);
  return [];
}

function property(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = node.properties.find((one) => ts.isPropertyAssignment(one) && one.name.getText() === name);
  return found !== undefined && ts.isPropertyAssignment(found) ? found.initializer : undefined;
}

function literals(node: ts.Node | undefined): string[] {
  return branches(node).flatMap((branch) =>
    ts.isStringLiteral(branch) && LOWER_CASE.test(branch.text) ? [branch.text] : [],
  );
}

function branches(node: ts.Node | undefined): ts.Node[] {
  if (node === undefined) return [];
  if (ts.isParenthesizedExpression(node)) return branches(node.expression);
  return ts.isConditionalExpression(node) ? [...branches(node.whenTrue), ...branches(node.whenFalse)] : [node];
}
