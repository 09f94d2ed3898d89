// Events become lines, a few milliseconds at a time. An event that makes no line is a bug, and keeps no others back.
import type { Event } from '../domain/event.ts';
import { placeOf } from '../domain/event-window.ts';
import type { Line } from '../domain/audit-file.ts';
import { unwritableLine } from '../domain/audit-file.ts';

/** What making lines touches. */
export interface LineDeps {
  /** The text of an event's line, without an end of line. */
  lineOf(event: Event): string;
  /** The day of an instant where the engine runs, `YYYYMMDD`. */
  dayOf(instant: Date): string;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  yieldToOthers(): Promise<void>;
  readonly report: {
    auditFileLineFailed(fact: {
      readonly organizationId: string;
      readonly eventId: string;
      readonly error: unknown;
    }): void;
  };
}

const LONGEST_TURN_MS = 5;

/** The lines of events, in their order. */
export async function linesOf(deps: LineDeps, events: readonly Event[]): Promise<readonly Line[]> {
  const lines: Line[] = [];
  let turnAtMs = deps.monotonicMs();
  for (const event of events) {
    const bytes = Buffer.from(`${textOf(deps, event)}\n`);
    lines.push({ bytes, day: deps.dayOf(event.receivedAt), place: placeOf(event) });
    if (deps.monotonicMs() - turnAtMs < LONGEST_TURN_MS) continue;
    await deps.yieldToOthers();
    turnAtMs = deps.monotonicMs();
  }
  return lines;
}

/** The text of an event's line, whatever happens. */
export function textOf(deps: LineDeps, event: Event): string {
  try {
    const text = deps.lineOf(event);
    if (text.includes('\n')) throw new Error('The text of a line has an end of line in it.');
    return text;
  } catch (error) {
    deps.report.auditFileLineFailed({ organizationId: event.organizationId, eventId: event.id, error });
    return unwritableLine(event);
  }
}
