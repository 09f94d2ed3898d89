// Random events with the names that grown templates use: rich ones to render, and bare ones that steer conditions.
import { JsonNumber } from '../../../../src/domain/json.ts';
import type { ExactJson, ExactJsonObject } from '../../../../src/domain/json.ts';
import type { Chance } from './chance.ts';

/** The names of members that templates and events share. */
export const NAMES = ['a', 'b', 'c', 'ok', 's', 'n', 'xs', 'ys', 'o'] as const;

const HOSTILE = [
  '',
  'plain',
  'x',
  'y',
  '"',
  '\\',
  'a"b\\c',
  '\n\r\t',
  '\u0001',
  '\u0001,\u0001',
  '\u0000\u001f\u007f',
  '\u2028\u2029',
  '{{x}}',
  '{{#if a}}',
  '],"x":[',
  '","role":"admin',
  "<&'>",
  '\ud83d\ude00',
  '\ud83d',
  '\ude00x',
  '\u202eabc',
  'constructor',
  '\\u0041',
  '1',
  'null',
  ',',
  'é'.repeat(40),
];

const NUMBERS: readonly ExactJson[] = [
  0,
  1,
  -1,
  5,
  0.5,
  1e21,
  1e-7,
  new JsonNumber('12345678901234567890'),
  new JsonNumber('-0'),
  new JsonNumber('0.0'),
  new JsonNumber('1.10'),
  new JsonNumber('1e2'),
  new JsonNumber('0e-999'),
  new JsonNumber('1E-300'),
];

/** What events for one template are made of. */
export interface Vocabulary {
  /** The names that it uses; those that `each` goes through; and those that it looks into. */
  readonly names: readonly string[];
  readonly lists: ReadonlySet<string>;
  readonly records: ReadonlySet<string>;
  /** How deep it looks. */
  readonly depth: number;
  /** What its conditions compare with. */
  readonly literals: readonly ExactJson[];
}

/** An event with anything at any name. */
export function richEvent(chance: Chance, words: Vocabulary): ExactJsonObject {
  return new Riches(chance, words.names).record(words.depth, 0.85);
}

const FALSE: readonly ExactJson[] = [null, false, 0, '', [], new JsonNumber('0.0')];

class Riches {
  readonly #chance: Chance;
  readonly #names: readonly string[];
  #left = 150;

  constructor(chance: Chance, names: readonly string[]) {
    this.#chance = chance;
    this.#names = names;
  }

  record(depth: number, share: number): ExactJsonObject {
    const result: Record<string, ExactJson> = {};
    for (const name of this.#names) {
      this.#left -= 1;
      if (this.#left > 0 && this.#chance.happens(share)) result[name] = this.#named(name, depth);
    }
    if (!this.#chance.happens(0.05)) return result;
    return Object.fromEntries([...Object.entries(result), ['__proto__', 1], ['constructor', 'c']]);
  }

  // Mostly what the name promises, and sometimes anything else.
  #named(name: string, depth: number): ExactJson {
    const chance = this.#chance;
    if (chance.happens(0.15)) return this.#anything(depth);
    if (name === 's') return chance.pick(HOSTILE);
    if (name === 'n') return chance.pick(NUMBERS);
    if (name === 'xs' || name === 'ys') return this.#list(depth);
    if (name === 'o') return depth > 0 ? this.record(depth - 1, 0.6) : {};
    return chance.happens(0.4) ? chance.pick(FALSE) : this.#scalar();
  }

  #scalar(): ExactJson {
    const chance = this.#chance;
    const kind = chance.below(4);
    if (kind === 0) return null;
    if (kind === 1) return chance.happens(0.5);
    return chance.pick(kind === 2 ? NUMBERS : HOSTILE);
  }

  #list(depth: number): ExactJson {
    const length = this.#chance.pick([0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4]);
    const items: ExactJson[] = [];
    while (items.length < length) items.push(this.#item(depth));
    return items;
  }

  #item(depth: number): ExactJson {
    return depth > 0 && this.#chance.happens(0.7) ? this.record(depth - 1, 0.5) : this.#anything(depth - 1);
  }

  #anything(depth: number): ExactJson {
    if (depth <= 0 || this.#chance.happens(0.5)) return this.#scalar();
    return this.#chance.happens(0.5) ? this.#list(depth - 1) : this.record(depth - 1, 0.4);
  }
}
