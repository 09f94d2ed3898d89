// Plan → function. Each placeholder is bound to the writer of its slot when the template is compiled, so that rendering
// decides nothing about JSON any more. No code is generated: the functions are closures over the tree.
import type { Fault } from '../domain/errors.ts';
import { JsonNumber } from '../domain/json.ts';
import { MARK } from './commas.ts';
import type { Frame, Reader } from './evaluate.ts';
import { compileExpression, stepsOf } from './evaluate.ts';
import { HELPERS } from './helpers/index.ts';
import type { Output } from './output.ts';
import type { TemplatePlan } from './plan.ts';
import { planTemplate } from './plan.ts';
import type { EachNode, Expression, IfNode, Node, PlaceholderNode, TextNode, WithNode } from './syntax/tree.ts';
import type { Meter } from './values.ts';
import { isTruthy, jsonText, stringText, visitEntries } from './values.ts';

/** A template that was accepted. */
export interface CompiledTemplate {
  /** From which another thread can make the same. */
  readonly plan: TemplatePlan;
  /** The text exactly as given. */
  readonly source: string;
  /** SHA-256 (hex) of the source. */
  readonly sha256: string;
  /** The source without a byte order mark: what positions refer to. */
  readonly text: string;
  /** What is allowed but seldom meant, such as a field that is named like a helper. */
  readonly warnings: readonly Fault[];
  /** Whether what is written may hold marks of superfluous commas, which are to be dropped. */
  readonly marksCommas: boolean;
  /**
   * Writes the template for an event. Throws `RenderLimitError`; anything else is a fault of ours, such as a placeholder
   * that is reached although the proof found no way to it.
   */
  readonly write: (output: Output, context: unknown) => void;
}

/** The template, or all independent faults at once, with pointer `/body_template` and positions in the source. */
export type CompileResult =
  { readonly ok: true; readonly template: CompiledTemplate } | { readonly ok: false; readonly faults: Fault[] };

/** Parses, proves and compiles a template. Never throws for any text. */
export function compileTemplate(source: string): CompileResult {
  const planned = planTemplate(source);
  return planned.ok ? { ok: true, template: compilePlan(planned.plan) } : planned;
}

/** Makes the functions that write a planned template. Quick: everything was decided in the plan. */
export function compilePlan(plan: TemplatePlan): CompiledTemplate {
  const { source, sha256, text, warnings, marks } = plan;
  return { plan, source, sha256, text, warnings, marksCommas: marks.size > 0, write: compileTree(plan.nodes, plan) };
}

/** Binds a tree to what was decided about it. Throws where a placeholder has no slot. */
export function compileTree(nodes: readonly Node[], decisions: Decisions): CompiledTemplate['write'] {
  const body = compileNodes(nodes, decisions);
  return (output, context) => body(output, { value: context, parent: undefined, loop: undefined });
}

/** Writes one node where it stands. */
export type Writer = (output: Output, frame: Frame) => void;

/** What compiling needs of a plan. */
interface Decisions extends Pick<TemplatePlan, 'slots' | 'marks'> {
  /** Puts something around the writer of each node, to watch a rendering. */
  readonly around?: (write: Writer, node: Node) => Writer;
}

function compileNodes(nodes: readonly Node[], decisions: Decisions): Writer {
  const { around = unwatched } = decisions;
  const writers = nodes.map((node) => around(compileNode(node, decisions), node));
  const steps = nodes.reduce((sum, node) => sum + stepsOfNode(node, decisions), 0);
  return (output, frame) => {
    output.spend(steps);
    for (const write of writers) write(output, frame);
  };
}

function unwatched(write: Writer): Writer {
  return write;
}

// Measured: what it takes to decide on a comma later.
const STEPS_OF_MARK = 4;

// What is inside of a block is paid for when it is entered.
function stepsOfNode(node: Node, { marks }: Decisions): number {
  switch (node.kind) {
    case 'text':
      return 1 + STEPS_OF_MARK * (marked(node, marks).split(MARK).length - 1);
    case 'placeholder':
      return 1 + stepsOf(node.expression);
    case 'if':
      return 1 + stepsOf(node.condition);
    case 'each':
    case 'with':
      return 1 + stepsOf(node.over);
  }
}

function compileNode(node: Node, decisions: Decisions): Writer {
  switch (node.kind) {
    case 'text':
      return compileText(node, decisions);
    case 'placeholder':
      return compilePlaceholder(node, decisions);
    case 'if':
      return compileIf(node, decisions);
    case 'with':
      return compileWith(node, decisions);
    case 'each':
      return compileEach(node, decisions);
  }
}

function compileText(node: TextNode, { marks }: Decisions): Writer {
  const text = marked(node, marks);
  return (output) => output.write(text, node);
}

// The text, with marks in place of the commas that may be superfluous.
function marked({ text, offset }: TextNode, marks: ReadonlySet<number>): string {
  if (marks.size === 0) return text;
  let result = '';
  for (let index = 0; index < text.length; index += 1) result += marks.has(offset + index) ? MARK : text.charAt(index);
  return result;
}

function compilePlaceholder(node: PlaceholderNode, { slots }: Decisions): Writer {
  const { expression } = node;
  const slot = slots.get(node.offset);
  if (slot === undefined) throw new Error('A placeholder without a slot was compiled.');
  if (slot === 'unreachable') return reachedUnreachable;
  const read = compileExpression(expression);
  const spell: Speller = slot === 'string' ? stringText : valueSpeller(expression);
  return (output, frame) => {
    output.write(spell(read(output, frame), output), node);
  };
}

function reachedUnreachable(): never {
  throw new Error('The proof found no way to this placeholder, and here it is written.');
}

type Speller = (value: unknown, meter: Meter) => string;

function valueSpeller(expression: Expression): Speller {
  const isJson = expression.kind === 'call' && HELPERS.get(expression.helper)?.returns === 'json';
  return isJson
    ? (value) => (typeof value === 'string' ? value : 'null')
    : (value, meter) => jsonText(value, '', meter);
}

const DIGITS_PER_STEP = 64;

function compileIf(node: IfNode, decisions: Decisions): Writer {
  const read: Reader = compileExpression(node.condition);
  const body = compileNodes(node.body, decisions);
  const otherwise = compileNodes(node.otherwise, decisions);
  return (output, frame) => {
    const value = read(output, frame);
    // To ask a number of 1,000 digits whether it is 0 takes as long as many steps.
    if (value instanceof JsonNumber) output.spend(value.text.length / DIGITS_PER_STEP);
    const holds = isTruthy(value, node.includeZero) !== node.negated;
    (holds ? body : otherwise)(output, frame);
  };
}

// Entered for 0, as Handlebars does: 0 is something.
function compileWith(node: WithNode, decisions: Decisions): Writer {
  const read = compileExpression(node.over);
  const body = compileNodes(node.body, decisions);
  const otherwise = compileNodes(node.otherwise, decisions);
  return (output, frame) => {
    const value = read(output, frame);
    if (isTruthy(value, true)) body(output, { value, parent: frame, loop: frame.loop });
    else otherwise(output, frame);
  };
}

function compileEach(node: EachNode, decisions: Decisions): Writer {
  const read = compileExpression(node.over);
  const body = compileNodes(node.body, decisions);
  const otherwise = compileNodes(node.otherwise, decisions);
  return (output, frame) => {
    const count = visitEntries(read(output, frame), (value, key, index, length) => {
      output.turn();
      body(output, { value, parent: frame, loop: { key, index, first: index === 0, last: index === length - 1 } });
    });
    if (count === 0) otherwise(output, frame);
  };
}
