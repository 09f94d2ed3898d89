// Rows of CSV (RFC 4180), safe to open in a spreadsheet.

// Excel, LibreOffice and Google Sheets take a cell that begins like this for a formula, in full-width forms too, and some of
// them after blanks. A number such as -5 begins so as well, and is no exception: a rule with exceptions is one to get around.
const FORMULA = /^'*(?:[\t\r\n]|[\s\ufeff]*[=+\-@＝＋－＠])/;

// Where commas are decimal points, spreadsheets take the semicolon for what stands between cells, and then quotes that begin
// later do not hold a cell together: what follows a semicolon, a tab or a line end begins another one.
const LATER_FORMULA = /([;\t\r\n][\s\ufeff"]*)(?='*[=+\-@＝＋－＠])/g;

// What ends a cell or a line, here or elsewhere, and blanks at the ends, which readers trim.
const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/;

/**
 * A row with its line end, CR LF. A cell that a spreadsheet would calculate gets an apostrophe in front, which it takes for
 * "this is text", and so does what would be such a cell where semicolons stand between cells: whoever reads the file by a
 * program removes one apostrophe of those before such a beginning, and has what was there.
 */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = (FORMULA.test(text) ? `'${text}` : text).replace(LATER_FORMULA, "$1'");
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
