// The inside of JSON strings, escapes included (RFC 8259 section 7).
import type { StringMode } from './configuration.ts';
import type { StructureFault } from './structure-faults.ts';
import { brokenString, invalidEscape } from './structure-faults.ts';

/** Where a step inside a string leads: on in it, to its closing quote (taken), or to a character that breaks it (not). */
export interface StringStep {
  readonly at: number;
  readonly mode: StringMode | 'closed' | 'broken';
  readonly fault?: StructureFault;
  /** Where the fault is, if not at `at`. */
  readonly faultAt?: number;
}

const STRING_END = /["\\\u0000-\u001f]/g; // eslint-disable-line no-control-regex -- JSON forbids these in strings.

/** One step from `at`, which is inside the text. */
export function stepInString(text: string, at: number, mode: StringMode): StringStep {
  if (mode === 'string') return throughText(text, at);
  const char = text[at] ?? '';
  return mode === 'escape' ? throughEscape(char, at) : throughHex(char, at, mode);
}

function throughText(text: string, at: number): StringStep {
  STRING_END.lastIndex = at;
  const found = STRING_END.exec(text);
  if (found === null) return { at: text.length, mode: 'string' };
  if (found[0] === '"') return { at: found.index + 1, mode: 'closed' };
  if (found[0] === '\\') return { at: found.index + 1, mode: 'escape' };
  return { at: found.index, mode: 'broken', fault: brokenString(found[0].charCodeAt(0)) };
}

function throughEscape(char: string, at: number): StringStep {
  if (char === 'u') return { at: at + 1, mode: 'hex4' };
  if ('"\\/bfnrt'.includes(char)) return { at: at + 1, mode: 'string' };
  return { at, mode: 'string', fault: invalidEscape(char, false), faultAt: Math.max(0, at - 1) };
}

const AFTER_DIGIT = { hex4: 'hex3', hex3: 'hex2', hex2: 'hex1', hex1: 'string' } as const;

function throughHex(char: string, at: number, mode: keyof typeof AFTER_DIGIT): StringStep {
  if (/[\da-f]/i.test(char)) return { at: at + 1, mode: AFTER_DIGIT[mode] };
  return { at, mode: 'string', fault: invalidEscape(char, true) };
}
