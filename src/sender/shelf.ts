// What a thread was given to keep, as its owner sees it: a thing goes over once, and later messages name its number.
import { LRUCache } from 'lru-cache';
import type { Kept } from './messages.ts';

/** The owner's list of what one thread keeps. */
export interface Shelf<Thing extends object> {
  /** The number of a thing. Where the thread does not have it, it is made and goes with the next message. */
  slot(key: string, make: () => Thing): number;
  /** What is new since the last call, and what has made room for it. Numbers are never given twice. */
  take(): { readonly kept: readonly Kept<Thing>[]; readonly dropped: readonly number[] };
}

/** An empty one. `newSlot` gives a number that nothing else of the thread has. */
export function createShelf<Thing extends object>(
  limits: { readonly capacity: number; sizeOf(thing: Thing): number },
  newSlot: () => number,
): Shelf<Thing> {
  let kept: Kept<Thing>[] = [];
  let dropped: number[] = [];
  // Only numbers are kept here: the thread has the things.
  const slots = new LRUCache<string, number>({
    maxSize: limits.capacity,
    dispose: (slot) => dropped.push(slot),
  });
  return {
    slot: (key, make) => {
      const known = slots.get(key);
      if (known !== undefined) return known;
      const thing = make();
      const slot = newSlot();
      kept.push([slot, thing]);
      slots.set(key, slot, { size: Math.min(limits.sizeOf(thing), limits.capacity) });
      return slot;
    },
    take: () => {
      const taken = { kept, dropped };
      [kept, dropped] = [[], []];
      return taken;
    },
  };
}
