// Helpers that write text in the alphabets of other systems: for headers, addresses and fingerprints.
import { sha256Hex } from '../../domain/event.ts';
import type { Extras } from './arguments.ts';
import { isComposite, kindOf, textOf, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';

/** `base64 urlEncode sha256`, all of the text's UTF-8 bytes. */
export const ENCODING_HELPERS: readonly Helper[] = [
  encoding('base64', '{{base64 data.actor_name}}', { flags: ['url'] }, base64),
  encoding('urlEncode', '{{urlEncode data.target_name}}', {}, urlEncode),
  encoding('sha256', '{{sha256 data.actor_id encoding="base64"}}', { options: ['encoding'] }, sha256),
];

function encoding(
  name: string,
  example: string,
  extras: Extras,
  encode: (text: string, call: HelperCall) => string | undefined,
): Helper {
  const call = ([value]: readonly unknown[], rendering: HelperCall): unknown => {
    if (isComposite(value)) {
      rendering.warn(`${name} takes text; it was given ${kindOf(value)}. Write (json …) around it for its JSON text.`);
      return undefined;
    }
    const text = textOf(value);
    return text === undefined ? undefined : encode(text, rendering);
  };
  return valueHelper(name, [1, 1], example, call, extras);
}

// RFC 4648: section 4, or with `url` section 5, which then has no padding.
function base64(text: string, call: HelperCall): string {
  const bytes = Buffer.from(text, 'utf8');
  call.room(4 * Math.ceil(bytes.length / 3));
  return bytes.toString(call.options['url'] === true ? 'base64url' : 'base64');
}

// RFC 3986 section 2.3: all but letters, digits and - . _ ~ is encoded. JavaScript leaves five more as they are.
function urlEncode(text: string, call: HelperCall): string {
  call.room(3 * Buffer.byteLength(text, 'utf8'));
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

// Measured, as what a step of anything else takes: for any text, and for so many characters of it.
const STEPS_OF_HASH = 20;
const HASHED_PER_STEP = 16;

function sha256(text: string, call: HelperCall): string | undefined {
  call.spend(STEPS_OF_HASH + Math.ceil(text.length / HASHED_PER_STEP));
  const hex = sha256Hex(text);
  const wanted = call.options['encoding'] ?? 'hex';
  call.room(hex.length);
  if (wanted === 'hex') return hex;
  if (wanted === 'base64') return Buffer.from(hex, 'hex').toString('base64');
  call.warn('sha256 has the encodings "hex" and "base64"; its option encoding names another one.');
  return undefined;
}
