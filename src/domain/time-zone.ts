// How far the clocks of a time zone are from UTC. The rules are those of Node's own copy of the IANA database.

/** Looks offsets up. */
export interface TimeZones {
  /** Seconds east of UTC at an instant (seconds since 1970); `undefined` where no zone has this IANA name. */
  offsetAt(zone: string, seconds: number): number | undefined;
}

// No IANA name is longer, or has other characters. What newer versions of Node also take, such as +01:00, is none.
const NAME = /^[a-z][\w+/-]{0,63}$/i;

/**
 * Time zones by their IANA names, large and small letters alike. A zone costs 80 µs and 50 KB when it is first used, so
 * it is kept; there are about 420 of them, and no more names than the database has, so this cannot grow without bound.
 */
export function createTimeZones(): TimeZones {
  const known = new Map<string, Intl.DateTimeFormat>();
  const find = (zone: string): Intl.DateTimeFormat | undefined => {
    const name = zone.toLowerCase();
    const kept = known.get(name);
    if (kept !== undefined) return kept;
    const made = NAME.test(name) ? createFormat(name) : undefined;
    if (made === undefined) return undefined;
    // Many zones have several names.
    const main = made.resolvedOptions().timeZone;
    const format = known.get(main) ?? made;
    known.set(main, format).set(name, format);
    return format;
  };
  return {
    offsetAt: (zone, seconds) => {
      const format = find(zone);
      return format === undefined ? undefined : readOffset(format.format(seconds * 1000));
    },
  };
}

function createFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

// `7/1/2024, GMT+02:00`; before standard time there are seconds, too: `GMT-00:44:30`. UTC is `GMT`, or `GMT+00:00`.
function readOffset(text: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -total : total;
}
