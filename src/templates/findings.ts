// What is wrong with a template, first as cheap findings by offset, then as faults for people. Positions are looked up
// only for the findings that are shown, since each look-up reads the text once.
import type { Fault } from '../domain/errors.ts';
import { excerptAt, positionAt } from '../domain/text.ts';

/** The codes under which a template is refused; each is prefixed `template_` in a fault. */
export const FINDING_CODES = [
  'block_arguments',
  'decorator',
  'empty',
  'empty_tag',
  'helper_arguments',
  'invalid_character',
  'inverted_section',
  'limit_exceeded',
  'literal_placeholder',
  'misplaced_slot',
  'mixed_slot',
  'partial',
  'raw_block',
  'renders_invalid_json',
  'renders_too_large',
  'scoped_call',
  'syntax',
  'unclosed_block',
  'unclosed_string',
  'unclosed_tag',
  'unknown_block',
  'unknown_helper',
  'unopened_block',
  'unquoted_key',
] as const;

/** The codes of what is allowed but seldom meant. */
export const WARNING_CODES = ['shadows_helper', 'unknown_variable', 'above_root'] as const;

export type FindingCode = (typeof FINDING_CODES)[number] | (typeof WARNING_CODES)[number];

/** Something wrong at an offset (UTF-16 units) of the template's text. */
export interface Finding {
  readonly code: FindingCode;
  readonly offset: number;
  readonly detail: string;
  readonly hint: string;
}

/** Where templates stand in the requests that carry them. */
export const TEMPLATE_POINTER = '/body_template';

// More of them help nobody, and each costs a look through the text.
const MAX_SHOWN = 20;

/** The findings as faults, in the order of the text, at most twenty, each place and code once. */
export function toFaults(text: string, findings: readonly Finding[]): Fault[] {
  const unique = new Map(findings.map((finding) => [`${finding.code}@${String(finding.offset)}`, finding]));
  return [...unique.values()]
    .sort((a, b) => a.offset - b.offset)
    .slice(0, MAX_SHOWN)
    .map((finding) => toFault(text, finding));
}

function toFault(text: string, finding: Finding): Fault {
  return {
    pointer: TEMPLATE_POINTER,
    code: `template_${finding.code}`,
    detail: finding.detail,
    hint: finding.hint,
    position: positionAt(text, finding.offset),
    excerpt: excerptAt(text, finding.offset),
  };
}

/** A piece of the author's text for use inside a sentence: on one line, at most 40 characters. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
