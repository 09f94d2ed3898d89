// Names and conditions of grown templates. Conditions come back often, as they are or related: that is where a proof has
// to remember.
import type { Chance } from '../chance.ts';
import { NAMES } from '../events.ts';
import type { Expression } from '../tree.ts';
import { path } from '../tree.ts';

/** A block that names stand in. */
export interface Scope {
  readonly parent: Scope | undefined;
  /** Whether `@first` and the like have a value. */
  readonly looping: boolean;
  readonly params: readonly string[];
  /** `each` inside `each`. */
  readonly loops: number;
  /** Conditions that were asked here. */
  readonly asked: Expression[];
}

/** The scope of the event. */
export function rootScope(): Scope {
  return { parent: undefined, looping: false, params: [], loops: 0, asked: [] };
}

/** The scope inside an `each` or a `with`. */
export function innerScope(scope: Scope, isLoop: boolean, params: readonly string[]): Scope {
  return {
    parent: scope,
    looping: isLoop || scope.looping,
    params,
    loops: scope.loops + (isLoop ? 1 : 0),
    asked: [],
  };
}

/** A path to some value. */
export function anyPath(chance: Chance, scope: Scope): Expression {
  const name = chance.pick(NAMES);
  return path(
    chance.weighted<() => string>([
      [10, () => name],
      [2, () => `o.${name}`],
      [1, () => `o.o.a`],
      [1, () => `this.${name}`],
      [1, () => `@root.${name}`],
      [1, () => 'xs.length'],
      [1, () => 'xs.[0]'],
      [0.5, () => 's.length'],
      [scope.parent === undefined ? 0.1 : 4, () => `../${name}`],
      [scope.parent?.parent === undefined ? 0 : 1, () => `../../${name}`],
      [scope.parent === undefined ? 0 : 3, () => 'this'],
      [scope.looping ? 2 : 0.1, () => chance.pick(['@index', '@key', '@first', '@last'])],
      [scope.parent?.looping === true ? 0.5 : 0, () => chance.pick(['@../index', '@../first', '@../last'])],
      [scope.params.length > 0 ? 4 : 0, () => paramPath(chance, scope.params, name)],
    ])(),
  );
}

function paramPath(chance: Chance, params: readonly string[], name: string): string {
  const param = chance.pick(params);
  return chance.happens(0.5) ? param : `${param}.${name}`;
}

/** A path to something that is mostly a list. */
export function listPath(chance: Chance, scope: Scope): Expression {
  if (chance.happens(0.1)) return anyPath(chance, scope);
  const up = scope.parent !== undefined && chance.happens(0.3) ? '../' : '';
  return path(up + chance.pick(['xs', 'xs', 'xs', 'ys', 'o', 'o.xs']));
}

/** A condition: often one that was asked before in the same scope, or one that is tied to it. */
export function condition(chance: Chance, scope: Scope): Expression {
  const known = scope.asked.length > 0 && chance.happens(0.4) ? chance.pick(scope.asked) : undefined;
  const asked = known === undefined ? freshCondition(chance, scope, 0) : tiedTo(chance, known);
  scope.asked.push(asked);
  return asked;
}

function tiedTo(chance: Chance, known: Expression): Expression {
  if (chance.happens(0.6)) return known;
  if (known.kind === 'path' && known.text.startsWith('o.')) return path('o');
  if (known.kind === 'call' && known.helper === 'eq' && known.args.length === 2) {
    const helper = chance.pick(['eq', 'ne'] as const);
    return { kind: 'call', helper, args: [known.args[0] ?? path('a'), literal(chance)] };
  }
  return { kind: 'call', helper: 'not', args: [known] };
}

function freshCondition(chance: Chance, scope: Scope, depth: number): Expression {
  if (scope.looping && chance.happens(0.3)) return path(chance.pick(['@first', '@last', '@last', '@index']));
  if (depth >= 2 || chance.happens(0.7)) return simplePath(chance, scope);
  return chance.pick<() => Expression>([
    () => ({ kind: 'call', helper: 'not', args: [freshCondition(chance, scope, depth + 1)] }),
    () => ({
      kind: 'call',
      helper: chance.pick(['and', 'or'] as const),
      args: Array.from({ length: chance.pick([2, 2, 3]) }, () => freshCondition(chance, scope, depth + 1)),
    }),
    () => ({
      kind: 'call',
      helper: chance.pick(['eq', 'ne'] as const),
      args: [simplePath(chance, scope), chance.happens(0.8) ? literal(chance) : simplePath(chance, scope)],
    }),
  ])();
}

// Few names: then the same are asked for again.
function simplePath(chance: Chance, scope: Scope): Expression {
  if (chance.happens(0.25)) return anyPath(chance, scope);
  const name = chance.pick(['a', 'b', 'c', 'ok', 'xs', 'o', 'o.a']);
  return path(scope.parent !== undefined && chance.happens(0.35) ? `../${name}` : name);
}

function literal(chance: Chance): Expression {
  return { kind: 'literal', value: chance.pick(['x', 'y', 1, 0, true, false, null, '']) };
}
