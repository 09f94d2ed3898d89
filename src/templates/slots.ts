// Decides for every placeholder whether it stands in a JSON string or where a value is expected, by running a small JSON
// lexer over the literal text along every way through the blocks. It follows strings, not structure: whether commas and
// brackets are right is not its business.
import type { Finding, FindingCode } from './findings.ts';
import type { Node, PlaceholderNode, TextNode } from './syntax/tree.ts';

/** What a placeholder writes: text inside a string, or a JSON value. */
export type Slot = 'string' | 'value';

/** The slot of each placeholder, and the placeholders that have none. */
export interface SlotAnalysis {
  readonly slots: ReadonlyMap<PlaceholderNode, Slot>;
  readonly findings: readonly Finding[];
}

// Outside of strings: `open` a value may start here, `bare` in a number or word, `done` a value has ended.
// Inside: `string`, `escape` after a backslash, `hex4` to `hex1` with so many digits of \u still to come.
type Mode = 'open' | 'bare' | 'done' | 'string' | 'escape' | 'hex4' | 'hex3' | 'hex2' | 'hex1';

// Where the lexer may be, and the placeholders that may have been written last, with only blanks since.
interface State {
  readonly modes: ReadonlySet<Mode>;
  readonly written: ReadonlySet<PlaceholderNode>;
}

/** Finds the slots of a tree. */
export function findSlots(nodes: readonly Node[]): SlotAnalysis {
  return new SlotFinder().run(nodes);
}

class SlotFinder {
  readonly #entries = new Map<PlaceholderNode | TextNode, State>();
  readonly #steps = new Map<TextNode, Map<Mode, Mode>>();
  readonly #slots = new Map<PlaceholderNode, Slot>();
  readonly #findings: Finding[] = [];

  run(nodes: readonly Node[]): SlotAnalysis {
    const end = this.#walk(nodes, { modes: new Set<Mode>(['open']), written: new Set() });
    // Judged only now: each turn of a loop reaches its nodes in all the ways of the turn before, and maybe in more, so
    // what the last visit noted is complete.
    for (const [node, state] of this.#entries) {
      if (node.kind === 'placeholder') this.#judgePlaceholder(node, state);
      else this.#judgeText(node, state);
    }
    if (this.#findings.length === 0) this.#judgeEnd(nodes, end);
    return { slots: this.#slots, findings: this.#findings };
  }

  #walk(nodes: readonly Node[], state: State): State {
    return nodes.reduce((before, node) => this.#visit(node, before), state);
  }

  #visit(node: Node, before: State): State {
    switch (node.kind) {
      case 'text':
        this.#entries.set(node, before);
        return this.#throughText(node, before);
      case 'placeholder':
        this.#entries.set(node, before);
        return afterPlaceholder(node, before);
      case 'if':
      case 'with':
        return union(this.#walk(node.body, before), this.#walk(node.otherwise, before));
      case 'each':
        return union(this.#loop(node.body, before), this.#walk(node.otherwise, before));
    }
  }

  // One turn or more: what a turn leaves is what the next one may start from, until nothing new comes.
  #loop(body: readonly Node[], before: State): State {
    let entry = before;
    for (;;) {
      const after = this.#walk(body, entry);
      const next = union(entry, after);
      if (sizeOf(next) === sizeOf(entry)) return after;
      entry = next;
    }
  }

  #throughText(node: TextNode, before: State): State {
    const blank = node.text.trim() === '';
    const modes = new Set<Mode>();
    for (const mode of before.modes) modes.add(this.#step(node, mode));
    if (blank) return { modes, written: before.written };
    if (before.written.size > 0) modes.add(this.#step(node, 'done'));
    return { modes, written: new Set() };
  }

  #step(node: TextNode, mode: Mode): Mode {
    const known = this.#steps.get(node) ?? new Map<Mode, Mode>();
    this.#steps.set(node, known);
    const after = known.get(mode) ?? run(node.text, mode).mode;
    known.set(mode, after);
    return after;
  }

  #judgePlaceholder(node: PlaceholderNode, { modes, written }: State): void {
    const inside = [...modes].filter(isInString);
    const outside = modes.size - inside.length + written.size;
    if (inside.some((mode) => mode !== 'string')) {
      const detail = `${node.source} stands inside an escape: the backslash before it is not finished.`;
      this.#find('mixed_slot', node.offset, detail, 'Finish the escape first; a backslash as text is written \\\\.');
    } else if (inside.length > 0 && outside > 0) {
      const detail = `Depending on the blocks before it, ${node.source} stands inside a string or outside.`;
      this.#find('mixed_slot', node.offset, detail, 'Open and close each string within the same part of a block.');
    } else if (inside.length > 0) this.#slots.set(node, 'string');
    else if (modes.has('open')) this.#slots.set(node, 'value');
    else this.#misplaced(node, modes.has('bare'));
  }

  #misplaced(node: PlaceholderNode, joined: boolean): void {
    const detail = joined
      ? `${node.source} follows directly on a number or word; JSON expects a comma, a bracket or a blank there.`
      : `${node.source} follows on a value; JSON expects a comma or a closing bracket there.`;
    this.#find('misplaced_slot', node.offset, detail, 'Put a comma between two values, or both into one string.');
  }

