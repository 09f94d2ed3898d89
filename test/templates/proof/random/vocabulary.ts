// What a grown template says about the events that are worth trying on it.
import type { ExactJson } from '../../../../src/domain/json.ts';
import type { Vocabulary } from './events.ts';
import { NAMES } from './events.ts';
import type { Template } from './print.ts';
import type { Expression, Node } from './tree.ts';
import { everyNode } from './tree.ts';

/** What a template's tags say about the events that it is for. */
export function vocabularyOf({ nodes, source }: Template): Vocabulary {
  const names = NAMES.filter((name) => new RegExp(`[{ (./&~]${name}\\b`).test(source)) as string[];
  // An object can have a member of this name, and that can be gone through.
  if (/#(?:each|with) \S*\.length/.test(source)) names.push('length');
  const literals: ExactJson[] = [];
  const lists = new Set<string>(['xs', 'ys']);
  const records = new Set<string>(Array.from(source.matchAll(/(\w+)\.\w/g), ([, name = '']) => name));
  for (const node of everyNode(nodes)) {
    if (node.kind !== 'block') continue;
    literals.push(...literalsIn(node.argument));
    const last = node.argument.kind === 'path' ? (node.argument.text.split(/[./]/).at(-1) ?? '') : '';
    if (node.name === 'each') lists.add(last);
    if (node.name === 'with') records.add(last);
  }
  const depth = Math.min(3, levels(nodes) + (/\bo\.o\b/.test(source) ? 2 : 1));
  return { names, lists, records, literals, depth };
}

function literalsIn(expression: Expression): ExactJson[] {
  if (expression.kind === 'literal') return [expression.value];
  return expression.kind === 'call' ? expression.args.flatMap(literalsIn) : [];
}

function levels(nodes: readonly Node[]): number {
  return Math.max(
    0,
    ...nodes.map((node) => {
      if (node.kind !== 'block') return 0;
      const own = node.name === 'each' || node.name === 'with' ? 1 : 0;
      return Math.max(own + levels(node.body), levels(node.otherwise ?? []));
    }),
  );
}
