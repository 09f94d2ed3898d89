// What crosses between the main thread and the thread that writes: flat lists, since each name of a member costs.
import type { SqlValue } from '../dialect.ts';
import type { Expectation } from './steps.ts';

/** What the thread begins with. */
export interface WriterSetup {
  readonly path: string;
  /** Statements that its connection runs first. */
  readonly setup: string;
}

/** A step: its statement's key, its text where the thread does not know it yet, its values, what it expects. */
export type StepMessage = readonly [
  key: string,
  text: string | undefined,
  values: readonly SqlValue[],
  expects: Expectation | undefined,
];

/** To the thread: a transaction to run, or the end. */
export type Order = { readonly steps: readonly StepMessage[] } | { readonly close: true };

/** From the thread, one for each order: whether it was committed (`false`: an expectation did not hold), or what failed. */
export type Outcome = { readonly isDone: boolean } | { readonly failure: Failure };

/** An error of the driver. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
}