  #judgeText(node: TextNode, { modes, written }: State): void {
    const first = node.text.search(/\S/);
    const follower = node.text[first];
    if (follower !== undefined && !',]}'.includes(follower)) {
      for (const before of written) this.#judgeFollower(node.offset + first, follower, before, modes.size === 0);
    }
    const controls = [...modes].map((mode) => run(node.text, mode).control);
    const control = Math.min(...controls);
    if (written.size > 0 || controls.length === 0 || control < 0) return;
    const detail = 'A string goes on over the end of a line, or holds a control character; JSON strings cannot.';
    this.#find('unclosed_string', node.offset + control, detail, 'Close the string with ", or write \\n in it.');
  }

  #judgeFollower(offset: number, follower: string, before: PlaceholderNode, certain: boolean): void {
    if (follower === ':') {
      const hint = `Quote it: "${before.source}".`;
      this.#find('unquoted_key', before.offset, `${before.source} is a key, but keys are strings.`, hint);
    } else if (certain) {
      const detail = `After the value of ${before.source} JSON expects a comma or a closing bracket, not "${follower}".`;
      const number = /\d/.test(follower);
      const hint = number
        ? 'Digits cannot be joined on to a value; multiply it at the receiver.'
        : 'Put a comma between, or both into one string.';
      this.#find('misplaced_slot', offset, detail, hint);
    }
  }

  #judgeEnd(nodes: readonly Node[], end: State): void {
    if (![...end.modes].some(isInString)) return;
    const last = nodes.at(-1);
    const offset = last === undefined ? 0 : last.offset + (last.kind === 'text' ? last.text.length : 0);
    const detail = 'The template can end inside a string: on some way through the blocks one is not closed.';
    this.#find('unclosed_string', offset, detail, 'Close it with ". A quote as text is written \\".');
  }

  #find(code: FindingCode, offset: number, detail: string, hint: string): void {
    this.#findings.push({ code, offset, detail, hint });
  }
}

function afterPlaceholder(node: PlaceholderNode, { modes, written }: State): State {
  const inside = [...modes].filter(isInString);
  const outside = modes.size - inside.length + written.size;
  return {
    modes: new Set(inside.length > 0 ? (['string'] as const) : []),
    written: outside > 0 ? new Set([node]) : new Set(),
  };
}

function union(a: State, b: State): State {
  return { modes: new Set([...a.modes, ...b.modes]), written: new Set([...a.written, ...b.written]) };
}

function sizeOf(state: State): number {
  return state.modes.size + state.written.size;
}

function isInString(mode: Mode): boolean {
  return mode !== 'open' && mode !== 'bare' && mode !== 'done';
}

// The mode after a text, and the first control character inside a string of it, or -1.
function run(text: string, from: Mode): { readonly mode: Mode; readonly control: number } {
  let mode = from;
  let control = -1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 32 && control === -1 && isInString(mode)) control = index;
    mode = isInString(mode) ? insideString(mode, code) : outsideString(mode, code);
  }
  return { mode, control };
}

function outsideString(mode: Mode, code: number): Mode {
  switch (code) {
    case 34:
      return 'string';
    case 44: // ,
    case 58: // :
    case 91: // [
    case 123: // {
      return 'open';
    case 93: // ]
    case 125: // }
      return 'done';
    default:
      if (code > 32) return 'bare';
      return mode === 'open' ? 'open' : 'done';
  }
}

// A control character ends the string for us: it is an error in any case, and most often the closing quote is missing.
function insideString(mode: Mode, code: number): Mode {
  if (code < 32) return 'done';
  if (mode === 'escape') return code === 117 ? 'hex4' : 'string';
  if (mode !== 'string' && isHexDigit(code)) return AFTER_DIGIT[mode] ?? 'string';
  if (code === 34) return 'done';
  return code === 92 ? 'escape' : 'string';
}

const AFTER_DIGIT: Partial<Record<Mode, Mode>> = { hex4: 'hex3', hex3: 'hex2', hex2: 'hex1' };

function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}
