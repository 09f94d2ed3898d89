// Tags that open a block, go on with one or end it, as people bring them from other languages.
import type { Meaning, Reading } from './meaning.ts';
import { readArguments, readValue } from './meaning.ts';
import { isQuestion } from './names.ts';
import { LONGEST_READ } from './tokens.ts';
import { writeArgument } from './writing.ts';

/** What stands in the tag, and what follows on it. */
export interface Written {
  readonly inside: string;
  readonly after: string;
}

/** What is meant by a tag, as it is written here. */
export type Meant = Reading<Written>;

/** What is meant by a tag that holds `inside`, if that is a part of a block; else `undefined`. */
export function meantPart(inside: string): Meant | undefined {
  return meantEnd(inside) ?? meantElse(inside) ?? meantBlock(inside) ?? meantQuestion(inside);
}

const ELSE_IF = /^#?\s*(?:else\s*-?\s*if|els?if|elif)(?![\w.])(.*)$/is;

/** Whether a placeholder, with its braces, is meant to open a block, to go on with one or to end it. */
export function isPartOfBlock(tag: string): boolean {
  const word = /[a-z]+/i.exec(tag.slice(0, LONGEST_READ))?.[0].toLowerCase() ?? '';
  return word === 'end' || word === 'else' || ENDS.has(word) || ELSE_IF.test(word) || blockLike(word) !== undefined;
}

const ENDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ endif: 'if', endunless: 'unless', endwith: 'with', endeach: 'each', endfor: 'each', endforeach: 'each' },
  }),
);

function meantEnd(inside: string): Meant | undefined {
  const block = /^\/\s*(if|unless|each|with)$/.exec(inside)?.[1] ?? ENDS.get(inside.toLowerCase());
  return block === undefined ? undefined : { meaning: { inside: `/${block}`, after: '' }, unclosed: 0 };
}

function meantElse(inside: string): Meant | undefined {
  if (/^(?:#\s*)?else$/.test(inside)) return { meaning: { inside: 'else', after: '' }, unclosed: 0 };
  const condition = ELSE_IF.exec(inside)?.[1];
  return condition === undefined ? undefined : withCondition('else if', condition, '');
}

function meantBlock(inside: string): Meant | undefined {
  const [, sign, name = '', rest = ''] = /^(#?)\s*([a-z]+)(?![\w-])(.*)$/is.exec(inside) ?? [];
  const block = blockLike(name.toLowerCase());
  if (block === undefined || rest.trim() === '') return undefined;
  const after = sign === '#' && block === name ? '' : ` … {{/${block}}}`;
  if (block === 'if' || block === 'unless')
    return withCondition(`#${block}`, rest.replace(/\s(?:then|:)\s*$/, ''), after);
  return overItems(block, rest, after);
}

function blockLike(name: string): 'if' | 'unless' | 'each' | 'with' | undefined {
  if (name === 'if' || name === 'unless' || name === 'with') return name;
  return ['each', 'foreach', 'for', 'range', 'loop'].includes(name) ? 'each' : undefined;
}

function withCondition(opening: string, condition: string, after: string): Meant | undefined {
  return mapped(readValue(condition), (meaning) => {
    const argument = writeArgument(meaning, 'condition');
    return argument === undefined ? undefined : { inside: `${opening} ${argument}`, after };
  });
}

const NAME = String.raw`[A-Za-z_]\w*`;
const ITEM_IN = new RegExp(
  String.raw`^\s*(?:(?:const|let|var)\s+)?(${NAME})(?:\s*,\s*(${NAME}))?\s+(?:in|of)\s+(.*)$`,
  's',
);
const AS_ITEM = new RegExp(String.raw`^(.*)\sas\s+\|?\s*(${NAME})(?:(?:\s*,\s*|\s+)(${NAME}))?\s*\|?\s*$`, 's');

interface Loop {
  readonly over: string;
  /** The item, and its key or index. */
  readonly names: readonly string[];
}

function overItems(block: 'each' | 'with', rest: string, after: string): Meant | undefined {
  const { over, names } = loopOf(rest.replace(/^\s*\((.*)\)\s*$/s, '$1'));
  return mapped(readValue(over), (meaning) => {
    const argument = writeArgument(meaning, 'value');
    if (argument === undefined || (block === 'with' && names.length > 1)) return undefined;
    return { inside: `#${block} ${argument}${names.length === 0 ? '' : ` as |${names.join(' ')}|`}`, after };
  });
}

// `x in xs`, `key, x in xs`, `xs as x`, `xs as |x key|`, `xs`.
function loopOf(rest: string): Loop {
  const [, first, second, within] = ITEM_IN.exec(rest) ?? [];
  if (within !== undefined) return { over: within, names: [second, first].filter((name) => name !== undefined) };
  const [, over = rest, item, key] = AS_ITEM.exec(rest) ?? [];
  return { over, names: [item, key].filter((name) => name !== undefined) };
}

// `#eq a b`, `#ifEq a b`, `#unless_eq a b`, `#compare a "==" b`, `#compare a b operator="=="`.
function meantQuestion(inside: string): Meant | undefined {
  const [, name = '', rest = ''] = /^#\s*([\w-]+)\s(.*)$/s.exec(inside) ?? [];
  const [, prefix = '', own = ''] = /^(if|unless)?[_-]?(.*)$/i.exec(name) ?? [];
  return mapped(readArguments(own, rest), (meaning) => {
    const argument = writeArgument(withOperator(meaning), 'condition');
    const block = prefix.toLowerCase() === 'unless' ? 'unless' : 'if';
    const isMeant = argument !== undefined && isQuestion(/^\((\w+)/.exec(argument)?.[1] ?? '');
    return isMeant ? { inside: `#${block} ${argument}`, after: ` … {{/${block}}}` } : undefined;
  });
}

// An operator in quotes stands between both values, or is an option.
function withOperator(meaning: Meaning): Meaning {
  if (meaning.kind !== 'call') return meaning;
  const { args, options } = meaning;
  const isBetween = args.length === 3;
  const operator = isBetween ? args[1] : args.length === 2 ? options[0]?.[1] : undefined;
  const name = operator?.kind === 'text' ? operator.text.slice(1, -1) : '';
  if (!isQuestion(name)) return meaning;
  const sides = isBetween ? args.filter((_, index) => index !== 1) : args;
  return { kind: 'call', name, args: sides, options: [] };
}

/** Puts what was read into words; `undefined` where it was not read, or there are none. */
export function mapped<M>(
  reading: Reading<M> | undefined,
  map: (meaning: M) => Written | undefined,
): Meant | undefined {
  const meaning = reading === undefined ? undefined : map(reading.meaning);
  return reading === undefined || meaning === undefined ? undefined : { meaning, unclosed: reading.unclosed };
}
