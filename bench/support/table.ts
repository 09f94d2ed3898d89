// How results are shown: one line each, with what is wanted.

/** One result. */
export interface Row {
  readonly name: string;
  readonly measured: string;
  readonly wanted: string;
  readonly met: boolean;
}

/** The rows as lines of text, in columns. */
export function toLines(rows: readonly Row[]): string {
  const widths = [widest(rows, 'name'), widest(rows, 'measured')] as const;
  return rows
    .map(({ name, measured, wanted, met }) => {
      const verdict = met ? '' : '  NOT MET';
      return `${name.padEnd(widths[0])}  ${measured.padEnd(widths[1])}  wanted ${wanted}${verdict}\n`;
    })
    .join('');
}

function widest(rows: readonly Row[], column: 'name' | 'measured'): number {
  return Math.max(0, ...rows.map((row) => row[column].length));
}
