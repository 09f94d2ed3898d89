// A text as its readers would decode it, with the way back to where each character stands: a secret is looked for in what
// a reader sees, and taken out of what is written.

/** A decoded text. Character `i` of it comes from `starts[i]` to `ends[i]` of the text as it was written. */
export interface View {
  readonly text: string;
  readonly starts: readonly number[] | undefined;
  readonly ends: readonly number[] | undefined;
}

interface Decoder {
  readonly pattern: RegExp;
  readonly decode: (escape: string) => string;
}

const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

const JSON_TEXT: Decoder = {
  pattern: /\\(?:u[0-9a-fA-F]{4}|[^u])/g,
  decode: (escape) => {
    const rest = escape.slice(1);
    return rest.startsWith('u') ? String.fromCharCode(parseInt(rest.slice(1), 16)) : (SHORT[rest] ?? rest);
  },
};

const octets = (escape: string): string =>
  Buffer.from(escape.replaceAll('%', ''), 'hex').toString(/^%[0-7]/.test(escape) ? 'latin1' : 'utf8');

const URL_TEXT: Decoder = { pattern: /%[0-7][0-9a-fA-F]|(?:%[89a-fA-F][0-9a-fA-F])+/g, decode: octets };

const FORM_TEXT: Decoder = {
  pattern: /\+|%[0-7][0-9a-fA-F]|(?:%[89a-fA-F][0-9a-fA-F])+/g,
  decode: (escape) => (escape === '+' ? ' ' : octets(escape)),
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const HTML_TEXT: Decoder = {
  pattern: /&(?:amp|lt|gt|quot|apos|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});/g,
  decode: (escape) => {
    const name = escape.slice(1, -1);
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return ENTITIES[name] ?? (code <= 0x10ffff ? String.fromCodePoint(code) : escape);
  },
};

const NEWLINES: Decoder = { pattern: /\r?\n[ \t]*/g, decode: () => '' };

// What is found in practice: one writer, or one within another of the same or the next kind.
const CHAINS: readonly (readonly Decoder[])[] = [
  [JSON_TEXT],
  [JSON_TEXT, JSON_TEXT],
  [JSON_TEXT, JSON_TEXT, JSON_TEXT],
  [URL_TEXT],
  [URL_TEXT, URL_TEXT],
  [FORM_TEXT],
  [JSON_TEXT, URL_TEXT],
  [JSON_TEXT, HTML_TEXT],
  [HTML_TEXT],
  [HTML_TEXT, JSON_TEXT],
  [HTML_TEXT, URL_TEXT],
  [NEWLINES],
];

/** The text as it is, and as each reader would decode it; not those to whom it is the same. Each takes linear time. */
export function viewsOf(text: string): readonly [plain: View, ...decoded: View[]] {
  const views: [View, ...View[]] = [{ text, starts: undefined, ends: undefined }];
  const known = new Map<string, View | undefined>();
  for (const chain of CHAINS) {
    const view = chain.reduce<View | undefined>(
      (before, decoder) => (before === undefined ? undefined : decoded(before, decoder)),
      views[0],
    );
    if (view !== undefined && !known.has(view.text)) views.push(view);
    if (view !== undefined) known.set(view.text, view);
  }
  return views;
}

/** Where a stretch of a view stands in the text as it was written. */
export function rangeIn(view: View, from: number, to: number): readonly [start: number, end: number] {
  return [view.starts?.[from] ?? from, view.ends?.[to - 1] ?? to];
}

// `undefined` where there is nothing to decode.
function decoded(before: View, { pattern, decode }: Decoder): View | undefined {
  const pieces: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let done = 0;
  const copy = (to: number): void => {
    pieces.push(before.text.slice(done, to));
    for (let index = done; index < to; index += 1) {
      starts.push(before.starts?.[index] ?? index);
      ends.push(before.ends?.[index] ?? index + 1);
    }
  };
  for (const match of before.text.matchAll(pattern)) {
    copy(match.index);
    const [start, end] = rangeIn(before, match.index, match.index + match[0].length);
    const piece = decode(match[0]);
    pieces.push(piece);
    for (let index = 0; index < piece.length; index += 1) {
      starts.push(start);
      ends.push(end);
    }
    done = match.index + match[0].length;
  }
  if (done === 0) return undefined;
  copy(before.text.length);
  return { text: pieces.join(''), starts, ends };
}
