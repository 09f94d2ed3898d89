// How measurements are shown: one line for people each, with columns that say what they are.
import type { Quantiles } from './figures.ts';
import type { Measured } from './measure.ts';
import type { Reconciled } from './reconcile.ts';

const MEGABYTE = 1024 * 1024;

const COLUMNS: readonly (readonly [title: string, show: (measured: Measured) => string])[] = [
  ['program', ({ program }) => program],
  ['offered/s', ({ offered }) => whole(offered)],
  ['intake/s', ({ intakeRate }) => whole(intakeRate)],
  ['deliveries/s', ({ rate }) => whole(rate)],
  ['intake ms', ({ latencies }) => three(latencies.intake)],
  ['ack→first byte ms', ({ latencies }) => three(latencies.queue)],
  ['exchange ms', ({ exchange }) => three(exchange)],
  ['end to end ms', ({ latencies }) => three(latencies.endToEnd)],
  [
    'CPU µs',
    ({ cpuMicroseconds, serverCpuMicroseconds: server }) =>
      server === undefined ? whole(cpuMicroseconds) : `${whole(cpuMicroseconds)}+${whole(server)}`,
  ],
  ['MB', ({ medianBytes, peakBytes }) => `${megabytes(medianBytes)}/${megabytes(peakBytes)}`],
  ['published', ({ reconciled }) => String(reconciled.published)],
  ['delivered', ({ reconciled }) => String(reconciled.delivered)],
  ['dup', ({ reconciled }) => String(reconciled.duplicated)],
  ['dead', ({ reconciled }) => String(reconciled.dead)],
  ['lost', ({ reconciled }) => String(reconciled.lost)],
];

/** A heading and a line for each measurement, and below them what is odd about one. */
export function measurementLines(all: readonly Measured[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...all.map((one) => COLUMNS.map(([, show]) => show(one)))];
  const widths = COLUMNS.map((_column, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const table = cells.map((row) =>
    `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd(),
  );
  return `${[...table, ...all.flatMap(oddities)].join('\n')}\n`;
}

function oddities(measured: Measured): string[] {
  const { program, repeated, firstProblem, reconciled, latencies, offered } = measured;
  const { unclear } = reconciled;
  const late = latencies.lateness;
  return [
    ...(repeated === 0
      ? []
      : [`  ${program}: ${String(repeated)} requests were refused before anything was stored, and sent again`]),
    ...(unclear === 0 ? [] : [`  ${program}: ${String(unclear)} events were not acknowledged: ${firstProblem ?? ''}`]),
    ...(reconciled.unacknowledged === 0
      ? []
      : [`  ${program}: ${String(reconciled.unacknowledged)} deliveries of events that were not acknowledged`]),
    ...(offered === undefined || late === undefined
      ? []
      : [
          `  ${program}: the generator was late by ${three(late)} ms; ` +
            `${percent(latencies.early)} had arrived before their acknowledgement was read`,
        ]),
  ];
}

/** What became of a load, in words. */
export function accountLine(reconciled: Reconciled): string {
  const { published, delivered, duplicated, dead, lost } = reconciled;
  return (
    `published ${String(published)}, delivered ${String(delivered)}, dup ${String(duplicated)}, dead ${String(dead)}, ` +
    `lost ${String(lost)}`
  );
}

/** `1.2/3.4/5.6`: 50th, 95th and 99th percentile. */
export function three(values: Quantiles | undefined): string {
  return values === undefined ? '–' : [values.p50, values.p95, values.p99].map((value) => value.toFixed(1)).join('/');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function whole(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(0);
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / MEGABYTE).toFixed(0);
}
