// Values that break templates which are put together without care: what JSON, HTML and Handlebars find special, numbers
// that lose digits, deep nesting. Intake accepts all of them.
import type { ExactJson, ExactJsonObject } from '../../domain/json.ts';
import { JsonNumber } from '../../domain/json.ts';

/** Numbers whose spelling is easily lost. */
export const HOSTILE_NUMBERS: readonly ExactJson[] = [
  new JsonNumber('1e21'),
  new JsonNumber('12345678901234567890'),
  new JsonNumber('-0'),
  1e-7,
  new JsonNumber('1.10'),
  new JsonNumber('-1234567890.123456789012'),
];

const WRITING = '\u2028\u2029 \u{1f600}\u{1f469}\u200d\u{1f467} \u202e\u05e9\u05dc\u05d5\u05dd\u202c e\u0301';
const LINE = `"quotes" \\ 'single' {{x}} {{{y}}} \${z} </script><b>&amp; ${WRITING} %s`;
const CONTROLS = '\n\r\t\b\f\u0001\u001f\u007f\ufeff';

// What comes first and last in a text matters most: it touches what the template puts around it.
const ENDINGS = ['\\', '"', '\\"', '{{', '}}', '\u0001', ',', '\n', '\u{1f600}', '\\u00', ']}', ':'];

/** Texts for one field, the worst first; the later ones fit where schemas are strict. `turn` varies them. */
export function hostileTexts(turn: number): readonly string[] {
  const ending = ENDINGS[turn % ENDINGS.length] ?? '';
  const printable = ['\n', '\u0001'].includes(ending) ? '"' : ending;
  return [`${ending}${LINE}${CONTROLS}${ending}`, `${printable}${LINE}${printable}`, '"\\\'{{x}}</script>', '"\\', '"'];
}

/** A short one of them, where the long ones have filled the event. */
export function shortHostileText(turn: number): string {
  return ENDINGS[turn % ENDINGS.length] ?? '';
}

/** About 20 KB of text. */
export const LONG_TEXT = 'A long text with "quotes", a \\ and\na new line. '.repeat(425);

const DEPTH = 20;

/** Members that no schema speaks of, under keys of all kinds. */
export function hostileMembers(turn: number): ExactJsonObject {
  const [text = '', line = ''] = hostileTexts(turn);
  return {
    '': text,
    '"quoted" \\ key': line,
    'line\nbreak\u0001\u2028': null,
    '{{x}}': '{{y}}',
    '</script>\u{1f600}': HOSTILE_NUMBERS,
    'a.b': { '[0]': true, length: 'a length of its own' },
    constructor: 'constructor',
    '0': [],
  };
}

/** Objects and lists in each other, twenty deep. */
export function deepValue(turn: number): ExactJson {
  return nestedTo(DEPTH, hostileTexts(turn)[0] ?? '');
}

function nestedTo(depth: number, innermost: ExactJson): ExactJson {
  let value = innermost;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { 'in"side': value } : [value, null];
  return value;
}
