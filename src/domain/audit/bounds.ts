// Keeps an entry small, whatever the event holds, and says honestly what it leaves out.
import { shortened } from './values.ts';

/** What may grow with the event, and how many of each an entry shows at most. */
export const MAX_SHOWN = { 'changed values': 200, 'extra attributes': 200 } as const;

/** Collects up to so many of something, and counts all that there are. */
export class Bounded<Item> {
  readonly what: keyof typeof MAX_SHOWN;
  readonly items: Item[] = [];
  #count = 0;
  #shortened = 0;

  constructor(what: keyof typeof MAX_SHOWN) {
    this.what = what;
  }

  /** Adds what `make` gives, unless there are enough already. `make` cuts its texts with the function that it is given. */
  add(make: (cut: (text: string) => string) => Item): void {
    this.#count += 1;
    if (this.items.length < MAX_SHOWN[this.what]) this.items.push(make(this.#cut));
  }

  /** What the entry has to say about it: nothing where all is shown. */
  get notes(): readonly string[] {
    const [count, shown] = [this.#count, this.items.length];
    return [
      ...(count > shown ? [`${String(shown)} of ${String(count)} ${this.what} are shown.`] : []),
      ...(this.#shortened > 0 ? [`Texts of ${this.what} that were shortened: ${String(this.#shortened)}.`] : []),
    ];
  }

  readonly #cut = (text: string): string => {
    const cut = shortened(text);
    if (cut !== text) this.#shortened += 1;
    return cut;
  };
}
