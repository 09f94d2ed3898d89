// What the tests of the proof share: all that it says of a text, a line a fault, as short as a table needs it.
import assert from 'node:assert/strict';
import type { Fault } from '../../../../src/domain/errors.ts';
import { toFaults } from '../../../../src/templates/findings.ts';
import type { TemplateDraft } from '../../../../src/templates/plan.ts';
import { draftTemplate } from '../../../../src/templates/plan.ts';

/** The draft of a text that can be read. */
export function draftOf(source: string): TemplateDraft {
  const drafted = draftTemplate(source);
  assert.ok(drafted.ok, `not readable: ${source}`);
  return drafted.draft;
}

/** What refuses a text. */
export function refusals(source: string): readonly Fault[] {
  const { text, findings } = draftOf(source);
  return toFaults(text, findings);
}

/** What the proof warns of. */
export function warnings(source: string): readonly Fault[] {
  const draft = draftOf(source);
  return toFaults(draft.text, draft.warnings);
}

/** `1:7 missing_comma when a is present & b is absent`; what is only a warning begins with `warns`. */
export function told(source: string): string[] {
  return [...refusals(source).map(inShort), ...warnings(source).map((fault) => `warns ${inShort(fault)}`)];
}

function inShort({ code, position, when = [] }: Fault): string {
  const place = position === undefined ? '' : `${String(position.line)}:${String(position.column)}`;
  return `${place} ${code.replace(/^template_/, '')}${when.length === 0 ? '' : ` when ${when.join(' & ')}`}`;
}

/** The text with a dot for each comma that is marked. */
export function marked(source: string): string {
  const { marks } = draftOf(source);
  for (const offset of marks) assert.equal(source.charAt(offset), ',');
  return Array.from({ length: source.length }, (_, index) => (marks.has(index) ? '·' : source.charAt(index))).join('');
}
