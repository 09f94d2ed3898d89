// The words and signs of a tag, also of one that is written as in another language: the first step in finding out what
// it means.

/** One word or sign. `glued`: it follows on the one before it without a blank. */
export interface Token {
  readonly kind: 'text' | 'number' | 'path' | 'sign';
  readonly text: string;
  readonly glued: boolean;
}

/** No tag that is longer is read: what people write by habit is short, and a hint has to stay small. */
export const LONGEST_READ = 200;

// A name without the signs that end one for Handlebars, nor `?` and `:`, which are operators elsewhere.
const NAME = String.raw`(?!-)[^\s!"#%-,./:;->?@[-^\x60{-~]+`;
const BRACKET = String.raw`\[(?:"[^"]*"|'[^']*'|[^\]]*)\]`;
const STEP = String.raw`(?:\?\.|\.)?${BRACKET}|(?:\?\.|\.|\/)@?${NAME}`;
const START = String.raw`@?(?:\.\.?\/)*(?:\.\.|\.?@?(?:${NAME}|${BRACKET})|\.)`;

const TOKEN = new RegExp(
  String.raw`(?<text>"(?:\\"|[^"])*"|'(?:\\'|[^'])*')|(?<number>-?\d+(?:\.\d+)?)(?![\w.[])|(?<path>${START}(?:${STEP})*)` +
    String.raw`|(?<sign>===|!==|==|!=|<=|>=|&&|\|\||\?\?|[-()|,?:!<>=+*/&])`,
  'y',
);

/** All words and signs of a text; `undefined` where it is too long, or where something in it is neither. */
export function tokensOf(text: string): readonly Token[] | undefined {
  if (text.length > LONGEST_READ) return undefined;
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const blanks = /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    if (at + blanks === text.length) break;
    TOKEN.lastIndex = at + blanks;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) return undefined;
    tokens.push({ ...kindOf(groups), glued: blanks === 0 && at > 0 });
    at = TOKEN.lastIndex;
  }
  return tokens;
}

function kindOf({ text, number, path, sign = '' }: Readonly<Record<string, string | undefined>>): Omit<Token, 'glued'> {
  if (text !== undefined) return { kind: 'text', text };
  if (number !== undefined) return { kind: 'number', text: number };
  return path === undefined ? { kind: 'sign', text: sign } : { kind: 'path', text: path };
}

const PART = new RegExp(
  String.raw`(?<dotted>\?\.|[./])?(?:\[(?<bracket>"[^"]*"|'[^']*'|[^\]]*)\]|(?<name>@?${NAME}))`,
  'g',
);

/**
 * A path as it is written here: `xs[0]?.id` is `xs.[0].id`, `.id` is `id`, `.` is `this`. `undefined` where a name in
 * brackets is one that only the event tells.
 */
export function ownPath(path: string): string | undefined {
  if (/^\.\.?$/.test(path)) return path === '.' ? 'this' : path;
  const [up = ''] = /^@?(?:\.\.?\/)*/.exec(path) ?? [];
  const parts = [...path.slice(up.length).matchAll(PART)].map(({ groups }, index) => {
    const { dotted, bracket, name } = groups ?? {};
    return name === undefined ? ownBracket(bracket ?? '', dotted, index === 0) : ownName(name, dotted, index === 0);
  });
  return parts.length === 0 || parts.includes(undefined) ? undefined : up + parts.join('');
}

function ownBracket(bracket: string, dotted: string | undefined, isFirst: boolean): string | undefined {
  const quoted = /^["'](.*)["']$/s.exec(bracket)?.[1];
  const name = quoted ?? bracket;
  if (name.includes(']') || (dotted === undefined && !isFirst && isField(bracket))) return undefined;
  if (quoted !== undefined && PLAIN.test(quoted)) return ownName(quoted, '.', isFirst);
  return `${isFirst ? '' : '.'}[${name}]`;
}

// `data[key]` asks for what `key` holds; `data.[key]` is already written as it is here.
function isField(bracket: string): boolean {
  return /^@|^(?!\d)\w+$/.test(bracket);
}

// A first name may be a variable or a literal, unless Go's dot stands before it.
function ownName(name: string, dotted: string | undefined, isFirst: boolean): string {
  const own = UNUSUAL.test(name) && dotted !== undefined ? `[${name}]` : name;
  return isFirst ? own : `.${own}`;
}

const PLAIN = new RegExp(`^${NAME}$`);
// As a later name of a path, Handlebars takes these for something else.
const UNUSUAL = /^(?:@.*|\d+|true|false|null|undefined|this)$/;
