// Looks up each path of a template in the payload schema of its events: what the schema does not know, and what is
// written where it is seldom meant.
import type { JsonObject } from '../../domain/json.ts';
import type { Finding, FindingCode } from '../findings.ts';
import type { Slot } from '../proof/slot.ts';
import type { EachNode, Expression, IfNode, Node, PathExpression, PlaceholderNode, WithNode } from '../syntax/tree.ts';
import type { Frame, Resolution } from './frames.ts';
import { isFieldOfEvent, resolvePath } from './frames.ts';
import { endsButLast, presentWhere, withParents } from './guards.ts';
import { missingWith, shapeOfCall } from './helper-types.ts';
import { locatePaths } from './locate.ts';
import type { Message, Standing } from './messages.ts';
import * as say from './messages.ts';
import type { Place, Places } from './places.ts';
import { createPlaces, freePlace, mayBeNull, shownPath } from './places.ts';
import type { Shape } from './schema/shape.ts';
import { ANYTHING } from './schema/shape.ts';
import { namesOf } from './schema/steps.ts';
import { typeText } from './schema/types.ts';
import { isJsonCall, warnInString, warnInValue } from './slot-warnings.ts';
import type { StringState } from './strings.ts';
import { isCommaTooMany, OUTSIDE, readPlaceholder, readText } from './strings.ts';
import { suggestPaths } from './suggest.ts';
import type { Unquoted } from './unquoted.ts';
import { hintForUnquoted, unquotedIn } from './unquoted.ts';

/** What a placeholder writes, as far as the payload schema tells. */
export interface Placeholder {
  /** From the event on, as `data.items[].name`; a call as it is written. At most 200 characters; a longer one is cut. */
  readonly path: string;
  /** Of its tag. */
  readonly offset: number;
  /** `undefined` where the proof did not get to it. */
  readonly slot: Slot | undefined;
  /** JSON types joined by `|`, such as `object|null`, or `unknown`. */
  readonly type: string;
  /** Whether the payload schema speaks of it; of a call, of each path in it. */
  readonly known: boolean;
}

/** What the check gives: what refuses the template, what is doubtful, and all placeholders in the order of the text. */
export interface PathCheck {
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly placeholders: readonly Placeholder[];
}

/**
 * Checks the paths of a template against the payload schema of its events, a JSON Schema of events as they are posted.
 * `slots` are by the offset of the tag. Never throws, whatever the schema holds.
 */
export function checkPaths(
  text: string,
  nodes: readonly Node[],
  slots: ReadonlyMap<number, Slot>,
  payloadSchema: JsonObject,
): PathCheck {
  return new PathChecker(text, slots, createPlaces(payloadSchema)).run(nodes);
}

// Where the names of a node are looked up, and the places that are surely there.
interface Scope {
  readonly frame: Frame;
  readonly present: ReadonlySet<Place>;
}

// Each looks through the payload schema, and no more findings are shown than that.
const MOST_SUGGESTIONS = 40;

class PathChecker {
  readonly #text: string;
  readonly #slots: ReadonlyMap<number, Slot>;
  readonly #places: Places;
  readonly #findings: Finding[] = [];
  readonly #warnings: Finding[] = [];
  readonly #placeholders: Placeholder[] = [];
  readonly #warnedNull = new Set<string>();
  #suggestions = 0;

  constructor(text: string, slots: ReadonlyMap<number, Slot>, places: Places) {
    this.#text = text;
    this.#slots = slots;
    this.#places = places;
  }

