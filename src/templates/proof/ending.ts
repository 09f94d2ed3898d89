// The end of a template: on every way the JSON text must be complete there.
import { positionAt } from '../../domain/text.ts';
import type { Configuration } from './json/configuration.ts';
import { isAfterValue, isCompleteNumber, isInString } from './json/configuration.ts';
import type { ProofFaults } from './report/faults.ts';
import type { Arrival, State } from './state.ts';
import type { StructureFault } from './json/structure-faults.ts';
import { closerOf, unfinishedLiteral } from './json/structure-faults.ts';

/** Notes what is not complete at the end of a text. */
export function checkEnd(faults: ProofFaults, text: string, state: State): void {
  const end = text.trimEnd().length;
  for (const { at, when, level } of state.values()) {
    if (at.muted || isComplete(at)) continue;
    faults.add(fault(at, level, text), end, when, []);
  }
}

function isComplete({ mode, stack }: Configuration): boolean {
  return stack === '' && (isAfterValue(mode) || isCompleteNumber(mode));
}

function fault({ mode, stack }: Configuration, level: Arrival['level'], text: string): StructureFault {
  if (isInString(mode)) {
    return {
      code: 'unclosed_string',
      detail: 'The template ends inside a string: one is not closed.',
      hint: 'Close it with ". A quote as text is written \\".',
    };
  }
  if (stack !== '') return unclosedBracket(stack.at(-1) ?? '', level?.offset ?? 0, text);
  return mode === 'value' ? noBody(text) : unfinishedLiteral();
}

function noBody(text: string): StructureFault {
  const block = /\{\{~?\/(\w+)\s*~?\}\}$/.exec(text.trimEnd().slice(-100))?.[1] ?? 'if';
  return {
    code: 'no_body',
    detail: 'On this way the template writes nothing at all; a body is one JSON text.',
    hint: `Write something in every case: put {{else}}null before the {{/${block}}}, or the block into an object.`,
  };
}

function unclosedBracket(open: string, offset: number, text: string): StructureFault {
  const { line, column } = positionAt(text, offset);
  return {
    code: 'unclosed_bracket',
    detail: `The template ends, but the "${open}" of line ${String(line)}, column ${String(column)} is still open.`,
    hint: `Close it with ${closerOf(open)}.`,
  };
}
