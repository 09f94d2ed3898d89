// What names mean inside the blocks of a template: the places of the frames that paths climb through.
import type { PathExpression } from '../syntax/tree.ts';
import type { LoopPlaces, Place, Places } from './places.ts';
import { freePlace } from './places.ts';
import { ANYTHING } from './schema/shape.ts';
import { typedShape } from './schema/types.ts';

/** One frame for the event, and one for each `each` and `with` around a place in the template. */
export interface Frame {
  readonly place: Place;
  readonly parent: Frame | undefined;
  readonly loop: LoopPlaces | undefined;
}

/** Where a path leads, and its first step that is in doubt. */
export interface Resolution {
  readonly place: Place;
  readonly doubt: Doubt | undefined;
}

/** A step that the payload schema does not know: from `from` to `to`, the key at `index` of the path's keys. */
export interface Doubt {
  readonly from: Place;
  readonly to: Place;
  readonly index: number;
}

/** Follows a path from the frame that it stands in. */
export function resolvePath(places: Places, frame: Frame, { up, start, keys, source }: PathExpression): Resolution {
  let at: Frame | undefined = frame;
  for (let step = 0; step < up; step += 1) at = at?.parent;
  let place = startPlace(start, at, source);
  let doubt: Doubt | undefined;
  for (const [index, key] of keys.entries()) {
    const from = place;
    place = places.child(place, key);
    if (place.status !== 'declared' && place.status !== 'open') doubt ??= { from, to: place, index };
  }
  return { place, doubt };
}

function startPlace(start: PathExpression['start'], frame: Frame | undefined, source: string): Place {
  if (start === 'nothing' || frame === undefined) return freePlace(source, ANYTHING, 'open');
  if (start === 'this') return frame.place;
  if (start === 'key') return frame.loop?.key ?? freePlace('@key', ANYTHING, 'open');
  return freePlace(`@${start}`, typedShape(start === 'index' ? 'number' : 'boolean'));
}

// Items of lists have an id of their own, more often than not.
const OWN_NAMES: ReadonlySet<string> = new Set(['id', 'schema']);

/**
 * Whether a path names a field of the event although it stands in a block that stands on something else, of which nothing
 * is known: then it is more likely that `../` was forgotten.
 */
export function isFieldOfEvent(places: Places, frame: Frame, { up, start, keys }: PathExpression): boolean {
  const [first, ...others] = keys;
  if (up > 0 || start !== 'this' || first === undefined || frame.parent === undefined) return false;
  if (places.child(frame.place, first).status !== 'open' || OWN_NAMES.has(first)) return false;
  const isEvent = places.child(places.root, first).status === 'declared' && (first !== 'data' || others.length > 0);
  return isEvent && keys.reduce((place, key) => places.child(place, key), places.root).status === 'declared';
}
