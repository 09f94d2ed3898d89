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
