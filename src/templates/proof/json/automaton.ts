// JSON (RFC 8259) as a pushdown automaton over characters: where a reader stands after a text, and what it saw on the
// way. Commas too many inside of brackets are part of the language (TEMPLATES.md section 2).
import { decodeString, endsScalar, isBlank, isOpening } from './characters.ts';
import type { Configuration, Configurations, Mode, NumberMode, StringMode } from './configuration.ts';
import { isAfterValue, isCompleteNumber, isInNumber, isInString, MAX_BRACKETS } from './configuration.ts';
import { isInWord, nextInNumber, nextInWord, startOfScalar, wordFrom } from './scalars.ts';
import { stepInString } from './strings.ts';
import type { Sight } from './sights.ts';
import * as faults from './structure-faults.ts';
import type { StructureFault } from './structure-faults.ts';

/** Where reading a text leads to; nowhere behind a fault that nothing can be guessed after. */
export interface Reading {
  readonly end: Configuration | undefined;
  readonly sights: readonly Sight[];
}

/** Reads a text from a configuration. */
export function readText(configurations: Configurations, text: string, from: Configuration): Reading {
  return new Reader(configurations, text, from).read();
}

class Reader {
  readonly #configurations: Configurations;
  readonly #text: string;
  readonly #sights: Sight[] = [];
  #at = 0;
  #mode: Mode;
  #inKey: boolean;
  #muted: boolean;
  #stack: string;
  #isLost = false;
  // Where the key that is being read began, if in this text.
  #keyFrom: number | undefined;
  #scalarFrom = 0;

  constructor(configurations: Configurations, text: string, from: Configuration) {
    this.#configurations = configurations;
    this.#text = text;
    this.#mode = from.mode;
    this.#inKey = from.inKey;
    this.#muted = from.muted;
    this.#stack = from.stack;
  }

  read(): Reading {
    while (this.#at < this.#text.length && !this.#isLost) this.#step();
    if (this.#isLost) return { end: undefined, sights: this.#sights };
    const inKey = this.#inKey && isInString(this.#mode);
    const end = this.#configurations.of(this.#mode, this.#stack, inKey, this.#muted);
    return { end, sights: this.#sights };
  }

  get #char(): string {
    return this.#text[this.#at] ?? '';
  }

  #step(): void {
    const mode = this.#mode;
    if (isInString(mode)) this.#inString(mode);
    else if (isInNumber(mode)) this.#inNumber(mode);
    else if (isBlank(this.#char) && !isInWord(mode)) this.#blank();
    else this.#token(mode);
  }

  #blank(): void {
    if (this.#mode === 'slotted') this.#mode = 'after';
    this.#at += 1;
  }

  #token(mode: Mode): void {
    if (mode === 'value') this.#value();
    else if (mode === 'member') this.#member();
    else if (mode === 'colon') this.#colon();
    else if (isAfterValue(mode)) this.#after();
    else this.#word(mode);
  }

  #value(): void {
    const char = this.#char;
    if (this.#begins(char)) return;
    if (this.#stack === '') this.#noBody(char);
    else if (',]}:'.includes(char)) this.#noValue(char);
    else this.#badLiteral();
  }

  #noBody(char: string): void {
    if (char === ',') this.#skip(faults.unexpectedComma());
    else if (char === ']' || char === '}') this.#lose(faults.wrongBracket(char, ''));
    else this.#badLiteral();
  }

  #noValue(char: string): void {
    this.#fault(faults.missingValue(char));
    if (char === ':') this.#at += 1;
    else this.#mode = 'after';
  }

  // A value that starts with this character; its first character is taken.
  #begins(char: string): boolean {
    if (char === '"') return this.#take('string');
    if (char === '[' || char === '{') return this.#open(char);
    const mode = startOfScalar(char);
    if (mode === undefined) return false;
    this.#scalarFrom = this.#at;
    return this.#take(mode);
  }

