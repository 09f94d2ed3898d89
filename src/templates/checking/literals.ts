// Judges the literals in calls of helpers: what no event can make work is known before one comes. The helpers judge
// themselves; they are called with stand-ins for what an event decides.
import { JsonNumber } from '../../domain/json.ts';
import type { Finding } from '../findings.ts';
import type { Helper } from '../helpers/helper.ts';
import { HELPERS } from '../helpers/index.ts';
import { Output, RenderLimitError } from '../output.ts';
import type { CallExpression, Expression, LiteralExpression, Node } from '../syntax/tree.ts';
import { callsOf } from './calls.ts';

/** A warning for each call that gives nothing for any event because of its literals. Does as much as one rendering may. */
export function literalWarnings(text: string, nodes: readonly Node[]): Finding[] {
  const meter = new Output();
  const warnings: Finding[] = [];
  try {
    for (const { call, offset } of callsOf(text, nodes)) {
      const message = judgeCall(call, meter, warnings.length < MOST_HINTS);
      if (message !== undefined) warnings.push({ code: 'helper_arguments', offset, ...message });
    }
  } catch (error) {
    if (!(error instanceof RenderLimitError)) throw error;
    // So much work is no honest template's; what was found until here is true all the same.
  }
  return warnings;
}

// A hint takes longer than all else, and no more warnings are shown than that.
const MOST_HINTS = 20;

type Message = Pick<Finding, 'detail' | 'hint'>;

/** A literal of a call: at a position among its arguments, or by the name of an option. */
interface Literal {
  readonly place: number | string;
  readonly value: unknown;
}

// Each literal is judged alone, so that all that is wrong is said at once; then whether they go together.
function judgeCall(call: CallExpression, meter: Output, isHinted: boolean): Message | undefined {
  const helper = HELPERS.get(call.helper);
  const literals = literalsOf(call);
  if (helper === undefined || literals.length === 0 || !hasArity(helper, call)) return undefined;
  const objections = (given: readonly Literal[]): string[] => objectionsTo(helper, call, given, meter);
  const bad = literals.flatMap((literal) => objections([literal]).map((detail) => ({ literal, detail })));
  const details = bad.length > 0 ? bad.map(({ detail }) => detail) : objections(literals);
  if (details.length === 0) return undefined;
  const hints = isHinted ? bad.map(({ literal }) => hintFor(helper, literal)) : [];
  return {
    detail: [...new Set(details), 'No event makes this work.'].join(' '),
    hint: [...new Set(hints)].join(' ') || exampleOf(helper),
  };
}

// Any other number is an error already.
function hasArity({ arity }: Helper, { args }: CallExpression): boolean {
  return args.length >= arity.min && args.length <= arity.max;
}

function literalsOf({ args, options }: CallExpression): Literal[] {
  const parts: readonly (readonly [place: number | string, expression: Expression])[] = [...args.entries(), ...options];
  return parts.flatMap(([place, expression]) =>
    expression.kind === 'literal' ? [{ place, value: valueOf(expression) }] : [],
  );
}

function valueOf({ value, spelling }: LiteralExpression): unknown {
  return spelling === undefined ? value : new JsonNumber(spelling);
}

// What the helper says where it can use the literals with none of its stand-ins, as it says it with the first of them.
function objectionsTo(helper: Helper, call: CallExpression, literals: readonly Literal[], meter: Output): string[] {
  const warnings: string[] = [];
  for (const standIns of helper.standIns) {
    const warning = warningOf(helper, argumentsOf(call, standIns, literals), optionsOf(literals), meter);
    if (warning === undefined) return [];
    warnings.push(warning);
  }
  return warnings.slice(0, 1);
}

function argumentsOf({ args }: CallExpression, standIns: readonly unknown[], literals: readonly Literal[]): unknown[] {
  return args.map((_, index) => {
    const literal = literals.find(({ place }) => place === index);
    return literal === undefined ? standIns[Math.min(index, standIns.length - 1)] : literal.value;
  });
}

// An option that is no literal counts as left out.
function optionsOf(literals: readonly Literal[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(literals.map(({ place, value }) => [place, value]));
}

function warningOf(
  helper: Helper,
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
  meter: Output,
): string | undefined {
  let warning: string | undefined;
  helper.call(args, {
    options,
    warn: (detail) => (warning ??= detail),
    spend: (steps) => meter.spend(steps),
    isNew: (what) => meter.isNew(`${helper.name} ${what}`),
    room: (characters) => meter.room(characters),
  });
  return warning;
}

function hintFor(helper: Helper, { place, value }: Literal): string {
  if (typeof place === 'string' && helper.flags.includes(place)) {
    const isSpelled = value === 'true' || value === 'false';
    return isSpelled ? `Write ${place}=${value}, without quotes.` : `Write ${place}=true, or leave it out.`;
  }
  return helper.hintFor?.(place, value) ?? exampleOf(helper);
}

function exampleOf(helper: Helper): string {
  return `Write it like ${helper.example}.`;
}
