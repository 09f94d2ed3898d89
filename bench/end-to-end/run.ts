// What the parts of the benchmark share: how much is measured, where results go, and comparing programs in turn.
import { median } from '../support/compare.ts';
import type { Row } from '../support/table.ts';
import type { Bench, Measured, Measurement } from './measure.ts';
import { measurementLines } from './report.ts';
import type { Shape, Starter } from './shapes.ts';
import { runProgram } from './shapes.ts';

/** How much is measured. */
export interface Scale {
  readonly name: string;
  /** Rounds of a comparison; the median counts. */
  readonly rounds: number;
  /** How long a load lasts. */
  readonly seconds: number;
  /** Deliveries that wait. */
  readonly backlog: number;
  /** Rounds on PostgreSQL. */
  readonly roundsOnPostgres: number;
  /** Numbers of processes on PostgreSQL. */
  readonly processes: readonly number[];
  /** Peers and large histories, too. */
  readonly isFull: boolean;
}

/** A run of the benchmark. */
export interface Run {
  readonly bench: Bench;
  readonly scale: Scale;
  readonly say: (text: string) => void;
  /** Keeps raw figures. */
  note(measured: readonly Measured[]): void;
  /** What earlier parts have found and later ones go by: deliveries a second, by program and shape. */
  readonly found: Map<string, number>;
}

/** A part: measures, says what it found, and gives what is wanted and whether it was met. */
export type Part = (run: Run) => Promise<Row[]>;

/** A program that takes its turn. */
export interface Contestant {
  readonly name: string;
  readonly start: Starter;
}

/**
 * Measures programs in turn, each alone, a round after the other, so that what disturbs one disturbs the others. Says
 * the round of each that is its median by rate, and gives all rounds by name.
 */
export async function inTurn(
  run: Run,
  title: string,
  shape: Shape,
  contestants: readonly Contestant[],
  measurement: Measurement,
  turns = run.scale.rounds,
): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const rounds = new Map<string, Measured[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < turns; round += 1) {
    for (const { name, start } of rotated(contestants, round)) {
      const measured = await runProgram(run.bench, start, shape, [measurement]);
      const named = measured.map((one) => ({ ...one, program: name }));
      run.note(named);
      rounds.get(name)?.push(...named);
    }
  }
  const shown = [...rounds.values()].flatMap((all) => middle(all));
  run.say(`\n${title}: the median of ${String(turns)} rounds in turn\n${measurementLines(shown)}`);
  for (const one of shown) run.found.set(`${one.program}, ${shape.name}`, one.rate);
  return rounds;
}

// Nobody always comes first, or always after the same one.
function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % Math.max(items.length, 1);
  return [...items.slice(at), ...items.slice(0, at)];
}

/** The median over the rounds of a figure of one program divided by that of another in the same round. */
export function ratio(
  rounds: ReadonlyMap<string, readonly Measured[]>,
  [one, other]: readonly [one: string, other: string],
  figure: (measured: Measured) => number | undefined = ({ rate }) => rate,
): number {
  const others = rounds.get(other) ?? [];
  const figures = (rounds.get(one) ?? []).map((mine, index) => {
    const theirs = others[index];
    return (figure(mine) ?? Number.NaN) / ((theirs && figure(theirs)) ?? Number.NaN);
  });
  return figures.length === 0 ? Number.NaN : median(figures);
}

/** A row for a ratio that is to be at least so much. */
export function atLeast(name: string, value: number, wanted: number): Row {
  return { name, measured: `${value.toFixed(2)} times`, wanted: `at least ${String(wanted)}`, met: value >= wanted };
}

/** A row for a ratio that is to be at most so much. */
export function atMost(name: string, value: number, wanted: number): Row {
  return { name, measured: `${value.toFixed(2)} times`, wanted: `at most ${String(wanted)}`, met: value <= wanted };
}

function middle(all: readonly Measured[]): Measured[] {
  const one = all.toSorted((a, b) => a.rate - b.rate)[Math.floor(all.length / 2)];
  return one === undefined ? [] : [one];
}
