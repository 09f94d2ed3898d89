// Takes secrets out of a text by their value: a receiver may echo what it was sent, in several spellings.
import { MASK } from './headers.ts';
import type { Json, JsonObject } from './json.ts';
import { isList, isObject } from './json.ts';
import { base64Forms } from './mask-base64.ts';
import { createScreen } from './mask-screen.ts';
import type { View } from './mask-views.ts';
import { rangeIn, viewsOf } from './mask-views.ts';

// Shorter values would mask half of every text ("1", "true"); those are hidden by header name only.
const MIN_SECRET_LENGTH = 8;

/** A text without the secrets, and in how many places one stood. */
export interface Masked {
  readonly text: string;
  readonly places: number;
}

/** Takes the secrets out of one text. Of a text that was cut off, also the beginning of one that stands at its end. */
export type Masker = (text: string, isCutOff?: boolean) => Masked;

/**
 * Makes the masker for some secret values: each is looked for as it is, without its scheme (`Bearer …`), and as base64,
 * also within a longer text; in the text itself, and in what readers of JSON, URLs, forms and HTML make of it.
 */
export function createMasker(secrets: readonly string[]): Masker {
  const forms = [...new Set(secrets.flatMap(formsOf))];
  if (forms.length === 0) return (text) => ({ text, places: 0 });
  const spelled = [...new Set(forms.flatMap(usualSpellings))];
  const mayHoldSecret = createScreen(forms);
  return (text, isCutOff = false) => {
    if (!isCutOff && !mayHoldSecret(text)) return { text, places: 0 };
    const [plain, ...others] = viewsOf(text);
    const ranges = [...rangesIn(plain, spelled), ...others.flatMap((view) => rangesIn(view, forms))];
    const begun = isCutOff ? begunRange(text, forms) : undefined;
    return cutOut(text, begun === undefined ? ranges : [...ranges, begun]);
  };
}

type Range = readonly [start: number, end: number];

function rangesIn(view: View, forms: readonly string[]): Range[] {
  return forms.flatMap((form) => {
    const found: Range[] = [];
    for (let at = view.text.indexOf(form); at !== -1; at = view.text.indexOf(form, at + form.length)) {
      found.push(rangeIn(view, at, at + form.length));
    }
    return found;
  });
}

// Where secrets or their spellings overlap, they are one place.
function cutOut(text: string, ranges: readonly Range[]): Masked {
  const pieces: string[] = [];
  let [done, places] = [0, 0];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (start >= done) {
      pieces.push(text.slice(done, start), MASK);
      places += 1;
    }
    done = Math.max(done, end);
  }
  return { text: pieces.join('') + text.slice(done), places };
}

// An escape that the cut went through belongs to what was cut off.
const PARTIAL_ESCAPE = /(?:\\(?:u[0-9a-fA-F]{0,3})?|%[0-9a-fA-F]?|&(?:#?\w{0,6}))$/;

function begunRange(text: string, forms: readonly string[]): Range | undefined {
  const starts = [text, text.replace(PARTIAL_ESCAPE, '')].flatMap((whole) =>
    viewsOf(whole).flatMap((view) => {
      const begun = longestBeginning(view.text, forms);
      return begun === 0 ? [] : [rangeIn(view, view.text.length - begun, view.text.length)[0]];
    }),
  );
  return starts.length === 0 ? undefined : [Math.min(...starts), text.length];
}

/** The object with the secrets taken out of all its texts, its names among them. */
export function maskObject(mask: Masker, object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [mask(name).text, maskJson(mask, value)] as const),
  );
}

function maskJson(mask: Masker, value: Json): Json {
  if (typeof value === 'string') return mask(value).text;
  if (isList(value)) return value.map((item) => maskJson(mask, item));
  return isObject(value) ? maskObject(mask, value) : value;
}

// How many of the last characters are the beginning of a secret, where that is enough of it to be worth something.
function longestBeginning(text: string, needles: readonly string[]): number {
  const longest = needles.reduce((most, needle) => Math.max(most, needle.length - 1), 0);
  for (let length = Math.min(longest, text.length); length >= MIN_SECRET_LENGTH; length -= 1) {
    const end = text.slice(-length);
    if (needles.some((needle) => needle.startsWith(end))) return length;
  }
  return 0;
}

function formsOf(secret: string): string[] {
  const bare = /^[A-Za-z][A-Za-z0-9-]* +(.+)$/.exec(secret)?.[1];
  const decoded = bare === undefined ? [] : basicParts(secret, bare);
  const values = [secret, bare ?? '', ...decoded].filter((value) => value.length >= MIN_SECRET_LENGTH);
  return values.flatMap((value) => [value, ...base64Forms(value)]).filter((form) => form.length >= MIN_SECRET_LENGTH);
}

// A receiver of Basic authentication knows the password in clear.
function basicParts(secret: string, bare: string): string[] {
  if (!/^basic /i.test(secret)) return [];
  const text = Buffer.from(bare, 'base64').toString('utf8');
  return [text, text.slice(text.indexOf(':') + 1)];
}

// What stands before a secret can make an escape of its first characters ("%" before "00…"): a reader of that text would
// not see the secret, and whoever cuts at the right place does.
function usualSpellings(form: string): string[] {
  return [form, JSON.stringify(form).slice(1, -1), encodeURIComponent(form)];
}
