// What is wrong with a template, first as cheap findings by offset, then as faults for people. Positions are looked up
// only for the findings that are shown, since each look-up reads the text once.
import type { Fault } from '../domain/errors.ts';
import { moreFaults, standsForMore } from '../domain/errors.ts';
import { excerptAt, positionAt } from '../domain/text.ts';

/** The codes under which a template is refused; each is prefixed `template_` in a fault. */
export const FINDING_CODES = [
  'block_arguments',
  'decorator',
  'duplicate_key',
  'empty',
  'empty_tag',
  'helper_arguments',
  'invalid_character',
  'invalid_escape',
  'invalid_literal',
  'inverted_section',
  'limit_exceeded',
  'literal_placeholder',
  'misplaced_slot',
  'missing_colon',
  'missing_comma',
  'missing_value',
  'mixed_slot',
  'more_text',
  'no_body',
  'partial',
  'raw_block',
  'renders_invalid_json',
  'renders_too_large',
  'scoped_call',
  'syntax',
  'too_complex',
  'unbalanced_loop',
  'unclosed_block',
  'unclosed_bracket',
  'unclosed_string',
  'unclosed_tag',
  'unexpected_comma',
  'unknown_block',
  'unknown_field',
  'unknown_helper',
  'unopened_block',
  'unquoted_key',
  'wrong_bracket',
] as const;

/** The codes of what is allowed but seldom meant. */
export const WARNING_CODES = [
  'above_root',
  'comma_in_string',
  'duplicate_key',
  'helper_arguments',
  'json_in_string',
  'literal_mustache',
  'may_be_null',
  'not_iterable',
  'object_in_string',
  'path_through_list',
  'renders_too_large',
  'shadows_helper',
  'shifts_positions',
  'unknown_field',
  'unknown_variable',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number] | (typeof WARNING_CODES)[number];

/** Something wrong at an offset (UTF-16 units) of the template's text. */
export interface Finding {
  readonly code: FindingCode;
  readonly offset: number;
  readonly detail: string;
  readonly hint: string;
  /** The conditions under which it goes wrong, in the author's words; none: always. */
  readonly when?: readonly string[];
}

/** Where templates stand in the requests that carry them. */
export const TEMPLATE_POINTER = '/body_template';

// More of them help nobody, and each costs a look through the text.
const MAX_SHOWN = 20;

/**
 * The findings as faults, in the order of the text, each place and code once: of more than 21 the first 20, and one
 * with the code `more_faults` that says how many more there are, and where they begin.
 */
export function toFaults(text: string, findings: readonly Finding[]): Fault[] {
  const unique = new Map(findings.map((finding) => [`${finding.code}@${String(finding.offset)}`, finding]));
  const sorted = [...unique.values()].sort((a, b) => a.offset - b.offset);
  const faults = sorted.slice(0, MAX_SHOWN + 1).map((finding) => toFault(text, finding));
  const [next] = faults.slice(MAX_SHOWN);
  if (sorted.length === faults.length || next === undefined) return faults;
  return [...faults.slice(0, MAX_SHOWN), moreFrom(next, sorted.length - MAX_SHOWN)];
}

function moreFrom({ pointer, position, excerpt }: Fault, count: number): Fault {
  const detail = `There are ${count.toLocaleString('en')} more of these in the template; the first of them is here.`;
  return {
    ...moreFaults(pointer, detail),
    ...(position === undefined ? {} : { position }),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}

/** Adds faults of the same template; the one that speaks of more stays the last. */
export function withFurther(faults: readonly Fault[], further: readonly Fault[]): Fault[] {
  return [...faults.filter((fault) => !standsForMore(fault)), ...further, ...faults.filter(standsForMore)];
}

function toFault(text: string, finding: Finding): Fault {
  return {
    pointer: TEMPLATE_POINTER,
    code: `template_${finding.code}`,
    detail: finding.detail,
    hint: finding.hint,
    ...(finding.when === undefined || finding.when.length === 0 ? {} : { when: finding.when }),
    position: positionAt(text, finding.offset),
    excerpt: excerptAt(text, finding.offset),
  };
}

/** A piece of the author's text for use inside a sentence: on one line, at most 40 characters. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