  #take(mode: Mode, inKey = false): true {
    this.#mode = mode;
    this.#inKey = inKey;
    this.#at += 1;
    return true;
  }

  #open(bracket: string): true {
    if (this.#stack.length >= MAX_BRACKETS) {
      this.#lose(faults.tooDeep(MAX_BRACKETS));
      return true;
    }
    this.#sights.push({ kind: 'open', at: this.#at });
    this.#stack += bracket;
    return this.#take('member');
  }

  #member(): void {
    const char = this.#char;
    if (char === ',') this.#comma(true);
    else if (char === ']' || char === '}') this.#close(char, true);
    else {
      this.#sights.push({ kind: 'member' });
      if (this.#stack.endsWith('{')) this.#key(char);
      else if (!this.#begins(char)) this.#badMember(char);
    }
  }

  #badMember(char: string): void {
    if (char === ':') this.#skip(faults.missingComma(':', '['));
    else this.#badLiteral();
  }

  #key(char: string): void {
    if (char === '"') {
      this.#keyFrom = this.#at;
      this.#take('string', true);
      return;
    }
    if (char === ':') {
      this.#fault(faults.unquotedKey(':'));
      this.#mode = 'colon';
      return;
    }
    if (char === '{' || char === '[') {
      this.#lose(faults.unquotedKey(char));
      return;
    }
    const word = wordFrom(this.#text, this.#at);
    this.#fault(faults.unquotedKey(word));
    this.#at += word.length;
    this.#mode = 'colon';
  }

  #colon(): void {
    const char = this.#char;
    if (char === ':') {
      this.#take('value');
      return;
    }
    this.#fault(faults.missingColon(char));
    this.#mode = ',]}'.includes(char) ? 'after' : 'value';
  }

  #after(): void {
    const char = this.#char;
    if (this.#stack === '') this.#afterBody(char);
    else if (char === ',') this.#comma(false);
    else if (char === ']' || char === '}') this.#close(char, false);
    else this.#noComma(char);
  }

  #afterBody(char: string): void {
    if (char === ',') this.#skip(faults.unexpectedComma());
    else if (char === ']' || char === '}') this.#lose(faults.wrongBracket(char, ''));
    else if (this.#mode === 'slotted' && !isOpening(char)) this.#lose(faults.joinedText(char));
    else this.#lose(faults.moreText(char));
  }

  #noComma(char: string): void {
    const joined = this.#mode === 'slotted' && !isOpening(char) && char !== '"';
    this.#fault(joined ? faults.joinedText(char) : faults.missingComma(char, this.#stack.at(-1) ?? ''));
    if (char === ':') this.#take('value');
    else if (joined) this.#skipWord();
    else this.#mode = 'member';
  }

  #comma(extra: boolean): void {
    this.#sights.push({ kind: 'comma', at: this.#at, extra, inList: this.#stack.endsWith('[') });
    if (!extra) this.#muted = false;
    this.#take('member');
  }

  #close(char: string, extra: boolean): void {
    // Behind a bracket that does not fit, nobody can say what is meant to be open.
    if (faults.closerOf(this.#stack.at(-1) ?? '') !== char) {
      this.#lose(faults.wrongBracket(char, this.#stack));
      return;
    }
    this.#sights.push({ kind: 'close', extra });
    this.#stack = this.#stack.slice(0, -1);
    this.#take('after');
  }

  #inString(mode: StringMode): void {
    const step = stepInString(this.#text, this.#at, mode);
    this.#at = step.at;
    if (step.fault !== undefined) this.#fault(step.fault, step.faultAt);
    if (step.mode === 'closed') this.#endString();
    // Most often the closing quote is missing, so the string is taken to end where it is broken.
    else if (step.mode === 'broken') this.#mode = this.#inKey ? 'colon' : 'after';
    else this.#mode = step.mode;
  }

  #endString(): void {
    this.#mode = this.#inKey ? 'colon' : 'after';
    if (!this.#inKey || this.#keyFrom === undefined) return;
    const key = decodeString(this.#text.slice(this.#keyFrom, this.#at));
    if (key !== undefined) this.#sights.push({ kind: 'key', at: this.#keyFrom, key });
    this.#keyFrom = undefined;
  }

  #inNumber(mode: NumberMode): void {
    const next = nextInNumber(mode, this.#char);
    if (next !== undefined) this.#take(next);
    else if (isCompleteNumber(mode) && endsScalar(this.#char)) this.#mode = 'after';
    else this.#badScalar();
  }

  #word(mode: Mode): void {
    const next = nextInWord(mode, this.#char);
    if (next === undefined) this.#badScalar();
    else this.#take(next);
  }

  // A number or word that goes on wrongly: the fault is shown where it began, if that is in this text.
  #badScalar(): void {
    this.#at = Math.min(this.#scalarFrom, this.#at);
    const word = wordFrom(this.#text, this.#at);
    this.#fault(word === '' ? faults.unfinishedLiteral() : faults.invalidLiteral(word));
    this.#at += word.length;
    this.#mode = 'after';
  }

  #badLiteral(): void {
    this.#fault(faults.invalidLiteral(wordFrom(this.#text, this.#at) || this.#char));
    this.#skipWord();
  }

  // Always goes on by one character at least.
  #skipWord(): void {
    this.#at += Math.max(1, wordFrom(this.#text, this.#at).length);
    this.#mode = 'after';
  }

  #skip(fault: StructureFault): void {
    this.#fault(fault);
    this.#at += 1;
  }

  #lose(fault: StructureFault): void {
    this.#fault(fault);
    this.#isLost = true;
  }

  #fault(fault: StructureFault, at = this.#at): void {
    if (!this.#muted) this.#sights.push({ kind: 'fault', at, fault });
    this.#muted = true;
  }
}
