// The pre-pass: finds the tags of a template before Handlebars sees it, so that JSON's braces and backslashes do not
// collide with Handlebars' (TEMPLATES.md section 1). The text that Handlebars then gets has the author's length and
// lines: literal braces and backslashes are replaced one for one, so every position stays true.
import type { Finding } from '../findings.ts';
import { quoted } from '../findings.ts';
import { tagAt } from './habits/tags.ts';
import type { Message } from './habits/unread.ts';
import { endOfNesting, escapedQuotes, hintForCardFunction, nestedTag } from './habits/unread.ts';
import type { Ending } from './tag-body.ts';
import { TagBody } from './tag-body.ts';

/** What a tag does. `leaf` is a partial or a decorator, which the grammar refuses. */
export type TagKind = 'placeholder' | 'open' | 'close' | 'else' | 'comment' | 'leaf';

/** A tag, from its first brace to after its last one. */
export interface Tag {
  readonly kind: TagKind;
  readonly start: number;
  readonly end: number;
  /** `#if`'s `if`, `/if`'s `if`, `else if`'s `if`; empty for a plain else. */
  readonly name: string;
  /** Where the name ends. */
  readonly headEnd: number;
  readonly tokens: number;
  /** How deep parentheses nest in it. */
  readonly parentheses: number;
}

/** The result of the pre-pass. */
export interface Scan {
  /** What Handlebars is given. */
  readonly masked: string;
  readonly tags: readonly Tag[];
  /** Offsets of the backslashes that make a mustache literal; they are not part of the rendered text. */
  readonly dropped: readonly number[];
  /** Starts of the tags whose inside cannot be read; Handlebars is not shown it. */
  readonly unread: ReadonlySet<number>;
  readonly findings: readonly Finding[];
}

/** Tags in a template, comments and escaped ones included: more are not scanned. */
export const MAX_TAGS = 2000;

// A text made of broken tags must not cost more than it is worth: each may be read to the end of the text.
const MAX_FINDINGS = 50;

const OPENING = /\{\{~?(!--|!|#>|#\*?|\/|\^|>|\*|&|\{|\s*else\b)?/y;
const JSON_BRACE_FIRST = /~|[#/^!>*&]|\s*else\b/y;
const COMMENT_END = { '!--': /--~?\}\}/g, '!': /\}\}/g } as const;

const KINDS: Readonly<Record<string, TagKind>> = {
  '#': 'open',
  '#>': 'open',
  '#*': 'open',
  '^': 'open',
  '/': 'close',
  else: 'else',
  '>': 'leaf',
  '*': 'leaf',
};

function kindOf(sigil: string, name: string): TagKind {
  return sigil === '^' && name === '' ? 'else' : (KINDS[sigil] ?? 'placeholder');
}

/** Finds tags and literal text. Never throws; reads the text once. */
export function scan(text: string): Scan {
  return new Scanner(text).run();
}

/** Literal text as Handlebars may see it: nothing in it is a brace, a backslash or a line end that it counts wrongly. */
export function maskLiteral(text: string): string {
  return text.replace(/[{}\\\u2028\u2029]/g, 'x');
}

/** A tag, of which Handlebars may see `shown`, with its inside blanked: only what kind of tag it is can still be seen. */
export function blank(shown: string, tag: Tag): string {
  const isPlaceholder = tag.kind === 'placeholder';
  const head = isPlaceholder ? '{{' : shown.slice(0, tag.headEnd - tag.start);
  const closing = tag.kind === 'comment' ? '' : '}}';
  const inside = shown.slice(head.length, tag.end - tag.start - closing.length);
  // Line ends stay, since Handlebars counts lines.
  const blanks = inside.replace(/[^\r\n]/g, ' ');
  return head + (isPlaceholder ? blanks.replace(' ', 'x') : blanks) + closing;
}

class Scanner {
  readonly #text: string;
  readonly #tags: Tag[] = [];
  readonly #masked: string[] = [];
  readonly #dropped: number[] = [];
  readonly #unread = new Set<number>();
  readonly #findings: Finding[] = [];
  #literalFrom = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Scan {
    for (;;) {
      const found = this.#text.indexOf('{{', this.#at);
      const lost = this.#findings.length - this.#unread.size;
      if (found === -1 || lost >= MAX_FINDINGS || this.#tooMany(found)) break;
      if (this.#backslashesBefore(found) === 1) {
        this.#dropped.push(found - 1);
        this.#at = found + 2;
      } else this.#braces(found);
    }
    this.#masked.push(maskLiteral(this.#text.slice(this.#literalFrom)));
    return {
      masked: this.#masked.join(''),
      tags: this.#tags,
      dropped: this.#dropped,
      unread: this.#unread,
      findings: this.#findings,
    };
  }

