// Reads the literal text of a template for strings that hold JSON themselves, such as `"{\"a\":\"{{x}}\"}"`. It reads the
// text in the order in which it stands, each block as if it were written once; that is enough for a warning.

/** Where a text is, as far as strings go. */
export interface StringState {
  readonly inString: boolean;
  /** The first characters of the string so far, as written, with U+FFFC for each placeholder. */
  readonly head: string;
  /** Its last characters. */
  readonly tail: string;
  /** Whether a string of the JSON inside is open. */
  readonly inner: boolean;
  /** Backslashes that directly precede. */
  readonly slashes: number;
}

/** What a placeholder stands in: no JSON inside a string, a text of that JSON, or a value of it. */
export type InnerSlot = 'none' | 'text' | 'value';

/** Before the first character. */
export const OUTSIDE: StringState = { inString: false, head: '', tail: '', inner: false, slashes: 0 };

const KEPT = 120;
const PLACEHOLDER = '\ufffc';

/** After more literal text. */
export function readText(before: StringState, text: string): StringState {
  let state = before;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const next = readCharacter(state, text.charCodeAt(at));
    if (next.inString !== state.inString) {
      state = next.inString ? next : OUTSIDE;
      from = at + 1;
    } else state = next;
  }
  return state.inString ? extended(state, text.slice(from)) : state;
}

/** After a placeholder. */
export function readPlaceholder(state: StringState): StringState {
  return state.inString ? { ...extended(state, PLACEHOLDER), slashes: 0 } : state;
}

/** What a placeholder that is written next stands in. */
export function innerSlot({ inString, head, tail, inner }: StringState): InnerSlot {
  if (!inString || !isJsonStart(head)) return 'none';
  if (inner) return 'text';
  return /[:,[]$/.test(withoutBlanks(tail)) ? 'value' : 'none';
}

/** Whether a comma comes directly before in JSON inside of a string, and `next` goes on with a closing bracket. */
export function isCommaTooMany({ inString, head, tail, inner }: StringState, next: string): boolean {
  if (!inString || inner || !/^[[{]/.test(withoutBlanks(head))) return false;
  return withoutBlanks(tail).endsWith(',') && /^(?:\s|\\[nrt])*[\]}]/.test(next);
}

/** The key and the quote that come directly before, as `\"a\":` of `{\"a\":\"`. */
export function innerKeyBefore({ tail }: StringState): string | undefined {
  return /(\\"[^"\\\ufffc]{1,60}\\"\s*:\s*)(?:\\")?$/.exec(tail)?.[1];
}

/** Whether a quote of the JSON inside comes directly before. */
export function endsWithInnerQuote({ tail }: StringState): boolean {
  return tail.endsWith('\\"');
}

// A bracket, maybe more of them, and a quote.
function isJsonStart(head: string): boolean {
  return /^[[{]+\\"/.test(withoutBlanks(head));
}

function withoutBlanks(text: string): string {
  return text.replace(/\s|\\[nrt]/g, '');
}

const QUOTE = 34;
const BACKSLASH = 92;

function readCharacter(state: StringState, code: number): StringState {
  if (code === QUOTE) return readQuote(state);
  if (code === BACKSLASH && state.inString) return { ...state, slashes: state.slashes + 1 };
  return state.slashes === 0 ? state : { ...state, slashes: 0 };
}

// `\"` is a quote of the JSON inside; `\\\"` is one within a text of it.
function readQuote(state: StringState): StringState {
  if (!state.inString) return { ...OUTSIDE, inString: true };
  if (state.slashes % 2 === 0) return OUTSIDE;
  const isQuote = state.slashes % 4 === 1;
  return { ...state, inner: isQuote ? !state.inner : state.inner, slashes: 0 };
}

function extended(state: StringState, piece: string): StringState {
  const head = state.head.length < KEPT ? (state.head + piece.slice(0, KEPT)).slice(0, KEPT) : state.head;
  return { ...state, head, tail: (state.tail + piece.slice(-KEPT)).slice(-KEPT) };
}