  run(nodes: readonly Node[]): PathCheck {
    const frame: Frame = { place: this.#places.root, parent: undefined, loop: undefined };
    this.#walk(nodes, { frame, present: new Set() }, OUTSIDE);
    return { findings: this.#findings, warnings: this.#warnings, placeholders: this.#placeholders };
  }

  #walk(nodes: readonly Node[], scope: Scope, before: StringState): StringState {
    return nodes.reduce((state, node, index) => {
      const after = this.#visit(node, scope, state);
      const next = nodes[index + 1];
      if (
        node.kind === 'each' &&
        next?.kind === 'text' &&
        isCommaTooMany(after, next.text) &&
        !endsButLast(node.body)
      ) {
        this.#warn('comma_in_string', node.offset, say.commaInString());
      }
      return after;
    }, before);
  }

  #visit(node: Node, scope: Scope, state: StringState): StringState {
    switch (node.kind) {
      case 'text':
        return readText(state, node.text);
      case 'placeholder':
        this.#placeholder(node, scope, state);
        return readPlaceholder(state);
      case 'if':
        return this.#if(node, scope, state);
      case 'with':
        return this.#parts(node, this.#insideWith(node, scope), scope, state);
      case 'each':
        return this.#parts(node, this.#insideEach(node, scope), scope, state);
    }
  }

