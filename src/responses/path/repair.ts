// Guesses what was meant by a path that is not RFC 9535, from what other dialects and habits allow.
import { PathError } from './cursor.ts';
import { checkLength } from './limits.ts';
import { parseQuery } from './parser.ts';

type Repair = (text: string) => string;

// Each mends one habit; they are applied one after the other, and the first result that parses is offered.
const REPAIRS: readonly Repair[] = [
  (text) => text.trim(),
  withRoot,
  // `[(@.length-1)]`, as older dialects write the last item.
  (text) => text.replaceAll(/\[\(@\.length\s*-\s*(\d+)\)\]/g, '[-$1]'),
  // `.[0]`
  (text) => text.replaceAll(/(?<!\.)\.\[/g, '['),
  quoteBareNames,
  (text) => text.replaceAll(/\s+and\s+/gi, ' && ').replaceAll(/\s+or\s+/gi, ' || '),
  (text) => text.replaceAll(/===/g, '==').replaceAll(/(?<![=!<>])=(?![=~])/g, '=='),
  quoteDottedNames,
];

/** A path near to the text that is valid, or `undefined` where none was found. Works on invalid texts only. */
export function nearestPath(text: string): string | undefined {
  let candidate = text;
  for (const repair of REPAIRS) {
    candidate = repair(candidate);
    if (candidate !== text && parses(candidate)) return candidate;
  }
  return undefined;
}

function withRoot(text: string): string {
  if (text === '' || text.startsWith('$')) return text;
  if (text.startsWith('@')) return `$${text.slice(1)}`;
  return /^[.[]/.test(text) ? `$${text}` : `$.${text}`;
}

// `[state]` → `['state']`
function quoteBareNames(text: string): string {
  return text.replaceAll(/\[([A-Za-z_][\w-]*)\]/g, "['$1']");
}

// `$.data.a-b` → `$.data['a-b']`, outside of filters. `^ ~ \`` are operators elsewhere and hardly part of a name.
function quoteDottedNames(text: string): string {
  if (text.includes('?')) return text;
  return text.replaceAll(/(\.\.?)([^.[\]'"*^~`\\]+)/g, (step: string, dots: string, name: string) => {
    if (/^[A-Za-z_]\w*$/.test(name)) return step;
    return dots === '..' ? `..['${name}']` : `['${name}']`;
  });
}

function parses(text: string): boolean {
  try {
    checkLength(text);
    parseQuery(text);
    return true;
  } catch (error) {
    if (error instanceof PathError) return false;
    throw error;
  }
}
