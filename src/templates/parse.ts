// Template text → tree, or everything that is wrong with it. The order is the safety: limits before Handlebars' parser,
// and its parser before anything is believed about the text.
import type { Fault } from '../domain/errors.ts';
import type { Finding } from './findings.ts';
import { quoted, toFaults } from './findings.ts';
import { buildTree } from './syntax/grammar.ts';
import { hintForTag } from './syntax/habits.ts';
import type { LibraryPosition, LibraryResult } from './syntax/library.ts';
import { createLibraryParser } from './syntax/library.ts';
import type { Scan, Tag } from './syntax/scan.ts';
import { scan } from './syntax/scan.ts';
import { checkStructure, checkText } from './syntax/structure.ts';
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
  if (scanned.every(({ code }) => code === 'empty_tag')) return structure;
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
  const notes = { text, findings: [...found, ...findings], warnings: scanned.dropped.map(literalMustache), offsetOf };
  const nodes = buildTree(notes, scanned, broken, program);
  // Where a tag could not be read, or a block is no block, what stands around it cannot be judged further.
  if (notes.findings.some(({ code }) => SHAPELESS.has(code)))
    return { ok: false, faults: toFaults(text, notes.findings) };
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
  const broken = new Set<number>();
  const findings: Finding[] = [];
  let { masked } = scanned;
  while (findings.length < MAX_RUNS) {
    const result = parse(masked);
    if (result.ok) return { program: result.program, broken, findings };
    const offset = result.at === undefined ? 0 : offsetOf(result.at);
    const tag = scanned.tags.findLast(({ start }) => start <= offset);
    findings.push(syntaxFinding(text, result, tag, offset));
    if (tag === undefined || broken.has(tag.start)) break;
    broken.add(tag.start);
    masked = blank(masked, tag);
  }
  return { program: undefined, broken, findings };
}

function blank(masked: string, tag: Tag): string {
  const head = tag.kind === 'placeholder' ? '{{x' : masked.slice(tag.start, tag.headEnd);
  const closing = tag.kind === 'comment' ? '' : '}}';
  const blanked = head.padEnd(tag.end - tag.start - closing.length) + closing;
  return masked.slice(0, tag.start) + blanked + masked.slice(tag.end);
}

function syntaxFinding(
  text: string,
  failure: Extract<LibraryResult, { ok: false }>,
  tag: Tag | undefined,
  offset: number,
): Finding {
  const word = wholeWord(text.slice(offset, tag?.end)) ?? failure.word.trim();
  const missing = `Something is missing${tag === undefined || offset < tag.end ? '' : ' after this tag'}.`;
  const what = failure.message || (word === '' ? missing : `"${quoted(word)}" is not expected here.`);
  const source = tag === undefined ? '' : text.slice(tag.start, tag.end);
  const where = source === '' ? '' : ` in ${quoted(source)}`;
  const detail = `The template cannot be read${where}: ${what}`;
  return { code: 'syntax', offset, detail, hint: hintForTag(source, word) ?? ANY_TAG };
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
