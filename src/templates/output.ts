// What a template writes while it is rendered, counted as it grows: limits hold before memory is spent, not after.
import type { RenderWarning } from '../domain/invocation.ts';
import type { PlaceholderNode, TextNode } from './syntax/tree.ts';

/** The limits of TEMPLATES.md section 6 at run time. */
export const RENDER_LIMITS = {
  bytes: 1024 * 1024,
  turns: 20_000,
  /**
   * Steps: a piece of text, a placeholder or block is one, so is each name of a path, and each value that is looked at
   * to write or to compare it (lists and objects are more). Work without output is still work.
   */
  steps: 1_000_000,
  /** Characters that helpers may make, also where they are only compared. */
  helperCharacters: 4 * 1024 * 1024,
  /** Warnings that are kept; each is kept once. */
  warnings: 20,
} as const;

/** A limit that ends a rendering. */
export type RenderLimit = Exclude<keyof typeof RENDER_LIMITS, 'warnings'>;

const WORDS: Readonly<Record<RenderLimit, string>> = {
  bytes: 'more than 1 MiB of output',
  turns: 'more than 20,000 loop turns',
  steps: 'more than 1,000,000 steps of work',
  helperCharacters: 'more than 4 MiB of text made by helpers',
};

/** Rendering went past a limit. */
export class RenderLimitError extends Error {
  readonly limit: RenderLimit;

  constructor(limit: RenderLimit) {
    super(WORDS[limit]);
    this.limit = limit;
  }
}

// So many UTF-16 units are gathered before their bytes are counted; a rendering may pass the limit by so much unseen.
const CHUNK_LENGTH = 4096;

/** One rendering. */
export class Output {
  readonly warnings: RenderWarning[] = [];
  #text = '';
  #chunk = '';
  #bytes = 0;
  #turns = 0;
  #steps = 0;
  #helperCharacters = 0;
  readonly #asked = new Set<string>();

  /** Adds text. Where it came from is of interest to an `OriginFinder` only. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- see OriginFinder
  write(text: string, _origin: PlaceholderNode | TextNode): void {
    this.#chunk += text;
    if (this.#chunk.length >= CHUNK_LENGTH) this.#flush();
  }

  #flush(): void {
    this.#bytes += Buffer.byteLength(this.#chunk, 'utf8');
    if (this.#bytes > RENDER_LIMITS.bytes) throw new RenderLimitError('bytes');
    this.#text += this.#chunk;
    this.#chunk = '';
  }

  /** Counts one turn of a loop. */
  turn(): void {
    this.#turns += 1;
    if (this.#turns > RENDER_LIMITS.turns) throw new RenderLimitError('turns');
  }

  /** Counts steps of work, before they are done. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > RENDER_LIMITS.steps) throw new RenderLimitError('steps');
  }

  /** Whether this is asked for the first time in this rendering. */
  isNew(what: string): boolean {
    const { size } = this.#asked;
    return this.#asked.add(what).size > size;
  }

  /** Counts what a helper made. */
  made(characters: number): void {
    this.#helperCharacters += characters;
    if (this.#helperCharacters > RENDER_LIMITS.helperCharacters) {
      throw new RenderLimitError('helperCharacters');
    }
  }

  /** Asks whether helpers may still make so many characters, without counting them. */
  room(characters: number): void {
    if (this.#helperCharacters + characters > RENDER_LIMITS.helperCharacters) this.made(characters);
  }

  /** Notes what is to be shown on the invocation; the same once, and only the first twenty. */
  warn(code: string, detail: string): void {
    const isKnown = this.warnings.some((warning) => warning.code === code && warning.detail === detail);
    if (!isKnown && this.warnings.length < RENDER_LIMITS.warnings) this.warnings.push({ code, detail });
  }

  /** All that was written. To be called once, at the end. Throws `RenderLimitError` where it is more than the limit. */
  text(): string {
    // Looked at only where it could be too much: a UTF-16 unit is at most three bytes.
    if (this.#bytes + 3 * this.#chunk.length > RENDER_LIMITS.bytes) this.#flush();
    return this.#text + this.#chunk;
  }
}

/** Renders once more to learn where in the template's text the rendered character at an offset came from. */
export class OriginFinder extends Output {
  readonly #offset: number;
  #written = 0;
  /** The offset in the template's text; for a value, that of its tag. Behind everything: where the last piece ends. */
  origin = 0;

  constructor(offset: number) {
    super();
    this.#offset = offset;
  }

  override write(text: string, origin: PlaceholderNode | TextNode): void {
    const from = this.#written;
    this.#written += text.length;
    if (text === '' || from > this.#offset) return;
    const within = Math.min(this.#offset - from, text.length);
    this.origin = origin.kind === 'text' ? origin.offset + within : origin.offset;
  }
}
