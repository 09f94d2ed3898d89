// What a template writes while it is rendered, counted as it grows: limits hold before memory is spent, not after.
import type { RenderWarning } from '../domain/invocation.ts';
import type { PlaceholderNode, TextNode } from './syntax/tree.ts';

/** The limits of TEMPLATES.md section 6 at run time. */
export const RENDER_LIMITS = {
  bytes: 1024 * 1024,
  turns: 20_000,
  /** Pieces of text and values, also empty ones: a tag that writes nothing, in a loop, is work without output, too. */
  writes: 1_000_000,
  /** Characters that helpers may make, also where they are only compared: work without output is still work. */
  helperCharacters: 4 * 1024 * 1024,
  /** Values that helpers may look at. */
  helperWork: 2_000_000,
  /** Warnings that are kept; each is kept once. */
  warnings: 20,
} as const;

/** Rendering went past a limit. */
export class RenderLimitError extends Error {}

/** One rendering. */
export class Output {
  readonly warnings: RenderWarning[] = [];
  readonly #parts: string[] = [];
  readonly #origins: (PlaceholderNode | TextNode)[] = [];
  // Bytes are counted exactly only where the cheap bound, three for each UTF-16 unit, is past the limit.
  #bytesAtMost = 0;
  #bytesCounted = 0;
  #partsCounted = 0;
  #turns = 0;
  #writes = 0;
  #helperCharacters = 0;
  #helperWork = 0;

  /** Adds text that came from a node. */
  write(text: string, origin: PlaceholderNode | TextNode): void {
    this.#writes += 1;
    if (this.#writes > RENDER_LIMITS.writes)
      throw new RenderLimitError('more than 1,000,000 pieces of text and values');
    if (text === '') return;
    this.#parts.push(text);
    this.#origins.push(origin);
    this.#bytesAtMost += 3 * text.length;
    if (this.#bytesAtMost > RENDER_LIMITS.bytes) this.#countBytes();
  }

  #countBytes(): void {
    for (const part of this.#parts.slice(this.#partsCounted)) this.#bytesCounted += Buffer.byteLength(part, 'utf8');
    this.#partsCounted = this.#parts.length;
    this.#bytesAtMost = this.#bytesCounted;
    if (this.#bytesCounted > RENDER_LIMITS.bytes) throw new RenderLimitError('more than 1 MiB of output');
  }

  /** Counts one turn of a loop. */
  turn(): void {
    this.#turns += 1;
    if (this.#turns > RENDER_LIMITS.turns) throw new RenderLimitError('more than 20,000 loop turns');
  }

  /** Counts what a helper made. */
  made(characters: number): void {
    this.#helperCharacters += characters;
    if (this.#helperCharacters > RENDER_LIMITS.helperCharacters) {
      throw new RenderLimitError('more than 4 MiB of text made by helpers');
    }
  }

  /** Asks whether helpers may still make so many characters, without counting them. */
  room(characters: number): void {
    if (this.#helperCharacters + characters > RENDER_LIMITS.helperCharacters) this.made(characters);
  }

  /** Counts values that a helper looks at. */
  spend(values: number): void {
    this.#helperWork += values;
    if (this.#helperWork > RENDER_LIMITS.helperWork) {
      throw new RenderLimitError('more than 2,000,000 values looked at by helpers');
    }
  }

  /** Notes what is to be shown on the invocation; the same once, and only the first twenty. */
  warn(code: string, detail: string): void {
    const isKnown = this.warnings.some((warning) => warning.code === code && warning.detail === detail);
    if (!isKnown && this.warnings.length < RENDER_LIMITS.warnings) this.warnings.push({ code, detail });
  }

  /** All that was written. */
  text(): string {
    return this.#parts.join('');
  }

  /** The offset in the template's text that the rendered character at `offset` came from: for a value, its tag. */
  originOf(offset: number): number {
    let from = 0;
    let last = 0;
    for (const [index, part] of this.#parts.entries()) {
      const origin = this.#origins[index];
      if (origin === undefined) break;
      if (offset < from + part.length) return origin.kind === 'text' ? origin.offset + offset - from : origin.offset;
      from += part.length;
      last = origin.kind === 'text' ? origin.offset + part.length : origin.offset;
    }
    return last;
  }
}
