// One clock for all processes of a machine: what one stamps can be compared with what another one stamps.

/** Milliseconds of the machine's monotonic clock, with fractions. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
