// "Did you mean": the fields of the payload schema that are nearest to one that it does not know.
import { editDistance } from '../../domain/text.ts';
import type { PathExpression } from '../syntax/tree.ts';
import type { Doubt, Frame } from './frames.ts';
import type { Place, Places } from './places.ts';
import { joinPath } from './places.ts';
import { namesOf } from './schema/steps.ts';

/** A field that may be meant: how a template names it from where it stands, and its own name. */
interface Candidate {
  readonly place: Place;
  readonly written: string;
  readonly name: string;
  /** Added to the distance: a field beside the written one is meant more often than one elsewhere. */
  readonly handicap: number;
}

/** The paths that are nearest to a path with an unknown step, at most three, as the author would write them there. */
export function suggestPaths(places: Places, frame: Frame, path: PathExpression, doubt: Doubt): readonly string[] {
  const written = path.keys.slice(doubt.index);
  if (written.join('.').length > LONGEST_JUDGED) return [];
  const candidates = [...beside(places, path, doubt), ...around(places, frame), ...anywhere(places, frame)];
  const ranked = candidates
    .flatMap((candidate) => rank(places, candidate, written))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0]?.distance;
  const near = ranked.filter(({ distance }) => distance === best).map((one) => one.text);
  return [...new Set(near)].filter((text) => text !== path.source).slice(0, MOST_SHOWN);
}

const LONGEST_JUDGED = 64;
const MOST_SHOWN = 3;

// The fields of the place in which the author looked.
function beside(places: Places, { source, keys }: PathExpression, { from, index }: Doubt): Candidate[] {
  const rest = keys.slice(index).join('.');
  const isPlain = source === rest || source.endsWith(`.${rest}`) || source.endsWith(`/${rest}`);
  const before = isPlain ? source.slice(0, -rest.length) : from.path === '' ? '' : `${from.path}.`;
  return fieldsOf(places, from, (name) => `${before}${joinPath('', name)}`, 0);
}

// The fields of the blocks around, but not those of the event itself.
function around(places: Places, frame: Frame): Candidate[] {
  const found: Candidate[] = [];
  let prefix = '';
  for (let at = frame; at.parent !== undefined; at = at.parent) {
    const up = prefix;
    found.push(...fieldsOf(places, at.place, (name) => `${up}${joinPath('', name)}`, 0.25));
    prefix += '../';
  }
  return found;
}

const MOST_FIELDS = 200;
const DEEPEST = 5;

// All fields that can be named from the event on without a loop, those near it first.
function anywhere(places: Places, frame: Frame): Candidate[] {
  const start = frame.parent === undefined ? '' : '@root';
  const found: Candidate[] = [];
  let level = [{ place: places.root, written: start }];
  for (let depth = 0; depth < DEEPEST && found.length < MOST_FIELDS; depth += 1) {
    const next = level.flatMap(({ place, written }) =>
      fieldsOf(places, place, (name) => joinPath(written, name), 0.5 + depth / 100),
    );
    found.push(...next.slice(0, MOST_FIELDS));
    level = next.slice(0, MOST_FIELDS);
  }
  return found.slice(0, MOST_FIELDS);
}

function fieldsOf(places: Places, place: Place, write: (name: string) => string, handicap: number): Candidate[] {
  return namesOf(place.shape)
    .slice(0, MOST_FIELDS)
    .map((name) => ({ place: places.child(place, name), written: write(name), name, handicap }));
}

interface Ranked {
  readonly text: string;
  readonly distance: number;
}

// `actor.name` may stand for `actor_name`, or for the `name` of something that is called nearly like `actor`.
function rank(places: Places, candidate: Candidate, written: readonly string[]): Ranked[] {
  const { place, name, handicap } = candidate;
  const whole = distanceOf(written.join('.'), name);
  const ranked = whole === undefined ? [] : [{ text: candidate.written, distance: whole + handicap }];
  const [first = '', ...rest] = written;
  const step = rest.length === 0 ? undefined : distanceOf(first, name);
  if (step === undefined || !leadsOn(places, place, rest)) return ranked;
  return [...ranked, { text: rest.reduce(joinPath, candidate.written), distance: step + handicap }];
}

function leadsOn(places: Places, start: Place, keys: readonly string[]): boolean {
  let place = start;
  for (const key of keys) place = places.child(place, key);
  return place.status === 'declared';
}

// How far a name is from what was written, letter case and signs aside; `undefined` where it cannot be meant.
function distanceOf(written: string, name: string): number | undefined {
  const [from, to] = [plain(written), plain(name)];
  if (from.length >= 3 && partsOf(name).includes(from)) return from === to ? 0 : 1;
  if (Math.abs(from.length - to.length) > reachOf(from)) return undefined;
  const distance = editDistance(from, to);
  return distance <= reachOf(from) && distance < Math.min(from.length, to.length) ? distance : undefined;
}

function reachOf(word: string): number {
  return Math.max(2, Math.floor(word.length / 3));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function partsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
}
