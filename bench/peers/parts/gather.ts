// Group commit: what comes while others are being written is written together, next.

/** Settings of a gatherer. */
export interface GatherOptions {
  /** Items in one write, at most. */
  readonly most: number;
  /** Writes at the same time, at most. */
  readonly parallel: number;
}

interface Waiting<Item> {
  readonly items: readonly Item[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Gives what adds items, and resolves once they are written. Nothing waits while a write is free. */
export function gather<Item>(
  write: (items: readonly Item[]) => Promise<unknown>,
  { most, parallel }: GatherOptions,
): (items: readonly Item[]) => Promise<void> {
  let waiting: Waiting<Item>[] = [];
  let writing = 0;
  let planned = false;

  const take = (): Waiting<Item>[] => {
    let [count, size] = [0, 0];
    for (const { items } of waiting) {
      if (count > 0 && size + items.length > most) break;
      count += 1;
      size += items.length;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  };
  const writeNext = async (): Promise<void> => {
    const taken = take();
    writing += 1;
    try {
      await write(taken.flatMap(({ items }) => items));
      for (const { resolve } of taken) resolve();
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    writing -= 1;
    start();
  };
  const start = (): void => {
    planned = false;
    while (waiting.length > 0 && writing < parallel) void writeNext();
  };
  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      // What was read from other sockets in this turn of the loop goes with it.
      if (!planned) setImmediate(start);
      planned = true;
    });
}
