// Sets the wall clock of the process that loads it forth and back, by the milliseconds in the file FAULT_CLOCK_FILE.
// Timers and performance.now() go on as they were, as they do when an operator sets the clock of a machine.
import { readFileSync } from 'node:fs';
import { setInterval } from 'node:timers';

const LOOK_EVERY_MS = 20;
const RealDate = Date;
let offsetMs = 0;

function look() {
  try {
    offsetMs = Number(readFileSync(process.env.FAULT_CLOCK_FILE ?? '', 'utf8'));
  } catch {
    // There is none yet.
  }
}

look();
setInterval(look, LOOK_EVERY_MS).unref();

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offsetMs);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};
