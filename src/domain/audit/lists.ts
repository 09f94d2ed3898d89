// Lists in a query string, as Jira has them: values between commas, and objects of two values between semicolons. A value
// that holds such a character stands in double quotes, one of which inside it is written twice.

/** Values, or objects, that a list may hold. */
export const MAX_VALUES = 500;

/** What reading gave: groups of values (one group where semicolons do not count), or what is wrong. */
export type ListReading =
  | { readonly ok: true; readonly groups: readonly (readonly string[])[] }
  | { readonly ok: false; readonly message: string };

/** The values of a list; blank ones are left out. */
export function readList(text: string): ListReading {
  return readGroups(text, /[^,]*/y, ',');
}

/** The groups of a list of groups; blank values, and groups without values, are left out. */
export function readGroupedList(text: string): ListReading {
  return readGroups(text, /[^,;]*/y, ',;');
}

function readGroups(text: string, bare: RegExp, separators: string): ListReading {
  const groups: string[][] = [[]];
  for (let at = 0; at <= text.length; at += 1) {
    const item = itemAt(text, at, bare);
    const end = text.charAt(item?.end ?? 0);
    if (item === undefined || !separators.includes(end)) return { ok: false, message: QUOTES };
    if (item.value.trim() !== '') groups.at(-1)?.push(item.value);
    if (end === ';') groups.push([]);
    at = item.end;
  }
  return { ok: true, groups: groups.filter((group) => group.length > 0) };
}

const BLANKS = /\s*/y;
const QUOTED = /"([^"]*(?:""[^"]*)*)"\s*/y;

function itemAt(text: string, at: number, bare: RegExp): { readonly value: string; readonly end: number } | undefined {
  const start = at + (matchAt(BLANKS, text, at)?.[0].length ?? 0);
  const match = matchAt(text[start] === '"' ? QUOTED : bare, text, start);
  if (match === null) return undefined;
  return { value: match[1]?.replaceAll('""', '"') ?? match[0].trim(), end: start + match[0].length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const QUOTES =
  'a value that begins with a double quote ends with one, right before the next separator, and a quote inside it is written twice';

/** A value as it stands in such a list. */
export function writeListValue(value: string): string {
  return /^$|^\s|\s$|^"|[,;]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
