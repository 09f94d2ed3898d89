// What is meant by a format or a time zone that `formatDate` does not know: people bring the formats of other languages,
// and name a city alone.
import { FORMAT_PARTS, formatTime, localTimeOf } from '../../domain/date-format.ts';
import { editDistance } from '../../domain/text.ts';

/** A format in the parts that there are, also one that is written as in another language; `undefined` where none is meant. */
export function meantFormat(format: string): string | undefined {
  if (isFormat(format)) return format;
  const meant = STRFTIME_PART.test(format) ? fromStrftime(format) : fromLetters(format);
  return isFormat(meant) ? meant : undefined;
}

/** The format that is meant by one that cannot be used; all parts where nobody can tell. */
export function hintForFormat(format: string): string {
  const meant = meantFormat(format);
  if (meant !== undefined && meant !== format) return `Did you mean "${meant}"?`;
  return `A format is made of ${[...FORMAT_PARTS.keys()].join(' ')}, of signs, and of text in [brackets].`;
}

function isFormat(format: string): boolean {
  const time = localTimeOf(0n, 0);
  return time !== undefined && formatTime(time, format).ok;
}

const STRFTIME_PART = /%-?[A-Za-z]/;

// As C, Python and many others write them.
const STRFTIME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ '%Y': 'YYYY', '%m': 'MM', '%-m': 'M', '%B': 'MMMM', '%b': 'MMM', '%d': 'DD', '%-d': 'D', '%e': 'D' },
    ...{ '%A': 'dddd', '%a': 'ddd', '%H': 'HH', '%-H': 'H', '%I': 'hh', '%-I': 'h', '%M': 'mm', '%S': 'ss' },
    ...{ '%p': 'A', '%z': 'ZZ', '%L': 'SSS', '%f': 'SSSSSS', '%N': 'SSSSSSSSS', '%F': 'YYYY-MM-DD', '%T': 'HH:mm:ss' },
  }),
);

function fromStrftime(format: string): string {
  return format.replace(/(%-?[A-Za-z])|[A-Za-z]+/g, (written, part: string | undefined) => {
    if (part !== undefined) return STRFTIME.get(part) ?? part;
    return written === 'T' ? written : `[${written}]`;
  });
}

// As Java, .NET, Moment and Unicode write them.
const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ yyyy: 'YYYY', uuuu: 'YYYY', yy: 'YYYY', YY: 'YYYY', y: 'YYYY', dd: 'DD', d: 'D', Do: 'D' },
    ...{ E: 'ddd', EE: 'ddd', EEE: 'ddd', EEEE: 'dddd', a: 'A', tt: 'A', fff: 'SSS', S: 'SSS', SS: 'SSS' },
    ...{ XXX: 'Z', xxx: 'Z', zzz: 'Z', XX: 'ZZ', xx: 'ZZ', X: 'Z' },
  }),
);

function fromLetters(format: string): string {
  return format.replace(/\[[^\]]*\]|'([^']*)'|Do|([A-Za-z])\2*/g, (part, text: string | undefined) => {
    if (text !== undefined) return text === 'T' ? text : `[${text}]`;
    return LETTERS.get(part) ?? part;
  });
}

// Longer than any name of a zone.
const LONGEST_ZONE = 64;

const MOST_ZONES = 3;

/** The zones that are meant: those of a city, of a name with a wrong letter, of a fixed offset; else what a zone is. */
export function hintForZone(zone: string, isKnown: (zone: string) => boolean): string {
  const offset = /^(?:UTC|GMT)?([+-])0?(\d{1,2})(?::?00)?$/.exec(zone);
  if (offset !== null) return hintForOffset(zone, offset, isKnown) ?? ANY_ZONE;
  const meant = zone.length > LONGEST_ZONE ? [] : [...inAnyArea(zone, isKnown), ...misspelt(zone)];
  if (meant.length === 0) return ANY_ZONE;
  const named = meant.slice(0, MOST_ZONES).map((name) => `"${name}"`);
  return `Did you mean ${named.join(' or ')}?`;
}

const ANY_ZONE = 'Leave the time zone out for UTC, or write an IANA name such as "Europe/Berlin".';

// The names of the database count from the place to UTC.
function hintForOffset(
  zone: string,
  [, sign, hours = '']: RegExpExecArray,
  isKnown: (zone: string) => boolean,
): string | undefined {
  const name = `Etc/GMT${sign === '+' ? '-' : '+'}${hours}`;
  return isKnown(name) ? `For ${zone} all year round write "${name}", whose sign is the other way round.` : undefined;
}

// `Berlin`, `new york`: the name of a city, with the area that has it.
function inAnyArea(zone: string, isKnown: (zone: string) => boolean): string[] {
  const city = zone
    .trim()
    .replace(/\s+/g, '_')
    .replace(/(?<![^_-])[a-z]/g, (letter) => letter.toUpperCase());
  const areas = new Set(zoneNames().map((name) => name.slice(0, name.lastIndexOf('/'))));
  return [...areas].map((area) => `${area}/${city}`).filter(isKnown);
}

function misspelt(zone: string): string[] {
  return zoneNames().filter((name) => editDistance(name.toLowerCase(), zone.toLowerCase()) === 1);
}

function zoneNames(): string[] {
  return Intl.supportedValuesOf('timeZone');
}
