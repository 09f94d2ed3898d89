// What is found while the tree is built, and where: places of Handlebars' tree as offsets into the author's text.
import type { Finding, FindingCode } from '../findings.ts';
import type { LibraryPosition } from './library.ts';

/** Collects what is found while the tree is built. */
export interface Notes {
  readonly text: string;
  readonly findings: Finding[];
  readonly warnings: Finding[];
  /** Starts of the placeholders that are meant as the beginning, the next part or the end of a block. */
  readonly blockLike: Set<number>;
  offsetOf(position: LibraryPosition): number;
}

/** Notes what refuses the template, at a place of Handlebars' tree. */
export function find(notes: Notes, code: FindingCode, loc: hbs.AST.SourceLocation, detail: string, hint: string): void {
  notes.findings.push({ code, offset: notes.offsetOf(loc.start), detail, hint });
}

/** Notes what is allowed but seldom meant, at a place of Handlebars' tree. */
export function warn(notes: Notes, code: FindingCode, loc: hbs.AST.SourceLocation, detail: string, hint: string): void {
  notes.warnings.push({ code, offset: notes.offsetOf(loc.start), detail, hint });
}

/** The author's text at a place of Handlebars' tree. */
export function sourceOf(notes: Notes, loc: hbs.AST.SourceLocation): string {
  return notes.text.slice(notes.offsetOf(loc.start), notes.offsetOf(loc.end));
}
