// Grows templates from the grammar of JSON: values, strings, keys and members, with blocks around any of them.
import type { Chance } from '../chance.ts';
import type { Scope } from './conditions.ts';
import { anyPath, condition, innerScope, listPath, rootScope } from './conditions.ts';
import { stringParts } from './strings.ts';
import type { Garden } from './tags.ts';
import { caretOf, gapOf, ifBlock, slotNode, stripOf, tidy } from './tags.ts';
import type { BlockNode, Node } from '../tree.ts';
import { block, NO_STRIP, path, text } from '../tree.ts';

/** Grows the tree of one template. Nothing in it is damaged yet, but commas may be missing. */
export function grow(chance: Chance): Node[] {
  const style = chance.pick(['minified', 'spaced', 'pretty'] as const);
  // Most are small, so that what is found is small; some are large.
  const budget = chance.weighted([
    [4, 6],
    [4, 14],
    [2, 30],
    [0.5, 90],
  ]);
  const garden: Garden = { chance, style, budget, keys: 0, tidy: chance.happens(0.7), strips: chance.happens(0.4) };
  const grower = new Grower(garden);
  const root = rootScope();
  return [
    ...gapOf(garden),
    ...(chance.happens(0.9) ? grower.composite(root, 0) : grower.value(root, 0)),
    ...gapOf(garden),
  ];
}

type Kind = 'array' | 'object';

class Grower {
  readonly #garden: Garden;
  readonly #chance: Chance;

  constructor(garden: Garden) {
    this.#garden = garden;
    this.#chance = garden.chance;
  }

