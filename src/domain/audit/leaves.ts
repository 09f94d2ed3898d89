// The values inside an object, one by one, each with its dotted path.
import type { ExactJson } from '../json.ts';
import { canonicalJson, isObject } from '../json.ts';

/** The path of a member: `trigger.timeframe`; a name that holds a dot or is empty stands as `settings["a.b"]`. */
export function pathTo(parent: string, name: string): string {
  if (name === '' || name.includes('.')) return `${parent}[${JSON.stringify(name)}]`;
  return parent === '' ? name : `${parent}.${name}`;
}

/** Calls `visit` for each value that is no object with members. A list is one value. */
export function eachLeaf(value: ExactJson, path: string, visit: (path: string, value: ExactJson) => void): void {
  eachDifference(undefined, value, path, (at, _from, to) => {
    if (to !== undefined) visit(at, to);
  });
}

/**
 * Calls `visit` for each value that is not the same before and after, `undefined` where it is not there. A list is one value,
 * and so is an object without members. Members come in the order that they have afterwards, those that are gone at the end.
 */
export function eachDifference(
  from: ExactJson | undefined,
  to: ExactJson | undefined,
  path: string,
  visit: (path: string, from: ExactJson | undefined, to: ExactJson | undefined) => void,
): void {
  if (!hasInside(from, to)) {
    if (!isSame(from, to)) visit(path, from, to);
    return;
  }
  const [before, after] = [isObject(from) ? from : {}, isObject(to) ? to : {}];
  for (const [name, value] of Object.entries(after)) {
    eachDifference(Object.hasOwn(before, name) ? before[name] : undefined, value, pathTo(path, name), visit);
  }
  for (const [name, value] of Object.entries(before)) {
    if (!Object.hasOwn(after, name)) eachDifference(value, undefined, pathTo(path, name), visit);
  }
}

// Two objects, or one with members where there is nothing on the other side.
function hasInside(from: ExactJson | undefined, to: ExactJson | undefined): boolean {
  if (isObject(from) && isObject(to)) return true;
  const [one, other] = from === undefined ? [to, from] : [from, to];
  return other === undefined && isObject(one) && Object.keys(one).length > 0;
}

// As JSON values: neither the order of members nor the spelling of a number makes a difference.
function isSame(from: ExactJson | undefined, to: ExactJson | undefined): boolean {
  if (from === to) return true;
  return from !== undefined && to !== undefined && canonicalJson(from) === canonicalJson(to);
}
