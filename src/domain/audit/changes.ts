// What changed: the object as it was, held against the object as it is.
import type { ExactJson, ExactJsonObject } from '../json.ts';
import { Bounded } from './bounds.ts';
import { eachDifference } from './leaves.ts';
import { keyOf } from './type.ts';
import { findMember, placesOf, textOf } from './values.ts';

/** A value that changed. There is no `from` where it did not exist before, and no `to` where it does not afterwards. */
export interface ChangedValue {
  readonly key: string;
  readonly i18nKey: string;
  readonly from?: string;
  readonly to?: string;
}

/** An object before and after: where the event has them, and under which names. */
export interface States {
  readonly place: ExactJsonObject;
  readonly names: readonly [before: string, after: string];
}

const NAMES: readonly (readonly [before: string, after: string])[] = [
  ['previous_target_object', 'current_target_object'],
  ['previous', 'current'],
  ['before', 'after'],
];

/** The object before and after, if there is either. Null is as good as nothing. */
export function statesOf(value: ExactJson): States | undefined {
  const found = placesOf(value).flatMap((place) =>
    NAMES.filter((names) => findMember([place], names) !== undefined).map((names) => ({ place, names })),
  );
  return found[0];
}

/** What changed, each value by its dotted path. */
export function changedValuesOf(states: States | undefined): Bounded<ChangedValue> {
  const changed = new Bounded<ChangedValue>('changed values');
  if (states === undefined) return changed;
  const [from, to] = states.names.map((name) => findMember([states.place], [name]));
  eachDifference(from, to, '', (path, was, is) => changed.add((cut) => changedValue(path, was, is, cut)));
  return changed;
}

function changedValue(
  path: string,
  was: ExactJson | undefined,
  is: ExactJson | undefined,
  cut: (text: string) => string,
): ChangedValue {
  // Not an object on both sides: it has no members to name.
  const key = cut(path === '' ? 'object' : path);
  const [from, to] = [textOf(was), textOf(is)];
  return {
    key,
    i18nKey: `hookwright.audit.field.${keyOf(key)}`,
    ...(from === undefined ? {} : { from: cut(from) }),
    ...(to === undefined ? {} : { to: cut(to) }),
  };
}