  // The two parts of a block, each read from where the block begins; it goes on from where the first one ends.
  #parts(node: IfNode | WithNode | EachNode, inside: Scope, outside: Scope, state: StringState): StringState {
    const end = this.#walk(node.body, inside, state);
    const otherwise = this.#walk(node.otherwise, outside, state);
    return node.body.length === 0 ? otherwise : end;
  }

  #if(node: IfNode, scope: Scope, state: StringState): StringState {
    this.#expression(node.condition, node.offset, scope);
    const where = (holds: boolean): Scope =>
      withPresent(
        scope,
        presentWhere(node.condition, holds, (path) => this.#resolve(path, scope).place),
      );
    return this.#parts(node, where(!node.negated), where(node.negated), state);
  }

  #insideWith(node: WithNode, scope: Scope): Scope {
    const place = this.#expression(node.over, node.offset, scope);
    const frame = { place, parent: scope.frame, loop: scope.frame.loop };
    return withPresent({ ...scope, frame }, withParents(place));
  }

  #insideEach(node: EachNode, scope: Scope): Scope {
    const over = this.#expression(node.over, node.offset, scope);
    const loop = this.#places.loop(over);
    if (!loop.iterable && node.over.kind !== 'literal') {
      const offset = this.#offsetsOf(node.over, node.offset)(node.over);
      this.#warn('not_iterable', offset, say.notIterable(insideOf(node.over.source), over));
    }
    return withPresent({ ...scope, frame: { place: loop.item, parent: scope.frame, loop } }, withParents(over));
  }

  #placeholder(node: PlaceholderNode, scope: Scope, state: StringState): void {
    const { expression, offset } = node;
    const place = this.#expression(expression, offset, scope);
    const inside = expression.kind === 'path' ? joinable(expression.source) : insideOf(node.source);
    const slot = this.#slots.get(offset);
    const path = expression.kind === 'path' && place.path !== '' ? place.path : shownPath(inside);
    const known = pathsOf(expression).every((one) => this.#resolve(one, scope).place.status === 'declared');
    const type = isJsonCall(expression) && slot === 'string' ? 'string' : this.#typeOf(expression, place, scope);
    this.#placeholders.push({ path, offset, slot, type, known: known && expression.kind !== 'literal' });
    if (slot === 'value') this.#inValue(node, place, scope);
    if (slot !== 'string') return;
    const standing: Standing = { inside, expression, place, alone: this.#isAlone(node) };
    this.#warnings.push(...warnInString(this.#text, node, standing, scope.present, state));
  }

  // Once a path: whoever knows that a field can be null knows it at the next place too.
  #inValue(node: PlaceholderNode, { types }: Place, scope: Scope): void {
    const value = isJsonCall(node.expression) ? node.expression.args[0] : node.expression;
    const path = missingWith(value);
    if (value === undefined || path === undefined) return;
    const { place } = this.#resolve(path, scope);
    if (this.#warnedNull.has(place.path)) return;
    const written = value.kind === 'call' ? `(${insideOf(value.source)})` : path.source;
    const found = warnInValue(node, { written, types }, place, scope.present);
    if (found.length > 0) this.#warnedNull.add(place.path);
    this.#warnings.push(...found);
  }

  // The type of a call, which is null as well where what it is made of can be missing.
  #typeOf(expression: Expression, { types }: Place, scope: Scope): string {
    const path = expression.kind === 'call' && !isJsonCall(expression) ? missingWith(expression) : undefined;
    if (path === undefined || types === undefined) return typeText(types);
    const isNullable = mayBeNull(this.#resolve(path, scope).place, scope.present);
    return typeText(isNullable ? new Set([...types, 'null']) : types);
  }

  #isAlone({ offset, source }: PlaceholderNode): boolean {
    return this.#text[offset - 1] === '"' && this.#text[offset + source.length] === '"';
  }

  // Checks all paths of an expression, and gives the place of its value.
  #expression(expression: Expression, offset: number, scope: Scope): Place {
    const offsetOf = this.#offsetsOf(expression, offset);
    const unquoted = unquotedIn(expression);
    for (const path of pathsOf(expression)) this.#path(path, offsetOf(path), scope, unquoted.get(path));
    return this.#placeOf(expression, scope);
  }

  #placeOf(expression: Expression, scope: Scope): Place {
    if (expression.kind === 'path') return this.#resolve(expression, scope).place;
    if (expression.kind === 'literal') return freePlace('', ANYTHING, 'open');
    const [argument] = expression.args;
    const shapeOf = (one: Expression): Shape => this.#placeOf(one, scope).shape;
    const shape = isJsonCall(expression) && argument ? shapeOf(argument) : shapeOfCall(expression, shapeOf);
    return freePlace(`(${insideOf(expression.source)})`, shape);
  }

  #path(path: PathExpression, offset: number, scope: Scope, unquoted?: Unquoted): void {
    const { doubt } = this.#resolve(path, scope);
    if (doubt === undefined) {
      if (isFieldOfEvent(this.#places, scope.frame, path)) {
        this.#warn('unknown_field', offset, say.fieldOfEvent(path.source));
      }
      return;
    }
    if (doubt.to.status === 'list') {
      this.#warn('path_through_list', offset, say.pathThroughList(path, doubt));
      return;
    }
    this.#suggestions += 1;
    const isShown = this.#suggestions <= MOST_SUGGESTIONS;
    const near = isShown ? suggestPaths(this.#places, scope.frame, path, doubt) : undefined;
    const found = doubt.to.status === 'forbidden' ? this.#findings : this.#warnings;
    const message = isOfCall(doubt.from)
      ? say.unknownInItems(doubt.from, path.keys[doubt.index] ?? '')
      : say.unknownField(doubt, near);
    found.push({ code: 'unknown_field', offset, ...message, hint: hintForUnquoted(path, unquoted) ?? message.hint });
  }

  #resolve(path: PathExpression, { frame }: Scope): Resolution {
    return resolvePath(this.#places, frame, path);
  }

  #offsetsOf(expression: Expression, offset: number): (path: Expression) => number {
    const offsets = new Map<Expression, number>(locatePaths(this.#text, offset, expression));
    return (path) => offsets.get(path) ?? offset;
  }

  #warn(code: FindingCode, offset: number, message: Message): void {
    this.#warnings.push({ code, offset, ...message });
  }
}

function withPresent(scope: Scope, places: readonly Place[]): Scope {
  return places.length === 0 ? scope : { ...scope, present: new Set([...scope.present, ...places]) };
}

/** All paths of an expression, in the order in which they stand. */
function pathsOf(expression: Expression): PathExpression[] {
  if (expression.kind === 'path') return [expression];
  if (expression.kind === 'literal') return [];
  return [...expression.args, ...expression.options.map(([, value]) => value)].flatMap(pathsOf);
}

// Their paths are calls in parentheses, and what is known of their items is all that there is.
function isOfCall({ path, shape }: Place): boolean {
  return path.startsWith('(') && path.endsWith(')[]') && namesOf(shape).length > 0;
}

// A tag without its braces, a call without its parentheses.
function insideOf(source: string): string {
  const opened = source.replace(/^(?:\{+[~&]?|\()/, '');
  return opened.replace(/(?:~?\}{2,3}|\))$/, '').trim();
}

// A path to which names can be joined on: `.` is `this`, `..` is `../this`.
function joinable(source: string): string {
  return source.replace(/(?<=^|\/)\.$/, 'this').replace(/(?<=^|\/)\.\.$/, '../this');
}
