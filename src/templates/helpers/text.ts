// Helpers for text. They count and cut by code point, look for literal text only, and take linear time for any text.
import { countCodePoints, sliceCodePoints } from '../../domain/code-points.ts';
import { isMissing } from '../values.ts';
import { countOf, findIn, isComposite, MANY, readTexts, textOf, unusable, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';

// A character becomes three at most in the other case (U+0390 in capitals).
const MOST_GROWTH = 3;

/** `startsWith endsWith upper lower capitalize trim truncate mask replace split join concat`. */
export const TEXT_HELPERS: readonly Helper[] = [
  textHelper('upper', '{{upper data.action}}', (text, call) => {
    call.room(MOST_GROWTH * text.length);
    return text.toUpperCase();
  }),
  textHelper('lower', '{{lower data.actor_id}}', (text, call) => {
    call.room(MOST_GROWTH * text.length);
    return text.toLowerCase();
  }),
  textHelper('capitalize', '{{capitalize data.action}}', (text, call) => {
    const first = sliceCodePoints(text.slice(0, 2), 0, 1);
    call.room(text.length + MOST_GROWTH);
    return first.toUpperCase() + text.slice(first.length);
  }),
  textHelper('trim', '{{trim data.note}}', (text) => text.trim()),
  // Measured: JavaScript's own startsWith takes 25 times as long for long parts, which are not paid for by the character.
  question(
    'startsWith',
    '{{startsWith event_type "access_flow."}}',
    (text, part) => text.slice(0, part.length) === part,
  ),
  question('endsWith', '{{endsWith data.actor_id ".example"}}', (text, part) => text.endsWith(part)),
  valueHelper('truncate', [2, 2], '{{truncate data.note 100}}', truncate, { options: ['end'] }),
  valueHelper('mask', [1, 2], '{{mask data.token 4 with="#"}}', mask, { options: ['with'] }),
  valueHelper('replace', [3, 3], '{{replace data.target_name " " "_"}}', replace),
  valueHelper('split', [2, 2], '{{split data.path "/"}}', split),
  valueHelper('join', [2, 2], '{{join data.tags ", "}}', join, { standIns: [[[], 1]] }),
  valueHelper('concat', [1, MANY], '{{concat data.actor_type ":" data.actor_id}}', concat),
];

// A helper that makes text out of one text. Missing stays missing.
function textHelper(name: string, example: string, change: (text: string, call: HelperCall) => string): Helper {
  return valueHelper(name, [1, 1], example, (args, call) => {
    const [text] = readTexts(call, name, args) ?? [];
    return text === undefined ? undefined : change(text, call);
  });
}

// A helper that asks about two texts. Nothing has no parts, and is part of nothing.
function question(name: string, example: string, holds: (text: string, part: string) => boolean): Helper {
  return valueHelper(name, [2, 2], example, (args, call) => {
    const texts = readTexts(call, name, args);
    if (texts === undefined) return undefined;
    const [text, part] = texts;
    return text !== undefined && part !== undefined && holds(text, part);
  });
}

// Text without a limit stays whole; `end` is part of what is kept.
function truncate([value, limit]: readonly unknown[], call: HelperCall): unknown {
  const [text, end = '…'] = readTexts(call, 'truncate', [value, call.options['end']]) ?? [];
  if (text === undefined || isMissing(limit)) return text;
  const most = countOf(limit);
  if (most === undefined) return notACount('truncate', call);
  // So many code points stand in twice as many UTF-16 units at most; what is behind them is not looked at.
  const start = text.slice(0, 2 * most);
  if (start.length === text.length && countCodePoints(text) <= most) return text;
  const shown = sliceCodePoints(end.slice(0, 2 * most), 0, most);
  const kept = sliceCodePoints(start, 0, most - countCodePoints(shown));
  call.room(kept.length + shown.length);
  return kept + shown;
}

const SHOWN_OF_MASKED = 4;

// Text that is not longer than what may be shown is masked whole: a short secret is no less a secret.
function mask([value, count]: readonly unknown[], call: HelperCall): unknown {
  const [text, cover = '*'] = readTexts(call, 'mask', [value, call.options['with']]) ?? [];
  if (text === undefined) return undefined;
  const shown = isMissing(count) ? SHOWN_OF_MASKED : countOf(count);
  if (shown === undefined) return notACount('mask', call);
  if (cover.length > 2 || countCodePoints(cover) !== 1) {
    call.warn('mask puts one character in the place of another; its option "with" has to be exactly one.');
    return undefined;
  }
  const points = countCodePoints(text);
  const covered = points <= shown ? points : points - shown;
  call.room(covered * cover.length + text.length);
  return cover.repeat(covered) + sliceCodePoints(text, covered);
}

function notACount(name: string, call: HelperCall): unknown {
  call.warn(`${name} counts characters with a whole number from 0 up.`);
  return undefined;
}

function replace(args: readonly unknown[], call: HelperCall): unknown {
  const [text, from = '', to = ''] = readTexts(call, 'replace', args) ?? [];
  if (text === undefined) return undefined;
  const found = findIn(text, from, call);
  if (found.length === 0) return text;
  call.room(text.length + found.length * (to.length - from.length));
  return piecesBetween(text, found, from.length).join(to);
}

// Without a separator, text falls into its characters.
function split([value, by]: readonly unknown[], call: HelperCall): unknown {
  const [text, separator] = readTexts(call, 'split', [value, by]) ?? [];
  if (text === undefined) return undefined;
  if (separator === undefined) return [text];
  if (separator === '') {
    call.spend(text.length);
    return Array.from(text);
  }
  const found = findIn(text, separator, call);
  return piecesBetween(text, found, separator.length);
}

function piecesBetween(text: string, offsets: readonly number[], width: number): string[] {
  let from = 0;
  const pieces = offsets.map((offset) => {
    const piece = text.slice(from, offset);
    from = offset + width;
    return piece;
  });
  return [...pieces, text.slice(from)];
}

function join([list, by]: readonly unknown[], call: HelperCall): unknown {
  if (!Array.isArray(list)) return unusable(call, 'join', 'a list', list);
  const wrong: unknown = list.find(isComposite);
  if (wrong !== undefined) return unusable(call, 'join', 'a list of text, numbers or booleans', wrong);
  const texts = readTexts(call, 'join', [by]);
  return texts === undefined ? undefined : joined(list, texts[0] ?? '', call);
}

// Nothing counts as empty text, so that what follows keeps its place.
function joined(values: readonly unknown[], separator: string, call: HelperCall): string {
  const texts = Array.from(values, (value) => textOf(value) ?? '');
  call.room(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
  return texts.join(separator);
}

function concat(args: readonly unknown[], call: HelperCall): unknown {
  const given = args.filter((value) => !isMissing(value));
  if (given.length === 0) return undefined;
  const lists = given.filter((value): value is readonly unknown[] => Array.isArray(value));
  if (lists.length === given.length) return lists.flat();
  const wrong = given.find(isComposite);
  if (wrong !== undefined) return unusable(call, 'concat', 'either text or only lists', wrong);
  return joined(given, '', call);
}
