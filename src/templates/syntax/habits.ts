// How other template languages write things, and how it is written here: hints for what people try first.
import { editDistance, nearestName } from '../../domain/text.ts';

// No tag that is longer is one of these, and no pattern below reads more than this.
const LONGEST_READ = 200;

const VALUE = String.raw`"[^"]*"|'[^']*'|[\w.@/[\]-]+`;
const OPERATOR = String.raw`={1,3}|!==?|[<>]=?|&&?|\|\||\?\?|\+|\*`;
const COMPARISON = new RegExp(
  String.raw`^(#\s*(?:if|unless)\s|else\s+if\s)?\s*\(?\s*(${VALUE})\s*(${OPERATOR})\s*(${VALUE})\s*\)?$`,
);
const PIPED = new RegExp(String.raw`^(${VALUE})\s*\|\s*(\w+)$`);
const CALLED = /^(?:([\w.@/]+)\.)?(\w+)\(([^()]*)\)$/;
const STARTING_OPERATOR = new RegExp(`^(?:${OPERATOR})`);

const HELPER_OF: Readonly<Record<string, string>> = {
  '=': 'eq',
  '==': 'eq',
  '===': 'eq',
  '!=': 'ne',
  '!==': 'ne',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
  '&': 'and',
  '&&': 'and',
  '||': 'or',
  '??': 'default',
  '+': 'add',
  '*': 'multiply',
};

/**
 * How to write what a tag that cannot be read seems to mean, as a sentence; `undefined` where nobody can tell. `word` is
 * where reading stopped.
 */
export function hintForTag(tag: string, word: string): string | undefined {
  if (tag.length > LONGEST_READ) return undefined;
  const inside = tag.replace(/^\{{2,3}~?\s*|\s*~?\}{2,3}$/g, '');
  return (
    hintForOperator(inside, word) ??
    hintForNot(inside, word) ??
    hintForPlace(tag, word) ??
    hintForCall(inside) ??
    (word.endsWith(',') ? 'Put blanks between arguments, no commas: {{concat data.a " " data.b}}.' : undefined) ??
    (EXPONENT.test(word) ? WITHOUT_EXPONENT : undefined)
  );
}

function hintForOperator(inside: string, word: string): string | undefined {
  const [sign = ''] = STARTING_OPERATOR.exec(word) ?? [];
  const general = HELPER_OF[sign];
  if (general === undefined) return undefined;
  return (
    hintForComparison(inside) ?? `Write ${general} instead of ${sign}, before both values: (${general} data.a data.b).`
  );
}

function hintForComparison(inside: string): string | undefined {
  const [, opening, left = '', operator = '', right = ''] = COMPARISON.exec(inside) ?? [];
  const helper = HELPER_OF[operator];
  if (helper === undefined) return undefined;
  if (opening !== undefined) return `Write {{${opening.trim()} (${helper} ${left} ${right})}}.`;
  return `Write {{${helper === 'or' ? 'default' : helper} ${left} ${right}}}.`;
}

function hintForNot(inside: string, word: string): string | undefined {
  const negated = /^!\s*([\w.@/]+)/.exec(word)?.[1] ?? (word === '!' ? 'data.x' : undefined);
  if (negated === undefined) return undefined;
  const opening = /^(?:#\s*if|else\s+if)(?=\s)/.exec(inside)?.[0];
  return opening === undefined ? `Write (not ${negated}).` : `Write {{${opening} (not ${negated})}}.`;
}

// `list[0].id`, `data['x']`, and `xs.0` at the end of a path.
function hintForPlace(tag: string, word: string): string | undefined {
  const isBracket = /^[\w-]+\[/.test(word);
  if (!isBracket && !/^\d+(?:[.)]|$)/.test(word)) return undefined;
  const meant = tag
    .replace(/(?<=[\w\])-])\[(["']?)([^[\]"']+)\1\]/g, '.[$2]')
    .replace(/(?<=[A-Za-z_\])])((?:\.\d+)+)(?=[\s)}.~])/g, (digits) => digits.replace(/\d+/g, '[$&]'));
  return meant === tag ? undefined : `Write ${meant}: places and unusual names stand in brackets, after a dot.`;
}

