// The insides of JSON strings: text, escapes, placeholders, mustaches that are text, blocks, and escapes that a block
// splits.
import type { Chance } from '../chance.ts';
import type { Scope } from './conditions.ts';
import { condition, innerScope, listPath } from './conditions.ts';
import type { Garden } from './tags.ts';
import { comment, ifBlock, slotNode } from './tags.ts';
import type { Node } from '../tree.ts';
import { block, text } from '../tree.ts';

const TEXTS = [
  'by ',
  'é',
  'x\u2028y',
  "<&'>",
  'a,b',
  '[',
  ']',
  '{',
  '}',
  ':',
  ' ',
  '  ',
  '{{DATE()}}',
  '{{{x}}}',
  '//',
];
const ESCAPES = ['\\"', '\\\\', '\\n', '\\/', '\\u0041', '\\ud83d\\ude00', '\\ud83d', '\\u2028', '\\\\\\\\', '\\t'];

/** What stands between the quotes of a string; always well-formed, unless a placeholder splits an escape. */
export function stringParts(garden: Garden, scope: Scope, level = 0): Node[] {
  const { chance } = garden;
  const count = chance.weighted([
    [1, 0],
    [4, 1],
    [3, 2],
    [2, 4],
  ]);
  return Array.from({ length: count }, () => part(garden, scope, level)).flat();
}

function part(garden: Garden, scope: Scope, level: number): Node[] {
  const { chance } = garden;
  const rich = level < 2 && garden.budget > 0 ? 1 : 0;
  garden.budget -= 0.3;
  return chance.weighted<() => Node[]>([
    [4, () => [text(chance.pick(TEXTS))]],
    [2, () => [text(chance.pick(ESCAPES))]],
    [5, () => [slotNode(garden, scope)]],
    [0.2, () => [comment(chance, garden.strips)]],
    [rich * 1.5, () => [optional(garden, scope, level)]],
    [rich * 0.6, () => [repeated(garden, scope, level)]],
    [0.3, () => splitByBlock(chance, scope)],
    [garden.tidy ? 0.01 : 0.15, () => splitBySlot(garden, scope)],
  ])();
}

function optional(garden: Garden, scope: Scope, level: number): Node {
  const otherwise = garden.chance.happens(0.4) ? stringParts(garden, scope, level + 1) : undefined;
  // A line end may not stand in a string.
  return ifBlock(
    { ...garden, style: 'minified' },
    condition(garden.chance, scope),
    stringParts(garden, scope, level + 1),
    otherwise,
  );
}

function repeated(garden: Garden, scope: Scope, level: number): Node {
  if (scope.loops >= 3) return text('-');
  const inner = innerScope(scope, true, []);
  return block('each', listPath(garden.chance, scope), stringParts(garden, inner, level + 1));
}

function splitByBlock(chance: Chance, scope: Scope): Node[] {
  const asked = condition(chance, scope);
  return chance.pick([
    [text('\\u00'), block('if', asked, [text('41')], [text('42')])],
    // A single backslash before a tag would make the mustache text, so two more stand before it.
    [text('\\\\\\'), block('if', asked, [text('n')], [text('t')])],
    [block('if', asked, [text('\\u0')], [text('\\u1')]), text('041')],
  ]);
}

function splitBySlot(garden: Garden, scope: Scope): Node[] {
  return [text(garden.chance.pick(['\\u00', '\\u', '\\\\\\'])), slotNode(garden, scope), text('')];
}
