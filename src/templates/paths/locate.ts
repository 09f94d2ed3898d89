// Where the paths of a tag stand in the author's text. The tree keeps the offset of each tag only; the paths follow in
// the order in which they were written.
import type { Expression, PathExpression } from '../syntax/tree.ts';

/** The offset of each path of an expression whose tag starts at `offset`; that of the tag where one is not found. */
export function locatePaths(text: string, offset: number, expression: Expression): ReadonlyMap<PathExpression, number> {
  const finder = new Finder(text, offset, endOfTag(text, offset));
  finder.visit(expression);
  return finder.offsets;
}

// A tag with `}}` in one of its texts ends too early here; then some of its paths stand at its start.
function endOfTag(text: string, offset: number): number {
  const end = text.indexOf('}}', offset);
  return end === -1 ? text.length : end;
}

// Braces and marks of a tag, and the words that open a block.
const OPENING = /^\{+~?(?:#\s*|\s*else\s+)(?:if|unless|each|with)\b|^[{~&]*/;

class Finder {
  readonly offsets = new Map<PathExpression, number>();
  readonly #tag: string;
  readonly #offset: number;
  #at: number;

  constructor(text: string, offset: number, end: number) {
    this.#tag = text.slice(offset, end);
    this.#offset = offset;
    this.#at = OPENING.exec(this.#tag)?.[0].length ?? 0;
  }

  visit(expression: Expression): void {
    if (expression.kind === 'path') {
      this.offsets.set(expression, this.#offset + (this.#find(expression.source) ?? 0));
    } else if (expression.kind === 'literal') {
      if (typeof expression.value === 'string') this.#find(`"${expression.value}"`, `'${expression.value}'`);
    } else {
      this.#find(expression.helper);
      expression.args.forEach((argument) => this.visit(argument));
      for (const [name, value] of expression.options) {
        this.#find(name);
        this.visit(value);
      }
    }
  }

  // The first of the words from here on that does not start within another one.
  #find(...words: readonly string[]): number | undefined {
    const places = words.flatMap((word) => {
      const at = this.#next(word);
      return at === undefined ? [] : [{ at, end: at + word.length }];
    });
    const first = places.sort((a, b) => a.at - b.at)[0];
    if (first !== undefined) this.#at = first.end;
    return first?.at;
  }

  #next(word: string): number | undefined {
    for (let at = this.#tag.indexOf(word, this.#at); at !== -1; at = this.#tag.indexOf(word, at + 1)) {
      if (at === this.#at || /[\s(={~&|]/.test(this.#tag[at - 1] ?? '')) return at;
    }
    return undefined;
  }
}
