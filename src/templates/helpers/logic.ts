// Helpers that compare and choose. A question about nothing is answered with no, so that no condition needs a second one.
import { compareCodePoints } from '../../domain/code-points.ts';
import { isMissing, isTruthy } from '../values.ts';
import { areSame, doubleOf, findIn, kindOf, MANY, readTexts, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';

/** `default coalesce eq ne lt lte gt gte and or not in contains`. */
export const LOGIC_HELPERS: readonly Helper[] = [
  valueHelper('default', [2, 2], '{{default data.source "unknown"}}', ([value, other]) =>
    isMissing(value) || value === '' ? present(other) : value,
  ),
  valueHelper('coalesce', [1, MANY], '{{coalesce data.actor_name data.actor_id}}', (args) =>
    args.find((value) => !isMissing(value)),
  ),
  valueHelper('eq', [2, 2], '{{eq data.action "updated"}}', ([a, b], call) => areSame(a, b, call)),
  valueHelper('ne', [2, 2], '{{ne data.action "updated"}}', ([a, b], call) => !areSame(a, b, call)),
  comparison('lt', (order) => order < 0),
  comparison('lte', (order) => order <= 0),
  comparison('gt', (order) => order > 0),
  comparison('gte', (order) => order >= 0),
  valueHelper('and', [1, MANY], '{{and data.active data.source}}', (args) =>
    args.every((value) => isTruthy(value, false)),
  ),
  valueHelper('or', [1, MANY], '{{or data.active data.source}}', (args) =>
    args.some((value) => isTruthy(value, false)),
  ),
  valueHelper('not', [1, 1], '{{not data.active}}', ([value]) => !isTruthy(value, false)),
  valueHelper('in', [2, MANY], '{{in data.action "created" "updated"}}', isIn),
  valueHelper('contains', [2, 2], '{{contains data.tags "prod"}}', contains),
];

function present(value: unknown): unknown {
  return isMissing(value) ? undefined : value;
}

function comparison(name: string, holds: (order: number) => boolean): Helper {
  return valueHelper(
    name,
    [2, 2],
    `{{${name} data.seconds 3600}}`,
    ([a, b], call) => {
      if (isMissing(a) || isMissing(b)) return false;
      const order = orderOf(a, b);
      if (order !== undefined) return holds(order);
      const wrong = [a, b].find((value) => typeof value !== 'string' && doubleOf(value) === undefined);
      const given = wrong === undefined ? `${kindOf(a)} and ${kindOf(b)}` : kindOf(wrong);
      call.warn(`${name} compares two numbers or two texts; it was given ${given}.`);
      return undefined;
    },
    { standIns: [[1], ['text']] },
  );
}

function orderOf(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  const [one, other] = [doubleOf(a), doubleOf(b)];
  return one === undefined || other === undefined ? undefined : one - other;
}

// One list is looked through; of nothing, nothing is a part. Several values are a list themselves.
function isIn([value, ...among]: readonly unknown[], call: HelperCall): boolean {
  const [only] = among;
  if (among.length > 1) return isAmong(value, among, call);
  if (Array.isArray(only)) return isAmong(value, only, call);
  return !isMissing(only) && areSame(value, only, call);
}

function isAmong(value: unknown, among: readonly unknown[], call: HelperCall): boolean {
  return among.some((item) => areSame(value, item, call));
}

function contains([whole, part]: readonly unknown[], call: HelperCall): unknown {
  if (Array.isArray(whole)) return isAmong(part, whole, call);
  const texts = readTexts(call, 'contains', [whole, part]);
  if (texts === undefined) return undefined;
  const [text, sought] = texts;
  if (text === undefined || sought === undefined) return false;
  return sought === '' || findIn(text, sought, call, 1).length > 0;
}
