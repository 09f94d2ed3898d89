// A meaning in the words of our templates, so that what a hint proposes is accepted: helpers that there are, with as
// many arguments as they take.
import { HELPERS } from '../../helpers/index.ts';
import { meantFormat } from '../../helpers/time-hints.ts';
import type { Meaning } from './meaning.ts';
import { isNamespace } from './meaning.ts';
import { helperLike } from './names.ts';

type Call = Extract<Meaning, { kind: 'call' }>;

/** Whether a place asks only for true or false, as a condition does: there `||` is `or`, elsewhere `default`. */
export type Use = 'condition' | 'value';

/** A value as a tag holds it alone. `undefined` where it cannot be written here. */
export function writeAlone(meaning: Meaning, use: Use): string | undefined {
  const bare = withoutEscapes(meaning);
  if (bare.kind === 'choice') return undefined;
  return bare.kind === 'call' ? writeCall(bare, use) : bare.text;
}

/** A value as an argument: a call stands in parentheses. */
export function writeArgument(meaning: Meaning, use: Use): string | undefined {
  const alone = writeAlone(meaning, use);
  return alone === undefined || withoutEscapes(meaning).kind !== 'call' ? alone : `(${alone})`;
}

// Filters that have nothing to do here, as nothing has to be escaped.
const ESCAPES: readonly string[] = ['escape', 'e', 'h', 'html', 'safe', 'raw', 'escapejs', 'tostring', 'string'];

function withoutEscapes(meaning: Meaning): Meaning {
  const [value, ...others] = meaning.kind === 'call' ? meaning.args : [];
  if (meaning.kind !== 'call' || value === undefined || others.length > 0) return meaning;
  return ESCAPES.includes(meaning.name.toLowerCase()) ? withoutEscapes(value) : meaning;
}

function writeCall(written: Call, use: Use): string | undefined {
  const name = helperOf(written, use);
  const helper = HELPERS.get(name ?? '');
  if (name === undefined || helper === undefined) return undefined;
  const { args, options } = adapted(name, written);
  const inner = ['and', 'or', 'not'].includes(name) ? 'condition' : 'value';
  const isKnown = options.every(([key]) => helper.options.includes(key));
  const fits = isKnown && args.length >= helper.arity.min && args.length <= helper.arity.max;
  const words = [
    ...args.map((one) => writeArgument(one, inner)),
    ...options.map(([key, one]) => prefixed(`${key}=`, writeArgument(one, inner))),
  ];
  return fits && !words.includes(undefined) ? [name, ...words].join(' ') : undefined;
}

function prefixed(prefix: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : prefix + text;
}

function helperOf({ name, args }: Call, use: Use): string | undefined {
  if (name === '||') return use === 'condition' ? 'or' : 'default';
  if (name === '+') return args.some(isText) ? 'concat' : 'add';
  const [, owner = '', own = name] = /^(.+)[./](\w+)$/.exec(name) ?? [];
  return owner === '' || isNamespace(owner) ? helperLike(own) : undefined;
}

function isText(meaning: Meaning): boolean {
  return meaning.kind === 'text' || (meaning.kind === 'call' && meaning.name === '+' && meaning.args.some(isText));
}

function adapted(helper: string, written: Call): Pick<Call, 'args' | 'options'> {
  return ADAPTERS.get(helper)?.(written) ?? written;
}

// Helpers that have other arguments elsewhere.
const ADAPTERS: ReadonlyMap<string, (written: Call) => Pick<Call, 'args' | 'options'>> = new Map(
  Object.entries({
    json: withPretty,
    // Jinja's `default(value, true)`.
    default: ({ args, options }: Call) => ({ args: args.slice(0, 2), options }),
    concat: ({ args, options }: Call) => ({ args: args.flatMap(joined), options }),
    formatDate: ({ args, options }: Call) => ({ args: args.map(withFormat), options }),
  }),
);

// `JSON.stringify(value, null, 2)`
function withPretty({ args, options }: Call): Pick<Call, 'args' | 'options'> {
  const [, replacer, space] = args;
  if (replacer?.kind !== 'path' || replacer.text !== 'null') return { args, options };
  return {
    args: args.slice(0, 1),
    options: space === undefined ? options : [['pretty', { kind: 'path', text: 'true' }]],
  };
}

function withFormat(argument: Meaning, index: number): Meaning {
  return index === 1 && argument.kind === 'text' ? { kind: 'text', text: ownFormat(argument.text) } : argument;
}

// `a + "x" + b` is one text of three.
function joined(meaning: Meaning): readonly Meaning[] {
  return meaning.kind === 'call' && meaning.name === '+' ? meaning.args.flatMap(joined) : [meaning];
}

// A format of another language as ours.
function ownFormat(written: string): string {
  const format = written.slice(1, -1);
  const meant = meantFormat(format);
  if (meant === format) return written;
  return meant === undefined || meant.includes('"') ? '"YYYY-MM-DD"' : `"${meant}"`;
}