  value(scope: Scope, depth: number): Node[] {
    const garden = this.#garden;
    garden.budget -= 1;
    const rich = garden.budget > 0 && depth < 6 ? 1 : 0;
    return this.#chance.weighted<() => Node[]>([
      [3, () => [slotNode(garden, scope)]],
      [2, () => this.#literal()],
      [2.5, () => this.string(scope)],
      [rich * 4, () => this.composite(scope, depth + 1)],
      [rich * 1.5, () => this.#eitherValue(scope, depth)],
      [rich * 0.5, () => this.#withValue(scope, depth)],
      [rich * 0.3, () => this.#wrapped(scope, depth)],
      [rich * 0.3, () => this.#bracketsInLoop(scope, depth)],
      [rich * 0.2, () => this.#splitScalar(scope)],
    ])();
  }

  composite(scope: Scope, depth: number): Node[] {
    const kind = this.#chance.pick<Kind>(['array', 'object']);
    const [open, close] = kind === 'array' ? ['[', ']'] : ['{', '}'];
    return [
      text(open),
      ...gapOf(this.#garden),
      ...this.#entries(scope, kind, depth),
      ...gapOf(this.#garden),
      text(close),
    ];
  }

  string(scope: Scope): Node[] {
    this.#garden.budget -= 0.5;
    return [text('"'), ...stringParts(this.#garden, scope), text('"')];
  }

  #literal(): Node[] {
    return [text(this.#chance.pick(['1', '0', '-1.5e+3', 'true', 'false', 'null', '12', '[]', '{}']))];
  }

  // A value of which each way gives another one.
  #eitherValue(scope: Scope, depth: number): Node[] {
    const otherwise = (): Node[] => this.value(scope, depth + 1);
    return [ifBlock(this.#garden, condition(this.#chance, scope), otherwise(), otherwise())];
  }

  #withValue(scope: Scope, depth: number): Node[] {
    const over = anyPath(this.#chance, scope);
    const params = this.#chance.happens(0.3) ? ['it'] : [];
    const inner = innerScope(scope, false, params);
    const otherwise = this.#chance.happens(0.9) ? this.value(scope, depth + 1) : undefined;
    return [this.#dressed({ ...block('with', over, this.value(inner, depth + 1), otherwise), params })];
  }

  // Brackets under a condition, closed under the same.
  #wrapped(scope: Scope, depth: number): Node[] {
    const asked = condition(this.#chance, scope);
    const half = (bracket: string): Node => block('if', asked, [text(bracket)]);
    return [half('['), ...this.value(scope, depth + 1), half(']')];
  }

  #bracketsInLoop(scope: Scope, depth: number): Node[] {
    if (scope.loops >= 3) return this.#literal();
    const inner = innerScope(scope, true, []);
    const body = [
      block('if', path('@first'), [text('[')]),
      ...this.value(inner, depth + 1),
      block('if', path('@last'), [text(']')], [text(',')]),
    ];
    return [block('each', listPath(this.#chance, scope), body, [text('[]')])];
  }

  // A number or a word of which a condition decides the end.
  #splitScalar(scope: Scope): Node[] {
    const [head, one, two] = this.#chance.pick([
      ['1', '2', '.5'],
      ['tr', 'ue', 'ue'],
      ['-', '1', '0e1'],
      ['1', 'e5', ''],
      ['fals', 'e', 'x'],
    ] as const);
    return [text(head), block('if', condition(this.#chance, scope), [text(one)], [text(two)])];
  }

  #entries(scope: Scope, kind: Kind, depth: number): Node[] {
    const chance = this.#chance;
    const count = chance.weighted([
      [1, 0],
      [4, 1],
      [4, 2],
      [2, 3],
      [1, 5],
    ]);
    const commas = chance.weighted<Commas>([
      [4, 'between'],
      [3, 'after'],
      [1.5, 'before'],
      [this.#garden.tidy ? 0 : 2, 'messy'],
    ]);
    return Array.from({ length: count }, (_, index) => this.#entry(scope, kind, depth, commas, index > 0)).flat();
  }

  #entry(scope: Scope, kind: Kind, depth: number, commas: Commas, follows: boolean): Node[] {
    const separator = commas === 'between' && follows ? this.#comma() : [];
    const item = (inner: Scope): Node[] => this.#item(inner, kind, depth, commas);
    const rich = this.#garden.budget > 0 && depth < 6 ? 1 : 0;
    const entry = this.#chance.weighted<() => Node[]>([
      [4, () => item(scope)],
      [rich * 3, () => [this.#optional(scope, item)]],
      [rich * 2, () => [this.#loop(scope, item)]],
      [rich * 0.5, () => [this.#within(scope, item)]],
      [rich * 0.4, () => this.#remembered(scope, kind, depth)],
    ])();
    return [...separator, ...gapOf(this.#garden), ...entry];
  }

  // One member or item, with its comma where the commas of this list go with the items.
  #item(scope: Scope, kind: Kind, depth: number, commas: Commas): Node[] {
    const gap = gapOf(this.#garden);
    const bare = kind === 'array' ? this.value(scope, depth) : this.#member(scope, depth);
    const isMessy = commas === 'messy';
    const before = commas === 'before' || (isMessy && this.#chance.happens(0.4)) ? this.#comma() : [];
    const after = commas === 'after' || (isMessy && this.#chance.happens(0.5)) ? this.#comma() : [];
    return [...before, ...gap, ...bare, ...after, ...gap];
  }

  #comma(): Node[] {
    return [text(this.#chance.happens(0.04) ? ',,' : ',')];
  }

  #member(scope: Scope, depth: number): Node[] {
    const garden = this.#garden;
    garden.keys += 1;
    const key = this.#chance.weighted<() => Node[]>([
      [8, () => [text(`"k${String(garden.keys)}"`)]],
      [1, () => [text('"'), slotNode(garden, scope), text('"')]],
      [1, () => [text(`"k${String(garden.keys)}_`), slotNode(garden, scope), text('"')]],
      [0.5, () => [text(this.#chance.pick(['"a"', '"b"', '"\\u0061"', '"k1"']))]],
      [0.5, () => this.string(scope)],
    ])();
    return [...key, text(':'), ...gapOf(garden), ...this.value(scope, depth)];
  }

  #optional(scope: Scope, item: (scope: Scope) => Node[]): Node {
    const asked = condition(this.#chance, scope);
    const body = this.#chance.happens(0.2)
      ? [...item(scope), ...(this.#garden.tidy ? this.#comma() : []), ...item(scope)]
      : item(scope);
    const otherwise = this.#chance.happens(0.3) ? item(scope) : undefined;
    return ifBlock(
      this.#garden,
      asked,
      body,
      otherwise,
      () => (this.#chance.happens(0.2) ? item(scope) : undefined),
      () => condition(this.#chance, scope),
    );
  }

  #within(scope: Scope, item: (scope: Scope) => Node[]): Node {
    const inner = innerScope(scope, false, []);
    const otherwise = this.#chance.happens(0.4) ? item(scope) : undefined;
    return this.#dressed(block('with', anyPath(this.#chance, scope), item(inner), otherwise));
  }

  #loop(scope: Scope, item: (scope: Scope) => Node[]): Node {
    if (scope.loops >= 3) return this.#optional(scope, item);
    const chance = this.#chance;
    const over = listPath(chance, scope);
    const params = chance.weighted<string[]>([
      [6, []],
      [1, ['it']],
      [1, ['it', 'at']],
    ]);
    const inner = innerScope(scope, true, params);
    scope.asked.push(over);
    const body = chance.happens(0.25) ? [this.#filtered(inner, item)] : this.#separated(inner, item(inner));
    const otherwise = chance.happens(0.25) ? item(scope) : undefined;
    return this.#dressed({ ...block('each', over, body, otherwise), params });
  }

  #filtered(inner: Scope, item: (scope: Scope) => Node[]): Node {
    return ifBlock(this.#garden, condition(this.#chance, inner), this.#separated(inner, item(inner)));
  }

  #separated(inner: Scope, item: Node[]): Node[] {
    const first = path('@first');
    const last = path('@last');
    return this.#chance.weighted<() => Node[]>([
      [4, () => [...item, text(',')]],
      [3, () => [...item, block('unless', last, [text(',')])]],
      [1, () => [...item, block('if', last, [], [text(',')])]],
      [2, () => [block('unless', first, [text(',')]), ...item]],
      [0.3, () => [block('if', path('@index'), [text(',')]), ...item]],
      [1, () => [text(','), ...item]],
      [this.#garden.tidy ? 0 : 1, () => item],
      [this.#garden.tidy ? 0 : 1, () => [...item, block('if', condition(this.#chance, inner), [text(',')])]],
    ])();
  }

  // A member under a condition, and its comma under the same condition, later.
  #remembered(scope: Scope, kind: Kind, depth: number): Node[] {
    const asked = condition(this.#chance, scope);
    const member = (): Node[] => this.#item(scope, kind, depth, 'between');
    const again = this.#chance.happens(0.8) ? asked : condition(this.#chance, scope);
    return [
      text(','),
      block('if', asked, member()),
      ...gapOf(this.#garden),
      block('if', again, [text(',')]),
      ...member(),
      text(','),
    ];
  }

  #dressed(node: BlockNode): BlockNode {
    const strip = () => (this.#garden.strips ? stripOf(this.#chance) : NO_STRIP);
    return tidy(this.#garden, {
      ...node,
      caret: caretOf(this.#chance),
      open: strip(),
      middle: strip(),
      close: strip(),
    });
  }
}

type Commas = 'between' | 'after' | 'before' | 'messy';
