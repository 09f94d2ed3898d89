// Superfluous commas. The proof knows which commas may turn out to be too many; those are written as a mark that no value
// can hold, and decided on when everything is written. A template without such commas pays nothing.

/** What a comma that may be superfluous is written as: a character that JSON forbids everywhere, so no value writes it. */
export const MARK = '\u0001';

/** The text without marks: a run of them is dropped next to `[ { ] } ,`, and is one comma elsewhere. */
export function dropSuperfluousCommas(text: string): string {
  let result = '';
  let from = 0;
  for (let at = text.indexOf(MARK); at !== -1; at = text.indexOf(MARK, from)) {
    const end = endOfRun(text, at);
    const run = text.slice(at, end).replaceAll(MARK, '');
    const before = lastInk(text, at);
    const needed = !'[{,'.includes(before) && !']},'.includes(text[end] ?? ',');
    result += text.slice(from, at) + (needed ? ',' : '') + run;
    from = end;
  }
  return result + text.slice(from);
}

// Behind the last mark of a run and the blanks after it.
function endOfRun(text: string, at: number): number {
  let end = at;
  while (text[end] === MARK || ' \t\n\r'.includes(text[end] ?? '.')) end += 1;
  return end;
}

// The last character before `at` that is no blank, or a comma where there is none.
function lastInk(text: string, at: number): string {
  let index = at - 1;
  while (index >= 0 && text.charCodeAt(index) <= 32) index -= 1;
  return text[index] ?? ',';
}
