// Template text → tree, or everything that is wrong with it. The order is the safety: limits before Handlebars' parser,
// and its parser before anything is believed about the text.
import type { Fault } from '../domain/errors.ts';
import type { Finding } from './findings.ts';
import { quoted, toFaults } from './findings.ts';
import { buildTree } from './syntax/grammar.ts';
import { isPartOfBlock } from './syntax/habits/blocks.ts';
import { hintForTag } from './syntax/habits/hints.ts';
import { tagAt } from './syntax/habits/tags.ts';
import type { LibraryPosition, LibraryResult } from './syntax/library.ts';
import { createLibraryParser } from './syntax/library.ts';
import type { Scan, Tag } from './syntax/scan.ts';
import { blank, scan } from './syntax/scan.ts';
import { checkStructure, checkText } from './syntax/structure.ts';
import type { Notes } from './syntax/notes.ts';
import type { Node } from './syntax/tree.ts';

/** A tree with what was noticed on the way, or faults. `text` is the source without a byte order mark. */
export type ParseResult =
  | {
      readonly ok: true;
      readonly text: string;
      readonly nodes: readonly Node[];
      readonly findings: readonly Finding[];
      readonly warnings: readonly Finding[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Parses a template. `ok` means that its structure is known; `findings` may still refuse it, and are to be shown
 * together with what later steps find.
 */
export function parseTemplate(source: string): ParseResult {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const unfit = checkText(text);
  if (unfit.length > 0) return { ok: false, faults: toFaults(text, unfit) };
  if (text.trim() === '') return { ok: false, faults: toFaults(text, [EMPTY]) };
  const scanned = scan(text);
  const structure = checkStructure(scanned.tags);
  const shown = [...scanned.findings, ...independent(structure, scanned.findings)];
  const readable = structure.length === 0 && scanned.findings.every(({ code }) => code !== 'limit_exceeded');
  return readable ? parseScanned(text, scanned, shown) : { ok: false, faults: toFaults(text, shown) };
}

// A tag that was not understood may have been the other end of a block, so nothing is said about that block.
function independent(structure: readonly Finding[], scanned: readonly Finding[]): readonly Finding[] {
  if (scanned.every(({ code }) => code === 'empty_tag' || code === 'syntax')) return structure;
  return structure.filter(({ code }) => code !== 'unclosed_block' && code !== 'unopened_block');
}

const EMPTY: Finding = {
  code: 'empty',
  offset: 0,
  detail: 'The template is empty; a body is one JSON text.',
  hint: 'Start with {{json data}}, which sends the data of the event, or leave body_template out for the default.',
};

function parseScanned(text: string, scanned: Scan, found: readonly Finding[]): ParseResult {
  const offsetOf = createOffsets(text);
  const { program, broken, findings } = parseAround(text, scanned, offsetOf);
  if (program === undefined) return { ok: false, faults: toFaults(text, [...found, ...findings]) };
  const warnings = scanned.dropped.map(literalMustache);
  const notes: Notes = { text, findings: [...found, ...findings], warnings, blockLike: new Set(), offsetOf };
  const nodes = buildTree(notes, scanned, broken, program);
  if (!hasShape(notes, scanned.tags, broken)) return { ok: false, faults: toFaults(text, notes.findings) };
  return { ok: true, text, nodes, findings: notes.findings, warnings: notes.warnings };
}

// What a receiver fills in is meant this way; a placeholder of ours is not.
function literalMustache(offset: number): Finding {
  return {
    code: 'literal_mustache',
    offset,
    detail:
      'The backslash makes these braces text: the receiver gets them as they stand, and nothing is filled in here.',
    hint: 'If a placeholder is meant, remove the backslash. A backslash of the JSON text is written twice.',
  };
}

// Where a tag could not be read, a block is no block or its condition is not known, what stands around it cannot be
// judged further: most of what would be said comes from this alone.
function hasShape({ text, findings, blockLike }: Notes, tags: readonly Tag[], broken: ReadonlySet<number>): boolean {
  if (blockLike.size > 0 || findings.some(({ code }) => SHAPELESS.has(code))) return false;
  return !tags.some(({ kind, start, end }) => {
    if (kind === 'placeholder') return broken.has(start) && isPartOfBlock(text.slice(start, end));
    const isBlock = kind === 'open' || kind === 'else';
    return isBlock && (broken.has(start) || findings.some(({ offset }) => offset >= start && offset < end));
  });
}

const SHAPELESS: ReadonlySet<Finding['code']> = new Set<Finding['code']>([
  'raw_block',
  'empty_tag',
  'unclosed_tag',
  'partial',
  'decorator',
  'inverted_section',
  'unknown_block',
]);

interface Attempt {
  readonly program: hbs.AST.Program | undefined;
  readonly broken: ReadonlySet<number>;
  readonly findings: readonly Finding[];
}

// Each further fault costs one more run of the parser.
const MAX_RUNS = 10;

// Handlebars stops at the first error. To show all, the inside of the tag concerned is blanked and parsing starts again.
function parseAround(text: string, scanned: Scan, offsetOf: (position: LibraryPosition) => number): Attempt {
  const parse = createLibraryParser();
  const broken = new Set(scanned.unread);
  const findings: Finding[] = [];
  let { masked } = scanned;
  while (findings.length < MAX_RUNS) {
    const result = parse(masked);
    if (result.ok) return { program: result.program, broken, findings };
    const offset = result.at === undefined ? 0 : offsetOf(result.at);
    const tag = scanned.tags.findLast(({ start }) => start <= offset);
    // Of a tag whose inside is blanked already, all is said.
    if (tag !== undefined && broken.has(tag.start)) break;
    findings.push(syntaxFinding(text, result, tag, offset));
    if (tag === undefined) break;
    broken.add(tag.start);
    masked = masked.slice(0, tag.start) + blank(masked.slice(tag.start, tag.end), tag) + masked.slice(tag.end);
  }
  return { program: undefined, broken, findings };
}

function syntaxFinding(
  text: string,
  failure: Extract<LibraryResult, { ok: false }>,
  tag: Tag | undefined,
  offset: number,
): Finding {
  const word = wholeWord(text.slice(offset, tag?.end)) ?? failure.word.trim();
  const standing = tagAt(text, tag?.start ?? 0, tag?.end ?? 0);
  const where = tag === undefined ? '' : ` in ${quoted(standing.tag)}`;
  const detail = `The template cannot be read${where}: ${messageOf(failure) ?? unexpected(word, tag, offset)}`;
  return { code: 'syntax', offset, detail, hint: hintForTag(standing, word) ?? ANY_TAG };
}

function unexpected(word: string, tag: Tag | undefined, offset: number): string {
  if (word !== '') return `"${quoted(word)}" is not expected here.`;
  return `Something is missing${tag === undefined || offset < tag.end ? '' : ' after this tag'}.`;
}

// Without the place, which is shown beside it. Of a block it is said that its end has another name: where that is not
// so for the author, blanks before a dot were passed over.
function messageOf({ message }: Extract<LibraryResult, { ok: false }>): string | undefined {
  const said = message.replace(/ - \d+:\d+$/, '');
  const read = /^(\S+) doesn't match /.exec(said)?.[1];
  if (read !== undefined) return `its name is read as ${quoted(read)}.`;
  return said === '' ? undefined : `${said}.`;
}

// The parser may stand on half a word; people look for whole ones.
function wholeWord(text: string): string | undefined {
  return /^[^\s}]+/.exec(text)?.[0];
}

const ANY_TAG =
  'A tag holds a path such as data.actor_name, or a helper and its arguments. For braces as text write \\{{.';

// Line ends are counted as Handlebars counts them.
function createOffsets(text: string): (position: LibraryPosition) => number {
  const starts = [0, ...Array.from(text.matchAll(/\r\n?|\n/g), (match) => match.index + match[0].length)];
  return ({ line, column }) => Math.min((starts[line - 1] ?? text.length) + column, text.length);
}
