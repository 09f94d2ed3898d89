// Where a reader of JSON can stand: its mode, and the brackets that are open around it (RFC 8259).

/** The modes of the automaton. */
export type Mode =
  /** A value must come: at the start of the text, and behind a colon. */
  | 'value'
  /** In brackets, behind the opening one or a comma: a member or the end may come, or a comma too many. */
  | 'member'
  /** Behind a value. */
  | 'after'
  /** Directly behind the value of a placeholder, without a blank. */
  | 'slotted'
  /** Behind a key. */
  | 'colon'
  | StringMode
  | NumberMode
  /** In `true`, `false` or `null`: what is still to come. */
  | 'rue'
  | 'ue'
  | 'e'
  | 'alse'
  | 'lse'
  | 'se'
  | 'ull'
  | 'll'
  | 'l';

/** In a string: its text, behind a backslash, and in `\u` with so many digits to come. */
export type StringMode = 'string' | 'escape' | 'hex4' | 'hex3' | 'hex2' | 'hex1';

/** In a number: behind its sign, a leading zero, its digits, its point, … */
export type NumberMode = 'minus' | 'zero' | 'digits' | 'point' | 'fraction' | 'exponent' | 'sign' | 'power';

/** Where a reader stands. Equal configurations are the same object. */
export interface Configuration {
  readonly id: number;
  readonly mode: Mode;
  /** Whether the string that it stands in is a key. */
  readonly inKey: boolean;
  /** Whether a fault was found on this way and its member is not over yet: what else seems wrong may come from it. */
  readonly muted: boolean;
  /** The open brackets, outermost first. */
  readonly stack: string;
}

/** The deepest nesting of brackets in the text of a template (TEMPLATES.md section 6). */
export const MAX_BRACKETS = 64;

const STRING_MODES: ReadonlySet<Mode> = new Set<StringMode>(['string', 'escape', 'hex4', 'hex3', 'hex2', 'hex1']);
const NUMBER_MODES: ReadonlySet<Mode> = new Set<NumberMode>([
  'minus',
  'zero',
  'digits',
  'point',
  'fraction',
  'exponent',
  'sign',
  'power',
]);
const COMPLETE_NUMBERS: ReadonlySet<Mode> = new Set<NumberMode>(['zero', 'digits', 'fraction', 'power']);

/** Whether the mode is inside a string. */
export function isInString(mode: Mode): mode is StringMode {
  return STRING_MODES.has(mode);
}

/** Whether the mode is inside a number. */
export function isInNumber(mode: Mode): mode is NumberMode {
  return NUMBER_MODES.has(mode);
}

/** Whether the number could end here. */
export function isCompleteNumber(mode: Mode): boolean {
  return COMPLETE_NUMBERS.has(mode);
}

/** Whether the mode is behind a value that is over. */
export function isAfterValue(mode: Mode): boolean {
  return mode === 'after' || mode === 'slotted';
}

/** Gives each configuration its number, the same one each time. */
export class Configurations {
  readonly #known = new Map<string, Configuration>();

  /** The configuration of these parts. */
  of(mode: Mode, stack: string, inKey = false, muted = false): Configuration {
    const key = `${mode} ${inKey ? 'k' : ''}${muted ? 'm' : ''} ${stack}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = { id: this.#known.size, mode, inKey, muted, stack };
    this.#known.set(key, made);
    return made;
  }
}
