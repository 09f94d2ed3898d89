// Collects what is wrong with a template while it is proven, each place once, with the ways that lead there.
import type { Finding } from '../../findings.ts';
import type { Bdd, Ref } from '../logic/bdd.ts';
import { TooComplexError } from '../logic/bdd.ts';
import type { Conditions } from '../logic/conditions.ts';
import { explain } from '../logic/witness.ts';
import type { StructureFault } from '../json/structure-faults.ts';
import { foreignHint } from './foreign.ts';
import type { Ink } from './ink.ts';
import { commaHint, elseHint, joinInk, NO_INK } from './ink.ts';

interface Found extends StructureFault {
  readonly offset: number;
  readonly when: Ref;
  readonly turns: readonly string[];
  readonly ink: Ink;
}

// No more are shown to anybody.
const MAX_EXPLAINED = 21;
const MAX_FOUND = 1000;

/** Something wrong at an offset of the author's text, and when. */
export class ProofFaults {
  readonly #bdd: Bdd;
  readonly #found = new Map<string, Found>();

  constructor(bdd: Bdd) {
    this.#bdd = bdd;
  }

  /** Notes a fault. `turns` says which turns of the loops around it are meant, `ink` what was written before it. */
  add(fault: StructureFault, offset: number, when: Ref, turns: readonly string[], ink = NO_INK): void {
    if (this.#found.size >= MAX_FOUND) return;
    const key = `${fault.code} ${String(offset)}`;
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, { ...fault, offset, when, turns, ink });
    else if (known.turns.join() === turns.join())
      this.#found.set(key, { ...known, when: this.#bdd.or(known.when, when), ink: joinInk(known.ink, ink) });
  }

  /** All of them in the order of the text, each that may be shown with the shortest way that leads there. */
  findings(conditions: Conditions, text: string): Finding[] {
    const sorted = [...this.#found.values()].sort((a, b) => a.offset - b.offset);
    return sorted.map(({ code, offset, detail, when, turns, ...more }, index) => {
      if (index >= MAX_EXPLAINED) return { code, offset, detail, hint: more.hint };
      const words = explained(() => explain(this.#bdd, conditions, when));
      const comma = more.lacksComma === true ? commaHint(text, offset, more.ink) : undefined;
      const otherwise = code === 'missing_value' ? elseHint(text, offset, more.ink) : undefined;
      const hint = foreignHint(code, text, offset) ?? comma ?? otherwise ?? more.hint;
      return { code, offset, detail, hint, when: withoutImplied(withZero([...words, ...turns])) };
    });
  }
}

// What is absent to an `if`, and is something, is 0.
function withZero(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const source = word.replace(/ is (?:absent|present or 0)$/, '');
    if (!words.includes(`${source} is absent`) || !words.includes(`${source} is present or 0`)) return [word];
    return word === `${source} is absent` ? [] : [`${source} is 0`];
  });
}

// Where a later turn or several entries are meant, there are entries.
function withoutImplied(words: readonly string[]): string[] {
  return words.filter((word) => {
    const list = / has entries$/.test(word) ? word.replace(/ has entries$/, '') : undefined;
    return (
      list === undefined ||
      !words.some((other) => other === `${list} has several entries` || other.endsWith(`turn of {{#each ${list}}}`))
    );
  });
}

// A refusal without its reason is better than none.
function explained(explain: () => string[]): string[] {
  try {
    return explain();
  } catch (error) {
    if (error instanceof TooComplexError) return [];
    throw error;
  }
}
