// The reference: runs a grown tree for an event, feeds the reader, and notes what the predicates of the tests ask for.
import type { Template } from '../print.ts';
import { offsetIn } from '../print.ts';
import type { Place, Value } from './reader.ts';
import { NotJson, Reader } from './reader.ts';
import type { BlockNode, Node, SlotNode, TextNode } from '../tree.ts';
import type { Frame } from './values.ts';
import { entries, isTrue, jsonOf, valueOf } from './values.ts';

/** What one run gave: a value, or the reason why there is none. */
export type Run = { readonly value: Value; readonly reason?: undefined } | { readonly reason: string };

/** A character of a text of the tree. */
interface Origin {
  readonly node: TextNode;
  readonly index: number;
}

/** What was seen in all runs of a template so far. */
export class Sightings {
  /** Where each placeholder was seen. */
  readonly places = new Map<SlotNode, Set<Place>>();
  /** Whether a loop's middle turn left more or fewer brackets open than it found. */
  unbalanced = false;
  /** By the offset of an object's bracket: how often it was in a valid run, and how often with which key twice. */
  readonly objects = new Map<number, { times: number; readonly doubled: Map<string, number> }>();
  /** By the offset of a literal key that was there twice: the key, and the offset of its object's bracket. */
  readonly doubled = new Map<number, { readonly key: string; readonly object: number }>();
  /** How deep brackets were open. */
  deepest = 0;
  runs = 0;
  valid = 0;
}

/** Runs a template for an event. */
export function interpret(template: Template, event: unknown, sightings: Sightings): Run {
  sightings.runs += 1;
  const run = new Interpreter(template, sightings);
  try {
    run.nodes(template.nodes, { value: event, parent: undefined, params: {}, loop: undefined });
    const value = run.reader.end();
    run.noteKeys();
    sightings.valid += 1;
    return { value };
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return { reason: error.message };
  }
}

class Interpreter {
  readonly reader = new Reader<Origin>();
  readonly #template: Template;
  readonly #sightings: Sightings;

  constructor(template: Template, sightings: Sightings) {
    this.#template = template;
    this.#sightings = sightings;
  }

  nodes(nodes: readonly Node[], frame: Frame): void {
    for (const node of nodes) {
      if (node.kind === 'text') this.#text(node);
      else if (node.kind === 'slot') this.#slot(node, frame);
      else if (node.kind === 'block') this.#block(node, frame);
      else if (node.kind === 'odd') throw new Error('An odd template has no meaning.');
    }
  }

  noteKeys(): void {
    const { objects, doubled } = this.#sightings;
    for (const { origin, keys } of this.reader.objects) {
      const object = this.#offsetOf(origin);
      const seen = objects.get(object) ?? { times: 0, doubled: new Map<string, number>() };
      objects.set(object, seen);
      seen.times += 1;
      for (const [key, origins] of keys) {
        if (origins.length < 2) continue;
        seen.doubled.set(key, (seen.doubled.get(key) ?? 0) + 1);
        for (const at of origins) doubled.set(this.#offsetOf(at), { key, object });
      }
    }
  }

  #offsetOf({ node, index }: Origin): number {
    return offsetIn(this.#template, node, index);
  }

  #text(node: TextNode): void {
    this.reader.text(this.#template.shown.get(node)?.text ?? '', (index) => ({ node, index }));
    this.#sightings.deepest = Math.max(this.#sightings.deepest, this.reader.depth);
  }

  #slot(node: SlotNode, frame: Frame): void {
    const { places } = this.#sightings;
    const place = this.reader.place();
    const seen = places.get(node);
    if (seen === undefined) places.set(node, new Set([place]));
    else seen.add(place);
    const { expression } = node;
    const value = valueOf(expression, frame);
    const isJson = expression.kind === 'call' && expression.helper === 'json';
    this.reader.slot(value, isJson ? jsonOf(value) : undefined);
  }

  #block(node: BlockNode, frame: Frame): void {
    const value = valueOf(node.argument, frame);
    if (node.name === 'each') this.#each(node, value, frame);
    else if (node.name === 'with') {
      if (isTrue(value, true)) this.nodes(node.body, inside(frame, node, value, undefined, frame.loop));
      else this.nodes(node.otherwise ?? [], frame);
    } else {
      const holds = isTrue(value, node.includeZero) === (node.name === 'if');
      this.nodes(holds ? node.body : (node.otherwise ?? []), frame);
    }
  }

  #each(node: BlockNode, value: unknown, frame: Frame): void {
    const items = entries(value);
    if (items.length === 0) this.nodes(node.otherwise ?? [], frame);
    for (const [index, [key, item]] of items.entries()) {
      const { depth } = this.reader;
      const loop = { index, key, first: index === 0, last: index === items.length - 1 };
      this.nodes(node.body, inside(frame, node, item, key, loop));
      if (!loop.first && !loop.last && this.reader.depth !== depth) this.#sightings.unbalanced = true;
    }
  }
}

function inside(parent: Frame, { params }: BlockNode, value: unknown, key: unknown, loop: Frame['loop']): Frame {
  const [item, name] = params;
  const named = { ...(name === undefined ? {} : { [name]: key }), ...(item === undefined ? {} : { [item]: value }) };
  return { value, parent, params: named, loop };
}
