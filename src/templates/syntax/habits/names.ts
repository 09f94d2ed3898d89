// The names by which people know a helper from elsewhere, and which of the known names is near to a misspelt one.
import { editDistance, nearestName } from '../../../domain/text.ts';
import { HELPERS } from '../../helpers/index.ts';

// In small letters, without `_` and `-`.
const OTHER_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    eq: 'equals equal is isequal iseq = == ===',
    ne: 'notequals notequal noteq isnt neq unlesseq != !==',
    lt: 'less lessthan <',
    lte: 'le <=',
    gt: 'greater greaterthan >',
    gte: 'ge >=',
    and: '&& &',
    or: 'any',
    default: '?? fallback ifnull ifempty',
    contains: 'includes has hasitem',
    add: 'plus sum',
    subtract: 'minus sub -',
    multiply: 'times mul *',
    divide: 'dividedby div /',
    formatDate: 'date dateformat moment strftime dateformatter formattime',
    isoDate: 'iso isoformat toisostring todate datetime time xmlschema datetoxmlschema',
    unixSeconds: 'unix epoch timestamp totimestamp',
    upper: 'touppercase uppercase uppercased upcase ucase',
    lower: 'tolowercase lowercase lowercased downcase lcase',
    capitalize: 'capitalise capitalizefirst ucfirst',
    trim: 'strip',
    truncate: 'trunc ellipsis',
    replace: 'replaceall gsub',
    json: 'stringify tojson jsonify jsonencode jsonstringify toprettyjson',
    parseJson: 'parse fromjson jsonparse jsondecode',
    length: 'size count len',
    slice: 'substring substr',
    concat: 'concatenate append cat',
    unique: 'uniq distinct',
    pluck: 'map',
    lookup: 'get dig',
    base64: 'btoa b64enc b64encode base64encode tobase64',
    urlEncode: 'encodeuricomponent encodeuri urlquery uriencode escapeuri',
    sha256: 'sha256sum sha',
    changes: 'diff',
  }).flatMap(([helper, others]) => others.split(' ').map((other) => [other, helper] as const)),
);

const OWN_NAMES: ReadonlyMap<string, string> = new Map([...HELPERS.keys()].map((name) => [name.toLowerCase(), name]));

/** The helper that goes by this name elsewhere or, written in another way, here; `undefined` where none does. */
export function helperLike(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/(?<=\w)[_-]/g, '');
  return OWN_NAMES.get(plain) ?? OTHER_NAMES.get(plain);
}

const COMPARISONS: readonly string[] = [
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'contains',
  'startsWith',
  'endsWith',
];

/** Whether this is the name, here or elsewhere, of a helper that compares two values. */
export function isComparison(name: string): boolean {
  return COMPARISONS.includes(helperLike(name) ?? '');
}

/** Whether a helper of this name, here or elsewhere, gives true or false. */
export function isQuestion(name: string): boolean {
  return isComparison(name) || ['and', 'or', 'not'].includes(helperLike(name) ?? '');
}

/** The name that is so near to what was written that it is probably meant; of words with `shortest` letters or more. */
export function closeName(written: string, known: readonly string[], shortest = 4): string | undefined {
  const near = nearestName(written, known);
  if (near === undefined) return undefined;
  const distance = editDistance(written.toLowerCase(), near.toLowerCase());
  // One letter more or less makes another word of a short one.
  const reach = written.length < shortest ? 0 : Math.floor(written.length / 2);
  return distance <= reach ? near : undefined;
}

// What cannot be had here, and what comes nearest to it.
const UNAVAILABLE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    escape: 'Nothing has to be escaped here: values are written as JSON needs them.',
    log: 'Nothing can be logged from a template; remove it.',
    now: 'A template has no clock: write the time of the event, {{isoDate event_time}}, or {{received_at}}.',
    today: 'A template has no clock: write the time of the event, {{formatDate event_time "YYYY-MM-DD"}}.',
    uuid: 'Nothing is random in a template: {{id}} is the id of the event, which no other has.',
  }),
);

/** What to do without a helper that other systems have; `undefined` where nothing is known of such a one. */
export function hintWithout(name: string): string | undefined {
  return UNAVAILABLE.get(name.toLowerCase());
}
