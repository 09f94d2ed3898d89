// Judges what the engine makes of one template: accepted ones are rendered and compared with the reference, refused ones
// have to be justified by an event that breaks them, or by a rule that the reference sees broken, too.
import type { ExactJsonObject } from '../../../../src/domain/json.ts';
import type { CompiledTemplate, TemplateContext } from '../../../../src/templates/index.ts';
import { compileTemplate, renderTemplate } from '../../../../src/templates/index.ts';
import type { Chance } from './chance.ts';
import type { Vocabulary } from './events.ts';
import { richEvent } from './events.ts';
import { interpret, Sightings } from './reference/interpret.ts';
import type { Template } from './print.ts';
import type { Value } from './reference/reader.ts';
import { readStrictly } from './reference/reader.ts';
import { isRule, needsEvents, ruleHolds } from './rules.ts';
import { everyNode } from './tree.ts';
import { vocabularyOf } from './vocabulary.ts';
import { Wish } from './wishes.ts';

/** What became of a template. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /** `codes` without their prefix; `byEvents` if only events can confirm one; `justified` says by what. */
  | {
      readonly kind: 'refused';
      readonly codes: readonly string[];
      readonly byEvents: boolean;
      readonly justified: 'witness' | 'rule' | 'nothing';
    }
  | { readonly kind: 'failed'; readonly why: string; readonly event?: ExactJsonObject };

/** How much is tried for one template. */
export interface Effort {
  /** Events that an accepted template is rendered with. */
  readonly events: number;
  /** Events that are tried to break a refused one. */
  readonly tries: number;
}

/** Judges one template. Never throws because of the engine. */
export function judge(template: Template, chance: Chance, effort: Effort): Verdict {
  try {
    const compiled = compileTemplate(template.source);
    if (compiled.ok) return judgeAccepted(template, compiled.template, chance, effort.events);
    const faults = compiled.faults.map(({ code, position }) => ({
      code: code.replace(/^template_/, ''),
      offset: position?.offset ?? 0,
    }));
    return judgeRefused(template, faults, chance, effort.tries);
  } catch (error) {
    return {
      kind: 'failed',
      why: `it throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    };
  }
}

function judgeAccepted(template: Template, compiled: CompiledTemplate, chance: Chance, events: number): Verdict {
  if ([...everyNode(template.nodes)].some(({ kind }) => kind === 'odd')) {
    return { kind: 'failed', why: 'it is accepted, though a rule forbids something in it' };
  }
  const sightings = new Sightings();
  const words = vocabularyOf(template);
  for (let time = 0; time < events; time += 1) {
    const event = time % 4 === 3 ? wishedFor(template, chance, words) : richEvent(chance, words);
    const why = differenceAt(template, compiled, event, sightings);
    if (why !== undefined) return { kind: 'failed', why, event };
  }
  return { kind: 'accepted' };
}

/** What is wrong with how an accepted template renders for an event, if anything. */
export function differenceAt(
  template: Template,
  compiled: CompiledTemplate,
  event: ExactJsonObject,
  sightings = new Sightings(),
): string | undefined {
  const expected = interpret(template, event, sightings);
  const rendered = renderTemplate(compiled, asContext(event));
  if (!rendered.ok) return `it does not render (${rendered.message}); expected ${expected.reason ?? 'a value'}`;
  if (expected.reason !== undefined) return `it renders ${rendered.body}; the reference says: ${expected.reason}`;
  if (!isSame(expected.value, JSON.parse(rendered.body))) return `it renders ${rendered.body}, which is another value`;
  if (!isExactly(expected.value, readStrictly(rendered.body))) return `a number is spelled otherwise: ${rendered.body}`;
  return undefined;
}

interface FaultAt {
  readonly code: string;
  readonly offset: number;
}

function judgeRefused(template: Template, faults: readonly FaultAt[], chance: Chance, tries: number): Verdict {
  const codes = faults.map(({ code }) => code);
  const rules = faults.filter(({ code }) => isRule(code));
  if ([...everyNode(template.nodes)].some(({ kind }) => kind === 'odd')) {
    if (rules.length > 0) return { kind: 'refused', codes, byEvents: false, justified: 'rule' };
    return { kind: 'failed', why: `what a rule forbids is not named, but ${codes.join(', ')}` };
  }
  const byEvents = codes.some(needsEvents);
  return { kind: 'refused', codes, byEvents, justified: justification(template, codes, rules, chance, tries) };
}

function justification(
  template: Template,
  codes: readonly string[],
  rules: readonly FaultAt[],
  chance: Chance,
  tries: number,
): 'witness' | 'rule' | 'nothing' {
  const sightings = new Sightings();
  const words = vocabularyOf(template);
  const agrees = (): boolean => rules.some((fault) => ruleHolds(fault, template, sightings));
  for (let time = 0; time < tries; time += 1) {
    const event = time % 8 === 7 ? richEvent(chance, words) : wishedFor(template, chance, words);
    const run = interpret(template, event, sightings);
    if (run.reason !== undefined && rules.length < codes.length) return 'witness';
    if (time % 16 === 15 && agrees()) break;
  }
  const isUnbalanced = codes.includes('unbalanced_loop') && sightings.unbalanced;
  return agrees() || isUnbalanced ? 'rule' : 'nothing';
}

// The first run makes the event: nothing is noted of it, since what it asks for comes about meanwhile.
function wishedFor(template: Template, chance: Chance, words: Vocabulary): ExactJsonObject {
  const wish = new Wish(chance, words);
  interpret(template, wish.event, new Sightings());
  return wish.settle();
}

/** An event as the context of a rendering: grown templates name its members without `data`. */
export function asContext(event: ExactJsonObject): TemplateContext {
  return event as unknown as TemplateContext;
}

function isSame(expected: Value, parsed: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return expected === parsed;
  if (Array.isArray(expected)) {
    return Array.isArray(parsed) && hasSameItems(expected, parsed, isSame);
  }
  if (!(expected instanceof Map)) return Object.is(Number(expected.number), parsed);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false;
  return (
    Object.keys(parsed).length === expected.size &&
    [...expected].every(([key, item]) => Object.hasOwn(parsed, key) && isSame(item, Reflect.get(parsed, key)))
  );
}

function isExactly(expected: Value, read: Value): boolean {
  if (typeof expected !== 'object' || expected === null) return expected === read;
  if (Array.isArray(expected)) return Array.isArray(read) && hasSameItems(expected, read, isExactly);
  if (!(expected instanceof Map)) return JSON.stringify(expected) === JSON.stringify(read);
  if (!(read instanceof Map) || read.size !== expected.size) return false;
  return [...expected].every(([key, item]) => {
    const other = read.get(key);
    return other !== undefined && isExactly(item, other);
  });
}

function hasSameItems<T>(expected: readonly Value[], items: readonly T[], same: (a: Value, b: T) => boolean): boolean {
  return (
    expected.length === items.length &&
    items.every((item, index) => {
      const other = expected[index];
      return other !== undefined && same(other, item);
    })
  );
}
