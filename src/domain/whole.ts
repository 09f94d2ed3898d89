// Lists and objects as filters compare them: as wholes, whose text is made once and only when it can decide something.
import type { Json } from './json.ts';
import { canonicalJson, isList, isObject } from './json.ts';

/** A list or object that is compared with others. */
export class Whole {
  readonly #value: Json;
  readonly #isList: boolean;
  readonly #size: number;
  #text: string | undefined;

  constructor(value: Json) {
    this.#value = value;
    this.#isList = isList(value);
    this.#size = isList(value) ? value.length : Object.keys(value ?? {}).length;
  }

  /** Whether both are the same JSON value: the order of keys aside. */
  equals(other: Whole): boolean {
    if (this.#isList !== other.#isList || this.#size !== other.#size) return false;
    return this.#canonical() === other.#canonical();
  }

  #canonical(): string {
    this.#text ??= canonicalJson(this.#value);
    return this.#text;
  }
}

/** The wholes of one event: each list and object is one of them, however often it is looked at. */
export class Wholes {
  readonly #known = new WeakMap<object, Whole>();

  /** A list or object as a whole; any other value as it is. */
  of(value: Json): unknown {
    if (!isList(value) && !isObject(value)) return value;
    const known = this.#known.get(value) ?? new Whole(value);
    this.#known.set(value, known);
    return known;
  }

  /** All that a condition on a list looks at: its items, those of lists inside it, these lists, and the list itself. */
  itemsOf(list: readonly Json[]): readonly unknown[] {
    const found: unknown[] = [];
    const visit = (items: readonly Json[]): void => {
      for (const item of items) {
        if (isList(item)) visit(item);
        else found.push(this.of(item));
      }
      found.push(this.of(items));
    };
    visit(list);
    return found;
  }
}
