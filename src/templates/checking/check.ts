// Everything that can be said about a template before an event comes: proof, paths against the payload schema, and what
// it renders. Pure; it takes its time, so it is called off the main thread.
import type { Fault } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { createPositionFinder } from '../../domain/text.ts';
import { toFaults, withFurther } from '../findings.ts';
import type { PathCheck, Placeholder } from '../paths/index.ts';
import { checkPaths } from '../paths/index.ts';
import type { TemplateDraft, TemplatePlan } from '../plan.ts';
import { draftTemplate, planDraft } from '../plan.ts';
import { literalWarnings } from './literals.ts';
import type { Comparison, Trial, TrialEvents } from './trial.ts';
import { tryPlan } from './trial.ts';

/** What is checked, and against what. */
export interface TemplateCheckInput extends Partial<Pick<TrialEvents, 'event' | 'compareWith'>> {
  readonly source: string;
  /** The payload schema of its events, and events by it; `undefined`: only what needs neither is checked. */
  readonly payload: CheckedPayload | undefined;
}

/** A payload schema and events that follow it: its own samples, and those that are made up from it. */
export interface CheckedPayload extends Pick<TrialEvents, 'samples' | 'generated'> {
  readonly schema: JsonObject;
}

/** A placeholder as authors see it: what it writes, where its tag stands, and what is known of it. */
export interface PlaceholderReport extends Omit<Placeholder, 'offset'> {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/** What a check gives: plain data, for sending it from one thread to another. */
export interface TemplateReport {
  /** There where nothing refuses the template. */
  readonly plan: TemplatePlan | undefined;
  readonly errors: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly placeholders: readonly PlaceholderReport[];
  /** Empty where the template is not proven. */
  readonly samples: Trial['samples'];
  /** Whether it has commas that may be superfluous, which are dropped after rendering. */
  readonly normalisesCommas: boolean;
  readonly comparison: Comparison | undefined;
}

/** Checks a template: all errors at once, as far as they are independent. Never throws for any text. */
export function checkTemplate(input: TemplateCheckInput): TemplateReport {
  const drafted = draftTemplate(input.source);
  if (!drafted.ok) return { ...UNREADABLE, errors: drafted.faults };
  const { draft } = drafted;
  const paths = pathsOf(draft, input.payload);
  const placeholders = placeholdersOf(draft.text, paths.placeholders);
  const warnings = warningsOf(draft, paths);
  const errors = toFaults(draft.text, [...draft.findings, ...paths.findings]);
  if (draft.findings.length > 0) return { ...UNREADABLE, errors, warnings, placeholders };
  return { ...proven(draft, input, errors, warnings), placeholders };
}

const UNREADABLE: Omit<TemplateReport, 'errors'> = {
  plan: undefined,
  warnings: [],
  placeholders: [],
  samples: [],
  normalisesCommas: false,
  comparison: undefined,
};

function proven(
  draft: TemplateDraft,
  { payload, event, compareWith }: TemplateCheckInput,
  errors: readonly Fault[],
  warnings: readonly Fault[],
): Omit<TemplateReport, 'placeholders'> {
  const plan = planDraft(draft);
  const { samples, generated } = payload ?? { samples: [], generated: [] };
  const trial = tryPlan(plan, { event, samples, generated, compareWith });
  const allErrors = withFurther(errors, trial.errors);
  return {
    plan: allErrors.length > 0 ? undefined : plan,
    errors: allErrors,
    warnings: withFurther(warnings, trial.warnings),
    samples: trial.samples,
    normalisesCommas: draft.marks.size > 0,
    comparison: trial.comparison,
  };
}

function pathsOf(draft: TemplateDraft, payload: CheckedPayload | undefined): PathCheck {
  if (payload === undefined) return { findings: [], warnings: [], placeholders: [] };
  return checkPaths(draft.text, draft.nodes, draft.slots, payload.schema);
}

function warningsOf({ text, nodes, findings, warnings, readingWarnings }: TemplateDraft, paths: PathCheck): Fault[] {
  // Behind the first fault of the JSON it is a guess what stands in a string.
  const broken = Math.min(...findings.map(({ offset }) => offset));
  const doubts = paths.warnings.filter(({ code, offset }) => code !== 'may_be_null' || offset < broken);
  return toFaults(text, [...readingWarnings, ...warnings, ...doubts, ...literalWarnings(text, nodes)]);
}

function placeholdersOf(text: string, placeholders: readonly Placeholder[]): PlaceholderReport[] {
  const positionOf = createPositionFinder(text);
  return [...placeholders]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, ...placeholder }) => {
      const { line, column } = positionOf(offset);
      return { ...placeholder, line, column };
    });
}
