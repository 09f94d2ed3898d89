// The places that paths lead to: a tree that grows as a template names them, each place once, with what the payload
// schema says of it. That a place is the same as another is then that it is the same object.
import type { JsonObject } from '../../domain/json.ts';
import { itemsOf } from './schema/items.ts';
import type { SchemaReader, Shape } from './schema/shape.ts';
import { ANYTHING, createSchemaReader } from './schema/shape.ts';
import type { StepStatus } from './schema/steps.ts';
import { isIndex, stepInto } from './schema/steps.ts';
import type { Types } from './schema/types.ts';
import { typedShape, typesOf } from './schema/types.ts';

/** Where a path leads. */
export interface Place {
  /** The place that this one is a field of; none for the event and for what a loop goes through. */
  readonly parent: Place | undefined;
  /** From the event on, as `data.items[].name`; empty for the event itself. For showing: a long one is cut. */
  readonly path: string;
  readonly shape: Shape;
  /** What the schema says of it; `open` below all that is not declared, so that a mistake is told once. */
  readonly status: StepStatus;
  /** Whether it is there whenever its parent is there. */
  readonly certain: boolean;
  readonly types: Types;
  readonly children: Map<string, Place>;
}

/** What a loop makes of a place: the item, and the key or index. */
export interface LoopPlaces {
  readonly item: Place;
  readonly key: Place;
  readonly iterable: boolean;
}

/** The places of one template. */
export interface Places {
  /** The event as templates see it. */
  readonly root: Place;
  child(parent: Place, key: string): Place;
  loop(over: Place): LoopPlaces;
}

/** What templates see of an event besides `data`: text, whatever its payload schema says. */
const TEXT_FIELDS = ['id', 'schema', 'event_type', 'event_time', 'received_at'] as const;

/** The places of events by a payload schema, whose document describes events as they are posted. */
export function createPlaces(payloadSchema: JsonObject): Places {
  const reader = createSchemaReader(payloadSchema);
  const root = rootPlace(reader);
  return {
    root,
    child: (parent, key) => {
      const known = parent.children.get(key) ?? childPlace(reader, parent, key);
      parent.children.set(key, known);
      return known;
    },
    loop: (over) => {
      const { shape, keys, kind, iterable } = itemsOf(reader, over.shape);
      const item = freePlace(`${over.path}${kind === 'object' ? '.*' : '[]'}`, shape);
      return { item, key: freePlace('@key', keys), iterable };
    },
  };
}

/** A place that is no field of anything, such as the result of a helper. */
export function freePlace(path: string, shape: Shape, status: StepStatus = 'declared'): Place {
  return makePlace({ parent: undefined, path, shape, status, certain: true });
}

/** Whether a place can be missing or null where the `present` ones are neither. Where nothing is known: no. */
export function mayBeNull(place: Place, present: ReadonlySet<Place>): boolean {
  if (present.has(place) || place.types === undefined) return false;
  return place.types.has('null') || mayBeMissing(place, present);
}

function mayBeMissing({ parent, certain }: Place, present: ReadonlySet<Place>): boolean {
  if (parent === undefined || !certain) return !certain;
  return mayBeNull(parent, present);
}

function rootPlace(reader: SchemaReader): Place {
  const properties = Object.fromEntries([...TEXT_FIELDS, 'data'].map((name) => [name, true]));
  const shape = [{ schemas: [{ type: 'object', properties, additionalProperties: false }], opaque: false }];
  const root = freePlace('', shape);
  for (const name of TEXT_FIELDS)
    root.children.set(name, fieldPlace(root, name, 'declared', typedShape('string'), true));
  const data = stepInto(reader, reader.shapeOf(reader.document), 'data');
  const shapeOfData = data.status === 'declared' ? data.shape : ANYTHING;
  return withChild(root, 'data', fieldPlace(root, 'data', 'declared', shapeOfData, data.certain));
}

function withChild(place: Place, key: string, child: Place): Place {
  place.children.set(key, child);
  return place;
}

function childPlace(reader: SchemaReader, parent: Place, key: string): Place {
  if (parent.status !== 'declared') return fieldPlace(parent, key, 'open', ANYTHING, true);
  const { status, shape, certain } = stepInto(reader, parent.shape, key);
  return fieldPlace(parent, key, status, shape, certain);
}

function fieldPlace(parent: Place, key: string, status: StepStatus, shape: Shape, certain: boolean): Place {
  const isItem = isIndex(key) && (parent.types?.has('array') ?? false);
  return makePlace({
    parent,
    path: isItem ? `${parent.path}[${key}]` : joinPath(parent.path, key),
    shape,
    status,
    certain,
  });
}

function makePlace(place: Omit<Place, 'types' | 'children'>): Place {
  return { ...place, path: shownPath(place.path), types: typesOf(place.shape), children: new Map() };
}

const LONGEST_PATH = 200;

/** A path as it is shown: at most 200 characters. A template names a long one once, and everything below repeats it. */
export function shownPath(path: string): string {
  if (path.length <= LONGEST_PATH) return path;
  // Without the half of a character that the cut may have left.
  return `${path.slice(0, LONGEST_PATH - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A path and a field of it, as a template names it. */
export function joinPath(path: string, key: string): string {
  const name = /^[^\s!"#%&'()*+,./;<=>@[\\\]^`{|}~]+$/.test(key) ? key : `[${key}]`;
  return path === '' ? name : `${path}.${name}`;
}
