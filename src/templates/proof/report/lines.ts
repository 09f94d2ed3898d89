// Lines of the author's text, for hints that name them.
import { positionAt } from '../../../domain/text.ts';

/** The line (from 1) of an offset. */
export function lineOf(text: string, offset: number): number {
  return positionAt(text, offset).line;
}
