// A whole tag, as people bring it from other languages, and the tag that is meant by it.
import { HELPERS } from '../../helpers/index.ts';
import type { Meant, Written } from './blocks.ts';
import { mapped, meantPart } from './blocks.ts';
import { LONGEST_BEFORE, writeChoice } from './choices.ts';
import { readValue } from './meaning.ts';
import { LONGEST_READ } from './tokens.ts';
import { writeAlone, writeArgument } from './writing.ts';

/** The tag that is meant; a block with its end, where what was written is none. */
export interface MeantTag {
  readonly text: string;
  /** Of the tag as written: how many parentheses are open at its end, or closed too often (negative). */
  readonly unclosed: number;
}

/** A tag as it stands in a template: with up to 1000 characters of the text before it, for what it stands in. */
export interface StandingTag {
  readonly tag: string;
  readonly before: string;
}

/** The tag of the text from `start` to `end`. */
export function tagAt(text: string, start: number, end: number): StandingTag {
  return { tag: text.slice(start, end), before: text.slice(Math.max(0, start - LONGEST_BEFORE), start) };
}

/** The tag that is meant by one that cannot be taken as it is; `undefined` where nobody can tell. */
export function meantTag(standing: StandingTag): MeantTag | undefined {
  const own = ownTag(standing);
  return own?.text === standing.tag ? undefined : own;
}

/** The tag as it is written here, whether it is so already or not; `undefined` where nobody can tell. */
export function ownTag({ tag, before }: StandingTag): MeantTag | undefined {
  const frame = frameOf(tag);
  if (frame === undefined) return undefined;
  const { inside, wrap } = frame;
  const meant = meantPart(inside) ?? meantValue(inside, before);
  return meant === undefined ? undefined : { text: wrap(meant.meaning), unclosed: meant.unclosed };
}

/** The value that is meant by an argument, as an argument; `undefined` where nobody can tell. */
export function meantArgument(argument: string): string | undefined {
  const reading = readValue(argument);
  return reading === undefined ? undefined : writeArgument(reading.meaning, 'value');
}

interface Frame {
  readonly inside: string;
  /** Puts the braces around, and what strips blanks. */
  readonly wrap: (meant: Written) => string;
}

// Go and Jinja strip blanks with `-`, which is also the sign of a negative number there.
function frameOf(tag: string): Frame | undefined {
  if (tag.length > LONGEST_READ) return undefined;
  const opening = /^\{{2,3}(~|-(?=\s))?[&{]?\s*/.exec(tag);
  const closing = /(~|(?<=[\s"')])-)?\}{2,3}$/.exec(tag);
  if (opening === null || closing === null || closing.index < opening[0].length) return undefined;
  const [left, right] = [opening[1] === undefined ? '' : '~', closing[1] === undefined ? '' : '~'];
  const inside = tag.slice(opening[0].length, closing.index).trim();
  return { inside, wrap: (meant) => `{{${left}${meant.inside}${right}}}${meant.after}` };
}

function meantValue(inside: string, before: string): Meant | undefined {
  const value = inside.replace(/^#\s*/, '');
  return mapped(readValue(value), (meaning) => {
    const isCall = meaning.kind === 'call';
    // Of blocks, only those that go by the name of a helper may be meant so.
    if (value !== inside && !(isCall && HELPERS.has(meaning.name) && value.startsWith(`${meaning.name} `)))
      return undefined;
    if (meaning.kind === 'choice') return writeChoice(meaning, before);
    const text = isCall || meaning.kind === 'path' ? writeAlone(meaning, 'value') : undefined;
    return text === undefined || LITERAL.test(text) ? undefined : { inside: text, after: '' };
  });
}

// A tag does not hold one of these alone.
const LITERAL = /^(?:true|false|null|undefined|["'\d-].*)$/s;
