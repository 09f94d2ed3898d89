// A part of the log of events, which is read newest first, in the order of acceptance.

/** A place in the log: events of one instant are ordered by their ids. */
export interface LogPlace {
  readonly receivedAt: Date;
  readonly id: string;
}

/** Which events, and how many of them. */
export interface LogWindow {
  /** The first and the last instant of acceptance, both included. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Only what comes before this place. */
  readonly before?: LogPlace | undefined;
  /** Only what was accepted before this instant: how far the log can be read. */
  readonly until: Date;
  /** How many of the newest are passed over. */
  readonly offset: number;
  readonly limit: number;
}

/** The last instant, included, that a window reaches. */
export function lastInstant({ to, until }: Pick<LogWindow, 'to' | 'until'>): Date {
  const last = new Date(until.getTime() - 1);
  return to !== undefined && to < last ? to : last;
}

/** The place of an event. */
export function placeOf({ receivedAt, id }: LogPlace): LogPlace {
  return { receivedAt, id };
}
