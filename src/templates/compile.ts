// Tree → function. Each placeholder is bound to the writer of its slot when the template is compiled, so that rendering
// decides nothing about JSON any more. No code is generated: the functions are closures over the tree.
import type { Fault } from '../domain/errors.ts';
import { sha256Hex } from '../domain/event.ts';
import type { Finding } from './findings.ts';
import { toFaults } from './findings.ts';
import type { Output } from './output.ts';
import { parseTemplate } from './parse.ts';
import type { Slot } from './slots.ts';
import { findSlots } from './slots.ts';
import type {
  CallExpression,
  EachNode,
  Expression,
  IfNode,
  Node,
  PathExpression,
  PlaceholderNode,
  TextNode,
  WithNode,
} from './syntax/tree.ts';
import { entriesOf, isTruthy, jsonText, ownProperty, stringText } from './values.ts';

/** A template that was accepted. */
export interface CompiledTemplate {
  /** The text exactly as given. */
  readonly source: string;
  /** SHA-256 (hex) of the source. */
  readonly sha256: string;
  /** The source without a byte order mark: what positions refer to. */
  readonly text: string;
  /** What is allowed but seldom meant, such as a field that is named like a helper. */
  readonly warnings: readonly Fault[];
  /** Writes the template for an event. Throws `RenderLimitError` only. */
  readonly write: (output: Output, context: unknown) => void;
}

/** The template, or all independent faults at once, with pointer `/body_template` and positions in the source. */
export type CompileResult =
  { readonly ok: true; readonly template: CompiledTemplate } | { readonly ok: false; readonly faults: Fault[] };

/** Parses, checks and compiles a template. Never throws for any text. */
export function compileTemplate(source: string): CompileResult {
  const parsed = parseTemplate(source);
  if (!parsed.ok) return { ok: false, faults: [...parsed.faults] };
  const { text, nodes, warnings } = parsed;
  const { slots, findings } = findSlots(nodes);
  const wrong: Finding[] = [...parsed.findings, ...findings];
  if (wrong.length > 0) return { ok: false, faults: toFaults(text, wrong) };
  return {
    ok: true,
    template: { source, sha256: sha256Hex(source), text, warnings, write: compileTree(nodes, slots) },
  };
}

/** Binds a tree to its slots, one for each placeholder. */
export function compileTree(
  nodes: readonly Node[],
  slots: ReadonlyMap<PlaceholderNode, Slot>,
): CompiledTemplate['write'] {
  const body = compileNodes(nodes, slots);
  return (output, context) => body(output, { value: context, parent: undefined, loop: undefined });
}

interface Loop {
  readonly key: string | number;
  readonly index: number;
  readonly first: boolean;
  readonly last: boolean;
}

// Where a name is looked up: one frame for the event, and one for each `each` turn and `with`.
interface Frame {
  readonly value: unknown;
  readonly parent: Frame | undefined;
  readonly loop: Loop | undefined;
}

type Writer = (output: Output, frame: Frame) => void;
type Reader = (output: Output, frame: Frame) => unknown;
type Slots = ReadonlyMap<PlaceholderNode, Slot>;

function compileNodes(nodes: readonly Node[], slots: Slots): Writer {
  const writers = nodes.map((node) => compileNode(node, slots));
  return (output, frame) => {
    for (const write of writers) write(output, frame);
  };
}

function compileNode(node: Node, slots: Slots): Writer {
  switch (node.kind) {
    case 'text':
      return compileText(node);
    case 'placeholder':
      return compilePlaceholder(node, slots.get(node));
    case 'if':
      return compileIf(node, slots);
    case 'with':
      return compileWith(node, slots);
    case 'each':
      return compileEach(node, slots);
  }
}

function compileText(node: TextNode): Writer {
  return (output) => output.write(node.text, node);
}

function compilePlaceholder(node: PlaceholderNode, slot: Slot | undefined): Writer {
  const { expression } = node;
  const read = compileExpression(expression);
  const spell = speller(expression, slot);
  return (output, frame) => {
    output.write(spell(read(output, frame)), node);
  };
}

function speller(expression: Expression, slot: Slot | undefined): (value: unknown) => string {
  if (slot === undefined) throw new Error('A placeholder without a slot was compiled.');
  if (slot === 'string') return stringText;
  const isJson = expression.kind === 'call' && expression.helper.returns === 'json';
  return isJson ? (value) => (typeof value === 'string' ? value : 'null') : (value) => jsonText(value);
}

function compileIf(node: IfNode, slots: Slots): Writer {
  const read = compileExpression(node.condition);
  const body = compileNodes(node.body, slots);
  const otherwise = compileNodes(node.otherwise, slots);
  return (output, frame) => {
    const holds = isTruthy(read(output, frame), node.includeZero) !== node.negated;
    (holds ? body : otherwise)(output, frame);
  };
}

// Entered for 0, as Handlebars does: 0 is something.
function compileWith(node: WithNode, slots: Slots): Writer {
  const read = compileExpression(node.over);
  const body = compileNodes(node.body, slots);
  const otherwise = compileNodes(node.otherwise, slots);
  return (output, frame) => {
    const value = read(output, frame);
    if (isTruthy(value, true)) body(output, { value, parent: frame, loop: frame.loop });
    else otherwise(output, frame);
  };
}

function compileEach(node: EachNode, slots: Slots): Writer {
  const read = compileExpression(node.over);
  const body = compileNodes(node.body, slots);
  const otherwise = compileNodes(node.otherwise, slots);
  return (output, frame) => {
    const entries = entriesOf(read(output, frame));
    if (entries.length === 0) otherwise(output, frame);
    for (const [index, [key, value]] of entries.entries()) {
      output.turn();
      const loop = { key, index, first: index === 0, last: index === entries.length - 1 };
      body(output, { value, parent: frame, loop });
    }
  };
}

function compileExpression(expression: Expression): Reader {
  switch (expression.kind) {
    case 'literal':
      return () => expression.value;
    case 'path':
      return compilePath(expression);
    case 'call':
      return compileCall(expression);
  }
}

function compilePath({ up, start, keys }: PathExpression): Reader {
  return (_output, frame) => {
    let at: Frame | undefined = frame;
    for (let step = 0; step < up; step += 1) at = at?.parent;
    let value: unknown = startOf(start, at);
    for (const key of keys) value = ownProperty(value, key);
    return value;
  };
}

function startOf(start: PathExpression['start'], frame: Frame | undefined): unknown {
  if (start === 'nothing') return undefined;
  return start === 'this' ? frame?.value : frame?.loop?.[start];
}

function compileCall({ helper, args, options }: CallExpression): Reader {
  const readers = args.map(compileExpression);
  const named = [...options].map(([name, expression]) => [name, compileExpression(expression)] as const);
  return (output, frame) => {
    const given = readers.map((read) => read(output, frame));
    const result = helper.call(given, Object.fromEntries(named.map(([name, read]) => [name, read(output, frame)])));
    if (typeof result === 'string') output.made(result.length);
    return result;
  };
}
