// Days as the machine's own time zone has them.

/** What days are asked for. */
export interface Days {
  /** The day of an instant, `YYYYMMDD`. */
  dayOf(instant: Date): string;
  /** When a day begins. */
  startOf(day: string): Date;
}

/** Those of the time zone of the process. */
export const LOCAL_DAYS: Days = {
  dayOf(instant) {
    const [year, month, day] = [instant.getFullYear(), instant.getMonth() + 1, instant.getDate()];
    return [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('');
  },
  startOf: (day) => new Date(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6))),
};
