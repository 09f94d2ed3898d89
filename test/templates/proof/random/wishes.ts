// Events that come about while they are read: what a template asks for is decided at that moment, so that conditions
// are steered however deep they look, and nothing is made that nobody asks for.
import type { ExactJson, ExactJsonObject } from '../../../../src/domain/json.ts';
import type { Chance } from './chance.ts';
import type { Vocabulary } from './events.ts';

const UNUSUAL: readonly ExactJson[] = [{}, [], 'x', 1, 0, true, { a: 1 }];
const ABSENT: readonly ExactJson[] = [null, null, false, 0, '', []];
const ITEMS: readonly ExactJson[] = [null, 0, '', 1, 'x', true, []];
const DEEPEST = 8;

/** An event of which each member is decided when it is first asked for, until it is settled. */
export class Wish {
  readonly event: ExactJsonObject;
  readonly #chance: Chance;
  readonly #words: Vocabulary;
  readonly #present: readonly ExactJson[];
  readonly #share: number;
  #settled = false;

  constructor(chance: Chance, words: Vocabulary) {
    this.#chance = chance;
    this.#words = words;
    this.#present = [...words.literals, 'x', 1];
    // Where most things hold, or hardly anything, other ways are taken than where all is even.
    this.#share = chance.pick([0.1, 0.3, 0.5, 0.5, 0.7, 0.9]);
    this.event = this.#record(0);
  }

  /** From now on the event is what it has become. */
  settle(): ExactJsonObject {
    this.#settled = true;
    return this.event;
  }

  #record(depth: number): ExactJsonObject {
    const decided = new Set<string>();
    const decide = (target: Record<string, ExactJson>, name: string | symbol): void => {
      if (this.#settled || typeof name === 'symbol' || decided.has(name)) return;
      decided.add(name);
      const value = this.#named(name, depth);
      if (value !== undefined) target[name] = value;
    };
    return new Proxy<Record<string, ExactJson>>(
      {},
      {
        getOwnPropertyDescriptor: (target, name) => {
          decide(target, name);
          return Reflect.getOwnPropertyDescriptor(target, name);
        },
        // Whoever asks for all members gets a few, and no more come afterwards.
        ownKeys: (target) => {
          if (!this.#settled) this.#complete(target, decided, depth + 3);
          return Reflect.ownKeys(target);
        },
      },
    );
  }

  #complete(target: Record<string, ExactJson>, decided: Set<string>, depth: number): void {
    const { names } = this.#words;
    for (const name of names) {
      const value = this.#chance.happens(2.5 / names.length) ? this.#named(name, depth) : undefined;
      if (!decided.has(name) && value !== undefined) target[name] = value;
      decided.add(name);
    }
  }

  #named(name: string, depth: number): ExactJson | undefined {
    const chance = this.#chance;
    const { lists, records } = this.#words;
    if (chance.happens(0.05)) return chance.pick(UNUSUAL);
    const isList = lists.has(name) && !chance.happens(records.has(name) ? 0.5 : 0.2);
    if (isList) return this.#list(depth + 1);
    if (!chance.happens(this.#share)) return chance.happens(0.2) ? undefined : chance.pick(ABSENT);
    if (records.has(name) && chance.happens(0.8)) return depth < DEEPEST ? this.#record(depth + 1) : 'x';
    return chance.pick(this.#present);
  }

  #list(depth: number): ExactJson {
    const items: ExactJson[] = [];
    const length = this.#chance.below(depth < DEEPEST ? 5 : 3);
    while (items.length < length) items.push(this.#item(depth));
    if (!this.#chance.happens(0.15)) return items;
    // An empty key is false as a condition, as no index but the first is.
    const first = this.#chance.happens(0.5) ? '' : 'k0';
    return Object.fromEntries(items.map((value, at) => [at === 0 ? first : `k${String(at)}`, value]));
  }

  #item(depth: number): ExactJson {
    const chance = this.#chance;
    if (depth >= DEEPEST || chance.happens(0.2)) return chance.pick(ITEMS);
    const isList = (this.#words.lists.has('this') || this.#words.lists.has('it')) && chance.happens(0.4);
    return isList ? this.#list(depth + 1) : this.#record(depth);
  }
}
