// Takes secrets out of a text by their value: a receiver may echo what it was sent, in several spellings.
import { MASK } from './headers.ts';
import type { Json, JsonObject } from './json.ts';
import { isList, isObject } from './json.ts';
import { anySpelling, base64Forms } from './mask-spellings.ts';

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
 * also within a longer text; and all of these as JSON, URLs, forms and HTML spell them.
 */
export function createMasker(secrets: readonly string[]): Masker {
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const patterns = forms.map((form) => new RegExp(anySpelling(form), 'gu'));
  const beginnings = [...new Set(forms.flatMap(usualSpellings))];
  return (text, isCutOff = false) => {
    let masked = text;
    let places = 0;
    for (const pattern of patterns) {
      masked = masked.replace(pattern, () => {
        places += 1;
        return MASK;
      });
    }
    const begun = isCutOff ? longestBeginning(masked, beginnings) : 0;
    if (begun === 0) return { text: masked, places };
    return { text: masked.slice(0, -begun) + MASK, places: places + 1 };
  };
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

// Of a text that was cut off only the beginning is there, so each spelling is tried by itself.
function usualSpellings(form: string): string[] {
  const json = JSON.stringify(form).slice(1, -1);
  const percent = encodeURIComponent(form);
  return [form, json, json.replaceAll('/', '\\/'), percent, percent.replaceAll('%20', '+')];
}
