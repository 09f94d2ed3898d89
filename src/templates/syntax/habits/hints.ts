// How other template languages write things, and how it is written here: hints for what people try first. What a hint
// tells to write is accepted as it stands there.
import { quoted } from '../../findings.ts';
import { HELPERS } from '../../helpers/index.ts';
import { closeName, helperLike, hintWithout } from './names.ts';
import type { StandingTag } from './tags.ts';
import { meantArgument, meantTag } from './tags.ts';
import { LONGEST_READ, tokensOf } from './tokens.ts';
import { hintForCardFunction } from './unread.ts';

/**
 * How to write what a tag that cannot be read seems to mean, as a sentence; `undefined` where nobody can tell. `word` is
 * where reading stopped.
 */
export function hintForTag(standing: StandingTag, word: string): string | undefined {
  if (standing.tag.length > LONGEST_READ) return undefined;
  const card = hintForCardFunction(standing.tag);
  if (card !== undefined) return card;
  const meant = meantTag(standing);
  const fault = parenthesisFault(meant?.unclosed ?? openParentheses(standing.tag));
  if (meant !== undefined) return `${fault}Write ${meant.text}${bracketNote(standing.tag, meant.text)}.`;
  return fault === '' ? hintForWord(standing.tag, word) : `${fault}${PARENTHESES}`;
}

const PARENTHESES = 'Each helper that is an argument stands in two, with its own arguments: (eq data.a data.b).';

function parenthesisFault(unclosed: number): string {
  if (unclosed === 0) return '';
  return unclosed > 0 ? 'A parenthesis is not closed. ' : 'A parenthesis is closed that was not opened. ';
}

function openParentheses(tag: string): number {
  const signs = (tokensOf(tag.replace(/^\{+[#~&]*|~?\}+$/g, '')) ?? []).map(({ text }) => text);
  return signs.filter((sign) => sign === '(').length - signs.filter((sign) => sign === ')').length;
}

function bracketNote(tag: string, meant: string): string {
  return meant.includes('.[') && !tag.includes('.[') ? ': places and unusual names stand in brackets, after a dot' : '';
}

const OPERATOR = /^(?:={1,3}|!==?|[<>]=?|&&?|\|\||\?\?|\+|\*)/;

// What is said where the whole tag makes no sense: the first that fits the word at which reading stopped.
function hintForWord(tag: string, word: string): string | undefined {
  return hintForOperator(word) ?? WORDS.find(([pattern]) => pattern.test(word))?.[1](tag);
}

function hintForOperator(word: string): string | undefined {
  const [sign = ''] = OPERATOR.exec(word) ?? [];
  const helper = sign === '||' ? 'or' : helperLike(sign);
  return helper === undefined
    ? undefined
    : `Write ${helper} instead of ${sign}, before both values: (${helper} data.a data.b).`;
}

const WORDS: readonly (readonly [word: RegExp, hint: (tag: string) => string])[] = [
  [/^!/, () => 'Write not instead of !, before the value: (not data.a).'],
  [/^\|/, (tag) => hintForOrder(/\|\s*(\w+)/.exec(tag)?.[1])],
  [/\(/, (tag) => hintForOrder(/(\w+)\(/.exec(tag)?.[1])],
  [/^[\w-]+\[/, () => BRACKETS],
  [/^\./, () => 'A path begins with a name: remove the dot before it.'],
  [/,$/, () => 'Put blanks between arguments, no commas: {{concat data.a " " data.b}}.'],
  [/^-?\d+(?:\.\d+)?e[+-]?\d+$/i, () => WITHOUT_EXPONENT],
];

const BRACKETS =
  'Places and unusual names stand in brackets, after a dot: data.list.[0]. Where a field holds the name, use lookup: {{lookup data.list @index}}.';

function hintForOrder(name: string | undefined): string {
  const order =
    'A helper stands first and its arguments after it, with blanks between them: {{concat data.a " " data.b}}.';
  return name === undefined || helperLike(name) !== undefined ? order : `There is no helper ${quoted(name)}. ${order}`;
}

const EXPONENT = /^-?\d+(?:\.\d+)?e[+-]?\d+$/i;
const WITHOUT_EXPONENT = 'Write the number out, without an exponent: 1000 for 1e3.';

/** How to mend a path that looks like a number with an exponent; `undefined` for any other. */
export function hintForNumber(written: string): string | undefined {
  if (written.length > LONGEST_READ || !EXPONENT.test(written)) return undefined;
  return `${WITHOUT_EXPONENT} A field with this name is this.[${written}].`;
}

/** How to mend a tag that can be read, but not be meant as it is; `undefined` where nobody can tell. */
export function hintForMeant(standing: StandingTag): string | undefined {
  const meant = meantTag(standing);
  if (/^\{\{[~-]?\s*end\s*[~-]?\}\}$/i.test(standing.tag)) return 'Close each block by its name, as in {{/if}}.';
  return meant === undefined ? undefined : `Write ${meant.text}.`;
}

/** How to mend a call of something that is no helper, or a path with blanks in it, as an argument. */
export function hintForArgument(written: string): string | undefined {
  const meant = meantArgument(written);
  return meant === undefined || meant === written ? undefined : `Write ${meant}.`;
}

/** What an unknown helper is meant to be where its call does not tell it all. */
export function hintForHelper(name: string): string {
  const known = [...HELPERS.keys()];
  const without = hintWithout(name);
  if (without !== undefined) return without;
  const other = HELPERS.get(helperLike(name) ?? '');
  if (other !== undefined) return `Did you mean ${other.name}? Write it like ${other.example}.`;
  const near = closeName(name, known);
  const meant = near === undefined ? '' : `Did you mean ${near}?`;
  return `${meant} Helpers are ${known.join(', ')}; a field is written without arguments.`.trim();
}

/** What a block that there is not is meant to be. */
export function hintForBlock(standing: StandingTag, name: string, blocks: readonly string[]): string {
  const meant = meantTag(standing);
  const near = closeName(name, blocks, 3);
  const known = `Blocks are ${blocks.join(', ')}.`;
  if (meant !== undefined) {
    const end = /^\{\{~?(?:#|else)/.test(meant.text) ? '' : `, without {{/${name}}}`;
    return `${known} Write ${meant.text}${end}.`;
  }
  if (/^(?:switch|case|match)$/i.test(name)) return `${known} ${hintForSwitch(standing.tag)}`;
  return near === undefined
    ? `${known} ${hintForSection(standing.tag, name)}`.trim()
    : `${known} Did you mean {{#${near}}}?`;
}

function hintForSwitch(tag: string): string {
  const value = /^\{\{~?#\s*\w+\s+([\w.@/]{1,100})\s*~?\}\}$/.exec(tag)?.[1] ?? 'data.action';
  return `Write {{#if (eq ${value} "a")}} … {{else if (eq ${value} "b")}} … {{else}} … {{/if}} with your own values.`;
}

// `{{#tags}} … {{/tags}}`, as Mustache has it.
function hintForSection(tag: string, name: string): string {
  const isAlone = /^\{\{~?#\s*[\w.@/]+\s*~?\}\}$/.test(tag);
  if (!isAlone || name.length > LONGEST_READ) return '';
  return `Write {{#with ${name}}} … {{/with}} for an object, {{#each ${name}}} … {{/each}} for a list.`;
}
