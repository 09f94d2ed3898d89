// Blocks and limits, checked on the tags alone: Handlebars' parser takes seconds to minutes for texts that are made to
// hurt it, and its messages about unclosed blocks name the end of the text instead of the block.
import type { Finding, FindingCode } from '../findings.ts';
import type { Scan, Tag } from './scan.ts';

/** The limits of TEMPLATES.md section 6 on the text of a template; `scan` holds the one on tags. */
export const LIMITS = {
  sourceBytes: 64 * 1024,
  tokens: 6000,
  blocks: 200,
  nesting: 10,
  parentheses: 8,
  loops: 3,
  /** In one path: events are no deeper. */
  names: 64,
  /** Of a number, in characters: as long as what arithmetic gives. */
  digits: 400,
} as const;

interface OpenBlock {
  readonly tag: Tag;
  /** Whether what comes next is the body of a loop. */
  looping: boolean;
  elseSeen: boolean;
}

/** What is wrong with the text itself; where there is something, it is not scanned. */
export function checkText(text: string): Finding[] {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > LIMITS.sourceBytes) {
    const detail = `The template has ${String(bytes)} bytes; at most ${String(LIMITS.sourceBytes)} are allowed.`;
    return [limit(0, detail, 'Send less of the event, or all of it with {{json data}}.')];
  }
  return [
    ...badCharacter(text.indexOf('\u0000'), 'the character U+0000'),
    ...badCharacter(text.search(/\p{Surrogate}/u), 'half of a surrogate pair, which is no character'),
  ];
}

function badCharacter(offset: number, what: string): Finding[] {
  if (offset === -1) return [];
  return [{ code: 'invalid_character', offset, detail: `Here stands ${what}.`, hint: 'Remove it from the text.' }];
}

/** What is wrong with how blocks open and close, and which limits are passed. Nothing found: Handlebars may parse it. */
export function checkStructure(tags: Scan['tags']): Finding[] {
  const checker = new StructureChecker();
  for (const tag of tags) checker.take(tag);
  return checker.end();
}

// The limits that are counted while the tags are read.
type CountedLimit = Exclude<keyof typeof LIMITS, 'sourceBytes' | 'names' | 'digits'>;

class StructureChecker {
  readonly #findings: Finding[] = [];
  readonly #open: OpenBlock[] = [];
  readonly #passed = new Set<string>();
  // Names of placeholders, one of which may be a block without its `#`.
  readonly #placeholders = new Set<string>();
  #tokens = 0;
  #blocks = 0;

  take(tag: Tag): void {
    this.#tokens += tag.tokens;
    this.#limit(this.#tokens, 'tokens', tag, `more than ${String(LIMITS.tokens)} words and signs in tags`);
    this.#limit(tag.parentheses, 'parentheses', tag, `parentheses more than ${String(LIMITS.parentheses)} deep`);
    if (tag.kind === 'open') this.#opened(tag);
    else if (tag.kind === 'else') this.#else(tag);
    else if (tag.kind === 'close') this.#closed(tag);
    else if (tag.kind === 'placeholder') this.#placeholders.add(tag.name);
  }

  end(): Finding[] {
    for (const block of this.#open) this.#unclosed(block.tag);
    return this.#findings;
  }

  #opened(tag: Tag): void {
    this.#open.push({ tag, looping: tag.name === 'each', elseSeen: false });
    this.#countBlock(tag);
    this.#limit(this.#open.length, 'nesting', tag, `blocks more than ${String(LIMITS.nesting)} deep`);
  }

  #countBlock(tag: Tag): void {
    this.#blocks += 1;
    this.#limit(this.#blocks, 'blocks', tag, `more than ${String(LIMITS.blocks)} blocks; each else if counts as one`);
    const loops = this.#open.filter((block) => block.looping).length;
    this.#limit(loops, 'loops', tag, `each inside each more than ${String(LIMITS.loops)} deep`);
  }

  #else(tag: Tag): void {
    const block = this.#open.at(-1);
    if (block === undefined) {
      this.#find(
        'unopened_block',
        tag,
        'This else belongs to no block.',
        'Open one before it, such as {{#if data.x}}.',
      );
      return;
    }
    if (block.elseSeen) {
      this.#find('syntax', tag, 'This block already had its else.', 'Keep one else, as the last part of the block.');
    }
    block.elseSeen = tag.name === '';
    block.looping = tag.name === 'each';
    if (tag.name !== '') this.#countBlock(tag);
  }

  #closed(tag: Tag): void {
    const at = this.#open.findLastIndex((block) => block.tag.name === tag.name);
    if (at === -1) {
      this.#find('unopened_block', tag, `{{/${tag.name}}} closes a block that is not open.`, this.#hintForEnd(tag));
      return;
    }
    for (const inner of this.#open.splice(at).slice(1)) this.#unclosed(inner.tag);
  }

  #hintForEnd({ name }: Tag): string {
    if (this.#placeholders.has(name)) return `Open it with {{#${name} …}}: a block begins with #.`;
    const open = this.#open.at(-1)?.tag.name;
    return open === undefined ? 'Remove it, or open the block.' : `The open block is closed with {{/${open}}}.`;
  }

  #unclosed(tag: Tag): void {
    const hint = ELSE.test(tag.name)
      ? 'Write it without #, as in {{else}} or {{else if data.x}}.'
      : `Close it with {{/${tag.name}}}.`;
    this.#find('unclosed_block', tag, `The block ${tag.name} is never closed.`, hint);
  }

  #limit(value: number, name: CountedLimit, tag: Tag, what: string): void {
    if (value <= LIMITS[name] || this.#passed.has(name)) return;
    this.#passed.add(name);
    this.#findings.push(limit(tag.start, `Here the template has ${what}.`, 'Simplify it, or send {{json data}}.'));
  }

  #find(code: FindingCode, tag: Tag, detail: string, hint: string): void {
    this.#findings.push({ code, offset: tag.start, detail, hint });
  }
}

// Blocks of no language, but what some write with a `#`.
const ELSE = /^(?:else|else-?if|elsif|elif)$/i;

function limit(offset: number, detail: string, hint: string): Finding {
  return { code: 'limit_exceeded', offset, detail, hint };
}
