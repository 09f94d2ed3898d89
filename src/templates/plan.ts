// Template text → plan: everything that has to be found out about a template, as plain data. It is made off the main
// thread, and compiled where it is used.
import type { Fault } from '../domain/errors.ts';
import { sha256Hex } from '../domain/event.ts';
import type { Finding } from './findings.ts';
import { toFaults } from './findings.ts';
import { parseTemplate } from './parse.ts';
import type { Slot } from './proof/slot.ts';
import type { Proof } from './proof/prove.ts';
import { proveTree } from './proof/prove.ts';
import type { Node } from './syntax/tree.ts';

/** What is known of an accepted template. Plain data: maps, sets, arrays and objects. */
export interface TemplatePlan {
  /** The text exactly as given. */
  readonly source: string;
  /** SHA-256 (hex) of the source. */
  readonly sha256: string;
  /** The source without a byte order mark: what positions refer to. */
  readonly text: string;
  readonly nodes: readonly Node[];
  /** What each placeholder writes, by the offset of its tag. */
  readonly slots: ReadonlyMap<number, Slot>;
  /** Offsets of the commas that may be superfluous. */
  readonly marks: ReadonlySet<number>;
  /** What is allowed but seldom meant, such as a field that is named like a helper. */
  readonly warnings: readonly Fault[];
}

/** The plan, or all independent faults at once, with pointer `/body_template` and positions in the source. */
export type PlanResult =
  { readonly ok: true; readonly plan: TemplatePlan } | { readonly ok: false; readonly faults: Fault[] };

/** Parses and proves a template. Never throws for any text. */
export function planTemplate(source: string): PlanResult {
  const drafted = draftTemplate(source);
  if (!drafted.ok) return drafted;
  const { draft } = drafted;
  if (draft.findings.length > 0) return { ok: false, faults: toFaults(draft.text, draft.findings) };
  return { ok: true, plan: planDraft(draft) };
}

/** A template that could be read, with all that parser and proof have to say: it is refused where there are findings. */
export interface TemplateDraft extends Proof {
  readonly source: string;
  readonly text: string;
  readonly nodes: readonly Node[];
  /** What was doubtful when it was read. */
  readonly readingWarnings: readonly Finding[];
}

/** The draft, or what is wrong with a text that could not be read so far that there is a tree. */
export type DraftResult =
  { readonly ok: true; readonly draft: TemplateDraft } | { readonly ok: false; readonly faults: Fault[] };

/** Parses a template and proves its tree. Never throws for any text. */
export function draftTemplate(source: string): DraftResult {
  const parsed = parseTemplate(source);
  if (!parsed.ok) return { ok: false, faults: [...parsed.faults] };
  const { text, nodes, warnings: readingWarnings } = parsed;
  const proof = proveTree(nodes, text);
  const findings = [...parsed.findings, ...proof.findings];
  return { ok: true, draft: { ...proof, findings, source, text, nodes, readingWarnings } };
}

/** The plan of a draft without findings. */
export function planDraft({ source, text, nodes, slots, marks, ...draft }: TemplateDraft): TemplatePlan {
  const warnings = toFaults(text, [...draft.readingWarnings, ...draft.warnings]);
  return { source, sha256: sha256Hex(source), text, nodes, slots, marks, warnings };
}