  #tooMany(offset: number): boolean {
    if (this.#tags.length + this.#dropped.length < MAX_TAGS) return false;
    this.#find(
      'limit_exceeded',
      offset,
      `There are more than ${String(MAX_TAGS)} tags; comments and escaped ones count.`,
      'Send less, or let the receiver pick from one {{json data}}.',
    );
    return true;
  }

  #backslashesBefore(offset: number): number {
    let count = 0;
    while (offset - count > this.#literalFrom && this.#text[offset - count - 1] === '\\') count += 1;
    return count;
  }

  #braces(found: number): void {
    let run = 2;
    while (this.#text[found + run] === '{') run += 1;
    if (run === 2) this.#tag(found, false);
    else if (run === 3) this.#threeBraces(found);
    else this.#rawBlock(found, run);
  }

  #threeBraces(found: number): void {
    JSON_BRACE_FIRST.lastIndex = found + 3;
    if (JSON_BRACE_FIRST.test(this.#text)) this.#tag(found + 1, false);
    else this.#tag(found, true);
  }

  #rawBlock(found: number, run: number): void {
    this.#find(
      'raw_block',
      found,
      'Four braces in a row open a raw block, which templates cannot use.',
      'If some of them are JSON braces, put a blank between them and the tag.',
    );
    if (this.#text[found + run] === '/') this.#at = found + run;
    else this.#tag(found + run - 2, false);
  }

  // A tag whose braces begin at `start`; with three of them it may turn out to be a JSON brace and a tag of two.
  #tag(start: number, three: boolean): void {
    OPENING.lastIndex = start;
    const opening = OPENING.exec(this.#text);
    const sigil = opening?.[1]?.trim() ?? '';
    const bodyAt = start + (opening?.[0].length ?? 2);
    if (sigil === '!' || sigil === '!--') this.#comment(start, sigil);
    else this.#command(start, sigil, bodyAt, three);
  }

  #comment(start: number, sigil: '!' | '!--'): void {
    const closing = COMMENT_END[sigil];
    closing.lastIndex = start + 3;
    const end = closing.exec(this.#text);
    if (end === null) {
      this.#unclosed(
        start,
        `This comment is never closed.`,
        sigil === '!' ? 'Close it with }}.' : 'Close it with --}}.',
      );
      this.#at = this.#text.length;
      return;
    }
    const to = end.index + end[0].length;
    const body = this.#text.slice(start, to).replace(/[\u2028\u2029]/g, 'x');
    this.#add({ kind: 'comment', start, end: to, name: '', headEnd: to, tokens: 1, parentheses: 0 }, body);
  }

  #command(start: number, sigil: string, bodyAt: number, three: boolean): void {
    const isTriple = sigil === '{';
    const body = new TagBody(this.#text, bodyAt, isTriple);
    const ending = body.read();
    if (three && ending?.triple === false) {
      this.#tag(start + 1, false);
      return;
    }
    const end = ending?.end ?? endOfNesting(this.#text, start);
    if (end === undefined) {
      this.#brokenTag(start, body);
      return;
    }
    const { name, headEnd, tokens, parentheses } = body;
    this.#ended({ kind: kindOf(sigil, name), start, end, name, headEnd, tokens, parentheses }, ending, body);
  }

  #ended(tag: Tag, ending: Ending | undefined, { hasEscapedQuotes }: TagBody): void {
    const standing = tagAt(this.#text, tag.start, tag.end);
    if (ending === undefined) this.#unreadTag(tag, nestedTag(standing));
    else if (tag.tokens === 0 && tag.kind !== 'else') this.#emptyTag(tag);
    else if (hasEscapedQuotes) this.#unreadTag(tag, escapedQuotes(standing));
    else this.#add(tag, this.#normalised(tag.start, ending));
  }

  // Where it ends is known, but not what it holds.
  #unreadTag(tag: Tag, { detail, hint }: Message): void {
    this.#find('syntax', tag.start, detail, hint);
    this.#unread.add(tag.start);
    this.#add(tag, blank(this.#text.slice(tag.start, tag.end), tag));
  }

  // Three braces mean what two mean, so Handlebars is shown two and blanks.
  #normalised(start: number, ending: Ending): string {
    const text = this.#text.slice(start, ending.end);
    if (!ending.triple) return text;
    const opening = text.startsWith('{{~') ? '{{~ ' : '{{ ';
    const closing = text.slice(ending.at - start);
    const blank = closing.includes('~') ? ' ~}}' : ' }}';
    return `${opening}${text.slice(opening.length, ending.at - start)}${blank}`;
  }

  #brokenTag(start: number, body: TagBody): void {
    const opened = body.unclosedQuote;
    const card = hintForCardFunction(this.#text.slice(start, body.at));
    if (opened === undefined) this.#unclosed(start, 'This tag is not closed.', card ?? 'Close it with }}.');
    else {
      this.#unclosed(start, `A ${opened} inside this tag is not closed.`, 'Close it, and the tag with }}.');
    }
    this.#at = body.at < this.#text.length ? Math.max(body.at, start + 2) : this.#text.length;
  }

  #emptyTag(tag: { readonly start: number; readonly end: number }): void {
    this.#find(
      'empty_tag',
      tag.start,
      `${quoted(this.#text.slice(tag.start, tag.end))} names nothing.`,
      'Write a path such as {{data.action}}. JSON braces that touch need a blank between them: { }.',
    );
    this.#at = tag.end;
  }

  #add(tag: Tag, shown: string): void {
    this.#masked.push(maskLiteral(this.#text.slice(this.#literalFrom, tag.start)), shown);
    this.#tags.push(tag);
    this.#literalFrom = tag.end;
    this.#at = tag.end;
  }

  #unclosed(offset: number, detail: string, hint: string): void {
    this.#find('unclosed_tag', offset, detail, `${hint} For braces as text write \\{{.`);
  }

  #find(code: Finding['code'], offset: number, detail: string, hint: string): void {
    this.#findings.push({ code, offset, detail, hint });
  }
}
