// Tags of which only the end can be found: with the quotes of JSON, or with tags inside.
import { quoted } from '../../findings.ts';
import type { StandingTag } from './tags.ts';
import { ownTag } from './tags.ts';
import { LONGEST_READ } from './tokens.ts';

const CARD_FUNCTION = /^\{\{~?\s*(?:DATE|TIME)\(/;

/** How to keep a function of adaptive cards, which Teams fills in; `undefined` where a tag does not begin with one. */
export function hintForCardFunction(tag: string): string | undefined {
  return CARD_FUNCTION.test(tag.slice(0, LONGEST_READ))
    ? 'If Teams is to fill this in, write a backslash before it, which makes its braces text: \\{{DATE({{received_at}}, SHORT)}}.'
    : undefined;
}

/** What is wrong with a tag, and how it is mended. */
export interface Message {
  readonly detail: string;
  readonly hint: string;
}

/** Says of a tag that its quotes have backslashes, as quotes in a JSON string have them. */
export function escapedQuotes(standing: StandingTag): Message {
  const { tag } = standing;
  return {
    detail: `The quotes in ${quoted(tag)} have backslashes.`,
    hint: `Inside a tag, quotes are written without a backslash${shown(standing, tag.replace(/\\+(?=["'])/g, ''))}.`,
  };
}

// Nothing that tells JSON around a tag from the inside of one may stand in it.
const PIECE = String.raw`"[^"]*"|'[^']*'|[^"'{}:,\\]`;
const NESTING = new RegExp(String.raw`\{\{(?:${PIECE})*(?:\{\{(?:${PIECE})*\}\}(?:${PIECE})*)+\}\}`, 'y');

/** Where a tag ends that starts here and has other tags in it; `undefined` where there is no such tag. */
export function endOfNesting(text: string, start: number): number | undefined {
  const near = text.slice(start, start + LONGEST_READ);
  NESTING.lastIndex = 0;
  return NESTING.test(near) ? start + NESTING.lastIndex : undefined;
}

/** Says of a tag that tags stand in it. */
export function nestedTag(standing: StandingTag): Message {
  const inside = standing.tag.slice(2, -2).replace(/\{\{\s*([^{}]*)\}\}/g, (_, inner: string) => {
    const call = inner.trim();
    return /\s/.test(call) ? `(${call})` : call;
  });
  return {
    detail: `In ${quoted(standing.tag)} a tag stands inside of a tag.`,
    hint: `Inside a tag, a field has no braces, and a helper has parentheses${shown(standing, `{{${inside}}}`)}.`,
  };
}

// The tag as it should be, if the rest of it can be told; also what else is wrong with it is mended.
function shown({ before }: StandingTag, mended: string): string {
  const own = ownTag({ tag: mended, before });
  return own === undefined ? '' : `: ${own.text}`;
}