function hintForCall(inside: string): string | undefined {
  const [, piped, filter = ''] = PIPED.exec(inside) ?? [];
  if (piped !== undefined) return `Write {{${helperLike(filter)} ${piped}}}.`;
  const [, owner = '', name, given = ''] = CALLED.exec(inside) ?? [];
  if (name === undefined) return undefined;
  const args = [owner, ...given.split(',')].map((one) => one.trim()).filter((one) => one !== '');
  return `Write {{${[helperLike(name), ...args].join(' ')}}}.`;
}

const EXPONENT = /^-?\d+(?:\.\d+)?e[+-]?\d+$/i;
const WITHOUT_EXPONENT = 'Write the number out, without an exponent: 1000 for 1e3.';

/** How to mend a path that looks like a number with an exponent; `undefined` for any other. */
export function hintForNumber(written: string): string | undefined {
  if (written.length > LONGEST_READ || !EXPONENT.test(written)) return undefined;
  return `${WITHOUT_EXPONENT} A field with this name is this.[${written}].`;
}

// Names by which people know a helper from elsewhere.
const OTHER_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    formatDate: 'date dateformat moment strftime',
    upper: 'touppercase uppercase uppercased upcase',
    lower: 'tolowercase lowercase lowercased downcase',
    json: 'stringify tojson jsonify',
    length: 'size count len',
    slice: 'substring substr',
    concat: 'concatenate',
    eq: 'equals equal is isequal ifequals ifeq',
    ne: 'notequals noteq isnt neq',
    truncate: 'trunc',
  }).flatMap(([helper, others]) => others.split(' ').map((other) => [other, helper] as const)),
);

function helperLike(name: string): string {
  return OTHER_NAMES.get(name.toLowerCase()) ?? name;
}

/** What an unknown helper is meant to be, as a sentence: `Did you mean upper?` `args` are its arguments as written. */
export function hintForHelper(name: string, args: string, known: readonly string[]): string | undefined {
  if (/^els?e?-?if$/i.test(name)) return `Write {{else if ${args}}}.`;
  if (name === 'escape') return 'Nothing has to be escaped here: values are written as JSON needs them.';
  if (name === 'log') return 'Nothing can be logged from a template; remove it.';
  const other = OTHER_NAMES.get(name.toLowerCase());
  if (other !== undefined) return `Did you mean ${other}?`;
  const near = nearestName(name, known);
  const isNear = near !== undefined && 2 * editDistance(name.toLowerCase(), near.toLowerCase()) <= name.length;
  return isNear ? `Did you mean ${near}?` : undefined;
}

/** What a block with this name and these arguments, as written, is meant to be; `undefined` where nobody can tell. */
export function hintForBlock(name: string, args: readonly string[]): string | undefined {
  if (name === '-if') return `Write {{else if ${args.join(' ')}}}.`;
  const condition = OTHER_NAMES.get(name.toLowerCase());
  if (condition === 'eq' || condition === 'ne') return `Write {{#if (${condition} ${args.join(' ')})}} … {{/if}}.`;
  if (args.length > 0 || !/^[\w.@/]+$/.test(name) || name.length > LONGEST_READ) return undefined;
  return `Write {{#with ${name}}} … {{/with}} for an object, {{#each ${name}}} … {{/each}} for a list.`;
}

/** How to write the arguments of a block of which there are too many; `undefined` where nobody can tell. */
export function hintForArguments(
  block: string,
  args: readonly string[],
  helpers: readonly string[],
): string | undefined {
  if (args.join(' ').length > LONGEST_READ) return undefined;
  const meant = meantParameters(args) ?? (block === 'if' || block === 'unless' ? meantCall(args, helpers) : undefined);
  return meant === undefined ? undefined : `Write {{#${block} ${meant}}}.`;
}

function meantParameters([over, word, ...names]: readonly string[]): string | undefined {
  const [first] = names;
  if (over === undefined || first === undefined) return undefined;
  if (word === 'as') return `${over} as |${names.join(' ')}|`;
  return word === 'in' ? `${first} as |${over}|` : undefined;
}

function meantCall(args: readonly string[], helpers: readonly string[]): string | undefined {
  const [first = '', second = '', third] = args;
  if (helpers.includes(first)) return `(${args.join(' ')})`;
  return args.length === 3 && helpers.includes(second) ? `(${second} ${first} ${String(third)})` : undefined;
}
